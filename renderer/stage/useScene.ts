/** Everything on the stage that moves, outside Vue's reactivity: springs, shores, and the painter's canvas. */
import { nextTick, onMounted, shallowRef, watch, type ComponentPublicInstance, type Ref } from 'vue';
import { CLIENT_FIRST, type Groups, type NodeId, type Phase } from '../../src/contract/index.ts';
import { useRun } from '../stores/run.ts';
import { useUi } from '../stores/ui.ts';
import type { Point } from './geometry.ts';
import type { Layout } from './layout.ts';
import type { Form } from './look.ts';
import { Motion } from './motion.ts';
import { linkAt, type Pair } from './links.ts';
import { Painter, type PacketHit, type Scene } from './painter.ts';
import { readPalette } from './palette.ts';
import type { Side } from './plate.ts';
import { QuorumHulls } from './quorum-hulls.ts';
import type { LinkTip, PacketTip } from './scene.ts';
import { footOf, shorePath } from './shore.ts';
import { Shores, type ShownIsland } from './shores.ts';
import type { StageSize } from './useArrangement.ts';
import { useLoop } from './useLoop.ts';

export interface SceneOptions {
  readonly root: Ref<HTMLElement | null>;
  readonly canvas: Ref<HTMLCanvasElement | null>;
  readonly size: Ref<StageSize>;
  readonly layout: Ref<Layout | null>;
  /** On which side of a node its plate stands now. */
  readonly sideOf: (node: NodeId) => Side;
  /** The packet and the link whose particulars are open. */
  readonly marked: () => number | null;
  readonly lit: () => Pair | null;
  /** The actor under the pointer. */
  readonly about: () => NodeId | null;
  /** Whether the knife is out. */
  readonly knife: () => boolean;
}

type Bound = Element | ComponentPublicInstance | null;

const packetRadii: Record<Form, number> = { full: 9.5, medium: 9, small: 8, tiny: 6.5 };
/** More device pixels than this per CSS pixel cannot be seen and cost time. */
const RATIO_MAX = 2;

export function useScene({ root, canvas, size, layout, sideOf, marked, lit, about, knife }: SceneOptions) {
  const run = useRun();
  const ui = useUi();
  const tip = shallowRef<PacketTip | null>(null);
  const linkTip = shallowRef<LinkTip | null>(null);
  let motion: Motion | null = null;
  let painter: Painter | null = null;
  const shores = new Shores();
  const hulls = new QuorumHulls();
  let shown: readonly ShownIsland[] = [];
  let cuts: Scene['cuts'] = [];
  let heals: Scene['heals'] = [];
  let stroke: Scene['stroke'] = [];
  let struck: Scene['struck'] = [];
  let pointer: Point | null = null;
  let before: () => void = () => {};
  /** Something other than time and springs has changed what is to be painted. */
  let dirty = true;
  let paintedNow = -1;
  let paintedSeq = -1;
  let shownRadius = '';
  const nodes = new Map<NodeId, HTMLElement>();
  /** The spare server on its way out of the dock. */
  let ghost: { readonly node: NodeId; readonly element: HTMLElement } | null = null;
  const captions = new Map<number, HTMLElement>();
  const paths = new Map<string, Element>();
  const hullPaths = new Map<Phase, Element>();

  function begin(): void {
    motion = new Motion();
    const context = canvas.value?.getContext('2d') ?? null;
    const element = root.value;
    painter =
      context === null || element === null
        ? null
        : new Painter(context, run.protocol.messages, readPalette(element));
    resize();
    aim();
  }

  function resize(): void {
    const { width, height } = size.value;
    painter?.resize(width, height, Math.min(RATIO_MAX, window.devicePixelRatio));
    dirty = true;
  }

  /** Sends every node to its place in the layout. */
  function aim(atOnce = ui.reducedMotion): void {
    const now = layout.value;
    if (now === null || motion === null) return;
    motion.aim(now, atOnce);
    painter?.usePacketRadius(packetRadii[now.look.form]);
    dirty = true;
  }

  function recolour(): void {
    if (root.value !== null) painter?.recolour(readPalette(root.value));
    dirty = true;
  }

  function frame(seconds: number, wall: number): void {
    before();
    const look = layout.value?.look;
    const world = run.painted();
    if (motion === null || look === undefined || world === null) return;
    const moved = motion.advance(seconds) || dirty;
    const flowed = shores.flow(motion, look, sideOf, seconds, moved, ui.reducedMotion);
    if (moved) placeNodes(motion);
    if (flowed || dirty) placeShores();
    if (hulls.flow(motion, look, sideOf, seconds, moved, ui.reducedMotion)) placeHulls();
    dirty = false;
    const now = run.now();
    const found = find(pointer);
    showPacket(found.packet, now);
    showLink(found.link, pointer);
    if (painter === null) return;
    const { losses, arrivals } = run;
    const fading = painter.isFading({ wall, losses, arrivals });
    const changed = now !== paintedNow || world.seq !== paintedSeq;
    if (!moved && !flowed && !changed && !fading && pointer === null) return;
    if (moved) painter.route(run.actors, motion);
    painter.paint({
      world,
      motion,
      now,
      wall,
      losses,
      arrivals,
      cuts,
      heals,
      stroke,
      struck,
      marked: tip.value?.packet.packet ?? marked(),
      lit: linkTip.value?.link ?? lit(),
      about: about(),
      knife: knife(),
      reducedMotion: ui.reducedMotion,
    });
    paintedNow = now;
    paintedSeq = world.seq;
  }

  function placeNodes(at: Motion): void {
    // Every size of a node hangs on it: set only when it changes, it costs nothing while nodes are dragged.
    const radius = at.radius.toFixed(2);
    if (radius !== shownRadius) {
      root.value?.style.setProperty('--r', `${radius}px`);
      root.value?.style.setProperty('--r-client', `${at.reach(CLIENT_FIRST).toFixed(2)}px`);
    }
    shownRadius = radius;
    if (ghost !== null) moveTo(ghost.element, at, ghost.node);
    for (const [node, element] of nodes) moveTo(element, at, node);
  }

  function moveTo(element: HTMLElement, at: Motion, node: NodeId): void {
    element.style.transform = `translate3d(${at.x[node]!.toFixed(2)}px, ${at.y[node]!.toFixed(2)}px, 0)`;
  }

  function placeShores(): void {
    for (const { id } of shown) {
      const shore = shores.shoreOf(id);
      if (shore === undefined || Number.isNaN(shore[0])) continue;
      const path = shorePath(shore);
      paths.get(`${id}.shallows`)?.setAttribute('d', path);
      paths.get(`${id}.shore`)?.setAttribute('d', path);
      const foot = footOf(shore);
      const caption = captions.get(id);
      if (caption !== undefined) caption.style.transform = `translate3d(${foot.x.toFixed(1)}px, ${foot.y.toFixed(1)}px, 0)`;
    }
  }

  function placeHulls(): void {
    for (const [phase, path] of hullPaths) path.setAttribute('d', hulls.pathOf(phase));
  }

  /** What lies at a point between the nodes: a packet, or else a link. */
  function find(at: Point | null): { readonly packet: PacketHit | null; readonly link: Pair | null } {
    const world = run.painted();
    if (at === null || world === null || motion === null) return { packet: null, link: null };
    const packet = painter?.packetAt(world, run.now(), at) ?? null;
    return { packet, link: packet === null ? linkAt(world, motion, at) : null };
  }

  function showPacket(hit: PacketHit | null, now: number): void {
    if (hit !== null) tip.value = { packet: hit.packet, x: hit.x, y: hit.y, left: Math.max(0, hit.packet.due - now) };
    else if (tip.value !== null) tip.value = null;
  }

  /** The tip stands where the pointer first came to the link, and stays there. */
  function showLink(link: Pair | null, at: Point | null): void {
    const shown = linkTip.value;
    if (link === null || at === null) {
      if (shown !== null) linkTip.value = null;
    } else if (shown === null || shown.link[0] !== link[0] || shown.link[1] !== link[1]) {
      linkTip.value = { link, ...at };
    }
  }

  function elementOf(bound: Bound): HTMLElement | null {
    const element = bound !== null && '$el' in bound ? (bound.$el as unknown) : bound;
    return element instanceof HTMLElement ? element : null;
  }

  watch(() => run.session?.run, begin);
  watch([marked, lit, about, knife], () => (dirty = true));
  watch(layout, () => aim());
  watch(size, resize);
  watch(
    () => ui.shownTheme,
    () => void nextTick(recolour),
  );
  onMounted(() => {
    begin();
    // Letters drawn before the font was there would keep the wrong one.
    if ('fonts' in document) void document.fonts.ready.then(recolour);
  });
  useLoop(frame);

  return {
    tip,
    linkTip,
    find,
    motion: () => motion,
    aim: () => aim(),
    /** Called at the beginning of each frame. */
    beforeFrame(callback: () => void): void {
      before = callback;
    },
    /** Islands for these groups; each goes on from the one before that it shares most nodes with. */
    regroup(groups: Groups): readonly ShownIsland[] {
      shown = shores.regroup(groups);
      dirty = true;
      return shown;
    },
    showChanges(nextCuts: Scene['cuts'], nextHeals: Scene['heals']): void {
      cuts = nextCuts;
      heals = nextHeals;
      dirty = true;
    },
    /** Shows the stroke of the knife, and the links it has crossed. */
    showStroke(nextStroke: Scene['stroke'], nextStruck: Scene['struck']): void {
      stroke = nextStroke;
      struck = nextStruck;
      dirty = true;
    },
    /** Draws a line around these quorums, by phase; around an empty one none. */
    showQuorums(phase1: readonly NodeId[], phase2: readonly NodeId[]): void {
      hulls.aim(phase1, phase2);
      dirty = true;
    },
    /** Looks for a packet or a link under this point from now on; `null`: for none. */
    lookAt(at: Point | null): void {
      if (at === null && pointer !== null) dirty = true;
      pointer = at;
    },
    celebrate(node: NodeId): void {
      painter?.celebrate(node, performance.now());
    },
    bindNode(node: NodeId, bound: Bound): void {
      const element = elementOf(bound);
      if (element === null) nodes.delete(node);
      else if (nodes.get(node) !== element) {
        nodes.set(node, element);
        dirty = true;
      }
    },
    /** The element that shows a server which is not on the stage yet. */
    bindGhost(node: NodeId, bound: Bound): void {
      const element = elementOf(bound);
      ghost = element === null ? null : { node, element };
      dirty = true;
    },
    bindCaption(id: number, bound: Bound): void {
      const element = elementOf(bound);
      if (element === null) captions.delete(id);
      else if (captions.get(id) !== element) {
        captions.set(id, element);
        dirty = true;
      }
    },
    bindShore(id: number, part: 'shallows' | 'shore', bound: Bound): void {
      const key = `${id}.${part}`;
      if (!(bound instanceof Element)) paths.delete(key);
      else if (paths.get(key) !== bound) {
        paths.set(key, bound);
        dirty = true;
      }
    },
    bindHull(phase: Phase, bound: Bound): void {
      if (!(bound instanceof Element)) hullPaths.delete(phase);
      else if (hullPaths.get(phase) !== bound) {
        hullPaths.set(phase, bound);
        dirty = true;
      }
    },
  };
}

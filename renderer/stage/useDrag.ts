/** Pointer events on the stage, bound to the state machine of drag.ts. */
import { computed, onUnmounted, shallowRef, type Ref } from 'vue';
import type { Groups, NodeId } from '../../src/contract/index.ts';
import { fitsBin, heldNodes, idle, move, press, regroup, release, type Drag, type Grip, type Outcome, type Target } from './drag.ts';
import { isWithin, rectBetween, type Point, type Rect } from './geometry.ts';
import type { Layout } from './layout.ts';
import type { Look } from './look.ts';
import type { Motion } from './motion.ts';
import { contains, DIRECTIONS, outline } from './shore.ts';

export interface DragOptions {
  readonly root: Ref<HTMLElement | null>;
  readonly groups: Ref<Groups>;
  readonly layout: Ref<Layout | null>;
  readonly motion: () => Motion | null;
  /** Nodes that are dragged together with any one of them. */
  readonly together: Ref<ReadonlySet<NodeId>>;
  readonly finish: (outcome: Outcome, at: Point) => void;
}

/** An island takes a node whose middle comes this near to its shore, px. */
const CATCH = 10;
/** A node stays on its own island until it has gone so far, in radii: the hand may tremble. */
const LEAVE = 1.6;

export function useDrag(options: DragOptions) {
  const { root, groups, layout } = options;
  const drag = shallowRef<Drag>(idle);
  const held = computed(() => heldNodes(drag.value));
  /** Something is held that the bin would take. */
  const binFits = computed(() => drag.value.phase === 'dragging' && fitsBin(drag.value.grip));
  /** The frame that chooses nodes, while it is drawn. */
  const frame = computed<Rect | null>(() => {
    const now = drag.value;
    return now.phase === 'dragging' && now.grip.type === 'sea' ? rectBetween(now.from, now.at) : null;
  });
  /**
   * Shores as they were when the drag began, without what is dragged: what is under the pointer must not depend on what
   * it moves. `own`: nodes of this island are held, and others stay on it.
   */
  let shores: { readonly nodes: readonly NodeId[]; readonly shore: Float64Array; readonly own: boolean }[] = [];
  /** Where the bin is, if there is one and it takes what is held. */
  let bin: Rect | null = null;
  let pointer: number | null = null;
  let latest: Point | null = null;

  function pointOf(event: PointerEvent | MouseEvent): Point {
    const box = root.value?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  }

  function down(event: PointerEvent): void {
    if (event.button !== 0 || pointer !== null) return;
    const grip = gripOf(event.target);
    if (grip === null) return;
    pointer = event.pointerId;
    root.value?.setPointerCapture(event.pointerId);
    drag.value = press(grip, pointOf(event), event.shiftKey || event.ctrlKey || event.metaKey);
    window.addEventListener('keydown', escape, true);
  }

  /** Only notes where the pointer is: the work is done once per frame, in `step`. */
  function moved(event: PointerEvent): void {
    if (event.pointerId === pointer) latest = pointOf(event);
  }

  function up(event: PointerEvent): void {
    if (event.pointerId !== pointer) return;
    latest = pointOf(event);
    step();
    finish(release(drag.value, groups.value));
  }

  function cancel(event?: PointerEvent): void {
    if (event !== undefined && event.pointerId !== pointer) return;
    if (pointer !== null) finish({ type: 'nothing' });
  }

  function escape(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    cancel();
  }

  function finish(outcome: Outcome): void {
    if (pointer !== null && root.value?.hasPointerCapture(pointer)) root.value.releasePointerCapture(pointer);
    window.removeEventListener('keydown', escape, true);
    const at = middleOfHeld();
    pointer = latest = null;
    drag.value = idle;
    options.motion()?.letGo();
    options.finish(outcome, at);
  }

  /** Carries what is held to where the pointer is now; once per frame. */
  function step(): void {
    if (pointer === null || latest === null) return;
    const at = latest;
    latest = null;
    const before = drag.value;
    const after = move(before, at, groups.value, hit);
    if (after === before || after.phase !== 'dragging') return;
    const motion = options.motion();
    if (before.phase === 'pressed') {
      takeShores(after.grip);
      drag.value = move(before, at, groups.value, hit);
      if (after.grip.type === 'spare') motion?.appear(after.grip.node, after.from);
      motion?.grab(heldNodes(after));
    } else drag.value = after;
    if (after.grip.type !== 'sea') motion?.carry(at.x - after.from.x, at.y - after.from.y);
  }

  /** The partition has changed under the drag. */
  function follow(): void {
    if (drag.value.phase !== 'dragging') return;
    const { grip } = drag.value;
    const there = groups.value.flat();
    // What is held has been taken away, or the spare server is on the stage already.
    if (held.value.some((node) => there.includes(node) === (grip.type === 'spare'))) return cancel();
    takeShores(grip);
    drag.value = regroup(drag.value, groups.value);
  }

  function takeShores(grip: Grip): void {
    const now = layout.value;
    bin = fitsBin(grip) ? rectOf(root.value?.querySelector('[data-bin]') ?? null) : null;
    const moving = grip.type === 'nodes' ? grip.nodes : [];
    shores = (now?.islands ?? []).map(({ nodes }) => {
      const staying = nodes.filter((node) => !moving.includes(node));
      const own = staying.length > 0 && staying.length < nodes.length;
      return { nodes, shore: shoreOf(now!, own ? staying : nodes, now!.look), own };
    });
  }

  function hit(at: Point): Target {
    if (bin !== null && isWithin(bin, at, CATCH)) return { type: 'bin' };
    const now = drag.value;
    const leave = LEAVE * (layout.value?.look.radius ?? 0);
    const near = now.phase !== 'idle' && Math.hypot(at.x - now.from.x, at.y - now.from.y) < leave;
    const found = shores.find(({ shore, own }) => (own && near) || contains(shore, at, CATCH));
    return found === undefined ? { type: 'sea' } : { type: 'island', nodes: found.nodes };
  }

  function gripOf(target: EventTarget | null): Grip | null {
    if (!(target instanceof Element)) return null;
    const spare = Number(target.closest<HTMLElement>('[data-spare]')?.dataset.spare ?? 0);
    if (spare > 0) return { type: 'spare', node: spare };
    if (target.closest('[data-no-drag]') !== null) return null;
    const node = Number(target.closest<HTMLElement>('[data-node]')?.dataset.node ?? 0);
    if (node > 0) return { type: 'nodes', nodes: options.together.value.has(node) ? [...options.together.value] : [node] };
    const island = target.closest<HTMLElement | SVGElement>('[data-island]')?.dataset.island;
    if (island !== undefined) return { type: 'island', nodes: island.split(',').map(Number) };
    return { type: 'sea' };
  }

  function rectOf(element: Element | null): Rect | null {
    const stage = root.value?.getBoundingClientRect();
    if (element === null || stage === undefined) return null;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left: left - stage.left, top: top - stage.top, right: right - stage.left, bottom: bottom - stage.top };
  }

  function middleOfHeld(): Point {
    const nodes = held.value;
    const motion = options.motion();
    if (nodes.length === 0 || motion === null) return { x: 0, y: 0 };
    const sum = nodes.reduce((at, node) => ({ x: at.x + motion.x[node]!, y: at.y + motion.y[node]! }), { x: 0, y: 0 });
    return { x: sum.x / nodes.length, y: sum.y / nodes.length };
  }

  onUnmounted(() => window.removeEventListener('keydown', escape, true));

  return { drag, held, binFits, frame, pointOf, down, moved, up, cancel, step, follow };
}

function shoreOf(layout: Layout, nodes: readonly NodeId[], look: Look): Float64Array {
  const shore = new Float64Array(DIRECTIONS);
  const residents = nodes.flatMap((node) => {
    const place = layout.nodes.get(node);
    return place === undefined ? [] : [{ node, ...place }];
  });
  outline(residents, look, look.radius, shore);
  return shore;
}

/**
 * What moves on the stage, on one canvas: links, packets at their true progress, packets breaking where they were lost,
 * timers running down, frost thawing. Called once per animation frame; nothing here is reactive.
 */
import { directionKey, isClient, packetProgress, type MessageKind, type NodeId, type PacketWorld, type World } from '../../src/contract/index.ts';
import type { Arrival } from '../feed.ts';
import { ageOf, BREAK_MS, Lanes, PULSE_MS } from './flight.ts';
import { frostOf } from './frost.ts';
import type { Point } from './geometry.ts';
import { HIGHEST, type Motion } from './motion.ts';
import { BreakPainter, type BreakScene } from './paint-breaks.ts';
import { LinkPainter, type LinkScene } from './paint-links.ts';
import type { Palette } from './palette.ts';
import { Sprites } from './sprites.ts';

export interface Scene extends Omit<LinkScene, 'busy'>, BreakScene {
  readonly arrivals: readonly Arrival[];
  /** Packet whose tooltip or menu is open. */
  readonly marked: number | null;
}

/** A packet under the pointer, and where it is, px. */
export interface PacketHit extends Point {
  readonly packet: PacketWorld;
}

/** Above this many in flight, packets become dots: letters could not be read any more. */
const LETTERS_MAX = 700;
/** A packet this near to the pointer, px, is meant by it. */
const REACH = 13;
/** Newest arrivals drawn; older ones have faded anyhow. */
const PULSES_MAX = 40;
/** A held packet that has hardly left stands this far outside the disc, in radii, and those after it in a row. */
const FIRST_IN_ROW = 1.5;
const NEXT_IN_ROW = 2.1;
/** Radius of the circle around a square with round corners, in halves of its side. */
const AROUND_SQUARE = 1.2;
/** Share of the way that a row takes at most: beyond it they stand on one another. */
const ROW_MAX = 0.8;

export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private readonly kinds: readonly MessageKind[];
  private readonly lanes: Lanes;
  private readonly links: LinkPainter;
  private readonly breaks: BreakPainter;
  /** Packets found so far in this frame that stand in a row at their sender, by direction. */
  private readonly standing = new Uint8Array(32 * 32);
  /** Links of clients on which there are packets in this frame, by the direction from the client. */
  private readonly busy = new Set<number>();
  private palette: Palette;
  private sprites: Sprites | null = null;
  private packetRadius = 0;
  private ratio = 1;
  private width = 0;
  private height = 0;
  private readonly decided = new Map<NodeId, number>();
  private readonly spot = { x: 0, y: 0 };

  constructor(context: CanvasRenderingContext2D, kinds: readonly MessageKind[], palette: Palette) {
    this.context = context;
    this.kinds = kinds;
    this.lanes = new Lanes(HIGHEST);
    this.links = new LinkPainter(context, this.lanes);
    this.breaks = new BreakPainter(context, kinds, this.lanes);
    this.palette = palette;
  }

  /** Size in CSS px, and device pixels per CSS pixel. */
  resize(width: number, height: number, ratio: number): void {
    this.width = width;
    this.height = height;
    this.ratio = ratio;
    this.context.canvas.width = Math.max(1, Math.round(width * ratio));
    this.context.canvas.height = Math.max(1, Math.round(height * ratio));
    this.sprites = null;
  }

  recolour(palette: Palette): void {
    this.palette = palette;
    this.sprites = null;
  }

  /** Packets are drawn this large, px. */
  usePacketRadius(radius: number): void {
    if (radius === this.packetRadius) return;
    this.packetRadius = radius;
    this.sprites = null;
  }

  /** A node has just learned what is chosen; at wall time `wall`, ms. */
  celebrate(node: NodeId, wall: number): void {
    this.decided.set(node, wall);
  }

  /** Lanes follow the nodes; to be called when any has moved. */
  route(nodes: readonly NodeId[], motion: Motion): void {
    for (const a of nodes) {
      for (const b of nodes) {
        // Clients do not talk to each other.
        if (a === b || (isClient(a) && isClient(b))) continue;
        this.lanes.set(a, b, motion.x, motion.y, motion.reach(a) + 2, motion.reach(b) + 2);
      }
    }
  }

  /** Whether something fades that needs another frame although nothing else changes. */
  isFading(scene: Pick<Scene, 'wall' | 'losses' | 'arrivals'>): boolean {
    const loss = scene.losses[scene.losses.length - 1];
    const arrival = scene.arrivals[scene.arrivals.length - 1];
    return (
      (loss !== undefined && scene.wall - loss.at <= BREAK_MS) ||
      (arrival !== undefined && scene.wall - arrival.at <= PULSE_MS) ||
      this.decided.size > 0
    );
  }

  paint(scene: Scene): void {
    const c = this.context;
    this.sprites ??= new Sprites(this.kinds, this.palette, this.packetRadius, this.ratio);
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, this.width, this.height);
    this.findBusy(scene.world);
    this.links.paint({ ...scene, busy: this.busy }, this.palette);
    this.paintTimers(scene);
    this.paintFrost(scene);
    if (!scene.reducedMotion) this.paintPulses(scene);
    this.paintPackets(scene, this.sprites);
    this.breaks.paint(scene, this.palette, this.packetRadius);
    this.links.paintAbove({ ...scene, busy: this.busy }, this.palette);
    c.globalAlpha = 1;
  }

  /** The packet nearest to a point at virtual time `now` (µs), if one is within reach. */
  packetAt(world: World, now: number, at: Point): PacketHit | null {
    const spot = this.spot;
    let nearest: PacketWorld | null = null;
    let least = REACH * REACH;
    let x = 0;
    let y = 0;
    this.standing.fill(0);
    for (const packet of world.packets.values()) {
      if (!this.place(world, packet, now)) continue;
      const distance = (spot.x - at.x) ** 2 + (spot.y - at.y) ** 2;
      if (distance > least) continue;
      least = distance;
      nearest = packet;
      x = spot.x;
      y = spot.y;
    }
    return nearest === null ? null : { packet: nearest, x, y };
  }

  /** Where a packet is, into `spot`; false when it is not to be seen, or who sent or should get it is not there any more. For all packets in turn, `standing` empty before. */
  private place(world: World, packet: PacketWorld, now: number): boolean {
    const { from, to, held } = packet;
    if (from === to || !world.nodes.has(from) || !world.nodes.has(to)) return false;
    const progress = packetProgress(packet, now);
    // Between two frames the clock runs on: it has arrived, and main will say so in a moment.
    if (progress === 1 && !held) return false;
    this.lanes.point(from, to, held ? this.standsAt(from, to, progress) : progress, this.spot);
    return true;
  }

  /** Where a held packet stands: never under a disc, but where it can be seen and pressed. */
  private standsAt(from: NodeId, to: NodeId, progress: number): number {
    const radius = this.packetRadius / this.lanes.lengthOf(from, to);
    const first = FIRST_IN_ROW * radius;
    if (progress >= first) return Math.max(first, Math.min(progress, 1 - first));
    const lane = directionKey(from, to);
    const before = this.standing[lane]!;
    if (before < 255) this.standing[lane] = before + 1;
    return Math.min(ROW_MAX, first + before * NEXT_IN_ROW * radius);
  }

  private findBusy(world: World): void {
    this.busy.clear();
    for (const { from, to } of world.packets.values()) {
      if (isClient(from)) this.busy.add(directionKey(from, to));
      else if (isClient(to)) this.busy.add(directionKey(to, from));
    }
  }

  private paintTimers({ world, motion, now }: Scene): void {
    const c = this.context;
    c.lineWidth = motion.radius < 20 ? 1.5 : 2;
    c.lineCap = 'round';
    for (const node of world.nodes.values()) {
      if (!node.up) continue;
      let setAt = 0;
      let due = Infinity;
      for (const timer of node.timers.values()) {
        if (timer.due >= due) continue;
        due = timer.due;
        setAt = timer.setAt;
      }
      if (due === Infinity || now >= due) continue;
      c.strokeStyle = this.palette.nodes[node.node]!;
      c.globalAlpha = 0.55;
      this.arc(node.node, motion, 4.5, Math.min(1, (due - now) / (due - setAt)));
    }
    c.lineCap = 'butt';
    c.globalAlpha = 1;
  }

  /** Rime around a frozen node, all of it at first, gone when it thaws. */
  private paintFrost({ world, motion, now }: Scene): void {
    const c = this.context;
    for (const node of world.nodes.values()) {
      const frost = frostOf(node);
      if (frost === null || now >= frost.until) continue;
      const left = Math.min(1, (frost.until - now) / (frost.until - frost.from));
      c.strokeStyle = this.palette.frost;
      c.lineWidth = motion.radius < 20 ? 3 : 5;
      c.setLineDash([2, 2.5]);
      this.arc(node.node, motion, 9, left);
      c.setLineDash([]);
      c.lineWidth = 1.5;
      this.arc(node.node, motion, 6, left);
    }
  }

  /** A share of a circle around a node, so far outside it, px, from the top clockwise. */
  private arc(node: NodeId, motion: Motion, out: number, share: number): void {
    const c = this.context;
    const radius = motion.reach(node) * (isClient(node) ? AROUND_SQUARE : 1) + out;
    c.beginPath();
    c.arc(motion.x[node]!, motion.y[node]!, radius, -Math.PI / 2, -Math.PI / 2 + share * 2 * Math.PI);
    c.stroke();
  }

  private paintPulses({ motion, arrivals, wall }: Scene): void {
    const c = this.context;
    c.lineWidth = 1.5;
    for (let i = Math.max(0, arrivals.length - PULSES_MAX); i < arrivals.length; i++) {
      const { packet, at } = arrivals[i]!;
      const age = ageOf(at, wall, PULSE_MS);
      if (age >= 1 || packet.from === packet.to) continue;
      c.strokeStyle = this.colourOf(packet.kind);
      c.globalAlpha = 0.32 * (1 - age);
      this.arc(packet.to, motion, 3 + 6 * ease(age), 1);
    }
    c.strokeStyle = this.palette.accent;
    for (const [node, at] of this.decided) {
      const age = ageOf(at, wall, 2 * PULSE_MS);
      if (age >= 1) this.decided.delete(node);
      c.lineWidth = 3 * (1 - age) + 0.5;
      c.globalAlpha = 0.75 * (1 - age);
      this.arc(node, motion, 4 + 12 * ease(age), 1);
    }
    c.globalAlpha = 1;
  }

  private paintPackets({ world, now, marked }: Scene, sprites: Sprites): void {
    const c = this.context;
    const spot = this.spot;
    const dots = world.packets.size > LETTERS_MAX;
    this.standing.fill(0);
    for (const packet of world.packets.values()) {
      if (!this.place(world, packet, now)) continue;
      sprites.draw(c, packet.kind, dots ? 'dot' : packet.duplicateOf === null ? 'plain' : 'duplicate', spot.x, spot.y);
      if (packet.held && !dots) this.paintHeld(spot);
      if (packet.packet === marked) this.paintMarked(spot, packet.kind, dots ? 7 : this.packetRadius + 6);
    }
  }

  /** Two bars below a packet that stands still. */
  private paintHeld({ x, y }: Point): void {
    const c = this.context;
    const r = this.packetRadius;
    const right = x + r * 0.8;
    const below = y + r * 0.85;
    c.beginPath();
    c.arc(right, below, r * 0.58, 0, 2 * Math.PI);
    c.fillStyle = this.palette.text;
    c.fill();
    c.fillStyle = this.palette.island;
    c.fillRect(right - r * 0.24, below - r * 0.28, r * 0.17, r * 0.56);
    c.fillRect(right + r * 0.07, below - r * 0.28, r * 0.17, r * 0.56);
  }

  private paintMarked(at: Point, kind: number, radius: number): void {
    const c = this.context;
    c.lineWidth = 2;
    c.strokeStyle = this.colourOf(kind);
    c.beginPath();
    c.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    c.stroke();
  }

  private colourOf(kind: number): string {
    return this.palette.families[this.kinds[kind]?.family ?? 'other'];
  }
}

function ease(t: number): number {
  return 1 - (1 - t) ** 3;
}

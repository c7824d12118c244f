/**
 * What moves on the stage, on one canvas: links, packets at their true progress, packets breaking where they were lost,
 * timers running down. Called once per animation frame; nothing here is reactive.
 */
import type { MessageKind, NodeId, PacketWorld, World } from '../../src/contract/index.ts';
import type { Arrival, Loss } from '../feed.ts';
import { ageOf, BREAK_MS, brokeAt, Lanes, progressAt, PULSE_MS } from './flight.ts';
import type { Point } from './geometry.ts';
import type { Motion } from './motion.ts';
import type { Palette } from './palette.ts';
import { Sprites } from './sprites.ts';

export interface Scene {
  readonly world: World;
  readonly motion: Motion;
  /** Virtual time, µs, and wall time, ms. */
  readonly now: number;
  readonly wall: number;
  readonly losses: readonly Loss[];
  readonly arrivals: readonly Arrival[];
  /** Links that letting go would cut, and would heal. */
  readonly cuts: readonly (readonly [NodeId, NodeId])[];
  readonly heals: readonly (readonly [NodeId, NodeId])[];
  /** Where the pointer is, to find the packet under it; `null` when nobody looks for one. */
  readonly pointer: Point | null;
  /** Packet whose tooltip is open. */
  readonly marked: number | null;
  readonly reducedMotion: boolean;
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
const FRAGMENTS = 6;

export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private readonly kinds: readonly MessageKind[];
  private readonly lanes: Lanes;
  private palette: Palette;
  private sprites: Sprites | null = null;
  private packetRadius = 0;
  private ratio = 1;
  private width = 0;
  private height = 0;
  private readonly decided = new Map<NodeId, number>();
  private readonly spot = { x: 0, y: 0 };

  constructor(context: CanvasRenderingContext2D, kinds: readonly MessageKind[], highest: NodeId, palette: Palette) {
    this.context = context;
    this.kinds = kinds;
    this.lanes = new Lanes(highest);
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
    for (const a of nodes) for (const b of nodes) if (a !== b) this.lanes.set(a, b, motion.x, motion.y, motion.radius + 2);
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

  /** Paints the scene. @returns the packet under the pointer, if any */
  paint(scene: Scene): PacketHit | null {
    const c = this.context;
    this.sprites ??= new Sprites(this.kinds, this.palette, this.packetRadius, this.ratio);
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    c.clearRect(0, 0, this.width, this.height);
    this.paintLinks(scene);
    this.paintTimers(scene);
    if (!scene.reducedMotion) this.paintPulses(scene);
    const hit = this.paintPackets(scene, this.sprites);
    this.paintBreaks(scene);
    this.paintMarks(scene.cuts, scene.motion, this.palette.danger, true);
    this.paintMarks(scene.heals, scene.motion, this.palette.ok, false);
    c.globalAlpha = 1;
    return hit;
  }

  private paintLinks({ world, motion, cuts, heals }: Scene): void {
    const c = this.context;
    const cut = new Set(cuts.map(([a, b]) => a * 100 + b));
    const live = new Path2D();
    const idle = new Path2D();
    let count = 0;
    for (const group of world.groups) {
      for (let i = 0; i < group.length; i++) {
        for (let j = i + 1; j < group.length; j++) {
          const a = group[i]!;
          const b = group[j]!;
          if (cut.has(a * 100 + b)) continue;
          count++;
          const both = world.nodes.get(a)?.up === true && world.nodes.get(b)?.up === true;
          line(both ? live : idle, motion, a, b);
        }
      }
    }
    c.lineWidth = 1;
    c.strokeStyle = this.palette.line;
    // Fifteen nodes have 105 links: the more there are, the lighter each is.
    c.globalAlpha = Math.min(0.9, Math.max(0.28, 9 / Math.max(1, count)));
    c.stroke(live);
    c.globalAlpha *= 0.7;
    c.setLineDash([2, 5]);
    c.stroke(idle);
    c.globalAlpha = 0.85;
    c.lineWidth = 1.5;
    c.setLineDash([5, 5]);
    c.strokeStyle = this.palette.danger;
    c.stroke(paths(cuts, motion));
    c.strokeStyle = this.palette.ok;
    c.stroke(paths(heals, motion));
    c.setLineDash([]);
    c.globalAlpha = 1;
  }

  private paintTimers({ world, motion, now }: Scene): void {
    const c = this.context;
    const radius = motion.radius + 4.5;
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
      if (due === Infinity) continue;
      const left = 1 - progressAt(now, setAt, due);
      if (left <= 0) continue;
      c.strokeStyle = this.palette.nodes[node.node]!;
      c.globalAlpha = 0.55;
      c.beginPath();
      c.arc(motion.x[node.node]!, motion.y[node.node]!, radius, -Math.PI / 2, -Math.PI / 2 + left * 2 * Math.PI);
      c.stroke();
    }
    c.lineCap = 'butt';
    c.globalAlpha = 1;
  }

  private paintPulses({ motion, arrivals, wall }: Scene): void {
    const c = this.context;
    c.lineWidth = 1.5;
    for (let i = Math.max(0, arrivals.length - PULSES_MAX); i < arrivals.length; i++) {
      const { packet, at } = arrivals[i]!;
      const age = ageOf(at, wall, PULSE_MS);
      if (age >= 1 || packet.from === packet.to) continue;
      c.strokeStyle = this.colourOf(packet.kind);
      this.ringAround(packet.to, motion, 3 + 6 * ease(age), 0.32 * (1 - age));
    }
    c.strokeStyle = this.palette.accent;
    for (const [node, at] of this.decided) {
      const age = ageOf(at, wall, 2 * PULSE_MS);
      if (age >= 1) this.decided.delete(node);
      c.lineWidth = 3 * (1 - age) + 0.5;
      this.ringAround(node, motion, 4 + 12 * ease(age), 0.75 * (1 - age));
    }
    c.globalAlpha = 1;
  }

  private ringAround(node: NodeId, motion: Motion, out: number, alpha: number): void {
    const c = this.context;
    c.globalAlpha = alpha;
    c.beginPath();
    c.arc(motion.x[node]!, motion.y[node]!, motion.radius + out, 0, 2 * Math.PI);
    c.stroke();
  }

  private paintPackets({ world, now, pointer, marked }: Scene, sprites: Sprites): PacketHit | null {
    const c = this.context;
    const spot = this.spot;
    const dots = world.packets.size > LETTERS_MAX;
    let nearest: PacketWorld | null = null;
    let least = REACH * REACH;
    let x = 0;
    let y = 0;
    for (const packet of world.packets.values()) {
      if (packet.from === packet.to) continue;
      const progress = progressAt(now, packet.sentAt, packet.due);
      // Between two frames the clock runs on: it has arrived, and main will say so in a moment.
      if (progress === 1) continue;
      this.lanes.point(packet.from, packet.to, progress, spot);
      sprites.draw(c, packet.kind, dots ? 'dot' : packet.duplicateOf === null ? 'plain' : 'duplicate', spot.x, spot.y);
      if (packet.packet === marked) this.paintMarked(spot, packet.kind, dots ? 7 : this.packetRadius + 6);
      if (pointer === null) continue;
      const distance = (spot.x - pointer.x) ** 2 + (spot.y - pointer.y) ** 2;
      if (distance > least) continue;
      least = distance;
      nearest = packet;
      x = spot.x;
      y = spot.y;
    }
    return nearest === null ? null : { packet: nearest, x, y };
  }

  private paintMarked(at: Point, kind: number, radius: number): void {
    const c = this.context;
    c.lineWidth = 2;
    c.strokeStyle = this.colourOf(kind);
    c.beginPath();
    c.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    c.stroke();
  }

  /** A lost packet falls to pieces where it was lost, and a small cross stays for a moment. */
  private paintBreaks({ losses, wall, reducedMotion }: Scene): void {
    const c = this.context;
    const spot = this.spot;
    for (const loss of losses) {
      const age = ageOf(loss.at, wall, BREAK_MS);
      const { packet } = loss;
      if (age >= 1 || packet.from === packet.to) continue;
      this.lanes.point(packet.from, packet.to, brokeAt(loss), spot);
      c.fillStyle = this.colourOf(packet.kind);
      c.globalAlpha = (1 - age) ** 1.4;
      const flown = reducedMotion ? this.packetRadius : this.packetRadius * (0.45 + 2.1 * ease(age));
      const size = this.packetRadius * 0.42 * (1 - 0.5 * age);
      for (let i = 0; i < FRAGMENTS; i++) {
        // From the packet's number, so that each breaks in its own way and the same way in every frame.
        const angle = ((packet.packet * 2.399 + i) * 2 * Math.PI) / FRAGMENTS;
        const far = flown * (0.75 + 0.5 * ((packet.packet * 7 + i * 13) % 5) * 0.25);
        this.paintFragment(spot.x + Math.cos(angle) * far, spot.y + Math.sin(angle) * far, size, angle + 3 * age);
      }
      c.strokeStyle = this.palette.danger;
      c.lineWidth = 1.75;
      cross(c, spot, this.packetRadius * 0.45);
    }
    c.globalAlpha = 1;
  }

  private paintFragment(x: number, y: number, size: number, angle: number): void {
    const c = this.context;
    c.beginPath();
    for (let i = 0; i < 3; i++) c.lineTo(x + Math.cos(angle + i * 2.1) * size, y + Math.sin(angle + i * 2.1) * size);
    c.fill();
  }

  /** A small sign in the middle of links that a drop would cut (×) or heal (+). */
  private paintMarks(links: Scene['cuts'], motion: Motion, colour: string, cut: boolean): void {
    const c = this.context;
    const radius = links.length > 14 ? 4.5 : 7;
    for (const [a, b] of links) {
      const at = { x: (motion.x[a]! + motion.x[b]!) / 2, y: (motion.y[a]! + motion.y[b]!) / 2 };
      c.beginPath();
      c.arc(at.x, at.y, radius, 0, 2 * Math.PI);
      c.fillStyle = this.palette.island;
      c.fill();
      c.strokeStyle = colour;
      c.lineWidth = 1.5;
      c.stroke();
      if (cut) cross(c, at, radius * 0.4);
      else plus(c, at, radius * 0.5);
    }
  }

  private colourOf(kind: number): string {
    return this.palette.families[this.kinds[kind]?.family ?? 'other'];
  }
}

function line(path: Path2D, motion: Motion, a: NodeId, b: NodeId): void {
  path.moveTo(motion.x[a]!, motion.y[a]!);
  path.lineTo(motion.x[b]!, motion.y[b]!);
}

function paths(links: Scene['cuts'], motion: Motion): Path2D {
  const path = new Path2D();
  for (const [a, b] of links) line(path, motion, a, b);
  return path;
}

function cross(c: CanvasRenderingContext2D, at: Point, reach: number): void {
  c.beginPath();
  c.moveTo(at.x - reach, at.y - reach);
  c.lineTo(at.x + reach, at.y + reach);
  c.moveTo(at.x + reach, at.y - reach);
  c.lineTo(at.x - reach, at.y + reach);
  c.stroke();
}

function plus(c: CanvasRenderingContext2D, at: Point, reach: number): void {
  c.beginPath();
  c.moveTo(at.x - reach, at.y);
  c.lineTo(at.x + reach, at.y);
  c.moveTo(at.x, at.y - reach);
  c.lineTo(at.x, at.y + reach);
  c.stroke();
}

function ease(t: number): number {
  return 1 - (1 - t) ** 3;
}

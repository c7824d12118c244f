/** Links on the canvas: open, cut in one direction or both, flapping, with settings of their own, under the knife. */
import { directionKey, isClient, type NodeId, type World } from '../../src/contract/index.ts';
import type { Lanes } from './flight.ts';
import type { Point } from './geometry.ts';
import type { Crossing } from './knife.ts';
import { directionState, hasOwn, isLinked, type Pair } from './links.ts';
import type { Motion } from './motion.ts';
import type { Palette } from './palette.ts';

/** A place on a link. */
type Place = Pick<Crossing, 'link' | 'share'>;

export interface LinkScene {
  readonly world: World;
  readonly motion: Motion;
  /** Virtual time, µs. */
  readonly now: number;
  /** Links that letting go would cut, and would heal. */
  readonly cuts: readonly Pair[];
  readonly heals: readonly Pair[];
  /** The link that is pointed at, or whose particulars are open. */
  readonly lit: Pair | null;
  /** The actor under the pointer: if it is a client, its links are to be seen. */
  readonly about: NodeId | null;
  /** Links of clients on which there are packets, by the direction from the client. */
  readonly busy: ReadonlySet<number>;
  /** The knife is out: what it can cut is to be seen. */
  readonly knife: boolean;
  /** The stroke of the knife, and the links it has crossed. */
  readonly stroke: readonly Point[];
  readonly struck: readonly Crossing[];
}

/** How much of a link that is cut both ways is left at each end, as a share of what lies between the discs. */
const STUMP = 0.36;
/** With more directions cut than this, stumps are only this long, px, and faint: a tangle of them would hide what is open. */
const CUTS_MANY = 28;
const STUMP_SHORT = 16;
/** A link of a client on which nothing moves. */
const FAINT = 0.2;
const ARROW = 6.5;
const BAR = 5.5;

export class LinkPainter {
  private readonly context: CanvasRenderingContext2D;
  private readonly lanes: Lanes;
  private readonly spot = { x: 0, y: 0 };

  constructor(context: CanvasRenderingContext2D, lanes: Lanes) {
    this.context = context;
    this.lanes = lanes;
  }

  /** Everything that lies under the packets. */
  paint(scene: LinkScene, palette: Palette): void {
    const { world, motion, now, cuts, heals } = scene;
    const c = this.context;
    const previewed = new Set(cuts.map(([a, b]) => a * 100 + b));
    const live = new Path2D();
    const idle = new Path2D();
    const faint = new Path2D();
    const down = new Path2D();
    const closed = new Path2D();
    const arrows = new Path2D();
    const many = world.cuts.size > CUTS_MANY;
    let count = 0;
    for (const group of world.groups) {
      for (let i = 0; i < group.length; i++) {
        for (let j = i + 1; j < group.length; j++) {
          const a = group[i]!;
          const b = group[j]!;
          if (!isLinked(a, b) || previewed.has(a * 100 + b)) continue;
          if (!isClient(b)) count++;
          const there = directionState(world, a, b, now);
          const back = directionState(world, b, a, now);
          if (there === 'open' && back === 'open') {
            const isFaint = isClient(b) && !scene.knife && scene.about !== b && !scene.busy.has(directionKey(b, a));
            if (isFaint) line(faint, motion, a, b);
            else line(world.nodes.get(a)?.up === true && world.nodes.get(b)?.up === true ? live : idle, motion, a, b);
          } else if (there === 'cut' && back === 'cut') broken(closed, motion, a, b, many);
          else if (there === 'cut') oneWay(closed, arrows, motion, b, a);
          else if (back === 'cut') oneWay(closed, arrows, motion, a, b);
          else line(down, motion, a, b);
        }
      }
    }
    c.lineWidth = 1;
    c.strokeStyle = palette.line;
    // Fifteen nodes have 105 links: the more there are, the lighter each is.
    c.globalAlpha = Math.min(0.9, Math.max(0.28, 9 / Math.max(1, count)));
    c.stroke(live);
    c.globalAlpha *= 0.7;
    c.setLineDash([2, 5]);
    c.stroke(idle);
    c.setLineDash([]);
    c.globalAlpha = FAINT;
    c.stroke(faint);
    c.globalAlpha = 0.85;
    c.lineWidth = 1.25;
    c.setLineDash([1.5, 6]);
    c.strokeStyle = palette.warn;
    c.stroke(down);
    c.lineWidth = 1.5;
    c.setLineDash([5, 5]);
    c.strokeStyle = palette.danger;
    c.stroke(paths(cuts, motion));
    c.strokeStyle = palette.ok;
    c.stroke(paths(heals, motion));
    c.setLineDash([]);
    if (many) {
      c.globalAlpha = 0.55;
      c.lineWidth = 1;
    }
    c.strokeStyle = c.fillStyle = palette.danger;
    c.stroke(closed);
    c.fill(arrows);
    c.globalAlpha = 1;
    this.paintOwn(scene, palette);
    this.paintLit(scene, palette);
  }

  /** A small sign on links that a drop or the knife would cut (×) or a drop would heal (+), and the knife's stroke. */
  paintAbove({ motion, cuts, heals, stroke, struck }: LinkScene, palette: Palette): void {
    this.paintSigns(cuts.map(inTheMiddle), motion, palette, palette.danger, true);
    this.paintSigns(heals.map(inTheMiddle), motion, palette, palette.ok, false);
    this.paintSigns(struck, motion, palette, palette.danger, true);
    if (stroke.length < 2) return;
    const c = this.context;
    c.beginPath();
    for (const { x, y } of stroke) c.lineTo(x, y);
    c.lineWidth = 2.5;
    c.lineCap = c.lineJoin = 'round';
    c.strokeStyle = palette.text;
    c.stroke();
    c.lineCap = 'butt';
    c.lineJoin = 'miter';
  }

  /** A dot in the lane of every direction that has settings of its own. */
  private paintOwn({ world, motion }: LinkScene, palette: Palette): void {
    if (world.links.size === 0) return;
    const c = this.context;
    const radius = motion.radius < 25 ? 2.5 : 3.5;
    c.lineWidth = 1.5;
    c.strokeStyle = palette.accent;
    c.fillStyle = palette.island;
    for (const group of world.groups) {
      for (const a of group) {
        for (const b of group) {
          if (a === b || !isLinked(a, b) || !hasOwn(world, a, b)) continue;
          this.lanes.point(a, b, 0.5, this.spot);
          c.beginPath();
          c.arc(this.spot.x, this.spot.y, radius, 0, 2 * Math.PI);
          c.fill();
          c.stroke();
        }
      }
    }
  }

  private paintLit({ lit, struck, motion }: LinkScene, palette: Palette): void {
    const c = this.context;
    if (lit !== null) {
      c.globalAlpha = 0.5;
      c.lineWidth = 3;
      c.strokeStyle = palette.accent;
      c.stroke(paths([lit], motion));
    }
    if (struck.length > 0) {
      c.globalAlpha = 0.85;
      c.lineWidth = 2.5;
      c.strokeStyle = palette.danger;
      c.stroke(paths(struck.map(({ link }) => link), motion));
    }
    c.globalAlpha = 1;
  }

  private paintSigns(links: readonly Place[], motion: Motion, palette: Palette, colour: string, cut: boolean): void {
    const c = this.context;
    const radius = links.length > 14 ? 4.5 : 7;
    for (const { link: [a, b], share } of links) {
      const at = {
        x: motion.x[a]! + (motion.x[b]! - motion.x[a]!) * share,
        y: motion.y[a]! + (motion.y[b]! - motion.y[a]!) * share,
      };
      c.beginPath();
      c.arc(at.x, at.y, radius, 0, 2 * Math.PI);
      c.fillStyle = palette.island;
      c.fill();
      c.strokeStyle = colour;
      c.lineWidth = 1.5;
      c.stroke();
      if (cut) cross(c, at, radius * 0.4);
      else plus(c, at, radius * 0.5);
    }
  }
}

function inTheMiddle(link: Pair): Place {
  return { link, share: 0.5 };
}

/** A cross around a point. */
export function cross(c: CanvasRenderingContext2D, at: Point, reach: number): void {
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

function line(path: Path2D, motion: Motion, a: NodeId, b: NodeId): void {
  path.moveTo(motion.x[a]!, motion.y[a]!);
  path.lineTo(motion.x[b]!, motion.y[b]!);
}

function paths(links: readonly Pair[], motion: Motion): Path2D {
  const path = new Path2D();
  for (const [a, b] of links) line(path, motion, a, b);
  return path;
}

/** Cut both ways: a stump at each end, closed by a bar. */
function broken(path: Path2D, motion: Motion, a: NodeId, b: NodeId, short: boolean): void {
  const { x, y, ux, uy, length } = between(motion, a, b);
  const stump = short ? Math.min(STUMP_SHORT, length * STUMP) : length * STUMP;
  for (const end of [0, 1]) {
    const stop = end === 0 ? stump : length - stump;
    path.moveTo(x + ux * length * end, y + uy * length * end);
    path.lineTo(x + ux * stop, y + uy * stop);
    if (!short) bar(path, x + ux * stop, y + uy * stop, ux, uy);
  }
}

/** Open from `a` to `b` only: an arrow that way, and a bar where what comes from `b` is stopped. */
function oneWay(path: Path2D, arrows: Path2D, motion: Motion, a: NodeId, b: NodeId): void {
  const { x, y, ux, uy, length } = between(motion, a, b);
  path.moveTo(x, y);
  path.lineTo(x + ux * length, y + uy * length);
  const stop = Math.min(16, length * 0.2);
  bar(path, x + ux * stop, y + uy * stop, ux, uy);
  const tip = length / 2 + ARROW;
  arrows.moveTo(x + ux * tip, y + uy * tip);
  for (const across of [1, -1]) {
    arrows.lineTo(x + ux * (tip - 2 * ARROW) - uy * across * ARROW, y + uy * (tip - 2 * ARROW) + ux * across * ARROW);
  }
  arrows.closePath();
}

function bar(path: Path2D, x: number, y: number, ux: number, uy: number): void {
  path.moveTo(x - uy * BAR, y + ux * BAR);
  path.lineTo(x + uy * BAR, y - ux * BAR);
}

/** From the edge of one disc to the edge of the other: where it begins, which way it goes, how long it is. */
function between(motion: Motion, a: NodeId, b: NodeId) {
  const dx = motion.x[b]! - motion.x[a]!;
  const dy = motion.y[b]! - motion.y[a]!;
  const far = Math.hypot(dx, dy) || 1;
  const ux = dx / far;
  const uy = dy / far;
  const first = Math.min(motion.reach(a) + 2, far / 2);
  const last = Math.min(motion.reach(b) + 2, far / 2);
  return { x: motion.x[a]! + ux * first, y: motion.y[a]! + uy * first, ux, uy, length: far - first - last };
}

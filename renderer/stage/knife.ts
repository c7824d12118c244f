/** The knife: which links a stroke crosses. Pure; px. */
import type { Direction, Groups, NodeId } from '../../src/contract/index.ts';
import type { Point } from './geometry.ts';
import { isLinked, type Pair } from './links.ts';

/** Where the middles of the discs are, by node number. */
export interface Places {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** A link that a stroke has crossed, and which of its nodes lay to the left of the stroke. */
export interface Crossing {
  readonly link: Pair;
  readonly left: NodeId;
  /** Where on the link, as a share of the way from its first node. */
  readonly share: number;
}

/** Longest stroke that is remembered, in points; what comes after is one with its last part. */
export const STROKE_MAX = 400;
/** Points nearer to each other than this are one. */
const STEP = 3;

/** Adds a point to a stroke in place. @returns whether it made the stroke longer */
export function extend(stroke: Point[], at: Point): boolean {
  const last = stroke.at(-1);
  if (last !== undefined && Math.hypot(at.x - last.x, at.y - last.y) < STEP) return false;
  if (stroke.length === STROKE_MAX) stroke.pop();
  stroke.push(at);
  return true;
}

/** The links inside islands that the stroke crosses; a link crossed twice counts by its first crossing. */
export function crossings(stroke: readonly Point[], groups: Groups, places: Places): Crossing[] {
  const found: Crossing[] = [];
  for (const group of groups) {
    for (let i = 0; i < group.length; i++) {
      for (let j = i + 1; j < group.length; j++) {
        if (!isLinked(group[i]!, group[j]!)) continue;
        const crossing = crossedBy(stroke, group[i]!, group[j]!, places);
        if (crossing !== null) found.push(crossing);
      }
    }
  }
  return found;
}

/** The directions to cut: both of every link, or only that from the node on the left of the stroke. */
export function directionsCut(crossed: readonly Crossing[], oneWay: boolean): Direction[] {
  return crossed.flatMap(({ link: [a, b], left }) => {
    const out = left === a ? { from: a, to: b } : { from: b, to: a };
    return oneWay ? [out] : [out, { from: out.to, to: out.from }];
  });
}

/** Where the stroke crosses the link first; `null` when it does not. */
function crossedBy(stroke: readonly Point[], a: NodeId, b: NodeId, { x, y }: Places): Crossing | null {
  const from = { x: x[a]!, y: y[a]! };
  const to = { x: x[b]!, y: y[b]! };
  for (let i = 1; i < stroke.length; i++) {
    const p = stroke[i - 1]!;
    const q = stroke[i]!;
    const sideOfA = side(p, q, from);
    const sideOfB = side(p, q, to);
    if (sideOfA * sideOfB > 0 || side(from, to, p) * side(from, to, q) > 0) continue;
    // The sides grow with the distance from the stroke. Both are 0 where it runs along the link.
    const share = sideOfA === sideOfB ? 0.5 : sideOfA / (sideOfA - sideOfB);
    // y grows downwards: what is negative lies to the left of the way.
    return { link: [a, b], left: sideOfA < 0 ? a : b, share };
  }
  return null;
}

/** On which side of the line from `p` to `q` a point lies. */
function side(p: Point, q: Point, at: Point): number {
  return (q.x - p.x) * (at.y - p.y) - (q.y - p.y) * (at.x - p.x);
}

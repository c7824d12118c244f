/** Where packets are: the lanes along the links, and what fades there. Pure. */
import type { Loss } from '../feed.ts';
import type { NodeId } from '../../src/contract/index.ts';

/** How long a lost packet is seen breaking, wall ms. */
export const BREAK_MS = 900;
/** How long an arrival or a decision is seen on a node, wall ms. */
export const PULSE_MS = 520;

/** Where on its link a lost packet broke: where it was, or at the disc of the node that was down. */
export function brokeAt(loss: Pick<Loss, 'cause' | 'progress'>): number {
  return loss.cause === 'dead' ? 1 : Math.min(1, Math.max(0, loss.progress));
}

/** How far on a fading thing is, 0 (fresh) to 1 (gone); `at` and `wall` are wall ms. */
export function ageOf(at: number, wall: number, lasts: number): number {
  const age = (wall - at) / lasts;
  return age < 0 ? 0 : age > 1 ? 1 : age;
}

/** Numbers per lane in `Lanes.data`. */
const STRIDE = 6;
/** How far, at most, a lane bows out from the straight line, px, and as a share of its length. */
const BOW_MAX = 11;
const BOW_SHARE = 0.07;

/**
 * The lanes of all ordered pairs of nodes: from the edge of one disc to the edge of the other, bowed to the right of the
 * way, so that the two directions keep apart. Filled anew when nodes have moved; looked up for every packet.
 */
export class Lanes {
  private readonly data: Float64Array;
  private readonly side: number;

  /** @param highest the highest node number */
  constructor(highest: NodeId) {
    this.side = highest + 1;
    this.data = new Float64Array(this.side * this.side * STRIDE);
  }

  /** Sets the lane from `a` to `b`; `x` and `y` by node, how far each of the two reaches from its middle, all px. */
  set(a: NodeId, b: NodeId, x: ArrayLike<number>, y: ArrayLike<number>, reachA: number, reachB: number): void {
    const dx = x[b]! - x[a]!;
    const dy = y[b]! - y[a]!;
    const length = Math.hypot(dx, dy) || 1;
    const ux = dx / length;
    const uy = dy / length;
    const bow = 2 * Math.min(BOW_MAX, length * BOW_SHARE);
    const i = (a * this.side + b) * STRIDE;
    this.data[i] = x[a]! + ux * Math.min(reachA, length / 2);
    this.data[i + 1] = y[a]! + uy * Math.min(reachA, length / 2);
    this.data[i + 2] = (x[a]! + x[b]!) / 2 - uy * bow;
    this.data[i + 3] = (y[a]! + y[b]!) / 2 + ux * bow;
    this.data[i + 4] = x[b]! - ux * Math.min(reachB, length / 2);
    this.data[i + 5] = y[b]! - uy * Math.min(reachB, length / 2);
  }

  /** How far it is from one end of the lane to the other, px, straight on; at least 1. */
  lengthOf(a: NodeId, b: NodeId): number {
    const i = (a * this.side + b) * STRIDE;
    return Math.max(1, Math.hypot(this.data[i + 4]! - this.data[i]!, this.data[i + 5]! - this.data[i + 1]!));
  }

  /** Writes the point at `progress` of the lane from `a` to `b` into `out`: no garbage for thousands of packets. */
  point(a: NodeId, b: NodeId, progress: number, out: { x: number; y: number }): void {
    const i = (a * this.side + b) * STRIDE;
    const d = this.data;
    const q = 1 - progress;
    out.x = q * q * d[i]! + 2 * q * progress * d[i + 2]! + progress * progress * d[i + 4]!;
    out.y = q * q * d[i + 1]! + 2 * q * progress * d[i + 3]! + progress * progress * d[i + 5]!;
  }
}

/** Virtual time between two frames, for painters that draw more often than frames come or less evenly. */
import type { Transport } from '../src/contract/index.ts';

/** How far, in wall ms, the clock runs on when no frame comes. */
const AHEAD_MAX_MS = 100;
/** Share of the difference to a new frame that is made good at once; the rest with the frames after it. */
const CORRECTION = 0.2;
const US_PER_MS = 1000;

/**
 * While the run plays at a set speed the clock runs on smoothly from frame to frame, never goes back and never runs
 * ahead of the last frame by more than 100 ms of wall time. Paused, or as fast as possible, it says exactly what the last
 * frame said.
 */
export class VirtualClock {
  private frameNow = 0;
  private shown = 0;
  /** Virtual µs per wall ms; 0 while the clock stands still between frames. */
  private rate = 0;
  /** Virtual time at wall time 0, were the rate always the same. */
  private base = 0;

  /** Takes in the virtual time `now` (µs) of a frame that came in at wall time `wall` (ms). */
  sample(now: number, transport: Transport, wall: number): void {
    const rate = transport.playing && transport.speed !== 'max' ? transport.speed * US_PER_MS : 0;
    const base = now - rate * wall;
    const off = base - this.base;
    const smooth = rate === this.rate && rate > 0 && Math.abs(off) < AHEAD_MAX_MS * rate;
    this.base = smooth ? this.base + off * CORRECTION : base;
    if (!smooth && (rate === 0 || now < this.shown - AHEAD_MAX_MS * rate)) this.shown = now;
    this.rate = rate;
    this.frameNow = now;
  }

  /** Forgets the run. */
  reset(): void {
    this.frameNow = this.shown = this.rate = this.base = 0;
  }

  /** Virtual time, µs, at wall time `wall` (ms). */
  read(wall: number): number {
    if (this.rate === 0) return this.frameNow;
    const running = Math.min(this.base + this.rate * wall, this.frameNow + this.rate * AHEAD_MAX_MS);
    this.shown = Math.max(this.shown, running);
    return this.shown;
  }
}

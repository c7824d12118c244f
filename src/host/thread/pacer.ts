/** Maps wall time to virtual time: how far a run may go by now. */
import type { Speed } from '../../cluster/frames.ts';

/**
 * Longest stretch of wall time, ms, that is made up for, after the process was held up (a laptop that slept) or while
 * the threads cannot keep the pace: a run that could go faster again does not sprint.
 */
const CATCH_UP_MAX_MS = 100;

export class Pacer {
  private wall: number;
  private virtual: number;
  private readonly clock: () => number;
  private speed: Speed;

  /** @param clock wall time in ms, never falling. */
  constructor(clock: () => number, speed: Speed, virtual: number) {
    this.clock = clock;
    this.speed = speed;
    this.wall = clock();
    this.virtual = virtual;
  }

  /** From here on: this speed, beginning at virtual time `virtual` (µs). */
  restart(speed: Speed, virtual: number): void {
    this.speed = speed;
    this.wall = this.clock();
    this.virtual = virtual;
  }

  /**
   * The virtual time that may have been reached by now, µs; Infinity for as fast as possible.
   * @param reached the virtual time that has been reached, µs.
   */
  limit(reached: number): number {
    if (this.speed === 'max') return Infinity;
    const wall = this.clock();
    const elapsed = Math.min(wall - this.wall, CATCH_UP_MAX_MS);
    const ahead = reached + CATCH_UP_MAX_MS * 1000 * this.speed;
    this.virtual = Math.min(this.virtual + elapsed * 1000 * this.speed, ahead);
    this.wall = wall;
    return Math.floor(this.virtual);
  }
}

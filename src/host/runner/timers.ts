/** The timers of one node, in virtual time. */

export interface Timer {
  readonly name: string;
  /** Virtual time, µs. */
  readonly due: number;
  /** Timers of one time fire in the order in which they were set. */
  readonly order: number;
}

/** All timers at a moment: plain data. */
export interface TimersData {
  readonly timers: readonly Timer[];
  /** How many have ever been set. */
  readonly set: number;
}

export class Timers {
  private readonly timers = new Map<string, Timer>();
  private count = 0;
  private earliest: Timer | null = null;

  constructor(data?: TimersData) {
    if (data === undefined) return;
    for (const timer of data.timers) this.timers.set(timer.name, timer);
    this.count = data.set;
  }

  save(): TimersData {
    return { timers: [...this.timers.values()], set: this.count };
  }

  /** Replaces a timer of that name. */
  set(name: string, due: number): void {
    this.timers.set(name, { name, due, order: this.count++ });
    this.earliest = null;
  }

  /** Takes a timer away; whether there was one. */
  delete(name: string): boolean {
    this.earliest = null;
    return this.timers.delete(name);
  }

  /** The one that fires next; `null` without one. */
  next(): Timer | null {
    if (this.earliest === null) {
      for (const timer of this.timers.values()) {
        const best = this.earliest;
        if (best === null || timer.due < best.due || (timer.due === best.due && timer.order < best.order)) {
          this.earliest = timer;
        }
      }
    }
    return this.earliest;
  }
}

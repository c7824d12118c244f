/** When the events of a run happened, between those of which the window knows it: for labels, never to go by. */

/** Points kept; when there are more, every other one goes. */
const POINTS_MAX = 8192;

interface Point {
  readonly seq: number;
  readonly at: number;
}

export class TimeScale {
  private points: Point[] = [];

  /** After `seq` events virtual time was `at` (µs). */
  add(seq: number, at: number): void {
    const index = countUpTo(this.points, seq, (point) => point.seq);
    if (this.points[index - 1]?.seq === seq) return;
    if (index === this.points.length) this.points.push({ seq, at });
    else this.points.splice(index, 0, { seq, at });
    if (this.points.length > POINTS_MAX) this.points = this.points.filter((_, i) => i % 2 === 0 || i === this.points.length - 1);
  }

  /** Virtual time after `seq` events, µs: evenly between the nearest two that are known. */
  at(seq: number): number {
    const index = countUpTo(this.points, seq, (point) => point.seq);
    const before = this.points[index - 1] ?? { seq: 0, at: 0 };
    const after = this.points[index];
    if (after === undefined || before.seq === seq) return before.at;
    return before.at + ((after.at - before.at) * (seq - before.seq)) / (after.seq - before.seq);
  }

  /** The number of events up to a virtual time (µs): evenly between the nearest two that are known. */
  seqAt(at: number): number {
    const index = countUpTo(this.points, at, (point) => point.at);
    const before = this.points[index - 1] ?? { seq: 0, at: 0 };
    const after = this.points[index];
    if (after === undefined || before.at === at) return before.seq;
    return before.seq + ((after.seq - before.seq) * (at - before.at)) / (after.at - before.at);
  }

  clear(): void {
    this.points = [];
  }
}

/** How many items at the beginning of a list, ascending by `key`, are at most `limit`. */
export function countUpTo<T>(items: readonly T[], limit: number, key: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(items[middle]!) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

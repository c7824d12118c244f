/** A list that keeps the newest `capacity` items. Positions count from the first item ever pushed and stay valid. */
export class Ring<T> {
  readonly capacity: number;
  private readonly items: T[] = [];
  /** Position after the newest item: how many were ever pushed. */
  end = 0;
  private cleared = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Position of the oldest item kept. */
  get start(): number {
    return Math.max(this.cleared, this.end - this.capacity);
  }

  get length(): number {
    return this.end - this.start;
  }

  push(item: T): void {
    this.items[this.end % this.capacity] = item;
    this.end++;
  }

  /** The item at a position; `undefined` when it is not kept any more, or not there yet. */
  at(position: number): T | undefined {
    if (position < this.start || position >= this.end) return undefined;
    return this.items[position % this.capacity];
  }

  /** Forgets everything. Positions go on from where they were. */
  clear(): void {
    this.cleared = this.end;
    this.items.length = 0;
  }
}

/** A binary heap: the least item first, by the order given. */
export class MinQueue<T> {
  private items: T[] = [];
  private readonly less: (a: T, b: T) => boolean;

  /** @param less a strict total order; two items never compare equal, or their order would not be determined. */
  constructor(less: (a: T, b: T) => boolean) {
    this.less = less;
  }

  /** A queue of the items of another when it was saved. */
  static restore<T>(less: (a: T, b: T) => boolean, items: readonly T[]): MinQueue<T> {
    const queue = new MinQueue(less);
    queue.items = [...items];
    return queue;
  }

  /** The items, to make the queue from again; the items themselves are shared. */
  save(): readonly T[] {
    return [...this.items];
  }

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    const items = this.items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent]!;
      if (!this.less(item, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const items = this.items;
    const top = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.sink(last, 0);
    return top;
  }

  /** The first item found for which `wanted` holds. */
  find(wanted: (item: T) => boolean): T | undefined {
    return this.items.find(wanted);
  }

  /** Takes out every item for which `wanted` holds, in order. */
  extract(wanted: (item: T) => boolean): T[] {
    const taken = this.items.filter(wanted);
    if (taken.length === 0) return taken;
    this.items = this.items.filter((item) => !wanted(item));
    for (let at = (this.items.length >> 1) - 1; at >= 0; at--) this.sink(this.items[at]!, at);
    return taken.sort((a, b) => (this.less(a, b) ? -1 : 1));
  }

  private sink(item: T, from: number): void {
    const items = this.items;
    const half = items.length >> 1;
    let at = from;
    while (at < half) {
      let child = 2 * at + 1;
      let best = items[child] as T;
      const right = items[child + 1];
      if (right !== undefined && this.less(right, best)) {
        child++;
        best = right;
      }
      if (!this.less(best, item)) break;
      items[at] = best;
      at = child;
    }
    items[at] = item;
  }
}

/**
 * A doubly linked list of numbers from which each can be taken out and put back in the reverse order, at no cost: Knuth's
 * dancing links. (Lowe, *Testing for Linearizability*, section 3, does the same with a history of events.)
 */
export class Links {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;

  /** @param items from 0 to `count` − 1, each once, in the order of the list; */
  constructor(count: number, items: readonly number[]) {
    this.#next = new Int32Array(count + 1);
    this.#previous = new Int32Array(count + 1);
    // What stands before the first and after the last is `count`.
    let last = count;
    for (const item of items) {
      this.#next[last] = item;
      this.#previous[item] = last;
      last = item;
    }
    this.#next[last] = count;
    this.#previous[count] = last;
  }

  /** The first item; `count` when there is none. */
  get first(): number {
    return this.#next[this.#next.length - 1]!;
  }

  /** The item after that one; `count` after the last. */
  after(item: number): number {
    return this.#next[item]!;
  }

  /** Takes out an item that is in. */
  take(item: number): void {
    const next = this.#next[item]!;
    const previous = this.#previous[item]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  /** Puts back the item that was taken out last of those that are out. */
  putBack(item: number): void {
    this.#next[this.#previous[item]!] = item;
    this.#previous[this.#next[item]!] = item;
  }
}

/** Growing tables of numbers: what the search looks up for every transition. */

const CAPACITY_MIN = 1 << 10;
/** A table of pairs is doubled when more of it is in use. */
const FILL_MAX = 0.6;

/** Rows of a fixed number of words, by number; zero at first. */
export class Rows {
  words: Int32Array;
  readonly width: number;

  constructor(width: number) {
    this.width = width;
    this.words = new Int32Array(CAPACITY_MIN * width);
  }

  /** Makes room for the row of this number. */
  reach(row: number): void {
    if ((row + 1) * this.width <= this.words.length) return;
    const grown = new Int32Array(Math.max((row + 1) * this.width, this.words.length * 2));
    grown.set(this.words);
    this.words = grown;
  }

  /** The same rows with more words each, the new ones zero. */
  widened(width: number): Rows {
    const wide = new Rows(width);
    const rows = this.words.length / this.width;
    wide.reach(rows);
    for (let row = 0; row < rows; row++) wide.words.set(this.words.subarray(row * this.width, (row + 1) * this.width), row * width);
    return wide;
  }

  get bytes(): number {
    return this.words.byteLength;
  }
}

/** A map from two numbers from 0 to one: open addressing with linear probing, in one array. */
export class PairMap {
  #table = new Int32Array(3 * CAPACITY_MIN).fill(-1);
  #size = 0;

  get bytes(): number {
    return this.#table.byteLength;
  }

  /** @returns `missing` where there is none */
  get(a: number, b: number, missing: number): number {
    const at = this.#find(this.#table, a, b);
    return this.#table[at] === -1 ? missing : this.#table[at + 2]!;
  }

  set(a: number, b: number, value: number): void {
    const table = this.#table;
    const at = this.#find(table, a, b);
    if (table[at] === -1) this.#size++;
    table[at] = a;
    table[at + 1] = b;
    table[at + 2] = value;
    if (this.#size * 3 > table.length * FILL_MAX) this.#grow();
  }

  #find(table: Int32Array, a: number, b: number): number {
    const last = table.length / 3 - 1;
    let mixed = Math.imul(a ^ Math.imul(b, 0x85ebca6b), 0x9e3779b1);
    mixed ^= mixed >>> 15;
    let slot = mixed & last;
    while (table[slot * 3] !== -1 && (table[slot * 3] !== a || table[slot * 3 + 1] !== b)) slot = (slot + 1) & last;
    return slot * 3;
  }

  #grow(): void {
    const old = this.#table;
    const table = new Int32Array(old.length * 2).fill(-1);
    for (let at = 0; at < old.length; at += 3) {
      if (old[at] === -1) continue;
      const to = this.#find(table, old[at]!, old[at + 1]!);
      table.set(old.subarray(at, at + 3), to);
    }
    this.#table = table;
  }
}

/** Numbers for texts, in the order in which they are first met. */
export class Names {
  readonly #numbers = new Map<string, number>();

  get size(): number {
    return this.#numbers.size;
  }

  /** @returns the number of the text; what `size` was before, if it is new */
  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const fresh = this.#numbers.size;
    this.#numbers.set(text, fresh);
    return fresh;
  }
}

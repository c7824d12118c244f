/**
 * The states that a search has met, in the order in which it met them: that order is its queue as well. States stand side
 * by side in blocks of memory; a table with open addressing (linear probing) finds them.
 */
import type { State } from './specification.ts';

/** States in a block: a power of two. */
const BLOCK_BITS = 16;
const BLOCK = 1 << BLOCK_BITS;
const TABLE_BITS_MIN = 12;
/** The table is doubled when more of it is in use. */
const FILL_MAX = 0.7;

export class Visited {
  readonly #words: number;
  readonly #blocks: Int32Array[] = [];
  /** By state: the one it was first reached from, −1 for an initial one. */
  readonly #parents: Int32Array[] = [];
  /** Number of a state plus one; 0 is free. */
  #table = new Int32Array(1 << TABLE_BITS_MIN);
  #size = 0;

  /** @param words length of a state */
  constructor(words: number) {
    this.#words = words;
  }

  get size(): number {
    return this.#size;
  }

  /** Of memory that is in use for the states, bytes. */
  get bytes(): number {
    return 4 * (this.#table.length + this.#blocks.length * BLOCK * (this.#words + 1));
  }

  /** @returns whether the state was not there before */
  add(state: State, parent: number): boolean {
    const { size } = this;
    return this.number(state, parent) === size;
  }

  /** @returns the number of the state; what `size` was before, if it was not there and is now */
  number(state: State, parent: number): number {
    const words = this.#words;
    const table = this.#table;
    const last = table.length - 1;
    let slot = hash(state, words) & last;
    for (let entry = table[slot]!; entry !== 0; entry = table[slot]!) {
      if (this.#equals(entry - 1, state)) return entry - 1;
      slot = (slot + 1) & last;
    }
    const index = this.#size++;
    table[slot] = index + 1;
    this.#put(index, state, parent);
    if (this.#size > table.length * FILL_MAX) this.#grow();
    return index;
  }

  /** Reads the state of the number, which counts from 0. */
  read(index: number, into: State): void {
    const block = this.#blocks[index >> BLOCK_BITS]!;
    const at = (index & (BLOCK - 1)) * this.#words;
    for (let word = 0; word < this.#words; word++) into[word] = block[at + word]!;
  }

  parent(index: number): number {
    return this.#parents[index >> BLOCK_BITS]![index & (BLOCK - 1)]!;
  }

  #put(index: number, state: State, parent: number): void {
    if ((index & (BLOCK - 1)) === 0) {
      this.#blocks.push(new Int32Array(BLOCK * this.#words));
      this.#parents.push(new Int32Array(BLOCK));
    }
    const block = this.#blocks[index >> BLOCK_BITS]!;
    const at = (index & (BLOCK - 1)) * this.#words;
    for (let word = 0; word < this.#words; word++) block[at + word] = state[word]!;
    this.#parents[index >> BLOCK_BITS]![index & (BLOCK - 1)] = parent;
  }

  #equals(index: number, state: State): boolean {
    const block = this.#blocks[index >> BLOCK_BITS]!;
    const at = (index & (BLOCK - 1)) * this.#words;
    for (let word = 0; word < this.#words; word++) if (block[at + word] !== state[word]) return false;
    return true;
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2);
    const last = table.length - 1;
    const state = new Int32Array(this.#words);
    for (let index = 0; index < this.#size; index++) {
      this.read(index, state);
      let slot = hash(state, this.#words) & last;
      while (table[slot] !== 0) slot = (slot + 1) & last;
      table[slot] = index + 1;
    }
    this.#table = table;
  }
}

/** Each bit of the state changes about half of the lower bits of the result, which the table takes. */
function hash(state: State, words: number): number {
  let mixed = 0;
  for (let word = 0; word < words; word++) {
    mixed = Math.imul(mixed ^ state[word]!, 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  mixed = Math.imul(mixed, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

/** How the variables of a specification are packed into words. */
import type { State } from './specification.ts';

/** Bits of one word that hold one number. */
export interface Field {
  readonly word: number;
  readonly shift: number;
  /** As many ones as the field has bits. */
  readonly mask: number;
}

const WORD_BITS = 32;
/** A number of a field is never negative. */
const FIELD_BITS_MAX = 31;

/** Gives out fields; each lies in one word, the first that has room. */
export class Layout {
  readonly #free: number[] = [];

  /** Words needed so far. */
  get words(): number {
    return this.#free.length;
  }

  /** A field of so many bits, 1 to 31. */
  bits(count: number): Field {
    if (count < 1 || count > FIELD_BITS_MAX) throw new RangeError(`a field of ${count} bits`);
    let word = this.#free.findIndex((free) => free >= count);
    if (word < 0) word = this.#free.push(WORD_BITS) - 1;
    const shift = WORD_BITS - this.#free[word]!;
    this.#free[word]! -= count;
    return { word, shift, mask: 2 ** count - 1 };
  }

  /** A field for the numbers from 0 to `most`. */
  upTo(most: number): Field {
    return this.bits(Math.max(1, WORD_BITS - Math.clz32(most)));
  }
}

export function read(state: State, { word, shift, mask }: Field): number {
  return (state[word]! >>> shift) & mask;
}

export function write(state: State, { word, shift, mask }: Field, value: number): void {
  state[word] = (state[word]! & ~(mask << shift)) | (value << shift);
}

/** Adds to a field that is a set. */
export function add(state: State, { word, shift }: Field, set: number): void {
  state[word]! |= set << shift;
}

export function copy(from: State, to: State): void {
  for (let word = 0; word < from.length; word++) to[word] = from[word]!;
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

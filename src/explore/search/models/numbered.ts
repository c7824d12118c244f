/** Things of which there are few, numbered in the order in which they are met, so that a set of them is the bits of a number. */

/** Most of them there can be. */
const NUMBERED_MAX = 31;

export class Numbered<T> {
  readonly all: T[] = [];
  readonly #isSame: (a: T, b: T) => boolean;
  readonly #keep: (thing: T) => T;

  /** @param keep what to remember of a thing that is met for the first time */
  constructor(isSame: (a: T, b: T) => boolean, keep: (thing: T) => T) {
    this.#isSame = isSame;
    this.#keep = keep;
  }

  /** @throws RangeError when the scope has too many */
  bit(thing: T): number {
    let at = this.all.findIndex((known) => this.#isSame(known, thing));
    if (at < 0) {
      at = this.all.push(this.#keep(thing)) - 1;
      if (at >= NUMBERED_MAX) throw new RangeError(`the scope is too large: more than ${NUMBERED_MAX} ballots with a value`);
    }
    return 1 << at;
  }

  of(bits: number): T[] {
    return this.all.filter((_, at) => ((bits >> at) & 1) === 1);
  }
}

/** The operations of a history that are not placed yet, and which of them can come next. */
import type { Call } from './history.ts';
import { Links } from './links.ts';
import { changesNothing, type Model } from './model.ts';

/** An object, and the operations not placed yet that touch it, by their position in `calls`, which ascend. */
interface Touching {
  readonly calls: number[];
  readonly writes: boolean[];
  links: Links;
}

/** That an operation touches an object. */
interface Touch {
  readonly object: Touching;
  readonly position: number;
  readonly writes: boolean;
}

/** Most sets tried at a time. */
const SETS_MAX = 24;

export class Pending {
  readonly #calls: readonly Call[];
  readonly #reading: readonly boolean[];
  readonly #touches: Touch[][] = [];
  /** In the order of invocation, which is that of their indices. */
  readonly #byInvocation: Links;
  /** Those that were answered, in the order of return. */
  readonly #byReturn: Links;
  /** For stubborn sets: in which of them an operation was found last. */
  readonly #found: Int32Array;
  #sets = 0;

  /** @param calls in the order of invocation */
  constructor(model: Model<unknown>, calls: readonly Call[]) {
    this.#calls = calls;
    this.#reading = calls.map((call) => call.result !== null && changesNothing(call));
    const indices = calls.map((_, index) => index);
    const answered = indices.filter((index) => calls[index]!.result !== null);
    this.#byInvocation = new Links(calls.length, indices);
    this.#byReturn = new Links(calls.length, answered.sort((a, b) => calls[a]!.returned - calls[b]!.returned));
    this.#found = new Int32Array(calls.length);
    this.#touch(model);
  }

  /** All that were answered are placed. */
  get done(): boolean {
    return this.#byReturn.first === this.#calls.length;
  }

  /** Those that no other has to precede; among them, answered ones that change nothing. */
  candidates(): { readonly candidates: readonly number[]; readonly reading: readonly number[] } {
    const limit = this.#limit;
    const candidates: number[] = [];
    const reading: number[] = [];
    for (let index = this.#byInvocation.first; index < this.#calls.length; index = this.#byInvocation.after(index)) {
      if (this.#calls[index]!.invoked > limit) break;
      candidates.push(index);
      if (this.#reading[index]) reading.push(index);
    }
    return { candidates, reading };
  }

  /**
   * Sets of candidates of which any order of what is pending can be changed to begin with one. The first contains the
   * operation that returned first.
   */
  *stubbornSets(candidates: readonly number[]): Generator<readonly number[], void> {
    const before = this.#sets;
    yield this.#stubbornSet(this.#byReturn.first);
    for (const seed of candidates) {
      if (this.#sets - before === SETS_MAX) return;
      if (this.#calls[seed]!.result !== null && this.#found[seed]! <= before) yield this.#stubbornSet(seed);
    }
  }

  /** Of these, the answered one that returned first. */
  mostUrgent(set: readonly number[]): number {
    return set.reduce((a, b) => (this.#calls[b]!.returned < this.#calls[a]!.returned ? b : a));
  }

  /** Names what is placed, where `highest` is the highest index of it. */
  nameUpTo(highest: number): string {
    let name = `${highest}`;
    for (let index = this.#byInvocation.first; index < highest; index = this.#byInvocation.after(index)) name += `,${index}`;
    return name;
  }

  place(index: number): void {
    this.#byInvocation.take(index);
    if (this.#calls[index]!.result !== null) this.#byReturn.take(index);
    for (const { object, position } of this.#touches[index]!) object.links.take(position);
  }

  /** Takes back the operation placed last of those that are placed. */
  putBack(index: number): void {
    this.#byInvocation.putBack(index);
    if (this.#calls[index]!.result !== null) this.#byReturn.putBack(index);
    for (const { object, position } of this.#touches[index]!) object.links.putBack(position);
  }

  /** What was invoked after this place cannot come next. */
  get #limit(): number {
    return this.#calls[this.#byReturn.first]!.returned;
  }

  /**
   * The smallest set with this answered candidate in which, of all that has to do with an operation of the set and is
   * not in it, nothing can come before the set. What cannot come yet waits for the operation that returned first: where
   * that would matter, it is taken in instead.
   */
  #stubbornSet(seed: number): number[] {
    const mark = ++this.#sets;
    const set = [seed];
    let bound = this.#calls[seed]!.returned;
    this.#found[seed] = mark;
    const add = (index: number): void => {
      if (this.#found[index] === mark) return;
      this.#found[index] = mark;
      set.push(index);
      bound = Math.min(bound, this.#calls[index]!.returned);
    };
    const first = this.#byReturn.first;
    const limit = this.#limit;
    for (let i = 0; i < set.length; i++) {
      for (const { object, writes: changes } of this.#touches[set[i]!]!) {
        const { calls, writes, links } = object;
        for (let position = links.first; position < calls.length; position = links.after(position)) {
          const other = calls[position]!;
          const { invoked } = this.#calls[other]!;
          if (invoked > bound) break;
          if (changes || writes[position]) add(invoked > limit ? first : other);
        }
      }
    }
    return set;
  }

  #touch(model: Model<unknown>): void {
    const objects = new Map<string, Touching>();
    for (const [index, call] of this.#calls.entries()) {
      const { reads, writes } = model.touched(call);
      const touches: Touch[] = [];
      const changed = new Set(writes);
      for (const name of new Set([...writes, ...reads])) {
        let object = objects.get(name);
        if (object === undefined) objects.set(name, (object = { calls: [], writes: [], links: new Links(0, []) }));
        const changes = changed.has(name);
        touches.push({ object, position: object.calls.length, writes: changes });
        object.calls.push(index);
        object.writes.push(changes);
      }
      this.#touches.push(touches);
    }
    for (const object of objects.values()) object.links = new Links(object.calls.length, object.calls.map((_, position) => position));
  }
}

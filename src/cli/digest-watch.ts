/** Takes the digest of a run from its events as they are printed, and compares it on the way with one that was saved. */
import { Digest, type DigestMark } from '../cluster/digest.ts';
import { splitEvents, type PackedEvents } from '../cluster/packed-events.ts';

/** Events between two marks of a run file. */
export const FILE_MARK_EVENTS = 1000;

/** Two runs are the same up to `same` events; among the ones up to `differs` there is one that differs. */
export interface Difference {
  readonly same: number;
  readonly differs: number;
}

export class DigestWatch {
  /** The digest every FILE_MARK_EVENTS events. */
  readonly marks: DigestMark[] = [];
  readonly #digest = new Digest();
  readonly #expected: Map<number, string>;
  #seq = 0;
  #same = 0;
  #difference: Difference | null = null;

  /** @param expected marks of the run that this one should be, ascending */
  constructor(expected: readonly DigestMark[] = []) {
    this.#expected = new Map(expected.map(({ seq, digest }) => [seq, digest]));
  }

  /** Over all events so far. */
  get digest(): string {
    return this.#digest.text;
  }

  /** Events up to which the run is known to be the one that was expected. */
  get same(): number {
    return this.#same;
  }

  get difference(): Difference | null {
    return this.#difference;
  }

  /** Takes in the next events, in order. */
  take(packed: PackedEvents): void {
    splitEvents(packed, packed.count, (_event, from, to) => {
      this.#digest.add(packed.bytes, from, to);
      this.#seq++;
      if (this.#seq % FILE_MARK_EVENTS === 0) this.marks.push({ seq: this.#seq, digest: this.#digest.text });
      const expected = this.#expected.get(this.#seq);
      if (expected !== undefined) this.#compare(expected);
    });
  }

  #compare(expected: string): void {
    if (this.#difference !== null) return;
    if (expected === this.#digest.text) this.#same = this.#seq;
    else this.#difference = { same: this.#same, differs: this.#seq };
  }
}

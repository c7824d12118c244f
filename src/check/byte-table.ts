/**
 * What was read from bytes lately, by the bytes: a broadcast is read once, and so are the votes of many acceptors for the
 * same. Direct-mapped, of a fixed size; what is read is plain data that nobody changes.
 */

const ROWS = 512;
/** Longer stretches are not remembered. */
const ROW_BYTES = 256;
/** So many bytes at either end tell stretches apart, before they are compared. */
const HASHED_BYTES = 16;

export class ByteTable<T> {
  private readonly bytes = new Uint8Array(ROWS * ROW_BYTES);
  private readonly lengths = new Int32Array(ROWS).fill(-1);
  /** What the bytes were read as. */
  private readonly salts = new Int32Array(ROWS);
  private readonly values = new Array<T | undefined>(ROWS).fill(undefined);
  /** The row of the stretch that was looked for last; -1: it is too long. */
  private row = -1;

  /** What `bytes[from … to)` was read as, with this salt; undefined: not known, and `put` may say it. */
  get(salt: number, bytes: Uint8Array, from: number, to: number): T | undefined {
    const length = to - from;
    if (length > ROW_BYTES) {
      this.row = -1;
      return undefined;
    }
    // Numbers stand at the beginning, and what is long is much the same in the middle.
    const head = Math.min(to, from + HASHED_BYTES);
    let hash = salt + length;
    for (let i = from; i < head; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    for (let i = Math.max(head, to - HASHED_BYTES); i < to; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const row = (hash ^ (hash >>> 9) ^ (hash >>> 18)) & (ROWS - 1);
    this.row = row;
    if (this.lengths[row] !== length || this.salts[row] !== salt) return undefined;
    const own = this.bytes;
    for (let i = from, at = row * ROW_BYTES; i < to; i++, at++) if (own[at] !== bytes[i]) return undefined;
    return this.values[row];
  }

  /** Remembers what a stretch was read as, right after `get` did not know it. */
  put(salt: number, bytes: Uint8Array, from: number, to: number, value: T): T {
    const { row, bytes: own } = this;
    if (row < 0) return value;
    for (let i = from, at = row * ROW_BYTES; i < to; i++, at++) own[at] = bytes[i]!;
    this.lengths[row] = to - from;
    this.salts[row] = salt;
    this.values[row] = value;
    return value;
  }
}

/**
 * What was read from bytes lately, by the bytes: a broadcast is read once, and so are the votes of many acceptors for the
 * same. Direct-mapped, of a fixed size; what is read is plain data that nobody changes.
 */

const SIZE = 512;
/** Longer stretches are read anew each time. */
const LENGTH_MAX = 1_024;

interface Row<T> {
  readonly salt: number;
  readonly bytes: Uint8Array;
  readonly value: T;
}

export class ByteTable<T> {
  private readonly rows = new Array<Row<T> | null>(SIZE).fill(null);

  /**
   * @param salt what the bytes are read as
   * @param read is called when they are not known
   */
  get(salt: number, bytes: Uint8Array, from: number, to: number, read: (salt: number, from: number, to: number) => T): T {
    const length = to - from;
    if (length > LENGTH_MAX) return read(salt, from, to);
    let hash = salt;
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    const at = (hash ^ (hash >>> 9)) & (SIZE - 1);
    const row = this.rows[at]!;
    if (row !== null && row.salt === salt && sameBytes(row.bytes, bytes, from, length)) return row.value;
    const value = read(salt, from, to);
    this.rows[at] = { salt, bytes: bytes.slice(from, to), value };
    return value;
  }
}

function sameBytes(known: Uint8Array, bytes: Uint8Array, from: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[from + i]) return false;
  return true;
}

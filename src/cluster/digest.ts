/**
 * The digest of a run: 64 bits over the bytes of its events, in order. Two runs with the same digest had the same
 * events. The mixing is MurmurHash3's (Austin Appleby, public domain), two lanes of 32 bits over words of four bytes;
 * it guards against accidents and divergence, not against somebody who forges a collision.
 */

/** A run remembers its digest every so many events, so that a divergence can be narrowed down. */
export const DIGEST_MARK_EVENTS = 10_000;

/** The digest over the first `seq` events. */
export interface DigestMark {
  readonly seq: number;
  readonly digest: string;
}

/** How far a digest has got: plain data. */
export interface DigestState {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

export class Digest {
  private a = 0x243f6a88;
  private b = 0x85a308d3;
  private length = 0;

  /** @param from what `save` gave; without it, of nothing yet. */
  constructor(from?: DigestState) {
    if (from === undefined) return;
    this.a = from.a;
    this.b = from.b;
    this.length = from.length;
  }

  save(): DigestState {
    return { a: this.a, b: this.b, length: this.length };
  }

  /** Takes in `bytes[from … to)` as one record. */
  add(bytes: Uint8Array, from: number, to: number): void {
    let a = this.a;
    let b = this.b;
    let at = from;
    for (; at + 4 <= to; at += 4) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      a = lane(a, word, 0xcc9e2d51, 0x1b873593, 15, 13, 0xe6546b64);
      b = lane(b, word, 0x239b961b, 0xab0e9789, 16, 17, 0x38b34ae5);
    }
    // The rest of the record, with its length, so that where one record ends makes a difference.
    let word = (to - from) << 24;
    for (let shift = 0; at < to; at++, shift += 8) word ^= bytes[at]! << shift;
    this.a = lane(a, word, 0xcc9e2d51, 0x1b873593, 15, 13, 0xe6546b64);
    this.b = lane(b, word, 0x239b961b, 0xab0e9789, 16, 17, 0x38b34ae5);
    this.length++;
  }

  /** 16 hexadecimal digits. */
  get text(): string {
    const a = finish(this.a ^ this.length);
    const b = finish(this.b ^ this.length ^ a);
    return hex(a) + hex(b);
  }
}

function lane(h: number, word: number, c1: number, c2: number, r1: number, r2: number, add: number): number {
  let k = Math.imul(word, c1);
  k = (k << r1) | (k >>> (32 - r1));
  h ^= Math.imul(k, c2);
  h = (h << r2) | (h >>> (32 - r2));
  return (Math.imul(h, 5) + add) | 0;
}

function finish(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hex(h: number): string {
  return h.toString(16).padStart(8, '0');
}

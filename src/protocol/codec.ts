/**
 * Bytes: how messages, batches and events are written. Integers are variable-length (LEB128, seven bits a byte), text
 * is UTF-8 with its length in front. `TextEncoder` belongs to a host, not to this room, so UTF-8 is done by hand; most
 * text here is short and ASCII, for which this is also the faster way.
 */

/** Bad bytes: truncated or out of range. */
export class CodecError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CodecError';
  }
}

export class Writer {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  private capacity: number;

  /** @param capacity first size of the buffer in bytes; it grows by itself. */
  constructor(capacity = 256) {
    this.capacity = capacity;
    this.bytes = new Uint8Array(capacity);
  }

  /** Room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    this.capacity = Math.max(needed, this.capacity * 2);
    const grown = new Uint8Array(this.capacity);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** An integer from 0 to 2⁵³ − 1. */
  uint(value: number): void {
    if (this.length + 8 > this.bytes.length) this.reserve(8);
    const bytes = this.bytes;
    let at = this.length;
    let rest = value;
    while (rest > 0x7fffffff) {
      bytes[at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.length = at;
  }

  text(value: string): void {
    const start = this.length;
    const short = value.length < 0x80;
    if (short) {
      this.reserve(value.length + 1);
      const bytes = this.bytes;
      let at = start;
      bytes[at++] = value.length;
      let i = 0;
      for (; i < value.length; i++) {
        const code = value.charCodeAt(i);
        if (code > 0x7f) break;
        bytes[at++] = code;
      }
      if (i === value.length) {
        this.length = at;
        return;
      }
    }
    const encoded = utf8(value);
    this.length = start;
    this.uint(encoded.length);
    this.reserve(encoded.length);
    this.bytes.set(encoded, this.length);
    this.length += encoded.length;
  }

  /** Raw bytes, without their length. */
  raw(source: Uint8Array, from: number, to: number): void {
    const count = to - from;
    this.reserve(count);
    // For a few bytes a loop is faster than the call into `set`.
    if (count < 48) {
      const bytes = this.bytes;
      let at = this.length;
      for (let i = from; i < to; i++) bytes[at++] = source[i]!;
    } else {
      this.bytes.set(source.subarray(from, to), this.length);
    }
    this.length += count;
  }

  /** What was written, as a view on the same memory. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  /** Begins anew; with a new buffer if the last one was given away to another thread. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length === 0) this.bytes = new Uint8Array(this.capacity);
  }
}

export class Reader {
  bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Reads other bytes from now on; saves an allocation for every message. */
  reset(bytes: Uint8Array, at: number, end: number): this {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    return this;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new CodecError('truncated: a byte was expected');
    return this.bytes[this.at++]!;
  }

  uint(): number {
    let value = this.byte();
    if (value < 0x80) return value;
    value &= 0x7f;
    let scale = 128;
    for (;;) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 53) throw new CodecError('an integer is too large');
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new CodecError('an integer is too large');
    return value;
  }

  text(): string {
    const length = this.uint();
    if (this.at + length > this.end) throw new CodecError('truncated: text was expected');
    const bytes = this.bytes;
    const end = this.at + length;
    let result = '';
    while (this.at < end) {
      const first = bytes[this.at++]!;
      if (first < 0x80) result += String.fromCharCode(first);
      else result += this.codePoint(first, end);
    }
    return result;
  }

  /** Passes over `count` bytes and gives where they began. */
  skip(count: number): number {
    const start = this.at;
    if (start + count > this.end) throw new CodecError('truncated: bytes were expected');
    this.at = start + count;
    return start;
  }

  private codePoint(first: number, end: number): string {
    const extra = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (this.at + extra > end) throw new CodecError('text is not UTF-8');
    let code = first & (0x3f >> extra);
    for (let i = 0; i < extra; i++) code = (code << 6) | (this.bytes[this.at++]! & 0x3f);
    if (code > 0x10ffff) throw new CodecError('text is not UTF-8');
    return String.fromCodePoint(code);
  }
}

/** UTF-8 of a text; a lone surrogate becomes U+FFFD, as in `TextEncoder`. */
function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (const character of text) {
    let code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes[length++] = code;
    else if (code < 0x800) {
      bytes[length++] = 0xc0 | (code >> 6);
      bytes[length++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      bytes[length++] = 0xe0 | (code >> 12);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[length++] = 0x80 | (code & 0x3f);
    } else {
      bytes[length++] = 0xf0 | (code >> 18);
      bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[length++] = 0x80 | (code & 0x3f);
    }
  }
  return bytes.subarray(0, length);
}

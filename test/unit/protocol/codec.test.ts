import { describe, expect, it } from 'vitest';
import { CodecError, Reader, Writer } from '../../../src/protocol/codec.ts';

function written(write: (writer: Writer) => void, capacity = 1): Uint8Array {
  const writer = new Writer(capacity);
  write(writer);
  return writer.view();
}

describe('numbers', () => {
  it.each([
    [0, [0]],
    [127, [127]],
    [128, [0x80, 1]],
    [300, [0xac, 2]],
    [2 ** 31, [0x80, 0x80, 0x80, 0x80, 8]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 15]],
    [Number.MAX_SAFE_INTEGER, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 15]],
  ])('%i is %j', (value, bytes) => {
    expect([...written((w) => w.uint(value))]).toEqual(bytes);
    expect(new Reader(Uint8Array.from(bytes)).uint()).toBe(value);
  });

  it('that are too large or cut short are refused', () => {
    expect(() => new Reader(Uint8Array.from([0x80])).uint()).toThrow(CodecError);
    expect(() => new Reader(new Uint8Array(0)).uint()).toThrow(CodecError);
    expect(() => new Reader(Uint8Array.from(Array(12).fill(0xff))).uint()).toThrow('too large');
    const justTooLarge = Uint8Array.from([...Array(7).fill(0xff), 0x7f]);
    expect(() => new Reader(justTooLarge).uint()).toThrow('too large');
  });
});

describe('text', () => {
  it.each(['', 'red', 'Größe', '投票', '🗳️ ballot', 'a'.repeat(127), 'a'.repeat(128), 'ß'.repeat(200)])('%s', (text) => {
    const bytes = written((w) => w.text(text));
    expect(new Reader(bytes).text()).toBe(text);
    const plain = new TextEncoder().encode(text);
    expect(bytes.subarray(bytes.length - plain.length)).toEqual(plain);
  });

  it('with a lone surrogate becomes U+FFFD, as TextEncoder does it', () => {
    expect(new Reader(written((w) => w.text('a\ud800b'))).text()).toBe('a\ufffdb');
  });

  it('that is cut short, or is no UTF-8, is refused', () => {
    const bytes = written((w) => w.text('Größe'));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => new Reader(bytes, 0, length).text()).toThrow(CodecError);
    }
    expect(() => new Reader(Uint8Array.from([1, 0xc3])).text()).toThrow('not UTF-8');
    expect(() => new Reader(Uint8Array.from([4, 0xf7, 0xbf, 0xbf, 0xbf])).text()).toThrow('not UTF-8');
  });
});

describe('buffers', () => {
  it('grow, are cleared, and take raw bytes short and long', () => {
    const source = Uint8Array.from({ length: 200 }, (_, i) => i);
    const writer = new Writer(1);
    writer.byte(7);
    writer.raw(source, 10, 20);
    writer.raw(source, 0, 200);
    expect([...writer.view()]).toEqual([7, ...source.subarray(10, 20), ...source]);
    writer.clear();
    expect(writer.view()).toHaveLength(0);
  });

  it('are read in part, passed over, and read anew', () => {
    const reader = new Reader(Uint8Array.from([1, 2, 3, 4]), 1, 3);
    expect(reader.skip(1)).toBe(1);
    expect(reader.byte()).toBe(3);
    expect(reader.done).toBe(true);
    expect(() => reader.byte()).toThrow(CodecError);
    expect(() => reader.skip(1)).toThrow(CodecError);
    expect(reader.reset(Uint8Array.from([9]), 0, 1).byte()).toBe(9);
  });
});

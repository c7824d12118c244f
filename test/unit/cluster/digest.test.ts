import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Digest } from '../../../src/cluster/digest.ts';

const digestOf = (...records: readonly (readonly number[])[]) => {
  const digest = new Digest();
  for (const record of records) digest.add(Uint8Array.from(record), 0, record.length);
  return digest.text;
};
const byte = fc.integer({ min: 0, max: 255 });
const records = fc.array(fc.array(byte, { maxLength: 20 }), { minLength: 1, maxLength: 8 });

describe('the digest', () => {
  it('is 16 hexadecimal digits, known ones', () => {
    expect(digestOf()).toMatch(/^[0-9a-f]{16}$/);
    // Runs that people have noted down keep their digests: a change here needs another engine version.
    expect(digestOf([1, 2, 3, 4, 5], [], [255])).toBe('95c2ba70376bd96f');
  });

  it('changes with any bit of any byte', () => {
    fc.assert(fc.property(records, fc.nat(), fc.nat({ max: 7 }), (list, place, bit) => {
      const bytes = list.flat();
      fc.pre(bytes.length > 0);
      let at = place % bytes.length;
      const changed = list.map((record) => record.map((one) => (at-- === 0 ? one ^ (1 << bit) : one)));
      expect(digestOf(...changed)).not.toBe(digestOf(...list));
    }));
  });

  it('changes with where records end, how many there are, and their order', () => {
    expect(new Set([
      digestOf([1, 2, 3]), digestOf([1], [2, 3]), digestOf([1, 2], [3]), digestOf([1, 2, 3], []), digestOf([], [1, 2, 3]),
      digestOf([1, 2, 3, 0]), digestOf([0, 1, 2, 3]), digestOf([2, 3], [1]), digestOf(), digestOf([]), digestOf([], []),
      digestOf([0, 0, 0, 0]), digestOf([0, 0, 0, 0, 0, 0, 0, 0]), digestOf([0, 0, 0, 0], [0, 0, 0, 0]),
    ]).size).toBe(14);
  });

  it('can be asked for at any time, and takes a stretch of a larger buffer', () => {
    const digest = new Digest();
    digest.add(Uint8Array.from([9, 1, 2, 3, 9]), 1, 4);
    expect([digest.text, digest.text]).toEqual([digestOf([1, 2, 3]), digestOf([1, 2, 3])]);
  });

  it('rarely meets another', () => {
    const all = new Set<string>();
    for (let i = 0; i < 50_000; i++) all.add(digestOf([i & 255, i >> 8]));
    expect(all.size).toBe(50_000);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everything, firstRanges, rangeOf, removeFrom } from '../../../src/protocol/paxos/ranges.ts';

function without(...taken: number[]): number[] {
  const ranges = everything();
  for (const n of taken) removeFrom(ranges, n);
  return ranges;
}

describe('ranges', () => {
  it('begin with everything, and lose one at a time', () => {
    expect(everything()).toEqual([1, 0]);
    expect(without(1)).toEqual([2, 0]);
    expect(without(1, 2, 3)).toEqual([4, 0]);
    expect(without(4)).toEqual([1, 3, 5, 0]);
    expect(without(4, 2)).toEqual([1, 1, 3, 3, 5, 0]);
    expect(without(4, 2, 3)).toEqual([1, 1, 5, 0]);
    expect(without(4, 2, 3, 1)).toEqual([5, 0]);
    expect(without(3, 2)).toEqual([1, 1, 4, 0]);
  });

  it('say whether one was in', () => {
    const ranges = without(4);
    expect(removeFrom(ranges, 4)).toBe(false);
    expect(removeFrom(ranges, 3)).toBe(true);
    expect(rangeOf(ranges, 2)).toBe(0);
    expect(rangeOf(ranges, 3)).toBe(-1);
    expect(rangeOf(ranges, 99)).toBe(2);
  });

  it('are shortened without losing any: the last one left reaches to the end', () => {
    const ranges = without(2, 4, 6);
    expect(firstRanges(ranges, 9)).toEqual(ranges);
    expect(firstRanges(ranges, 2)).toEqual([1, 1, 3, 0]);
  });

  it('are a set', () => {
    const numbers = fc.array(fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(numbers, (taken) => {
        const ranges = without(...taken);
        for (let n = 1; n <= 42; n++) expect(rangeOf(ranges, n) >= 0).toBe(!taken.includes(n));
      }),
    );
  });
});

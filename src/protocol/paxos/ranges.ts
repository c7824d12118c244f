/**
 * Sets of instances as ascending ranges in one flat list: from, to, from, to, … both included. The last `to` may be 0:
 * no end. A learner keeps what it does *not* know this way: short as long as it follows, whatever the number of
 * instances, and ready to be put into a `query`.
 */

/** Every instance there can be. */
export function everything(): number[] {
  return [1, 0];
}

/** Takes `n` out; gives whether it was in. */
export function removeFrom(ranges: number[], n: number): boolean {
  const i = rangeOf(ranges, n);
  if (i < 0) return false;
  const from = ranges[i]!;
  const to = ranges[i + 1]!;
  if (from === n && to === n) ranges.splice(i, 2);
  else if (from === n) ranges[i] = n + 1;
  else if (to === n) ranges[i + 1] = n - 1;
  else ranges.splice(i, 2, from, n - 1, n + 1, to);
  return true;
}

/** Index of the range that holds `n`, or -1. Looks from the end, where the news is. */
export function rangeOf(ranges: readonly number[], n: number): number {
  for (let i = ranges.length - 2; i >= 0; i -= 2) {
    if (n < ranges[i]!) continue;
    const to = ranges[i + 1]!;
    return to === 0 || n <= to ? i : -1;
  }
  return -1;
}

/** The first `count` ranges, the last of them stretched over all that follow. */
export function firstRanges(ranges: readonly number[], count: number): number[] {
  const few = ranges.slice(0, 2 * count);
  if (few.length < ranges.length) few[few.length - 1] = ranges[ranges.length - 1]!;
  return few;
}

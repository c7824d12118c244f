/**
 * The mix of a load as one bar. What is kept: how many of 100 operations are transactions, and of the rest how many of
 * 100 are reads and swaps. What is shown: shares of the whole, in per cent, that sum up to 100.
 */
import type { LoadConfig } from '../../../src/contract/index.ts';

export type Mix = Pick<LoadConfig, 'transactions' | 'reads' | 'swaps'>;

/** Parts of the bar, in its order. */
export const mixParts = [
  { name: 'transactions', label: 'Transactions', meaning: 'begin, one or two writes, commit' },
  { name: 'reads', label: 'Reads', meaning: 'get' },
  { name: 'swaps', label: 'Swaps', meaning: 'compare and swap: put, if it still has the value it had' },
  { name: 'puts', label: 'Puts', meaning: 'put, whatever was there' },
] as const;

/** The three places at which the bar is parted, from 0 to 100, ascending. */
export function boundsOf({ transactions, reads, swaps }: Mix): [number, number, number] {
  const rest = 100 - transactions;
  const first = transactions + (rest * reads) / 100;
  return [transactions, Math.round(first), Math.round(first + (rest * swaps) / 100)];
}

/** Widths of the parts of the bar. */
export function sharesOf(mix: Mix): readonly number[] {
  const [a, b, c] = boundsOf(mix);
  return [a, b - a, c - b, 100 - c];
}

/** The mix of a bar parted there. With nothing but transactions, what the rest would be stays as it was. */
export function mixOf([a, b, c]: readonly [number, number, number], before: Mix): Mix {
  const rest = 100 - a;
  if (rest === 0) return { ...before, transactions: a };
  const reads = Math.round((100 * (b - a)) / rest);
  return { transactions: a, reads, swaps: Math.min(100 - reads, Math.round((100 * (c - b)) / rest)) };
}

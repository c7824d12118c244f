/**
 * A sparse map that keeps a bounded number of records: what was put into it first is let go first. Pages are shared by
 * forks until one of them changes (paged.ts); plain data that `structuredClone` takes.
 */
import { createPaged, deletePaged, forkPaged, getPaged, setPaged } from './paged.ts';
import type { Paged } from './paged.ts';

export interface Bounded<T> {
  readonly records: Paged<T>;
  /** By number of the place in which they came: the keys. */
  readonly order: Paged<number>;
  /** The place of the oldest, and of the next. */
  first: number;
  next: number;
}

export function createBounded<T>(): Bounded<T> {
  return { records: createPaged(), order: createPaged(), first: 0, next: 0 };
}

/** The same records, to go on from apart from `bounded`. */
export function forkBounded<T>(bounded: Bounded<T>): Bounded<T> {
  const { records, order, first, next } = bounded;
  return { records: forkPaged(records), order: forkPaged(order), first, next };
}

/** The record of a key, a whole number from 0. */
export function getBounded<T>(bounded: Bounded<T>, key: number): T | undefined {
  return getPaged(bounded.records, key);
}

/**
 * Puts a record in; of a key that is there already it takes the place.
 * @param max the number of records that are kept
 * @returns the key of the record that had to be let go for it, or -1
 */
export function setBounded<T>(bounded: Bounded<T>, key: number, record: T, max: number): number {
  const { records, order } = bounded;
  const fresh = getPaged(records, key) === undefined;
  setPaged(records, key, record);
  if (!fresh) return -1;
  setPaged(order, bounded.next++, key);
  if (bounded.next - bounded.first <= max) return -1;
  const oldest = getPaged(order, bounded.first)!;
  deletePaged(order, bounded.first++);
  deletePaged(records, oldest);
  return oldest;
}

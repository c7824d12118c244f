/**
 * State machine 2: a register by key (get, put, compare and swap). Keys are never taken away, so that their number is
 * all that has to be bounded. Plain data; what is kept of a key is replaced, never changed (paged.ts), so that forks share it.
 */
import { createPaged, forkPaged, getPaged, pagedEntries, setPaged } from '../paged.ts';
import type { Paged } from '../paged.ts';
import { mix } from '../random.ts';

/** Most keys there can be; a put to another is refused. */
export const KEYS_MAX = 1_000;
/** How many of the entries written last are kept at hand. */
const LATEST_COUNT = 12;
/** Keys are found by their hash; a bucket holds those that share it. */
const BUCKETS = 1_024;

export interface Entry {
  readonly key: string;
  readonly value: string;
  /** The transaction that wrote it; 0: written outside of one. */
  readonly transaction: number;
  /** Which write it was, counted over all keys. */
  readonly written: number;
}

export interface Register {
  readonly buckets: Paged<readonly Entry[]>;
  count: number;
  /** How many writes there have been. */
  written: number;
  /** The keys written last, latest first. */
  latest: readonly string[];
}

export function createRegister(): Register {
  return { buckets: createPaged(), count: 0, written: 0, latest: [] };
}

export function forkRegister(register: Register): Register {
  return { ...register, buckets: forkPaged(register.buckets) };
}

/** What the key has; `null` for nothing. */
export function entryOf(register: Register, key: string): Entry | null {
  return getPaged(register.buckets, bucketOf(key))?.find((entry) => entry.key === key) ?? null;
}

/** Whether all these keys can be written: they are there, or there is room for them. */
export function hasRoom(register: Register, keys: readonly string[]): boolean {
  const fresh = new Set(keys.filter((key) => entryOf(register, key) === null));
  return register.count + fresh.size <= KEYS_MAX;
}

/** Writes a key for which there is room. @param transaction 0: outside of one */
export function writeEntry(register: Register, key: string, value: string, transaction: number): void {
  const bucket = bucketOf(key);
  const entries = getPaged(register.buckets, bucket) ?? [];
  const others = entries.filter((entry) => entry.key !== key);
  if (others.length === entries.length) register.count++;
  register.written++;
  setPaged(register.buckets, bucket, [...others, { key, value, transaction, written: register.written }]);
  register.latest = [key, ...register.latest.filter((other) => other !== key)].slice(0, LATEST_COUNT);
}

/** All entries, in the order in which they were written last. */
export function entriesInOrder(register: Register): Entry[] {
  return [...pagedEntries(register.buckets)].flatMap(([, entries]) => entries).sort((a, b) => a.written - b.written);
}

/** The entries written last, latest first. */
export function latestEntries(register: Register): Entry[] {
  return register.latest.map((key) => entryOf(register, key)!);
}

function bucketOf(key: string): number {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return mix(hash) % BUCKETS;
}

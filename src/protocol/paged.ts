/**
 * A sparse map from numbers of instances to records, in pages of 64 that are copied on write: a fork costs one entry
 * per page, and what neither side changes afterwards stays shared. Plain data that `structuredClone` takes. Records are
 * replaced, never changed in place, for a fork may hold the same ones.
 */

const PAGE_SIZE = 64;

interface Page<T> {
  /** Of the map that may write to this page; another copies it first. */
  readonly owner: object;
  count: number;
  readonly records: (T | undefined)[];
}

export interface Paged<T> {
  /** New for every fork, on both sides; known by its identity alone. */
  owner: object;
  /** By number of the page. */
  pages: Map<number, Page<T>>;
}

export function createPaged<T>(): Paged<T> {
  return { owner: {}, pages: new Map() };
}

/** The same records, to go on from apart from `paged`: what either changes from now on, the other does not see. */
export function forkPaged<T>(paged: Paged<T>): Paged<T> {
  paged.owner = {};
  return { owner: {}, pages: new Map(paged.pages) };
}

/** The record of an instance, a whole number from 0. */
export function getPaged<T>(paged: Paged<T>, instance: number): T | undefined {
  return paged.pages.get(pageOf(instance))?.records[instance % PAGE_SIZE];
}

export function setPaged<T>(paged: Paged<T>, instance: number, record: T): void {
  const page = writable(paged, pageOf(instance));
  const at = instance % PAGE_SIZE;
  if (page.records[at] === undefined) page.count++;
  page.records[at] = record;
}

export function deletePaged<T>(paged: Paged<T>, instance: number): void {
  const number = pageOf(instance);
  const at = instance % PAGE_SIZE;
  if (paged.pages.get(number)?.records[at] === undefined) return;
  const page = writable(paged, number);
  page.records[at] = undefined;
  if (--page.count === 0) paged.pages.delete(number);
}

export function clearPaged<T>(paged: Paged<T>): void {
  paged.pages = new Map();
}

/** Instances from `first` on and their records, ascending by instance. */
export function* pagedEntries<T>(paged: Paged<T>, first = 0): Generator<readonly [number, T], void> {
  const firstPage = pageOf(first);
  const numbers = [...paged.pages.keys()].filter((number) => number >= firstPage);
  for (const number of numbers.sort((a, b) => a - b)) {
    const { records } = paged.pages.get(number)!;
    for (let at = number === firstPage ? first % PAGE_SIZE : 0; at < PAGE_SIZE; at++) {
      const record = records[at];
      if (record !== undefined) yield [number * PAGE_SIZE + at, record];
    }
  }
}

/** The highest `count` instances that have a record, descending. */
export function latestPaged<T>(paged: Paged<T>, count: number): number[] {
  const latest: number[] = [];
  for (const number of [...paged.pages.keys()].sort((a, b) => b - a)) {
    const { records } = paged.pages.get(number)!;
    for (let at = PAGE_SIZE - 1; at >= 0; at--) {
      if (latest.length === count) return latest;
      if (records[at] !== undefined) latest.push(number * PAGE_SIZE + at);
    }
  }
  return latest;
}

function pageOf(instance: number): number {
  return Math.floor(instance / PAGE_SIZE);
}

function writable<T>(paged: Paged<T>, number: number): Page<T> {
  const page = paged.pages.get(number);
  if (page?.owner === paged.owner) return page;
  const own: Page<T> =
    page === undefined
      ? { owner: paged.owner, count: 0, records: new Array<T | undefined>(PAGE_SIZE).fill(undefined) }
      : { owner: paged.owner, count: page.count, records: page.records.slice() };
  paged.pages.set(number, own);
  return own;
}

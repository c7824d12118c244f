/** Paged maps behave like maps, and forks of them like copies. */
import { describe, expect, it } from 'vitest';
import {
  clearPaged,
  createPaged,
  deletePaged,
  forkPaged,
  getPaged,
  latestPaged,
  pagedEntries,
  setPaged,
  type Paged,
} from '../../../src/protocol/paged.ts';
import { createRandom, nextInteger, nextItem } from '../../../src/protocol/random.ts';

interface Pair {
  readonly paged: Paged<string>;
  readonly model: Map<number, string>;
}

/** Instances near one another, in two far places, so that pages fill and empty. */
const instances = Array.from({ length: 150 }, (_, i) => (i < 100 ? i + 1 : 999_999_900 + i));

function same({ paged, model }: Pair): void {
  const sorted = [...model].sort(([a], [b]) => a - b);
  expect([...pagedEntries(paged)]).toEqual(sorted);
  expect(latestPaged(paged, 20)).toEqual(sorted.map(([instance]) => instance).reverse().slice(0, 20));
  for (const instance of instances) expect(getPaged(paged, instance)).toBe(model.get(instance));
}

describe('paged maps', () => {
  it('hold what was put in, through forks, clones and clearing, each apart from the others', () => {
    const random = createRandom(7);
    const pairs: Pair[] = [{ paged: createPaged(), model: new Map() }];
    for (let i = 0; i < 6000; i++) {
      const pair = nextItem(random, pairs);
      const instance = nextItem(random, instances);
      const what = nextInteger(random, 0, 99);
      if (what < 60) {
        setPaged(pair.paged, instance, `v${i}`);
        pair.model.set(instance, `v${i}`);
      } else if (what < 97) {
        deletePaged(pair.paged, instance);
        pair.model.delete(instance);
      } else if (what < 98) {
        clearPaged(pair.paged);
        pair.model.clear();
      } else {
        const fork = forkPaged(pair.paged);
        if (pairs.length === 6) pairs.shift();
        pairs.push({ paged: what === 98 ? fork : structuredClone(fork), model: new Map(pair.model) });
      }
      if (i % 100 === 0) pairs.forEach(same);
    }
    pairs.forEach(same);
  });

  it('share the pages that neither side has changed', () => {
    const paged = createPaged<number>();
    for (let i = 1; i <= 6400; i++) setPaged(paged, i, i);
    const fork = forkPaged(paged);
    setPaged(paged, 6400, 0);
    setPaged(fork, 6399, 0);
    const shared = [...paged.pages].filter(([number, page]) => fork.pages.get(number) === page);
    expect([shared.length, paged.pages.size]).toEqual([99, 101]);
  });

  it('let go of pages that are empty', () => {
    const paged = createPaged<number>();
    for (let i = 0; i < 1000; i++) {
      setPaged(paged, i, i);
      deletePaged(paged, i);
    }
    expect(paged.pages.size).toBe(0);
  });
});

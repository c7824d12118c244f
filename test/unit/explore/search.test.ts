/** The exhaustive search counts what there is: as a search that is as plain as can be, and with everything that makes it smaller on or off. */
import { describe, expect, test } from 'vitest';
import type { ExploreRequest } from '../../../src/explore/job.ts';
import { Locals } from '../../../src/explore/search/locals.ts';
import { scopeOf } from '../../../src/explore/search/scope.ts';
import { Search } from '../../../src/explore/search/search.ts';
import type { PaxosConfig } from '../../../src/protocol/paxos/config.ts';
import { exploreNaively } from '../../support/naive-explore.ts';

const usual: ExploreRequest = {
  type: 'explore',
  protocol: 'paxos',
  mutant: null,
  nodes: 3,
  proposers: 2,
  values: 2,
  maxBallot: 1,
  crashes: 0,
  statesMax: 1_000_000,
  symmetry: false,
  reduction: false,
  from: null,
};

function searched(change: Partial<ExploreRequest>): Search {
  const request = { ...usual, ...change };
  const search = new Search(scopeOf(request).model, request);
  while (search.advance(1000));
  return search;
}

describe('as many states as a search that clones everything', () => {
  test.each([
    { proposers: 1, values: 1, maxBallot: 2, crashes: 0 },
    { proposers: 1, values: 1, maxBallot: 1, crashes: 1 },
    { nodes: 2, proposers: 2, values: 2, maxBallot: 1, crashes: 0, config: { nacks: true } },
    { nodes: 2, proposers: 1, values: 1, maxBallot: 2, crashes: 1 },
  ])('%o', (change) => {
    const { progress, complete } = searched(change);
    expect(complete).toBe(true);
    const { model } = scopeOf({ ...usual, ...change });
    const { nodes, values, config } = model;
    const { proposers, maxBallot: rounds, crashes } = { ...usual, ...change };
    const naive = exploreNaively({ nodes, values, config: config as PaxosConfig, proposers: nodes.slice(0, proposers), rounds, crashes });
    expect({ distinct: progress.distinct, depth: progress.depth }).toEqual(naive);
  });
});

describe('what makes it smaller leaves nothing out', () => {
  const scopes = [
    { nodes: 4, proposers: 1, values: 2, maxBallot: 1, crashes: 0 },
    { nodes: 3, proposers: 2, values: 2, maxBallot: 1, crashes: 0 },
    { nodes: 2, proposers: 2, values: 2, maxBallot: 1, crashes: 1 },
    { nodes: 3, proposers: 1, values: 2, maxBallot: 2, crashes: 0, config: { nacks: true } },
  ];
  test.each(scopes)('%o', (scope) => {
    const plain = searched(scope);
    expect(plain.complete).toBe(true);
    const asleep = searched({ ...scope, reduction: true });
    // The same states, as near; fewer ways between them.
    expect(asleep.progress).toMatchObject({ distinct: plain.progress.distinct, depth: plain.progress.depth, frontier: 0 });
    expect(asleep.progress.generated).toBeLessThan(plain.progress.generated);
    for (const reduction of [false, true]) {
      const folded = searched({ ...scope, symmetry: true, reduction });
      expect(folded.complete).toBe(true);
      expect(folded.progress.distinct).toBeLessThan(plain.progress.distinct);
      expect(folded.unfolded).toBe(plain.progress.distinct);
      expect(folded.progress.depth).toBe(plain.progress.depth);
      expect(folded.sometimes).toEqual(plain.sometimes);
    }
  });
});

test('the counts of the usual scope', () => {
  const search = searched({ maxBallot: 2, symmetry: true, reduction: true });
  expect(search.complete).toBe(true);
  expect(search.progress).toMatchObject({ distinct: 175_499, generated: 476_567, depth: 23 });
  expect(search.sometimes).not.toContain(false);
  // Few real steps for many states, and small ones.
  expect(search.locals.stepped).toBeLessThan(20_000);
  expect(search.progress.bytes / search.progress.distinct).toBeLessThan(100);
});

test('it gives up after so many states', () => {
  const search = searched({ maxBallot: 2, statesMax: 500 });
  expect(search.complete).toBe(false);
  expect(search.progress.distinct).toBe(500);
  expect(search.progress.frontier).toBeGreaterThan(0);
});

test('a learner asks every other node, though it draws one at random', () => {
  const { model } = scopeOf(usual);
  const locals = new Locals(model);
  const asked = locals.sayings(locals.initial(1)).map((saying) => (saying.type === 'message' ? saying.to : null));
  expect(asked.toSorted()).toEqual([2, 3]);
});

test('nodes that accept only can take each other’s place', () => {
  expect(scopeOf({ ...usual, nodes: 5 }).model.alike).toEqual([[3, 4, 5]]);
});

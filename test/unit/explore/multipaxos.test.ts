/** The exhaustive search of Multi-Paxos: nothing is broken in scopes that are searched to their end, and what is broken is found. */
import { describe, expect, test } from 'vitest';
import type { ExploreRequest } from '../../../src/explore/job.ts';
import { Exploration } from '../../../src/explore/search/explore-job.ts';
import { mutantsOf } from '../../../src/protocol/mutants.ts';
import { explored as searched } from '../../support/explored.ts';

const usual: ExploreRequest = {
  type: 'explore',
  protocol: 'multipaxos',
  mutant: null,
  nodes: 3,
  proposers: 2,
  values: 2,
  maxBallot: 1,
  crashes: 0,
  statesMax: 100_000,
  symmetry: true,
  reduction: true,
  from: null,
};

const explored = (change: Partial<ExploreRequest>): Exploration => searched({ ...usual, ...change });

function never({ sometimes }: Exploration): readonly string[] {
  return sometimes.filter(({ seen }) => !seen).map(({ name }) => name);
}

test.each<[string, Partial<ExploreRequest>, readonly string[]]>([
  // A leader that has only one other to ask is told of all that there is.
  ['two servers, two commands, every takeover', { nodes: 2, maxBallot: 2, statesMax: 1_000_000 }, ['fills a gap']],
  ['two servers that crash', { nodes: 2, maxBallot: 2, values: 1, crashes: 1, statesMax: 1_000_000 }, ['fills a gap']],
  ['how far all is chosen is told at once', { nodes: 2, values: 1, maxBallot: 2, config: { tellAtOnce: true } }, ['two slots', 'fills a gap']],
])('all of a scope, and nothing is broken: %s', (_, change, unseen) => {
  const exploration = explored(change);
  expect(exploration.complete).toBe(true);
  expect(exploration.counterexample).toBeNull();
  expect(never(exploration).filter((name) => !unseen.includes(name))).toEqual([]);
});

test('among three, a second leader takes slots over and fills a gap', () => {
  const exploration = explored({});
  expect(exploration.counterexample).toBeNull();
  expect(never(exploration)).toEqual([]);
});

/** The check that fails first, after how many steps, and what the live checks call it if they do not say the same. */
const shortest: Record<string, readonly [check: string, length: number, live?: string]> = {
  'quorum-of-one': ['Agreement', 4],
  'quorums-that-do-not-meet': ['Agreement', 6],
  'ballot-reused-after-restart': ['BallotsUnique', 3],
  'round-saved-too-late': ['BallotsUnique', 1],
  'reported-votes-ignored': ['ShowsSafe', 8],
  'no-op-over-a-reported-slot': ['ShowsSafe', 7, 'NoOpOnlyInGaps'],
  'two-values-at-a-ballot': ['OneValuePerBallot', 4],
  'value-nobody-wanted': ['OneValuePerBallot', 4],
  'chosen-before-quorum': ['ChosenByQuorum', 3],
  'gap-skipped': ['AppliedInOrder', 8],
  'accept-without-ballot-check': ['P1a', 6],
  'lower-prepare-answered': ['PromisedNeverFalls', 3],
  'promise-not-stored': ['PromiseTruthful', 2],
  'vote-not-stored': ['VoteDurable', 5],
  'promise-not-saved': ['PromisedNeverFalls', 2],
  'vote-not-saved': ['VoteDurable', 5],
  'promise-told-before-saved': ['PromiseTruthful', 2],
  'vote-told-before-saved': ['VoteDurable', 5],
  'promise-hides-votes': ['PromiseTruthful', 6],
  'slots-above-not-reported': ['PromiseTruthful', 7],
  'disk-lost-at-restart': ['BallotsUnique', 3],
  'promise-lost-at-restart': ['PromisedNeverFalls', 3],
  'votes-lost-at-restart': ['PromiseTruthful', 6],
};

describe('what is broken is found, and seen by the live checks in a run', () => {
  test.each(Object.entries(shortest))('%s', (mutant, [check, length, live = check]) => {
    const { counterexample } = explored({ mutant, crashes: 1 });
    const { steps, finding } = counterexample!;
    expect([counterexample!.check, steps.length, finding.violation.check]).toEqual([check, length, live]);
    expect(finding.run.header.mutant).toBe(mutant);
  });

  test.each(mutantsOf('multipaxos').filter(({ control }) => control === true).map(({ name }) => name))('not %s, which is harmless', (mutant) => {
    const harmless = explored({ mutant, nodes: 2, values: 1, crashes: 1 });
    expect(harmless.complete).toBe(true);
    expect(harmless.counterexample).toBeNull();
  });
});

test('it goes on from no run', () => {
  const { run } = explored({ mutant: 'vote-not-stored' }).counterexample!.finding;
  expect(() => new Exploration({ ...usual, from: run })).toThrow('multipaxos can be explored from the beginning only');
});

test('it looks at no property that it does not know', () => {
  expect(() => new Exploration({ ...usual, only: ['SameState'] })).toThrow('there is no property "SameState"; there are Agreement, ');
  expect(new Exploration({ ...usual, only: ['AppliedInOrder'] }).complete).toBe(false);
});

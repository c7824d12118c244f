/** What the exhaustive search finds broken, and the runs in which the live checks see the same. */
import { describe, expect, test } from 'vitest';
import type { ExploreRequest, JobNews } from '../../../src/explore/job.ts';
import { Exploration, exploreJob } from '../../../src/explore/search/explore-job.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { replayTo } from '../../../src/host/replay.ts';
import { mutantsOf } from '../../../src/protocol/mutants.ts';
import { ProtocolError } from '../../../src/protocol/protocol.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { explored as searched } from '../../support/explored.ts';

const usual: ExploreRequest = {
  type: 'explore',
  protocol: 'paxos',
  mutant: null,
  nodes: 3,
  proposers: 2,
  values: 2,
  maxBallot: 2,
  crashes: 1,
  statesMax: 300_000,
  symmetry: true,
  reduction: true,
  from: null,
};

const explored = (change: Partial<ExploreRequest>): Exploration => searched({ ...usual, ...change });

/** The check that fails first, after so few steps. */
const shortest: Record<string, readonly [check: string, length: number]> = {
  'quorum-of-one': ['Agreement', 2],
  'quorums-that-do-not-meet': ['Agreement', 4],
  'ballot-reused-after-restart': ['BallotsUnique', 2],
  'older-promise-counted': ['ShowsSafeAt', 4],
  'reported-votes-ignored': ['ShowsSafeAt', 6],
  'any-reported-value': ['ShowsSafeAt', 9],
  'two-values-at-a-ballot': ['OneValuePerBallot', 3],
  'value-nobody-wanted': ['Validity', 5],
  'round-saved-too-late': ['BallotsUnique', 1],
  'chosen-before-quorum': ['ChosenByQuorum', 4],
  'ballots-added-up': ['ChosenByQuorum', 7],
  'copy-counted': ['ChosenByQuorum', 5],
  'accept-without-ballot-check': ['P1a', 5],
  'lower-prepare-answered': ['PromisedNeverFalls', 3],
  'promise-not-stored': ['PromiseTruthful', 1],
  'vote-not-stored': ['VoteDurable', 3],
  'promise-not-saved': ['PromiseTruthful', 1],
  'vote-not-saved': ['VoteDurable', 3],
  'promise-told-before-saved': ['PromiseTruthful', 1],
  'vote-told-before-saved': ['VoteDurable', 3],
  'promise-hides-vote': ['PromiseTruthful', 4],
  'promise-lost-by-refusing': ['PromisedNeverFalls', 4],
  'disk-lost-at-restart': ['BallotsUnique', 2],
  'promises-lost-at-restart': ['PromisedNeverFalls', 3],
  'votes-lost-at-restart': ['PromiseTruthful', 4],
};

describe('what is broken is found, and seen by the live checks in a run', () => {
  // The search is the same for what takes three ballots to show; without refusals it is shorter.
  const given = (mutant: string): Partial<ExploreRequest> => ({ mutant, ...(mutant === 'any-reported-value' && { config: { nacks: false }, crashes: 0 }) });
  const broken = mutantsOf('paxos').filter(({ control }) => control !== true);
  test('every mutant has its line', () => expect(broken.map(({ name }) => name)).toEqual(Object.keys(shortest)));
  test.each(broken.map(({ name }) => name))('%s', (mutant) => {
    const { counterexample } = explored(given(mutant));
    const { finding, steps, check } = counterexample!;
    expect([check, steps.length]).toEqual(shortest[mutant]);
    expect(finding.violation.check).toBe(check);
    expect(finding.run.header.mutant).toBe(mutant);
    expect(finding.end.seq).toBeGreaterThan(finding.violation.events.at(-1)!);
    // The run comes to the same again, by itself.
    const cluster = new InlineCluster(finding.run.header);
    const replaying = replayTo(cluster, finding.run.journal, finding.end);
    let next = replaying.next();
    while (next.done !== true) next = replaying.next();
    expect(next.value).toBeNull();
    expect(cluster.scheduler.violations.map((violation) => violation.check)).toContain(check);
    if (finding.scenario !== null) expect(parseScenario(finding.scenario, 'found.yaml').mutant).toBe(mutant);
  });

  test.each(mutantsOf('paxos').filter(({ control }) => control === true).map(({ name }) => name))('not %s, which is harmless', (mutant) => {
    const harmless = explored({ mutant, maxBallot: 1, values: 1 });
    expect(harmless.complete).toBe(true);
    expect(harmless.counterexample).toBeNull();
  });
});

test.each([
  { symmetry: false, reduction: false },
  { symmetry: true, reduction: true },
])('quorums of one choose two values, by as short a way: %o', (how) => {
  const config = { quorum: { type: 'counted', phase1: 1, phase2: 1 } };
  const { counterexample } = explored({ config, crashes: 0, ...how });
  expect(counterexample!.check).toBe('Agreement');
  expect(counterexample!.steps).toHaveLength(2);
  expect(counterexample!.finding.violation.check).toBe('Agreement');
});

describe('from a run on', () => {
  /** Both have been asked, and nothing has arrived yet but what they have told themselves. */
  function begun(mutant: string): InlineCluster {
    const { finding } = explored({ mutant }).counterexample!;
    const cluster = new InlineCluster({ ...finding.run.header });
    cluster.runUntil(100_000);
    cluster.command({ type: 'propose', node: 1, value: 'mine', slot: 1 });
    cluster.runUntil(200_000);
    cluster.command({ type: 'crash', node: 3, point: 'now' });
    cluster.runUntil(300_000);
    return cluster;
  }

  test('the way goes on where the run has ended', () => {
    const cluster = begun('reported-votes-ignored');
    const from = { ...cluster.run(), end: { at: cluster.now, seq: cluster.scheduler.log.seq } };
    const { counterexample } = explored({ mutant: 'reported-votes-ignored', from, crashes: 0 });
    const { finding, steps } = counterexample!;
    expect(finding.violation.check).toBe('ShowsSafeAt');
    expect(finding.run.journal.slice(0, from.journal.length)).toEqual(from.journal);
    expect(finding.run.journal.length).toBeGreaterThan(from.journal.length);
    expect(finding.violation.text).toContain('mine');
    expect(steps.length).toBeGreaterThan(0);
  });

  test('what has happened before is known: nothing is broken that is not', () => {
    const { header } = explored({ mutant: 'quorum-of-one' }).counterexample!.finding.run;
    const { mutant: _, ...right } = header;
    const cluster = new InlineCluster({ ...right, config: { ...(right.config as object), quorum: { type: 'majority' } } });
    cluster.runUntil(100_000);
    cluster.command({ type: 'propose', node: 1, value: 'mine', slot: 1 });
    cluster.runUntil(250_000);
    cluster.command({ type: 'propose', node: 2, value: 'other', slot: 1 });
    cluster.runUntil(450_000);
    const from = { ...cluster.run(), end: { at: cluster.now, seq: cluster.scheduler.log.seq } };
    const later = explored({ from, statesMax: 20_000 });
    expect(later.counterexample).toBeNull();
    expect(later.progress.distinct).toBeGreaterThan(100);
  });
});

test.each([
  ['promise-not-stored', 8],
  ['disk-lost-at-restart', 7],
])('only Agreement: %s goes on past what else is wrong, and so does the run', (mutant, length) => {
  const { counterexample } = explored({ mutant, only: ['Agreement'] });
  const { check, steps, finding } = counterexample!;
  expect([check, steps.length, finding.violation.check]).toEqual(['Agreement', length, 'Agreement']);
});

test('as a job it tells how it goes on, what it has found, and how it ended', () => {
  const news: JobNews[] = [];
  const job = exploreJob({ ...usual, mutant: 'ballots-added-up' });
  let next = job.next();
  for (; next.done !== true; next = job.next()) news.push(next.value);
  expect(news[0]).toMatchObject({ type: 'progress', progress: { done: null } });
  expect(news.filter(({ type }) => type === 'finding')).toHaveLength(1);
  expect(next.value.complete).toBe(false);
  expect(next.value.progress.counts.map(({ name }) => name)).toEqual(['distinct states', 'generated', 'depth', 'frontier', 'bytes']);
  // It passes between threads.
  expect(structuredClone(news)).toEqual(news);
});

test.each<[string, Partial<ExploreRequest>, string]>([
  ['another protocol', { protocol: 'raft' }, 'raft cannot be explored; paxos, multipaxos can'],
  ['no such mutant', { mutant: 'nothing' }, 'has none called "nothing"'],
  ['no such property', { only: ['Agreement', 'Nothing'] }, 'there is no property "Nothing"; there are Agreement, Validity'],
  ['more proposers than nodes', { nodes: 2, proposers: 3 }, 'cannot be 3 proposers'],
])('%s is refused', (_, change, text) => {
  expect(() => new Exploration({ ...usual, ...change })).toThrow(ProtocolError);
  expect(() => new Exploration({ ...usual, ...change })).toThrow(text);
});

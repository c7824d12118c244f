/** Multi-Paxos broken on purpose, under any schedule: the invariants must say so, each in its own words. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../src/check/linearizability/check.ts';
import { invariants } from '../../src/protocol/multipaxos/invariants.ts';
import { protocolOf } from '../../src/protocol/mutants.ts';
import { World } from './multipaxos-world.ts';
import type { Setting } from './multipaxos-world.ts';
import { schedules } from './multipaxos-settings.ts';

type CheckName = (typeof invariants)[number]['name'];

const load = { sessions: 1, pause: 0, keys: 2, hot: 60 };

interface Broken {
  readonly mutant: string;
  readonly caught: readonly CheckName[];
  readonly setting?: Partial<Setting>;
}

const broken: readonly Broken[] = [
  { mutant: 'promise-not-saved', caught: ['PromiseTruthful'] },
  { mutant: 'vote-not-saved', caught: ['VoteDurable'] },
  { mutant: 'votes-lost-at-restart', caught: ['PromiseTruthful'] },
  { mutant: 'promise-lost-at-restart', caught: ['PromisedNeverFalls'] },
  { mutant: 'ballot-reused-after-restart', caught: ['BallotsUnique'] },
  { mutant: 'disk-lost-at-restart', caught: ['PromisedNeverFalls'] },
  { mutant: 'accept-without-ballot-check', caught: ['P1a'] },
  { mutant: 'lower-prepare-answered', caught: ['PromisedNeverFalls'] },
  { mutant: 'promise-hides-votes', caught: ['PromiseTruthful'] },
  { mutant: 'slots-above-not-reported', caught: ['PromiseTruthful'] },
  { mutant: 'reported-votes-ignored', caught: ['ShowsSafe', 'ChosenStays'] },
  { mutant: 'no-op-over-a-reported-slot', caught: ['NoOpOnlyInGaps'] },
  { mutant: 'two-values-at-a-ballot', caught: ['OneValuePerBallot'] },
  { mutant: 'value-nobody-wanted', caught: ['Validity', 'OneValuePerBallot'] },
  { mutant: 'erased-server-votes-on', setting: { lostDisks: true }, caught: ['OnlyMembersVote'] },
  { mutant: 'chosen-before-quorum', caught: ['ChosenByQuorum'] },
  { mutant: 'vote-taken-for-choice', caught: ['ChosenByQuorum'] },
  { mutant: 'gap-skipped', setting: { config: { load: { ...load, sessions: 4 } } }, caught: ['AppliedInOrder'] },
  { mutant: 'no-client-deduplication', caught: ['SameState', 'OnceInEffect'] },
  { mutant: 'reply-before-chosen', caught: ['OnceInEffect'] },
  { mutant: 'id-before-chosen', caught: ['OnceInEffect'] },
  { mutant: 'id-without-the-log', caught: ['IdsUnique'] },
  { mutant: 'ids-going-down', setting: { clients: 1 }, caught: ['IdsNeverFall'] },
  { mutant: 'quorum-of-one', caught: ['Agreement'] },
  { mutant: 'quorums-that-do-not-meet', setting: { servers: 4 }, caught: ['Agreement', 'ChosenStays'] },
];

describe('the invariants catch', () => {
  it.each(broken)('$mutant ($caught)', ({ mutant, setting, caught }) => {
    const protocol = protocolOf({ protocol: 'multipaxos', mutant });
    const property = fc.property(schedules(500), (schedule) => {
      const { violations } = new World({ servers: 3, clients: 2, config: { load }, ...setting }, protocol).play(schedule);
      return !violations.some(({ check }) => caught.some((name) => name === check));
    });
    expect(fc.check(property, { numRuns: 300, seed: 1, endOnFailure: true }).failed).toBe(true);
  });

  it('is any of those in the list', () => {
    const caught = new Set(broken.flatMap((one) => one.caught));
    expect(invariants.map(({ name }) => name).filter((name) => !caught.has(name))).toEqual([]);
  });
});

describe('linearizability alone catches', () => {
  it('reads from the table of a server that lags', () => {
    const property = fc.property(schedules(400), (schedule) => {
      const world = new World({ servers: 3, clients: 2, config: { load: { ...load, transactions: 0, reads: 60 }, reads: 'local' } }).play(schedule);
      expect(world.violations).toEqual([]);
      return checkHistory({ model: 'database', calls: world.history() }).type !== 'violation';
    });
    expect(fc.check(property, { numRuns: 300, seed: 1, endOnFailure: true }).counterexample).not.toBeNull();
  });
});

/** Runs of the engine follow the specification, whatever is done to them, as long as disks keep what they said they had. */
import { describe, expect, it } from 'vitest';
import { checks } from '../../src/check/conformance/actions.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { library } from '../../src/scenario/library.ts';
import { eventsOf } from '../support/events.ts';
import { logRun } from '../support/log-run.ts';
import { randomRun, type RandomRun } from '../support/random-run.ts';
import { libraryRun, played } from '../support/scenarios.ts';
import { wildRun } from '../support/wild-run.ts';

const names: readonly string[] = checks.map(({ name }) => name);

function flagged(cluster: InlineCluster): string[] {
  return cluster.scheduler.violations.filter(({ check }) => names.includes(check)).map(({ check, text }) => `${check}: ${text}`);
}

function ran({ header, script, until }: RandomRun): InlineCluster {
  const cluster = new InlineCluster({ ...header, script });
  cluster.runUntil(until);
  return cluster;
}

const kinds: readonly (readonly [string, number, (seed: number) => RandomRun])[] = [
  ['Paxos, with any command', 40, (seed) => randomRun(seed, 15)],
  ['Multi-Paxos, with any command', 40, (seed) => randomRun(seed, 8, { protocol: 'multipaxos' })],
  ['Multi-Paxos, in which much is chosen, disks are lost and members change', 50, (seed) => logRun(seed, 8, { reads: ['log', 'quorum', 'lease'] })],
];

describe('every step is an action or a stutter', () => {
  it.each(kinds)('in random runs of %s', (_, seeds, runOf) => {
    for (let seed = 1; seed <= seeds; seed++) expect(flagged(ran(runOf(seed))), `seed ${seed}`).toEqual([]);
  });

  it('in runs with every fault there is, unless a disk has lied or lost what it had', () => {
    let [safe, found] = [0, 0];
    for (let seed = 1; seed <= 150; seed++) {
      const cluster = ran(wildRun(seed, 10));
      const lost = eventsOf(cluster.scheduler.log).some(
        (event) =>
          (event.type === 'start' && event.disk !== 'new' && event.disk !== 'kept') ||
          (event.type === 'fault' && event.fault === 'lying-disk'),
      );
      const wrong = flagged(cluster);
      if (lost) found += wrong.length;
      else {
        safe++;
        expect(wrong, `seed ${seed}`).toEqual([]);
      }
    }
    expect(safe).toBeGreaterThan(20);
    expect(found).toBeGreaterThan(5);
  });
});

describe('in the scenarios of the library', () => {
  /** What is flagged there, in its order: what these scenarios assume of disks and quorums is not what Paxos assumes. */
  const expected: Readonly<Record<string, readonly string[]>> = {
    amnesia: ['Stutter', 'Phase1b', 'Phase2a', 'Consensus'],
    'lying-disk': ['Stutter', 'Phase1b', 'Phase2a', 'Consensus'],
    'quorums-that-miss': ['Consensus'],
    'broken-memory': ['Phase2b'],
    'broken-heedless': ['Phase2a', 'Consensus'],
  };

  it.each(library().map(({ name }) => name))('%s', (name) => {
    expect(flagged(played(libraryRun(name))).map((text) => text.split(':')[0])).toEqual(expected[name] ?? []);
  });
});

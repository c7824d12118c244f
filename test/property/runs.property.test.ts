/** The invariants of Paxos hold in every run of the engine, whatever is done to it; and they can fail. */
import { describe, expect, it } from 'vitest';
import { InlineCluster } from '../../src/host/inline.ts';
import { createRandom, nextInteger, nextItem } from '../../src/protocol/random.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import { eventsOf } from '../support/events.ts';
import { violationsOf } from '../support/paxos-facts.ts';
import { randomRun } from '../support/random-run.ts';

const SEEDS = 400;
const SHARE = 50;
const SECONDS = 20;
const shares = Array.from({ length: SEEDS / SHARE }, (_, i) => i * SHARE + 1);
const sometimes = { chosen: 0, several: 0, restarted: 0, instances: 0 };

describe('in every run', () => {
  it.each(shares)('no invariant of Paxos is broken (seeds from %i)', (from) => {
    for (let seed = from; seed < from + SHARE; seed++) {
      const { header, script, until } = randomRun(seed, SECONDS);
      const cluster = new InlineCluster(header, { script });
      cluster.runUntil(until);
      const events = eventsOf(cluster.scheduler.log);
      expect(violationsOf(header, events), `seed ${seed}`).toEqual([]);
      const learned = events.filter((event) => event.type === 'chosen');
      sometimes.instances += new Set(learned.map(({ slot }) => slot)).size;
      if (learned.length > 0) sometimes.chosen++;
      if (learned.some(({ ballot }) => ballot.round > 1)) sometimes.several++;
      if (events.some((event) => event.type === 'start' && event.incarnation > 1)) sometimes.restarted++;
    }
  });

  it('was something to check: values chosen, ballots in conflict, restarts', () => {
    expect(sometimes.chosen).toBeGreaterThan(SEEDS / 2);
    expect(sometimes.instances).toBeGreaterThan(SEEDS);
    expect(sometimes.several).toBeGreaterThan(SEEDS / 10);
    expect(sometimes.restarted).toBeGreaterThan(SEEDS / 10);
  });
});

describe('with disks that are erased', () => {
  it('promises are forgotten, which is found out, and now and then even Agreement is lost', () => {
    const found = new Map<string, number>();
    for (let seed = 1; seed <= 300; seed++) {
      const { header, script, until } = randomRun(seed, SECONDS);
      const random = createRandom(seed, 9);
      const erasing: TimedCommand[] = [];
      for (let i = 0; i < 12; i++) {
        const at = nextInteger(random, 0, until - 1);
        const node = nextItem(random, header.nodes);
        erasing.push({ at, command: { type: 'crash', node, point: 'now' } });
        erasing.push({ at, command: { type: 'restart', node, disk: 'erased' } });
      }
      const all = [...script, ...erasing].sort((a, b) => a.at - b.at);
      const cluster = new InlineCluster(header, { script: all });
      cluster.runUntil(until);
      const names = violationsOf(header, eventsOf(cluster.scheduler.log)).map(({ invariant }) => invariant);
      for (const name of new Set(names)) found.set(name, (found.get(name) ?? 0) + 1);
    }
    expect(found.get('PromisedNeverFalls')).toBeGreaterThan(100);
    expect(found.get('Agreement')).toBeGreaterThan(0);
  });
});

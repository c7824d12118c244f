/** The invariants of Paxos hold in every run of the engine, whatever is done to it; and they can fail. */
import { describe, expect, it } from 'vitest';
import { InlineCluster } from '../../src/host/inline.ts';
import { createRandom, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import type { NodeId } from '../../src/protocol/protocol.ts';
import type { Command, RestartDisk } from '../../src/cluster/commands.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import { eventsOf } from '../support/events.ts';
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
      const cluster = new InlineCluster({ ...header, script });
      cluster.runUntil(until);
      const events = eventsOf(cluster.scheduler.log);
      expect(cluster.scheduler.violations, `seed ${seed}`).toEqual([]);
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

/** How often each invariant was broken in random runs to which these commands were added, at random times. */
function broken(seeds: number, rounds: number, commands: (node: NodeId, random: Random) => readonly Command[]): Map<string, number> {
  const found = new Map<string, number>();
  for (let seed = 1; seed <= seeds; seed++) {
    const { header, script, until } = randomRun(seed, SECONDS);
    const random = createRandom(seed, 9);
    const more: TimedCommand[] = [];
    for (let i = 0; i < rounds; i++) {
      const at = nextInteger(random, 0, until - 1);
      for (const command of commands(nextItem(random, header.nodes), random)) more.push({ at, command });
    }
    const cluster = new InlineCluster({ ...header, script: [...script, ...more].sort((a, b) => a.at - b.at) });
    cluster.runUntil(until);
    const names = cluster.scheduler.violations.map(({ check }) => check);
    for (const name of new Set(names)) found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
}

describe('with slow disks, and crashes before they have synced', () => {
  it('no invariant is broken: nobody was told of what is lost', () => {
    const found = broken(200, 20, (node, random) => [
      { type: 'fault', node, fault: 'slow-disk', settings: { sync: nextInteger(random, 1000, 400_000) } },
      ...(nextInteger(random, 0, 1) === 0 ? [] : [{ type: 'crash', node, point: 'now' } as const, { type: 'restart', node, disk: 'kept' } as const]),
    ]);
    expect([...found]).toEqual([]);
  });
});

describe('with disks that do not keep what they said they had', () => {
  it.each<[string, readonly ((node: NodeId) => Command)[]]>([
    ['lie', [(node) => ({ type: 'fault', node, fault: 'lying-disk', settings: { lies: 'yes' } }), crash, restart('kept')]],
    ['lose the last save', [crash, restart('last-lost')]],
    ['tear the last save', [crash, restart('last-torn')]],
    ['are erased', [crash, restart('erased')]],
  ])('because they %s, promises are forgotten, which is found out', (_, commands) => {
    const found = broken(100, 12, (node) => commands.map((command) => command(node)));
    expect(found.get('PromisedNeverFalls')).toBeGreaterThan(20);
  });

  it('and now and then even Agreement is lost', () => {
    const found = broken(300, 12, (node) => [crash(node), restart('erased')(node)]);
    expect(found.get('Agreement')).toBeGreaterThan(0);
  });
});

function crash(node: NodeId): Command {
  return { type: 'crash', node, point: 'now' };
}

function restart(disk: RestartDisk): (node: NodeId) => Command {
  return (node) => ({ type: 'restart', node, disk });
}

/**
 * What the live checks find stands at one place of a run, however the run is had: in whole windows or chopped ones, step
 * by step, replayed, or gone on with from a checkpoint.
 */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cluster/commands.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import { InlineCluster, type ClusterCheckpoint } from '../../src/host/inline.ts';
import { finish, replayTo } from '../../src/host/replay.ts';
import { createRandom, nextInteger, nextItem } from '../../src/protocol/random.ts';
import { randomRun } from '../support/random-run.ts';

const SECONDS = 10;
const SHARE = 20;

interface Broken {
  readonly header: RunHeader;
  readonly until: number;
}

/** A run in which now and then a disk loses what it said it had, or lies. */
function brokenRun(seed: number, protocol: 'paxos' | 'multipaxos'): Broken {
  const { header, script, until } = randomRun(seed, SECONDS, { protocol });
  const random = createRandom(seed, 30);
  const more: TimedCommand[] = [];
  for (let i = 0; i < 8; i++) {
    const at = nextInteger(random, 0, until - 1);
    const node = nextItem(random, header.nodes);
    const disk = nextItem(random, ['erased', 'last-lost', 'last-torn', 'kept'] as const);
    const commands: Command[] = [
      { type: 'fault', node, fault: 'lying-disk', settings: { lies: nextItem(random, ['yes', 'no']) } },
      { type: 'crash', node, point: 'now' },
      { type: 'restart', node, disk },
    ];
    for (const command of commands) more.push({ at, command });
  }
  return { header: { ...header, script: [...script, ...more].sort((a, b) => a.at - b.at) }, until };
}

function ended(header: RunHeader, drive: (cluster: InlineCluster) => void): InlineCluster {
  const cluster = new InlineCluster(header);
  drive(cluster);
  return cluster;
}

describe.each(['paxos', 'multipaxos'] as const)('in runs of %s with broken disks', (protocol) => {
  let found = 0;

  it('what is found is found at the same place', () => {
    for (let seed = 1; seed <= SHARE; seed++) {
      const { header, until } = brokenRun(seed, protocol);
      const random = createRandom(seed, 31);
      const whole = ended(header, (cluster) => cluster.runUntil(until));
      const { violations, log } = whole.scheduler;
      found += violations.length;
      expect(new Set(violations.map(({ check, slot }) => `${check} ${slot}`)).size).toBe(violations.length);
      for (const { events, seq } of violations) {
        expect(events).toEqual([...new Set(events)].sort((a, b) => a - b));
        expect(events.at(-1)).toBeLessThan(seq);
      }

      const places: ClusterCheckpoint[] = [];
      const chopped = ended(header, (cluster) => {
        while (cluster.now < until) {
          cluster.runUntil(Math.min(until, cluster.now + nextInteger(random, 1, 400_000)));
          if (nextInteger(random, 0, 9) === 0) places.push(cluster.checkpoint());
        }
      });
      expect(chopped.scheduler.violations, `seed ${seed}, chopped`).toEqual(violations);
      expect(chopped.digest, `seed ${seed}, chopped`).toBe(whole.digest);

      const stepped = ended(header, (cluster) => {
        while (cluster.step(until));
      });
      expect(stepped.scheduler.violations, `seed ${seed}, stepped`).toEqual(violations);
      expect(stepped.digest, `seed ${seed}, stepped`).toBe(whole.digest);

      const run = whole.run();
      const end = { at: until, seq: log.seq };
      const replayed = ended(header, (cluster) => expect(finish(replayTo(cluster, run.journal, end))).toBeNull());
      expect(replayed.scheduler.violations, `seed ${seed}, replayed`).toEqual(violations);

      for (const place of places) {
        const from = place.scheduler.log.seq;
        for (const checkpoint of [place, structuredClone(place)]) {
          const resumed = InlineCluster.resume(run, checkpoint);
          expect(finish(replayTo(resumed, run.journal, end))).toBeNull();
          const later = violations.filter(({ seq }) => seq >= from);
          expect(resumed.scheduler.violations, `seed ${seed} from event ${from}`).toEqual(later);
          expect(resumed.digest, `seed ${seed} from event ${from}`).toBe(whole.digest);
        }
      }
    }
  }, 60_000);

  it('there was something to find', () => {
    expect(found).toBeGreaterThan(SHARE);
  });
});

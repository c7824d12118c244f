/**
 * A cluster that goes on from a checkpoint has the events that it would have had anyway, byte for byte, wherever the
 * checkpoint was taken, and however often it is gone on from. (DESIGN: *exact*.)
 */
import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cluster/commands.ts';
import { readEvents } from '../../src/cluster/event-log.ts';
import { InlineCluster, type ClusterCheckpoint } from '../../src/host/inline.ts';
import { finish, replayTo } from '../../src/host/replay.ts';
import { createRandom, nextInteger, nextItem } from '../../src/protocol/random.ts';
import { LOG_START } from '../support/events.ts';
import { wildCommand, wildRun } from '../support/wild-run.ts';

const SECONDS = 8;
const SHARE = 50;
const shares = (seeds: number): number[] => Array.from({ length: seeds / SHARE }, (_, i) => i * SHARE + 1);

const everySeed = (from: number, check: (seed: number) => void): void => {
  for (let seed = from; seed < from + SHARE; seed++) check(seed);
};

/** What has happened at least once in all runs, so that the checks are not about nothing. */
const sometimes = new Set<string>();

/** A run with commands at any gap between windows, and checkpoints at some. */
function liveRun(seed: number): { readonly cluster: InlineCluster; readonly checkpoints: readonly ClusterCheckpoint[] } {
  const { header } = wildRun(seed, SECONDS);
  const random = createRandom(seed, 11);
  const cluster = new InlineCluster(header);
  const checkpoints: ClusterCheckpoint[] = [];
  for (let i = nextInteger(random, 10, 60); i > 0; i--) {
    if (nextInteger(random, 0, 2) > 0) cluster.runUntil(cluster.now + nextInteger(random, 0, 400_000));
    else for (let steps = nextInteger(random, 1, 12); steps > 0; steps--) cluster.step();
    if (nextInteger(random, 0, 4) === 0) checkpoints.push(cluster.checkpoint());
    try {
      cluster.command(wildCommand(random, header));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
    if (nextInteger(random, 0, 4) === 0) checkpoints.push(cluster.checkpoint());
  }
  cluster.runUntil(cluster.now + 1_000_000);
  return { cluster, checkpoints };
}

describe('a run with everything in it', () => {
  it.each(shares(1000))('replays to the same digest (seeds from %i)', (from) => {
    everySeed(from, (seed) => {
      const { header: bare, script, until } = wildRun(seed, SECONDS);
      const header = { ...bare, script };
      const cluster = new InlineCluster(header);
      cluster.runUntil(until);
      for (const event of readEvents(cluster.scheduler.log.since(LOG_START)!)) {
        sometimes.add(event.type === 'lost' ? event.cause : event.type === 'start' ? event.disk : event.type);
      }
      const again = new InlineCluster(header);
      const end = { at: cluster.now, seq: cluster.scheduler.log.seq };
      expect(finish(replayTo(again, cluster.run().journal, end)), `seed ${seed}`).toBeNull();
      expect(again.digest, `seed ${seed}`).toBe(cluster.digest);
    });
  });

  it('had every kind of event, every loss and every disk in it', () => {
    const wanted = [
      ...['request', 'deliver', 'timer', 'synced', 'send', 'save', 'setTimer', 'cancelTimer', 'reply', 'chosen', 'note'],
      ...['duplicate', 'crash', 'partition', 'network', 'client', 'configure', 'link', 'cut', 'mend', 'fault', 'hold', 'held'],
      ...['retimed', 'loss', 'cut', 'dead', 'corrupt', 'queue', 'dropped', 'new', 'kept', 'last-lost', 'last-torn', 'erased'],
    ];
    expect(wanted.filter((one) => !sometimes.has(one))).toEqual([]);
  });
});

describe('a checkpoint', () => {
  it.each(shares(200))('is gone on from to the same digest, also as a clone (seeds from %i)', (from) => {
    everySeed(from, (seed) => {
      const { cluster, checkpoints } = liveRun(seed);
      const run = cluster.run();
      const end = { at: cluster.now, seq: cluster.scheduler.log.seq };
      const random = createRandom(seed, 12);
      if (checkpoints.length === 0) return;
      for (let i = 0; i < 4; i++) {
        const checkpoint = nextItem(random, checkpoints);
        const resumed = InlineCluster.resume(run, i % 2 === 0 ? checkpoint : structuredClone(checkpoint));
        expect(finish(replayTo(resumed, run.journal, end)), `seed ${seed}`).toBeNull();
        expect(resumed.digest, `seed ${seed}, from event ${checkpoint.scheduler.log.seq}`).toBe(cluster.digest);
      }
    });
  });

  it('is not touched by what happens afterwards', () => {
    const { cluster, checkpoints } = liveRun(3);
    const before = checkpoints.map((one) => JSON.stringify(structuredClone(one), plain));
    const run = cluster.run();
    const end = { at: cluster.now, seq: cluster.scheduler.log.seq };
    for (const one of checkpoints) finish(replayTo(InlineCluster.resume(run, one), run.journal, end));
    expect(checkpoints.map((one) => JSON.stringify(structuredClone(one), plain))).toEqual(before);
  });
});

/** Maps and bytes as lists; of the owner of a page, which only its identity counts for, nothing. */
function plain(key: string, value: unknown): unknown {
  if (key === 'owner') return null;
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  return value instanceof Uint8Array ? [...value] : value;
}

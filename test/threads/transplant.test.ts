/**
 * A run can be had again on threads, and go on, in the state of any moment, on fresh threads: the events are those that
 * the same run has in-process, byte for byte. (DESIGN: *exact*.)
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cluster/commands.ts';
import type { Place, Run } from '../../src/cluster/run.ts';
import { createWorld } from '../../src/cluster/world.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { finish, replay, replayTo } from '../../src/host/replay.ts';
import { replayOnThreads } from '../support/replay-on-threads.ts';
import { nameOf } from '../../src/protocol/protocol.ts';
import { createRandom, nextInteger } from '../../src/protocol/random.ts';
import { scriptedRun, wander } from '../support/scripted-run.ts';
import { scratch, startCluster } from '../support/thread-cluster.ts';
import { wildCommand, wildRun } from '../support/wild-run.ts';
import { realWorkers } from '../support/workers.ts';

const SECONDS = 4;
/** Runs at a time: each has up to eight threads, most of which wait. */
const TOGETHER = 4;

async function forSeeds(from: number, count: number, work: (seed: number) => Promise<void>): Promise<void> {
  let next = from;
  const worker = async (): Promise<void> => {
    while (next < from + count) await work(next++);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

/** A run as it was inline, and where its windows stood when it ended. */
function inlineRun(seed: number): { readonly run: Run; readonly end: Place; readonly digest: string } {
  const { header, script, until } = wildRun(seed, SECONDS);
  const cluster = new InlineCluster({ ...header, script });
  cluster.runUntil(until);
  for (let steps = seed % 4; steps > 0; steps--) cluster.step();
  return { run: cluster.run(), end: { at: cluster.now, seq: cluster.scheduler.log.seq }, digest: cluster.digest };
}

describe('a run of which only header and commands are left', () => {
  it.each([1, 26, 51, 76])('has the same digest on threads (25 seeds from %i)', async (from) => {
    const folder = scratch();
    await forSeeds(from, 25, async (seed) => {
      const { run, end, digest } = inlineRun(seed);
      const again = await replayOnThreads(run, end, { directory: join(folder, String(seed)), workers: realWorkers });
      expect(again, `seed ${seed}`).toMatchObject({ divergence: null, digest, events: end.seq, now: end.at });
    });
  });

  it('that is not as it says is told apart', async () => {
    const { run, end } = inlineRun(5);
    const journal = run.journal.map((entry) => ({ ...entry, seq: entry.seq + 1 }));
    const options = { directory: join(scratch(), 'run'), workers: realWorkers };
    const again = await replayOnThreads({ ...run, journal }, end, options);
    expect(again.divergence).toMatch(/diverged before event|can no longer be carried out/);
    expect((await replayOnThreads(run, { ...end, seq: end.seq + 1 }, options)).divergence).not.toBeNull();
  });
});

describe('a run that goes on from a checkpoint on fresh threads', () => {
  it.each([1, 16])('has the events it has in-process, whatever is done to it (15 seeds from %i)', async (from) => {
    const folder = scratch();
    await forSeeds(from, 15, async (seed) => {
      const wild = wildRun(seed, SECONDS);
      const header = { ...wild.header, script: wild.script };
      const random = createRandom(seed, 30);
      const before = new InlineCluster(header);
      before.runUntil(nextInteger(random, 0, SECONDS * 1_000_000));
      for (let steps = nextInteger(random, 0, 6); steps > 0; steps--) before.step();
      const checkpoint = before.checkpoint();
      const run = before.run();
      const end = { at: before.now, seq: before.scheduler.log.seq };
      const { cluster, problems } = await startCluster(header, {
        directory: join(folder, String(seed)),
        resume: { run, end, checkpoint, world: createWorld(header) },
      });
      expect(await cluster.snapshot(), `seed ${seed}`).toMatchObject({ run, end, digest: before.digest });
      for (const node of before.scheduler.actors) {
        expect(await cluster.inspect(node), `seed ${seed}, ${nameOf(node)}`).toEqual(before.inspect(node));
      }
      for (let i = 0; i < 8; i++) {
        await cluster.command(wildCommand(random, header)).catch((error: unknown) => expect(error).toBeInstanceOf(CommandError));
        await cluster.runUntil((await cluster.status()).now + nextInteger(random, 0, 800_000));
      }
      const after = await cluster.snapshot();
      await cluster.close();
      expect(problems.filter(({ detail }) => !detail.includes('was left out'))).toEqual([]);
      expect(replay(after.run, after.end.at).digest, `seed ${seed}`).toBe(after.digest);
    });
  });
});

describe('a run with a script', () => {
  it('goes on with it on fresh threads as it would have, byte for byte (16 seeds)', async () => {
    const folder = scratch();
    await forSeeds(1, 16, async (seed) => {
      const { header, until } = scriptedRun(seed, SECONDS);
      const whole = new InlineCluster(header);
      whole.runUntil(until);
      // Single steps from there stay within the run, however little happens.
      const half = nextInteger(createRandom(seed, 31), 0, Math.floor(until / 2));
      const live = await startCluster(header, { directory: join(folder, `${seed}-live`) });
      await live.cluster.runUntil(half);
      for (let steps = seed % 4; steps > 0; steps--) await live.cluster.step();
      const { run, end, digest } = await live.cluster.snapshot();
      await live.cluster.close();
      const options = { directory: join(folder, `${seed}-again`), workers: realWorkers };
      expect(await replayOnThreads(run, end, options), `seed ${seed}`).toMatchObject({ divergence: null, digest, events: end.seq });

      const loaded = new InlineCluster(header);
      expect(finish(replayTo(loaded, run.journal, end)), `seed ${seed}`).toBeNull();
      wander(loaded, createRandom(seed, 32), until);
      const resume = {
        run: loaded.run(),
        end: { at: loaded.now, seq: loaded.scheduler.log.seq },
        checkpoint: loaded.checkpoint(),
        world: createWorld(header),
      };
      const { cluster } = await startCluster(header, { directory: join(folder, `${seed}`), resume });
      await cluster.runUntil(until);
      const after = await cluster.snapshot();
      await cluster.close();
      expect(after.digest, `seed ${seed}`).toBe(whole.digest);
      expect(after.run, `seed ${seed}`).toEqual(whole.run());
    });
  });
});

/** The same run on real threads and inline: identical event digests, with every fault there is. (DESIGN: *exact*.) */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cluster/commands.ts';
import { readEvents } from '../../src/cluster/event-log.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { replay } from '../../src/host/replay.ts';
import { createRandom, nextInteger } from '../../src/protocol/random.ts';
import { randomNodeCommand } from '../support/node-faults.ts';
import { randomCommand, randomRun } from '../support/random-run.ts';
import { scratch, startCluster } from '../support/thread-cluster.ts';

const SEEDS = 200;
/** Runs in one test. */
const SHARE = 20;
/** Virtual length of a run. */
const SECONDS = 6;
/** Clusters at one time: threads wait for the disk more than they compute. */
const TOGETHER = 4;

const shares = Array.from({ length: SEEDS / SHARE }, (_, i) => i * SHARE + 1);
const sometimes = new Set<string>();

/** Runs `work` for the seeds from `from` on, some at a time. */
async function forSeeds(from: number, count: number, work: (seed: number) => Promise<void>): Promise<void> {
  let next = from;
  const worker = async (): Promise<void> => {
    while (next < from + count) await work(next++);
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

describe('a run on threads', () => {
  it.each(shares)('has the digest of the same run inline (seeds from %i)', async (from) => {
    const folder = scratch();
    await forSeeds(from, SHARE, async (seed) => {
      const { header, script: base, until } = randomRun(seed, SECONDS, { protocol: 'mixed' });
      const random = createRandom(seed, 20);
      // In every third run nodes freeze, disks are slow, full or lie, and restarts find less than was saved.
      const ofNodes = Array.from({ length: seed % 3 === 0 ? 25 : 0 }, () => ({
        at: nextInteger(random, 0, until - 1),
        command: randomNodeCommand(random, header),
      }));
      const script = [...base, ...ofNodes].sort((a, b) => a.at - b.at);
      const inline = new InlineCluster({ ...header, script });
      const start = inline.scheduler.log.mark();
      inline.runUntil(until);
      for (const event of readEvents(inline.scheduler.log.since({ ...start, offset: 0, seq: 0, at: 0 })!)) {
        sometimes.add(event.type === 'lost' ? event.cause : event.type === 'crash' ? event.point : event.type);
        if (event.type === 'start') sometimes.add(event.disk);
        else if (event.type === 'fault') sometimes.add(event.fault);
        else if (event.type === 'crash' && event.error !== '') sometimes.add(event.error.split(':')[0]!);
      }

      const { cluster, problems } = await startCluster({ ...header, script }, { directory: join(folder, String(seed)) });
      const status = await cluster.runUntil(until);
      const { journal } = await cluster.run();
      await cluster.close();
      expect(problems.map(({ detail }) => detail)).toEqual(
        inline.scheduler.refused.map(({ error }) => expect.stringContaining(error)),
      );
      expect(status, `seed ${seed}`).toMatchObject({
        digest: inline.digest,
        events: inline.scheduler.log.seq,
        now: until,
        refused: inline.scheduler.refused,
      });
      expect(journal, `seed ${seed}`).toEqual(inline.scheduler.journal);
    });
  });

  it('had losses, copies, cuts, crashes at every point and restarts in it', () => {
    const wanted = [
      ...['loss', 'cut', 'dead', 'corrupt', 'duplicate', 'partition', 'chosen', 'synced', 'violation', 'its disk is full'],
      ...['now', 'before-step', 'after-save', 'after-step', 'kept', 'last-lost', 'last-torn', 'erased'],
      ...['freeze', 'clock', 'slow-disk', 'full-disk', 'lying-disk'],
    ];
    expect(wanted.filter((one) => !sometimes.has(one))).toEqual([]);
  });
});

describe('a live run on threads', () => {
  it('with commands whenever they came replays inline to the same events', async () => {
    const folder = scratch();
    let played = 0;
    await forSeeds(1001, 12, async (seed) => {
      const { header } = randomRun(seed, SECONDS, { protocol: 'mixed' });
      const random = createRandom(seed, 8);
      const { cluster, problems } = await startCluster(header, {
        directory: join(folder, String(seed)),
        transport: { playing: true, speed: 'max' },
      });
      for (let i = 0; i < 25; i++) {
        // What comes now, and where, is up to the machine: the journal says it.
        if (nextInteger(random, 0, 3) > 0) await new Promise((resume) => setTimeout(resume, nextInteger(random, 0, 15)));
        const answers = [cluster.command(randomCommand(random, header)), cluster.command(randomNodeCommand(random, header))];
        for (const answer of await Promise.allSettled(answers)) {
          if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(CommandError);
        }
        if (nextInteger(random, 0, 9) === 0) {
          await cluster.step();
          await cluster.setTransport({ playing: true });
        }
      }
      await cluster.setTransport({ playing: false });
      const { now, digest, events } = await cluster.status();
      const run = await cluster.run();
      await cluster.close();
      expect(problems).toEqual([]);
      const again = replay(run, now);
      // Paused after a single step, it can stand amid the events of one moment.
      while (again.scheduler.log.seq < events && again.step());
      expect([again.digest, again.scheduler.log.seq], `seed ${seed}`).toEqual([digest, events]);
      played += events;
    });
    expect(played).toBeGreaterThan(1000);
  });

  it('goes on at its pace, and stops when it is paused', async () => {
    const { header } = randomRun(3, SECONDS);
    const { cluster } = await startCluster(header, { transport: { playing: true, speed: 64 } });
    let before = (await cluster.status()).now;
    // However slow the machine is, time goes on.
    for (let i = 0; i < 3; i++) {
      for (let now = before; now <= before; ) ({ now } = await cluster.status());
      before = (await cluster.status()).now;
    }
    await cluster.setTransport({ playing: false });
    const paused = await cluster.status();
    await new Promise((resume) => setTimeout(resume, 100));
    expect(await cluster.status()).toEqual(paused);
    await cluster.step();
    expect((await cluster.status()).events).toBeGreaterThan(paused.events);
  });
});

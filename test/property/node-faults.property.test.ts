/**
 * Frozen nodes, slow clocks, disks that are slow, full or lie, restarts with every disk, timers fired by hand: however
 * the windows of such a run are cut, and whenever the commands came, its events are the same, byte for byte.
 */
import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cluster/commands.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { replay } from '../../src/host/replay.ts';
import { nameOf } from '../../src/protocol/protocol.ts';
import { createRandom, nextFloat, nextInteger, type Random } from '../../src/protocol/random.ts';
import { Driver } from '../support/driver.ts';
import { eventsOf } from '../support/events.ts';
import { randomNodeCommand } from '../support/node-faults.ts';
import { randomCommand, randomRun } from '../support/random-run.ts';

const SEEDS = 300;
const SHARE = 75;
const SECONDS = 10;
const shares = Array.from({ length: SEEDS / SHARE }, (_, i) => i * SHARE + 1);

/** What has happened at least once in all runs, so that the checks are not about nothing. */
const sometimes = new Set<string>();

function note(log: InlineCluster['scheduler']['log']): void {
  for (const event of eventsOf(log)) {
    if (event.type === 'fault') sometimes.add(event.fault);
    else if (event.type === 'start') sometimes.add(event.disk);
    else if (event.type === 'lost') sometimes.add(`lost: ${event.cause}`);
    else if (event.type === 'crash') sometimes.add(event.error === '' ? event.point : event.error.split(':')[0]!);
    else if (event.type === 'note' && event.text.startsWith('has no timer')) sometimes.add('no timer');
    else sometimes.add(event.type);
  }
}

function command(random: Random, header: RunHeader) {
  return nextInteger(random, 0, 3) === 0 ? randomCommand(random, header) : randomNodeCommand(random, header);
}

describe('the same run with faults of nodes', () => {
  it.each(shares)('in windows, chopped windows, single steps and replayed is the same (seeds from %i)', (from) => {
    for (let seed = from; seed < from + SHARE; seed++) {
      const { header, until } = randomRun(seed, SECONDS, { protocol: 'mixed' });
      const random = createRandom(seed, 17);
      const script: TimedCommand[] = Array.from({ length: nextInteger(random, 5, 60) }, () => ({
        at: nextInteger(random, 0, until - 1),
        command: command(random, header),
      }));
      const whole = new InlineCluster({ ...header, script });
      whole.runUntil(until);
      note(whole.scheduler.log);

      const chopped = new InlineCluster({ ...header, script });
      while (chopped.now < until) chopped.runUntil(Math.min(until, chopped.now + nextInteger(random, 1, 100_000)));
      expect(chopped.digest, `seed ${seed}, chopped windows`).toBe(whole.digest);

      const stepped = new InlineCluster({ ...header, script });
      while (stepped.step(until));
      expect(stepped.digest, `seed ${seed}, single steps`).toBe(whole.digest);

      expect(replay(whole.run(), until).digest, `seed ${seed}, replayed`).toBe(whole.digest);
      expect(stepped.run(), `seed ${seed}, journal`).toEqual(whole.run());
      for (const node of whole.scheduler.actors) expect(stepped.inspect(node), `seed ${seed}, ${nameOf(node)}`).toEqual(whole.inspect(node));
    }
  });

  it.each(shares)('with commands at any moment and threads that end replays the same (seeds from %i)', (from) => {
    for (let seed = from; seed < from + SHARE; seed++) {
      const { header } = randomRun(seed, SECONDS, { protocol: 'mixed' });
      const random = createRandom(seed, 18);
      const live = new Driver(header);
      const deaths = nextFloat(random) < 0.5 ? 0 : nextFloat(random) * 0.05;
      for (let i = 0; i < 60; i++) {
        const single = nextInteger(random, 0, 2) === 0;
        const limit = single ? Infinity : live.scheduler.now + nextInteger(random, 0, 500_000);
        for (let windows = nextInteger(random, 1, 40); windows > 0; windows--) {
          if (!live.window(limit, single, () => nextFloat(random) < deaths)) break;
        }
        try {
          live.command(command(random, header));
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
        }
      }
      note(live.scheduler.log);
      const { now, log } = live.scheduler;
      const again = replay(live.run(), now);
      while (again.scheduler.log.seq < log.seq && again.step());
      expect(again.digest, `seed ${seed}`).toBe(live.digest);
      expect(again.run(), `seed ${seed}, journal`).toEqual(live.run());
    }
  });

  it.each(shares)('with nodes started anew in the state they were in is the same (seeds from %i)', (from) => {
    for (let seed = from; seed < from + SHARE; seed++) {
      const { header, until } = randomRun(seed, SECONDS, { protocol: 'mixed' });
      const random = createRandom(seed, 19);
      const script: TimedCommand[] = Array.from({ length: 40 }, () => ({
        at: nextInteger(random, 0, until - 1),
        command: command(random, header),
      }));
      const whole = new Driver({ ...header, script });
      while (whole.window(until, false));
      const moved = new Driver({ ...header, script });
      const kept: { readonly saved: unknown; readonly copy: unknown }[] = [];
      while (moved.window(until, nextInteger(random, 0, 3) === 0)) {
        if (nextInteger(random, 0, 30) > 0) continue;
        const saved = moved.save();
        const copy = structuredClone(saved);
        kept.push({ saved, copy });
        // A thread gets a copy; the node that goes on, or is made anew from it in this thread, leaves it as it is.
        if (nextInteger(random, 0, 1) === 0) moved.transplant(nextInteger(random, 0, 1) === 0 ? saved : structuredClone(copy));
      }
      expect(moved.digest, `seed ${seed}`).toBe(whole.digest);
      // What was saved stays what it was, whatever became of the nodes.
      for (const { saved, copy } of kept) expect(saved, `seed ${seed}`).toEqual(copy);
    }
  });

  it('had every kind of thing in it', () => {
    const wanted = [
      ...['freeze', 'clock', 'slow-disk', 'full-disk', 'lying-disk', 'synced', 'its disk is full', 'no timer'],
      ...['kept', 'last-lost', 'last-torn', 'erased', 'now', 'before-step', 'after-save', 'after-step', 'lost: dead'],
      ...['lost: corrupt', 'chosen'],
    ];
    expect(wanted.filter((one) => !sometimes.has(one))).toEqual([]);
  });
});

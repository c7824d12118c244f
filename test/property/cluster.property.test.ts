/**
 * A run is its header and its commands: however its windows are cut, and whenever the commands came, the events are the
 * same, byte for byte. (DESIGN: *exact*.)
 */
import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cluster/commands.ts';
import { readEvents, type EventLog } from '../../src/cluster/event-log.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { replay } from '../../src/host/replay.ts';
import { createRandom, nextFloat, nextInteger } from '../../src/protocol/random.ts';
import { Driver } from '../support/driver.ts';
import { randomCommand, randomRun } from '../support/random-run.ts';

const SEEDS = 300;
/** Runs are checked in shares, so that a failure names its seed and the runner shows progress. */
const SHARE = 50;
const shares = Array.from({ length: SEEDS / SHARE }, (_, i) => i * SHARE + 1);
const START = { chunk: 0, offset: 0, seq: 0, at: 0 };

/** What has happened at least once in all runs, so that the checks are not about nothing. */
const sometimes = new Set<string>();

function note(log: EventLog): void {
  const packed = log.since(START);
  for (const event of packed === null ? [] : readEvents(packed)) {
    if (event.type === 'lost') sometimes.add(`lost: ${event.cause}`);
    else if (event.type === 'crash') sometimes.add(`crash: ${event.point}`);
    else if (event.type === 'start') sometimes.add(`start: ${event.disk}`);
    else sometimes.add(event.type);
  }
}

const everySeed = (from: number, check: (seed: number) => void): void => {
  for (let seed = from; seed < from + SHARE; seed++) check(seed);
};

describe('the same run', () => {
  it.each(shares)('in windows, chopped windows, single steps and replayed is the same (seeds from %i)', (from) => {
    everySeed(from, (seed) => {
      const { header, script, until } = randomRun(seed, 12, { protocol: 'mixed' });
      const whole = new InlineCluster({ ...header, script });
      whole.runUntil(until);
      note(whole.scheduler.log);

      const chopped = new InlineCluster({ ...header, script });
      const random = createRandom(seed, 5);
      while (chopped.now < until) chopped.runUntil(Math.min(until, chopped.now + nextInteger(random, 1, 200_000)));
      expect(chopped.digest, `seed ${seed}, chopped windows`).toBe(whole.digest);

      const stepped = new InlineCluster({ ...header, script });
      while (stepped.step(until));
      expect(stepped.digest, `seed ${seed}, single steps`).toBe(whole.digest);

      expect(replay(whole.run(), until).digest, `seed ${seed}, replayed`).toBe(whole.digest);
      expect(stepped.run(), `seed ${seed}, journal`).toEqual(whole.run());
    });
  });

  it.each(shares)('with commands at any moment and threads that end replays the same (seeds from %i)', (from) => {
    everySeed(from, (seed) => {
      const { header } = randomRun(seed, 12, { protocol: 'mixed' });
      const random = createRandom(seed, 6);
      const live = new Driver(header);
      // The rate at which threads end by themselves differs from run to run; often there is none.
      const deaths = nextFloat(random) < 0.5 ? 0 : nextFloat(random) * 0.05;
      for (let i = 0; i < 60; i++) {
        const single = nextInteger(random, 0, 2) === 0;
        const limit = single ? Infinity : live.scheduler.now + nextInteger(random, 0, 500_000);
        for (let windows = nextInteger(random, 1, 40); windows > 0; windows--) {
          if (!live.window(limit, single, () => nextFloat(random) < deaths)) break;
        }
        try {
          live.command(randomCommand(random, header));
        } catch (error) {
          if (!(error instanceof CommandError)) throw error;
          sometimes.add('refused');
        }
      }
      note(live.scheduler.log);
      if (live.scheduler.journal.some(({ command }) => command.type === 'died')) sometimes.add('died');

      const { now, log } = live.scheduler;
      const again = replay(live.run(), now);
      while (again.scheduler.log.seq < log.seq && again.step());
      expect(again.digest, `seed ${seed}`).toBe(live.digest);
      // A replay of a replay, from the journal that the replay wrote itself.
      expect(again.run(), `seed ${seed}, journal`).toEqual(live.run());
    });
  });

  it('had every kind of thing in it', () => {
    const wanted = [
      ...['chosen', 'duplicate', 'partition', 'network', 'client', 'configure', 'reply', 'cancelTimer', 'note'],
      ...['lost: loss', 'lost: cut', 'lost: dead', 'start: new', 'start: kept', 'refused', 'died'],
      ...['crash: now', 'crash: before-step', 'crash: after-save', 'crash: after-step'],
    ];
    expect(wanted.filter((one) => !sometimes.has(one))).toEqual([]);
  });
});

/**
 * A run with a script goes on with it from whatever is left of the run: a checkpoint, a moment of its history, its run
 * file, its autosave journal. When nobody does anything, it is the run that it would have been anyway, byte for byte.
 */
import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cluster/commands.ts';
import { parseSession, sessionText } from '../../src/cluster/run-file/journal.ts';
import { parseRunFile, runFileText } from '../../src/cluster/run-file/run-file.ts';
import type { Place, Run } from '../../src/cluster/run.ts';
import { History } from '../../src/host/history/history.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { finish, replayTo } from '../../src/host/replay.ts';
import { createRandom, nextInteger } from '../../src/protocol/random.ts';
import { protocolOf } from '../../src/protocol/mutants.ts';
import { scriptedRun, wander } from '../support/scripted-run.ts';
import { wildCommand } from '../support/wild-run.ts';

const SECONDS = 8;
const SHARE = 25;
const shares = (seeds: number): number[] => Array.from({ length: seeds / SHARE }, (_, i) => i * SHARE + 1);

const everySeed = (from: number, check: (seed: number) => void): void => {
  for (let seed = from; seed < from + SHARE; seed++) check(seed);
};

const endOf = (cluster: InlineCluster): Place => ({ at: cluster.now, seq: cluster.scheduler.log.seq });

/** The run as it is when nobody does anything to it. */
function undisturbed(seed: number): InlineCluster {
  const { header, until } = scriptedRun(seed, SECONDS);
  const cluster = new InlineCluster(header);
  cluster.runUntil(until);
  return cluster;
}

/** The run as far as some gap. */
function cutShort(seed: number, salt: number): InlineCluster {
  const { header, until } = scriptedRun(seed, SECONDS);
  const cluster = new InlineCluster(header);
  wander(cluster, createRandom(seed, salt), until);
  return cluster;
}

/** The run again up to its end, in a cluster that can go on. */
function again(run: Run, end: Place): InlineCluster {
  const cluster = new InlineCluster(run.header);
  expect(finish(replayTo(cluster, run.journal, end))).toBeNull();
  return cluster;
}

function goOn(cluster: InlineCluster, whole: InlineCluster, what: string): void {
  cluster.runUntil(whole.now);
  expect(cluster.digest, what).toBe(whole.digest);
  expect(cluster.run(), what).toEqual(whole.run());
}

describe('a run with a script goes on as it would have', () => {
  it.each(shares(150))('from checkpoints of it (seeds from %i)', (from) => {
    everySeed(from, (seed) => {
      const whole = undisturbed(seed);
      for (let salt = 1; salt <= 3; salt++) {
        const before = cutShort(seed, salt);
        const resumed = InlineCluster.resume(before.run(), structuredClone(before.checkpoint()));
        goOn(resumed, whole, `seed ${seed} from ${JSON.stringify(endOf(before))}`);
        goOn(before, whole, `seed ${seed}, paused`);
      }
    });
  });

  it.each(shares(150))('from its journal up to anywhere (seeds from %i)', (from) => {
    everySeed(from, (seed) => {
      const whole = undisturbed(seed);
      for (let salt = 4; salt <= 6; salt++) {
        const before = cutShort(seed, salt);
        const loaded = again(before.run(), endOf(before));
        expect(loaded.digest, `seed ${seed}`).toBe(before.digest);
        expect(loaded.run(), `seed ${seed}`).toEqual(before.run());
        goOn(loaded, whole, `seed ${seed} from ${JSON.stringify(endOf(before))}`);
      }
    });
  });

  it.each(shares(100))('from a run file and from an autosave journal (seeds from %i)', (from) => {
    everySeed(from, (seed) => {
      const whole = undisturbed(seed);
      const before = cutShort(seed, 7);
      const [run, end, digest] = [before.run(), endOf(before), before.digest];
      const text = runFileText({ title: '', app: '', run, end, digest, marks: [], expect: null });
      const file = parseRunFile(text, 'half.synod');
      expect(runFileText(file)).toBe(text);
      goOn(again(file.run, file.end), whole, `seed ${seed}, file`);
      const branch = { id: 1, name: 'Branch 1', parent: null, forkedAt: null, chosen: 0, run, end, digest };
      const journal = sessionText({ title: '', app: '', branches: [branch], live: 1 }, { pid: 1, start: '' });
      const [restored] = parseSession(journal, 'half.journal').branches;
      goOn(again(restored!.run, restored!.end), whole, `seed ${seed}, journal`);
    });
  });

  it.each(shares(100))('from any moment of its history (seeds from %i)', (from) => {
    everySeed(from, (seed) => {
      const whole = undisturbed(seed);
      const history = new History({ protocolOf });
      expect(finish(history.load(whole.run(), endOf(whole), 1, null)).divergence).toBeNull();
      const random = createRandom(seed, 8);
      for (let i = 0; i < 5; i++) {
        const seq = nextInteger(random, 0, endOf(whole).seq);
        const place = history.checkpointAt(seq);
        goOn(InlineCluster.resume(place.run, place.checkpoint), whole, `seed ${seed} from event ${seq}`);
        goOn(again(place.run, place.end), whole, `seed ${seed} from event ${seq}, loaded`);
      }
    });
  });
});

/** The run with a person's commands at some gaps, and how it stood before the last of them. */
function disturbed(seed: number): { readonly cluster: InlineCluster; readonly before: InlineCluster; readonly index: number } {
  const { header, until } = scriptedRun(seed, SECONDS);
  const random = createRandom(seed, 9);
  const cluster = new InlineCluster(header);
  let [before, index] = [new InlineCluster(header), 0];
  for (let i = nextInteger(random, 2, 12); i > 0; i--) {
    wander(cluster, random, until);
    const kept = cluster.checkpoint();
    const commands = cluster.scheduler.journal.length;
    try {
      cluster.command(wildCommand(random, header));
      [before, index] = [InlineCluster.resume(cluster.run(), kept), commands];
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
    if (nextInteger(random, 0, 2) > 0) cluster.step();
  }
  return { cluster, before, index };
}

describe('a run with a script, to which a person does something', () => {
  it.each(shares(200))('is had again, and goes on; undo goes on without what is undone (seeds from %i)', (from) => {
    everySeed(from, (seed) => {
      const { cluster, before, index } = disturbed(seed);
      const run = cluster.run();
      const loaded = again(run, endOf(cluster));
      expect(loaded.digest, `seed ${seed}`).toBe(cluster.digest);
      cluster.runUntil(cluster.now + 3_000_000);
      goOn(loaded, cluster, `seed ${seed}`);
      const undone = again({ ...run, journal: run.journal.slice(0, index) }, endOf(before));
      before.runUntil(cluster.now);
      goOn(undone, before, `seed ${seed}, undone`);
    });
  });

  it('had all of it: commands of both kinds and of a person, some of them refused', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 50; seed++) {
      const { header, journal } = disturbed(seed).cluster.run();
      for (const { scripted, refused } of journal) {
        const kind = scripted === undefined ? 'person' : 'at' in header.script![scripted]! ? 'timed' : 'conditional';
        seen.add(refused === undefined ? kind : `${kind}, refused`);
      }
    }
    expect([...seen].sort()).toEqual(['conditional', 'conditional, refused', 'person', 'timed', 'timed, refused']);
  });
});

describe('a journal in which the script does what is not its turn', () => {
  it('is not had again', () => {
    const { run, end } = { run: undisturbed(1).run(), end: endOf(undisturbed(1)) };
    const scripted = run.header.script!.findIndex((one) => 'at' in one);
    const journal = [{ ...run.journal[0]!, scripted }, ...run.journal.map((entry) => ({ ...entry, scripted }))];
    expect(finish(replayTo(new InlineCluster(run.header), journal, end))).toContain('it is not the turn of command');
  });
});

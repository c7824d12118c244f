/** What an autosave journal holds after its process was killed with no warning at all, fifty times. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { JournalEntry } from '../../src/cluster/commands.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { recover, recoverable } from '../../src/host/recovery.ts';
import { finish, replayTo } from '../../src/host/replay.ts';
import { createRandom, nextInteger } from '../../src/protocol/random.ts';
import type { Said } from '../support/journal-child.ts';
import { scratch } from '../support/thread-cluster.ts';
import { realWorkers, testEntry } from '../support/workers.ts';

const KILLS = 50;
/** Processes at a time, on two cores. */
const AT_ONCE = 3;
/** Longest life of a process after it has synced something, ms. */
const LIFE_MAX_MS = 500;

/** What a process had said was synced when it was killed. */
interface Life {
  readonly commands: readonly JournalEntry[];
  readonly seq: number;
}

/** Starts a process and kills it: so many ms after it has synced something, or, below 0, after it was started. */
async function liveAndDie(folder: string, seed: number, ms: number): Promise<Life> {
  const args = [testEntry('journal-child'), folder, String(seed), realWorkers.router, realWorkers.node];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const commands: JournalEntry[] = [];
  let seq = 0;
  let begun: () => void = () => {};
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    // The last line may have been cut off.
    if (!line.endsWith('}')) return;
    const said = JSON.parse(line) as Said;
    if (said.type === 'command') commands.push(said.entry);
    else if (said.type === 'mark') seq = said.seq;
    else throw new Error(said.text);
    begun();
  });
  const closed = once(lines, 'close');
  if (ms >= 0) await Promise.race([hasBegun, ended]);
  await sleep(Math.abs(ms));
  child.kill('SIGKILL');
  expect((await ended)[1]).toBe('SIGKILL');
  await closed;
  return { commands, seq };
}

async function killOnce(folder: string, seed: number, ms: number): Promise<{ commands: number; events: number }> {
  const life = await liveAndDie(folder, seed, ms);
  const autosave = join(folder, 'autosave');
  const [found, ...more] = await recoverable(autosave);
  expect(more).toEqual([]);
  if (found === undefined) {
    expect(life, 'nothing was recovered').toEqual({ commands: [], seq: 0 });
    return { commands: 0, events: 0 };
  }
  const { run, end, digest, title } = await recover(autosave, found.id);
  expect(title).toBe(`Seed ${seed}`);
  expect(run.journal.slice(0, life.commands.length)).toEqual(life.commands);
  expect(end.seq).toBeGreaterThanOrEqual(life.seq);
  const again = new InlineCluster(run.header);
  expect(finish(replayTo(again, run.journal, end)), `seed ${seed}`).toBeNull();
  expect([again.digest, again.scheduler.log.seq]).toEqual([digest ?? again.digest, end.seq]);
  expect(readdirSync(autosave)).toEqual([`${found.id}.journal`]);
  return { commands: life.commands.length, events: end.seq };
}

it(`loses no command that was acknowledged, however the process ends (${KILLS} times)`, { timeout: 300_000 }, async () => {
  const folder = scratch();
  const random = createRandom(0x9111);
  const lives = Array.from({ length: KILLS }, (_, seed) => ({
    seed,
    // Some while they begin.
    ms: seed % 10 === 0 ? -nextInteger(random, 50, 400) : nextInteger(random, 0, LIFE_MAX_MS),
  }));
  let [commands, events] = [0, 0];
  const worker = async (): Promise<void> => {
    for (let life = lives.pop(); life !== undefined; life = lives.pop()) {
      const got = await killOnce(join(folder, String(life.seed)), life.seed, life.ms);
      commands += got.commands;
      events += got.events;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // Otherwise nothing would have been at stake.
  expect(commands).toBeGreaterThan(KILLS);
  expect(events).toBeGreaterThan(100 * KILLS);
});

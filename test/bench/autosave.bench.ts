/**
 * What autosave costs: a command appended and synced, beside a bare write and fdatasync of the same bytes in the same
 * folder; many commands at once; and the share of a live run's time in which its journal is being written.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { entryText, markText } from '../../src/cluster/run-file/journal.ts';
import { createHeader } from '../../src/cluster/run.ts';
import type { JournalEntry } from '../../src/cluster/commands.ts';
import { replaceFile } from '../../src/host/run-file.ts';
import { SessionJournal, type JournalFiles } from '../../src/host/session-journal.ts';
import { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { realWorkers } from '../support/workers.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 5;
const COMMANDS = 200;
/** Wall time of a live run, ms, and of the pause between two of its commands. */
const LIVE_MS = 4000;
const PAUSE_MS = 100;

const header = createHeader(protocolNamed('paxos'), { nodes: 5, seed: 1, client: { interval: 100_000 } });
const entryAt = (seq: number): JournalEntry => ({ at: seq, seq, command: { type: 'propose', node: 1, value: 'heron' } });
const digest = '0123456789abcdef';

function journalIn(folder: string, files?: JournalFiles): SessionJournal {
  const end = { at: 0, seq: 0 };
  const branch = { id: 1, name: 'Branch 1', parent: null, forkedAt: null, chosen: 0, run: { header, journal: [] }, end, digest: null };
  return new SessionJournal({
    folder,
    session: { title: 'Bench', app: '0.0.0', branches: [branch], live: 1 },
    onProblem: ({ detail }) => {
      throw new Error(detail);
    },
    ...(files === undefined ? {} : { files }),
  });
}

/** Milliseconds a command takes until it is synced. @param atOnce how many are given before the first is waited for */
async function appended(folder: string, atOnce: number): Promise<number> {
  const journal = journalIn(folder);
  await journal.flush();
  const begin = performance.now();
  for (let seq = 1; seq <= COMMANDS; seq += atOnce) {
    const all = Array.from({ length: atOnce }, (_, index) =>
      journal.append({ entries: [entryAt(seq + index)], at: seq + index, seq: seq + index, digest }),
    );
    await Promise.all(all);
  }
  const spent = performance.now() - begin;
  await journal.close();
  return spent / COMMANDS;
}

/** The same bytes, bare. */
async function bare(folder: string): Promise<number> {
  const handle = await open(join(folder, 'bare'), 'w');
  const begin = performance.now();
  let length = 0;
  for (let seq = 1; seq <= COMMANDS; seq++) {
    const bytes = Buffer.from(entryText(entryAt(seq)) + markText({ at: seq, seq, digest }));
    await handle.write(bytes, 0, bytes.length, length);
    await handle.datasync();
    length += bytes.length;
  }
  const spent = performance.now() - begin;
  await handle.close();
  return spent / COMMANDS;
}

/** The share of a run's wall time in which its journal is being written and synced. */
async function live(folder: string): Promise<number> {
  let writing = 0;
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      writing += performance.now() - begin;
    }
  };
  const files: JournalFiles = {
    async replace(path, text) {
      const real = await timed(() => replaceFile(path, text));
      return {
        write: ((bytes: Buffer, from: number, length: number, position: number) =>
          timed(() => real.write(bytes, from, length, position))) as unknown as typeof real.write,
        datasync: () => timed(() => real.datasync()),
        stat: real.stat.bind(real),
        close: () => real.close(),
      };
    },
  };
  const journal = journalIn(join(folder, 'live'), files);
  const cluster = await ThreadCluster.start({
    header,
    run: 1,
    directory: join(folder, 'disks'),
    workers: realWorkers,
    transport: { playing: true, speed: 16 },
    observe: false,
  });
  cluster.onJournal = (entries, { end, digest: text }) => void journal.append({ entries, ...end, digest: text });
  await cluster.status();
  writing = 0;
  const begin = performance.now();
  while (performance.now() - begin < LIVE_MS) {
    await cluster.command({ type: 'propose', node: 1 });
    await sleep(PAUSE_MS);
  }
  await journal.flush();
  const share = writing / (performance.now() - begin);
  await cluster.close();
  await journal.close();
  return share;
}

async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  mkdirSync(join(folder, 'live'));
  try {
    const [one, many, reference]: number[][] = [[], [], []];
    for (let round = 0; round < ROUNDS; round++) {
      reference!.push(await bare(folder));
      one!.push(await appended(folder, 1));
      many!.push(await appended(folder, 50));
    }
    const base = median(reference!);
    const row = (metric: string, value: number): Row => {
      return { bench: 'autosave', metric, value, unit: 'ms', reference: base, ratio: value / base };
    };
    return [
      { ...row('a command, appended and synced', median(one!)), aim: '<= 1.5' },
      row('a command, 50 given at once', median(many!)),
      {
        bench: 'autosave',
        metric: `time the journal is being written, ${1000 / PAUSE_MS} commands a second`,
        value: 100 * (await live(folder)),
        unit: '% of the run',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export default { name: 'autosave', run };

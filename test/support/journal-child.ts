/**
 * A process of its own for the tests that kill one: a cluster on threads and its autosave journal, with a person who does
 * something to it all the time. Says what is synced, a line of JSON each, as soon as it is.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '../../src/cluster/command-error.ts';
import type { JournalEntry } from '../../src/cluster/commands.ts';
import { createHeader } from '../../src/cluster/run.ts';
import { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';
import { SessionJournal } from '../../src/host/session-journal.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { createRandom, nextInteger } from '../../src/protocol/random.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { randomLogHeader } from './random-log.ts';
import { randomCommand } from './random-run.ts';

/** What the child says. */
export type Said =
  /** This command is synced. */
  | { readonly type: 'command'; readonly entry: JournalEntry }
  /** It is synced that so many events have happened. */
  | { readonly type: 'mark'; readonly seq: number }
  | { readonly type: 'problem'; readonly text: string };

const [folder, seedText, router, node] = process.argv.slice(2) as [string, string, string, string];

function say(said: Said): void {
  writeSync(1, `${JSON.stringify(said)}\n`);
}

async function main(): Promise<void> {
  const seed = Number(seedText);
  const random = createRandom(seed);
  const network = completeNetwork({ latency: { distribution: 'uniform', min: 5000, max: 30_000 } });
  // In every third life servers come and go.
  const header =
    seed % 3 === 0
      ? randomLogHeader(seed, network)
      : createHeader(protocolNamed('paxos'), { nodes: 3, seed, network, client: { interval: 50_000 } });
  const start = { at: 0, seq: 0 };
  const branch = { id: 1, name: 'Branch 1', parent: null, forkedAt: null, chosen: 0, run: { header, journal: [] }, end: start, digest: null };
  const journal = new SessionJournal({
    folder: join(folder, 'autosave'),
    session: { title: `Seed ${seed}`, app: '0.0.0', branches: [branch], live: 1 },
    onProblem: ({ title, detail }) => say({ type: 'problem', text: `${title}: ${detail}` }),
    markEveryMs: 10,
  });
  const cluster = await ThreadCluster.start({
    header,
    run: 1,
    directory: join(folder, 'disks'),
    workers: { router, node },
    transport: { playing: true, speed: 16 },
    observe: false,
  });
  cluster.onProblem = ({ title, detail }) => say({ type: 'problem', text: `${title}: ${detail}` });
  cluster.onJournal = (entries, { end, digest }) => {
    void journal.append({ entries, ...end, digest }).then(() => {
      for (const entry of entries) say({ type: 'command', entry });
      say({ type: 'mark', seq: end.seq });
    });
  };
  for (;;) {
    await cluster.command(randomCommand(random, header)).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
    });
    await sleep(nextInteger(random, 0, 20));
  }
}

void main();

/**
 * What exactness costs: a run on threads, the same followed by a history, had again in-process and on threads; and the
 * digest beside the run that it is taken over.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { Digest } from '../../src/cluster/digest.ts';
import { createHeader, type RunHeader } from '../../src/cluster/run.ts';
import { HistoryClient } from '../../src/host/history/history-client.ts';
import { serveHistory } from '../../src/host/history/history-server.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { replay } from '../../src/host/replay.ts';
import { serveNode } from '../../src/host/thread/node-server.ts';
import { replayOnThreads } from '../support/replay-on-threads.ts';
import { serveRouter } from '../../src/host/thread/router-server.ts';
import { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';
import { protocolOf } from '../../src/protocol/mutants.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 3;
const SECONDS = 300;
const DIGESTED = 1_000_000;
const START = { at: 0, seq: 0 };

// This file is its own worker: the history, the router, or a node.
if (!isMainThread) {
  if (workerData === undefined) serveHistory(parentPort!, { protocolOf });
  else if ('setup' in workerData) void serveNode(workerData, protocolOf);
  else serveRouter(parentPort!, workerData, protocolOf(workerData.header));
}

const header: RunHeader = createHeader(protocolNamed('paxos'), { nodes: 5, seed: 1, client: { interval: 20_000 } });
const workers = { router: __filename, node: __filename };

const scratch = (): string => mkdtempSync(join(tmpdir(), 'synod-bench-'));

/** Seconds of wall time. */
async function timed(work: () => unknown): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

/** Events a second of a run on threads, as fast as they go. */
async function original(followed: boolean): Promise<{ readonly rate: number; readonly events: number }> {
  const directory = scratch();
  const history = followed ? HistoryClient.start({ worker: __filename }) : null;
  await history?.load({ header, journal: [] }, START, { run: 1 });
  const cluster = await ThreadCluster.start({
    ...{ header, run: 1, directory, workers, observe: false, transport: { playing: false, speed: 'max' } },
    ...(history && { history: history.port() }),
  });
  await cluster.runUntil(10_000_000);
  const { events: before } = await cluster.status();
  const seconds = await timed(() => cluster.runUntil(SECONDS * 1_000_000));
  const { events } = await cluster.status();
  await cluster.close();
  await history?.close();
  rmSync(directory, { recursive: true, force: true });
  return { rate: (events - before) / seconds, events };
}

/** Nanoseconds a digest takes for one event. */
async function digestCost(): Promise<number> {
  const bytes = Uint8Array.from({ length: 64 * 1024 }, (_, i) => (i * 31) & 255);
  const digest = new Digest();
  // An event of such a run has 38 bytes on average.
  const seconds = await timed(() => {
    for (let i = 0; i < DIGESTED; i++) digest.add(bytes, (i * 38) % 60_000, ((i * 38) % 60_000) + 38);
  });
  return digest.text === '' ? NaN : (seconds * 1e9) / DIGESTED;
}

async function run(): Promise<Row[]> {
  const live: number[] = [];
  const followed: number[] = [];
  const inline: number[] = [];
  const threads: number[] = [];
  const digest: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { rate, events } = await original(false);
    live.push(rate);
    followed.push((await original(true)).rate);
    let again = new InlineCluster(header);
    inline.push(events / (await timed(() => (again = replay({ header, journal: [] }, SECONDS * 1_000_000)))));
    const directory = scratch();
    const end = { at: again.now, seq: again.scheduler.log.seq };
    threads.push(events / (await timed(() => replayOnThreads({ header, journal: [] }, end, { directory, workers }))));
    rmSync(directory, { recursive: true, force: true });
    digest.push(await digestCost());
  }
  const reference = median(live);
  const beside = (metric: string, values: readonly number[], aim?: string): Row => ({
    ...{ bench: 'history', metric, value: median(values), unit: 'events/s', reference, ratio: median(values) / reference },
    ...(aim && { aim }),
  });
  const perEvent = 1e9 / median(inline);
  return [
    { bench: 'history', metric: 'a run on threads', value: reference, unit: 'events/s' },
    beside('the same, followed by a history', followed, '>= 0.7'),
    beside('replayed in-process', inline, '>= 1'),
    beside('replayed on threads, with their start and end', threads),
    {
      ...{ bench: 'history', metric: 'digest, beside the run in-process', value: median(digest), unit: 'ns/event' },
      ...{ reference: perEvent, ratio: median(digest) / perEvent, aim: '<= 0.15' },
    },
  ];
}

export default { name: 'history', run };

/**
 * How long it takes to see any moment of a run, asked of the history's thread and back: at 10⁴, 10⁵ and 10⁶ events, on a
 * quiet network and with every kind of fault on; the same of a log that fills as fast as it can; and what the history
 * keeps for it.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort } from 'node:worker_threads';
import { createHeader, type Place, type Run } from '../../src/cluster/run.ts';
import { HistoryClient } from '../../src/host/history/history-client.ts';
import { serveHistory } from '../../src/host/history/history-server.ts';
import { History } from '../../src/host/history/history.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { finish } from '../../src/host/replay.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { createRandom, nextInteger } from '../../src/protocol/random.ts';
import { protocolOf } from '../../src/protocol/mutants.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import type { Row } from './row.ts';

const SIZES = [10_000, 100_000, 1_000_000];
const SEEKS = 300;
/** Looks before the first that counts, as long as the code is still being compiled. */
const WARM_UP = 50;
/** As the window asks for it. */
const BEFORE = 400;
const AFTER = 50;

// This file is its own worker: the history.
if (!isMainThread) serveHistory(parentPort!, { protocolOf });

const FAULTS = {
  loss: { probability: 0.05 },
  duplication: { probability: 0.05 },
  jitter: { max: 50_000 },
  corruption: { share: 0.02 },
};

/** A run of five nodes and the default client with so many events; with faults, nodes crash and come back too. */
function runOf(events: number, faulty: boolean): { readonly run: Run; readonly end: Place } {
  const network = completeNetwork(faulty ? FAULTS : {});
  const cluster = new InlineCluster(createHeader(protocolNamed('paxos'), { nodes: 5, seed: 1, network }));
  const { log } = cluster.scheduler;
  while (log.seq < events) {
    cluster.runEvents(Math.min(faulty ? 5000 : events, events - log.seq));
    if (!faulty) continue;
    const node = 1 + (Math.floor(log.seq / 5000) % 5);
    cluster.command({ type: 'crash', node, point: 'now' });
    cluster.runUntil(cluster.now + 5_000_000);
    cluster.command({ type: 'restart', node, disk: 'kept' });
    cluster.command({ type: 'fault', node, fault: 'slow-disk', settings: { sync: 20_000 } });
  }
  return { run: cluster.run(), end: { at: cluster.now, seq: log.seq } };
}

/** Five servers whose log four clients fill, each with 16 operations under way. */
function logOf(events: number): { readonly run: Run; readonly end: Place } {
  const config = { load: { sessions: 16, pause: 0 }, window: 64 };
  const cluster = new InlineCluster(createHeader(protocolNamed('multipaxos'), { nodes: 5, clients: 4, seed: 1, config }));
  cluster.runEvents(events);
  return { run: cluster.run(), end: { at: cluster.now, seq: cluster.scheduler.log.seq } };
}

/** Wall times of seeks to moments all over the run, ms, ascending. */
async function seekTimes(history: HistoryClient, end: number): Promise<number[]> {
  const random = createRandom(7);
  const times: number[] = [];
  for (let i = -WARM_UP; i < SEEKS; i++) {
    const begin = performance.now();
    await history.seek(nextInteger(random, 0, end), BEFORE, AFTER);
    if (i >= 0) times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b);
}

/** What a history that holds a run keeps, bytes on the heap and beside it. */
function bytesKept(run: Run, end: Place): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const history = new History({ protocolOf });
  finish(history.load(run, end, 1, null));
  const kept = used() - before;
  return history.seq === end.seq ? kept : NaN;
}

async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  const history = HistoryClient.start({ worker: __filename });
  let runs = 0;
  for (const sort of ['', ', faults', ', Multi-Paxos']) {
    for (const size of SIZES) {
      const name = `${size.toLocaleString('en')} events${sort}`;
      const { run: held, end } = sort === ', Multi-Paxos' ? logOf(size) : runOf(size, sort !== '');
      await history.load(held, end, { run: ++runs });
      const times = await seekTimes(history, end.seq);
      const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
      rows.push({ bench: 'scrub', metric: `seek p50, ${name}`, value: at(0.5), unit: 'ms' });
      rows.push({ bench: 'scrub', metric: `seek p99, ${name}`, value: at(0.99), unit: 'ms', aim: '<= 50' });
      rows.push({ bench: 'scrub', metric: `seek max, ${name}`, value: at(1), unit: 'ms' });
      if (size === SIZES.at(-1)) {
        rows.push({ bench: 'scrub', metric: `memory kept, ${name}`, value: bytesKept(held, end) / end.seq, unit: 'bytes/event' });
      }
    }
  }
  await history.close();
  return rows;
}

export default { name: 'scrub', run };

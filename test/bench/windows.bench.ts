/**
 * What conservative windows are worth: how much a node gets at once, and how much faster a run is on threads than in one
 * thread when a step takes long. The step is made heavy by counting; everything else is the flood of flood.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { clientDefaults } from '../../src/cluster/commands.ts';
import { createHeader, ENGINE_VERSION, type RunHeader } from '../../src/cluster/run.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { serveNode } from '../../src/host/thread/node-server.ts';
import { serveRouter } from '../../src/host/thread/router-server.ts';
import { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { flood } from './flood.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 3;
/** Loop turns of a heavy step: some hundreds of microseconds. */
const HEAVY_TURNS = 300_000;

let waste = 1;

const heavy: typeof flood = {
  ...flood,
  name: 'heavy',
  step(state, input) {
    for (let i = 0; i < HEAVY_TURNS; i++) waste = (Math.imul(waste, 1_664_525) + 1_013_904_223) | 0;
    return flood.step(state, input);
  },
};

const protocolOf = ({ protocol }: Pick<RunHeader, 'protocol'>) => (protocol === 'heavy' ? heavy : protocolNamed(protocol));

// This file is its own worker.
if (!isMainThread) {
  if ('port' in workerData) void serveNode(workerData, protocolOf);
  else serveRouter(parentPort!, workerData, protocolOf(workerData.header));
}

function header(nodes: number, inFlight: number): RunHeader {
  return {
    engine: ENGINE_VERSION,
    protocol: 'heavy',
    config: { packets: Math.ceil(inFlight / nodes) },
    seed: 1,
    nodes: Array.from({ length: nodes }, (_, i) => i + 1),
    clients: 0,
    network: completeNetwork({}),
    client: { ...clientDefaults, enabled: false },
  };
}

/** Wall seconds for the same stretch of the same run, on threads and in one thread. */
async function speedUp(nodes: number): Promise<number> {
  const run = header(nodes, 40 * nodes);
  const [from, until] = [2_000_000, 12_000_000];
  const inline = new InlineCluster(run, { protocol: heavy });
  inline.runUntil(from);
  const begun = performance.now();
  inline.runUntil(until);
  const alone = performance.now() - begun;

  const directory = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  const cluster = await ThreadCluster.start({
    header: run,
    run: 1,
    directory,
    workers: { router: __filename, node: __filename },
    transport: { playing: false, speed: 'max' },
    observe: false,
  });
  try {
    await cluster.runUntil(from);
    const began = performance.now();
    const status = await cluster.runUntil(until);
    const together = performance.now() - began;
    if (status.digest !== inline.digest) throw new Error('the run on threads is not the run in one thread');
    return alone / together;
  } finally {
    await cluster.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Inputs that a node gets in one batch, on average. */
function batchSize(cluster: InlineCluster, seconds: number): number {
  const { scheduler } = cluster;
  const plan = scheduler.plan.bind(scheduler);
  let inputs = 0;
  let batches = 0;
  scheduler.plan = (limit, single) => {
    const window = plan(limit, single);
    for (const batch of window?.batches ?? []) {
      batches++;
      inputs += batch.inputs;
    }
    return window;
  };
  cluster.runUntil(seconds * 1_000_000);
  return inputs / batches;
}

async function run(): Promise<Row[]> {
  const bench = 'windows';
  const quiet = createHeader(protocolNamed('paxos'), { nodes: 5, seed: 1 });
  const busy = createHeader(protocolNamed('paxos'), { nodes: 5, seed: 1, client: { interval: 10_000 } });
  const rows: Row[] = [
    { bench, metric: 'inputs a batch, Paxos, default client', value: batchSize(new InlineCluster(quiet), 600), unit: 'inputs' },
    { bench, metric: 'inputs a batch, Paxos, 100 proposals a second', value: batchSize(new InlineCluster(busy), 60), unit: 'inputs' },
    { bench, metric: 'inputs a batch, 2000 packets in flight', value: batchSize(new InlineCluster(header(5, 2000), { protocol: flood }), 20), unit: 'inputs' },
  ];
  for (const nodes of [2, 5]) {
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await speedUp(nodes));
    rows.push({ bench, metric: `speed-up on threads, ${nodes} nodes, heavy step`, value: median(rounds), unit: '×', aim: '>= 1.5' });
  }
  return rows;
}

export default { name: 'windows', run };

/**
 * Packets a second through five node threads, beside raw one-way messages through one MessagePort in the same run.
 * The reference sends the same payload, each in a message of its own, 64 at a time before it lets the loop turn.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { clientDefaults } from '../../src/cluster/commands.ts';
import { ENGINE_VERSION, type RunHeader } from '../../src/cluster/run.ts';
import { serveNode } from '../../src/host/thread/node-server.ts';
import { serveRouter } from '../../src/host/thread/router-server.ts';
import { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { createHeader } from '../../src/cluster/run.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { flood, PAYLOAD_BYTES } from './flood.ts';
import { median, type Row } from './row.ts';

const BATCH = 64;
const IN_FLIGHT = 2000;
const ROUNDS = 5;

const protocolOf = ({ protocol }: Pick<RunHeader, 'protocol'>) => (protocol === 'flood' ? flood : protocolNamed(protocol));

// This file is its own worker: a sink for the reference, the router, or a node.
if (!isMainThread) {
  if (workerData === 'sink') sink();
  else if ('port' in workerData) void serveNode(workerData, protocolOf);
  else serveRouter(parentPort!, workerData, protocolOf(workerData.header));
}

function sink(): void {
  let got = 0;
  parentPort!.on('message', (message: { count: number; port?: import('node:worker_threads').MessagePort }) => {
    message.port!.on('message', (body: Uint8Array | Uint8Array[]) => {
      got += Array.isArray(body) ? body.length : 1;
      if (got >= message.count) {
        parentPort!.postMessage(got);
        got = 0;
      }
    });
  });
}

/** Raw messages a second, one way. @param grouped whether 64 payloads travel in one message. */
async function raw(count: number, grouped: boolean): Promise<number> {
  const worker = new Worker(__filename, { workerData: 'sink' });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ count, port: port2 }, [port2]);
  const payload = new Uint8Array(PAYLOAD_BYTES);
  const done = new Promise((resolve) => worker.on('message', resolve));
  const begin = performance.now();
  for (let sent = 0; sent < count; sent += BATCH) {
    if (grouped) port1.postMessage(Array.from({ length: BATCH }, () => payload));
    else for (let i = 0; i < BATCH; i++) port1.postMessage(payload);
    await new Promise((resume) => setImmediate(resume));
  }
  await done;
  const rate = count / ((performance.now() - begin) / 1000);
  await worker.terminate();
  return rate;
}

/** Packets delivered a second of wall time. */
async function routed(header: RunHeader, virtualSeconds: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  const cluster = await ThreadCluster.start({
    header,
    run: 1,
    directory,
    workers: { router: __filename, node: __filename },
    transport: { playing: false, speed: 'max' },
    observe: false,
  });
  try {
    await cluster.runUntil(2_000_000);
    const before = await cluster.status();
    const begin = performance.now();
    const after = await cluster.runUntil(virtualSeconds * 1_000_000);
    const seconds = (performance.now() - begin) / 1000;
    return (after.delivered - before.delivered) / seconds;
  } finally {
    await cluster.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function floodHeader(): RunHeader {
  const nodes = [1, 2, 3, 4, 5];
  return {
    engine: ENGINE_VERSION,
    protocol: 'flood',
    config: { packets: IN_FLIGHT / nodes.length },
    seed: 1,
    nodes,
    clients: 0,
    network: completeNetwork({}),
    client: { ...clientDefaults, enabled: false },
  };
}

async function run(): Promise<Row[]> {
  const reference: number[] = [];
  const grouped: number[] = [];
  const threads: number[] = [];
  const paxos: number[] = [];
  const busy = createHeader(protocolNamed('paxos'), { nodes: 5, seed: 1, client: { interval: 10_000 } });
  for (let round = 0; round < ROUNDS; round++) {
    reference.push(await raw(400_000, false));
    grouped.push(await raw(400_000, true));
    threads.push(await routed(floodHeader(), 200));
    paxos.push(await routed(busy, 60));
  }
  const bench = 'threads';
  const base = median(reference);
  return [
    {
      bench,
      metric: `packets routed, 5 nodes, ${IN_FLIGHT} in flight`,
      value: median(threads),
      unit: 'packets/s',
      reference: base,
      ratio: median(threads) / base,
      aim: '>= 0.6',
    },
    { bench, metric: 'Paxos packets routed, synced disks', value: median(paxos), unit: 'packets/s', reference: base, ratio: median(paxos) / base },
    { bench, metric: 'raw messages of 64 payloads each', value: median(grouped), unit: 'payloads/s', reference: base, ratio: median(grouped) / base },
  ];
}

export default { name: 'threads', run };

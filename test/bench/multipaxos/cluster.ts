/** Multi-Paxos as it is measured: one client that always has so many requests under way, puts only, and no latency. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { readEvents, type LogMark } from '../../../src/cluster/event-log.ts';
import { createHeader, type RunHeader } from '../../../src/cluster/run.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { Disk, type DiskData, type Save } from '../../../src/cluster/disk/disk.ts';
import { LevelStorage } from '../../../src/host/storage/level.ts';
import { serveNode, type NodeStorage, type Storages } from '../../../src/host/thread/node-server.ts';
import { ThreadCluster } from '../../../src/host/thread/thread-cluster.ts';
import { completeNetwork } from '../../../src/network/settings.ts';
import { CLIENT_FIRST, isClient, type AnyProtocol, type Json } from '../../../src/protocol/protocol.ts';
import { multipaxos } from '../../../src/protocol/multipaxos/multipaxos.ts';

export interface Load {
  readonly servers: number;
  /** Requests in flight. */
  readonly inFlight: number;
  readonly tellAtOnce: boolean;
}

/** Virtual time by which there is a leader, and the client's requests are under way, µs. */
export const STEADY_US = 3_000;

/** A steady leader, n1: it campaigns at once, and the next timer of an election is far away. */
export function loadHeader({ servers, inFlight, tellAtOnce }: Load): RunHeader {
  const header = createHeader(multipaxos, {
    nodes: servers,
    clients: 1,
    seed: 1,
    network: completeNetwork({ latency: { distribution: 'constant', min: 0 } }),
    config: {
      window: 128,
      tellAtOnce,
      // Asked before there is a leader, servers send the client away for an eighth of this.
      clientTimeout: 8_000,
      load: { sessions: inFlight, pause: 0, transactions: 0, reads: 0, swaps: 0 },
    },
  });
  const script = [{ at: 1_000, command: { type: 'request' as const, node: 1, request: { type: 'campaign' as const } } }];
  return { ...header, script };
}

/** What the node of this thread has done, so far. */
const done = { commits: 0, returned: 0, latencies: [] as number[] };
const invoked = new Map<string, number>();

/** Multi-Paxos with a stopwatch at its client: the memory it shows is what `done` says. Its events are the same. */
const watched: AnyProtocol = {
  ...multipaxos,
  step(state, input) {
    const effects = multipaxos.step(state, input);
    if (!isClient(workerData.setup.node)) return effects;
    const now = performance.now();
    for (const effect of effects) {
      if (effect.type === 'invoke') invoked.set(`${effect.session}/${effect.sequence}`, now);
      else if (effect.type === 'return') {
        const key = `${effect.session}/${effect.sequence}`;
        done.returned++;
        done.latencies.push((now - invoked.get(key)!) * 1000);
        invoked.delete(key);
      }
    }
    return effects;
  },
  memory() {
    const { latencies, ...rest } = done;
    done.latencies = [];
    return { ...rest, latencies } as unknown as Json;
  },
};

/** Counts commits. */
class Counted implements NodeStorage {
  private readonly storage: NodeStorage;

  constructor(storage: NodeStorage) {
    this.storage = storage;
  }

  load(): ReturnType<NodeStorage['load']> {
    return this.storage.load();
  }

  commit(saves: readonly Save[]): Promise<void> {
    done.commits++;
    return this.storage.commit(saves);
  }
}

/** The model of a disk, and no disk under it. */
class MemoryStorage implements NodeStorage {
  private readonly disk: Disk;

  constructor(data?: DiskData) {
    this.disk = new Disk(data);
  }

  load(): ReturnType<NodeStorage['load']> {
    return Promise.resolve(this.disk.load());
  }

  commit(saves: readonly Save[]): Promise<void> {
    this.disk.commit(saves);
    return Promise.resolve();
  }
}

const memory: Storages = {
  open: () => Promise.resolve(new MemoryStorage()),
  restore: (_directory, data) => Promise.resolve(new MemoryStorage(data)),
};

const synced: Storages = {
  open: async (...how) => new Counted(await LevelStorage.open(...how)),
  restore: async (...how) => new Counted(await LevelStorage.restore(...how)),
};

/** Serves a node of a cluster that is measured; where it keeps what it saves is told by the name of its folder. */
export function serveMeasuredNode(): void {
  const storages = workerData.directory.includes(MEMORY) ? memory : synced;
  void serveNode(workerData, () => watched, storages);
}

/** In the name of a folder that is never written to. */
const MEMORY = 'synod-bench-memory-';
const SYNCED = 'synod-bench-';

export interface Measured {
  /** Commands chosen and answered a second of wall time. */
  readonly rate: number;
  /** From invocation to response, as the client sees it, µs of wall time, ascending. */
  readonly latencies: readonly number[];
  /** Of the leader's storage, when it is synced: commits for each batch that it was given, commands for each commit. */
  readonly syncsPerBatch: number;
  readonly commandsPerSync: number;
}

interface Done {
  readonly commits: number;
  readonly returned: number;
  readonly latencies: readonly number[];
}

/** Runs for about `ms` of wall time. @param entry of the threads */
export async function measure(load: Load, storage: 'memory' | 'synced', ms: number, entry: string): Promise<Measured> {
  const header = loadHeader(load);
  const directory = mkdtempSync(join(tmpdir(), storage === 'memory' ? MEMORY : SYNCED));
  const cluster = await ThreadCluster.start({
    header,
    run: 1,
    directory,
    workers: { router: entry, node: entry },
    transport: { playing: false, speed: 'max' },
    observe: false,
  });
  const of = async (node: number): Promise<Done> => (await cluster.inspect(node)).memory as unknown as Done;
  try {
    await cluster.runUntil(STEADY_US);
    const [clientBefore, leaderBefore] = [await of(CLIENT_FIRST), await of(1)];
    const begun = performance.now();
    let until = STEADY_US;
    // Little by little: how far it gets in that time is up to the disks.
    for (let ahead = 16; performance.now() - begun < ms; ahead = Math.min(2 * ahead, 1_000)) {
      await cluster.runUntil((until += ahead));
    }
    const seconds = (performance.now() - begun) / 1000;
    const [client, leader] = [await of(CLIENT_FIRST), await of(1)];
    const returned = client.returned - clientBefore.returned;
    const commits = leader.commits - leaderBefore.commits;
    const batches = storage === 'synced' ? batchesOf(header, until, (await cluster.status()).digest) : 0;
    return {
      rate: returned / seconds,
      latencies: [...client.latencies].sort((a, b) => a - b),
      syncsPerBatch: commits / batches,
      commandsPerSync: returned / commits,
    };
  } finally {
    await cluster.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Batches that the leader is given in the steady part of a run, counted in the same run in one thread. */
function batchesOf(header: RunHeader, until: number, digest: string): number {
  const cluster = new InlineCluster(header);
  cluster.runUntil(STEADY_US);
  const { scheduler } = cluster;
  const plan = scheduler.plan.bind(scheduler);
  let batches = 0;
  scheduler.plan = (limit, single) => {
    const window = plan(limit, single);
    for (const { node } of window?.batches ?? []) if (node === 1) batches++;
    return window;
  };
  cluster.runUntil(until);
  if (cluster.digest !== digest) throw new Error('the run on threads is not the run in one thread');
  return batches;
}

/** What a command costs in steady state. */
export interface Cost {
  /** Packets between servers for each command chosen, by the name of their kind. */
  readonly messages: ReadonlyMap<string, number>;
  /** Length of the body of an accept, bytes: the command with its ballot and slot. */
  readonly acceptBytes: number;
}

export function costOf(load: Load, virtualUs: number): Cost {
  const cluster = new InlineCluster(loadHeader(load));
  cluster.runUntil(STEADY_US);
  const mark: LogMark = cluster.scheduler.log.mark();
  cluster.runUntil(STEADY_US + virtualUs);
  const counts = new Map<string, number>();
  let commands = 0;
  let acceptBytes = 0;
  for (const event of readEvents(cluster.scheduler.log.since(mark)!)) {
    if (event.type === 'return') commands++;
    if (event.type !== 'send' || event.node === event.to || isClient(event.node) || isClient(event.to)) continue;
    const { name } = multipaxos.messages[event.kind]!;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (name === 'accept') acceptBytes = event.body.length;
  }
  return { messages: new Map([...counts].map(([name, count]) => [name, count / commands])), acceptBytes };
}

/**
 * Multi-Paxos on threads: commands chosen a second and what one takes, at 1, 16 and 64 requests in flight, without
 * latency, storage in memory and synced. Beside it, in the same run and at the same payload: the raw limits of threads
 * and disks, and consensus libraries for JavaScript in one process. And what a command costs in messages.
 */
import { loadavg } from 'node:os';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { serveRouter } from '../../src/host/thread/router-server.ts';
import { multipaxos } from '../../src/protocol/multipaxos/multipaxos.ts';
import { costOf, measure, serveMeasuredNode, type Load, type Measured } from './multipaxos/cluster.ts';
import { liferaft, paxosPackage } from './multipaxos/peers.ts';
import { roundTrip, serveRaw, syncedWrites } from './multipaxos/raw.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 3;
/** Wall time of each measurement on threads, ms. */
const MEASURE_MS = 700;
const ROUND_TRIPS = 10_000;
const SYNCS_MS = 500;
/** Commands that a peer commits in each measurement, the slower ones fewer. */
const PEER_COMMANDS = 20_000;
const PEER_COMMANDS_SLOW = 4_000;
/** Virtual time over which messages are counted, µs. */
const COUNTED_US = 1_000;

const SERVERS = [3, 5];
const IN_FLIGHT = [1, 16, 64];
const ALL_SERVERS = [3, 5, 7, 9, 15];

const bench = 'multipaxos';

// This file is its own worker: the router, a node, or a thread of the raw limits.
if (!isMainThread) {
  if ('raw' in workerData) serveRaw(workerData);
  else if ('setup' in workerData) serveMeasuredNode();
  else serveRouter(parentPort!, workerData, multipaxos);
}

async function rounds(work: () => Promise<number> | number): Promise<number> {
  const values: number[] = [];
  for (let round = 0; round < ROUNDS; round++) values.push(await work());
  return median(values);
}

interface Raw {
  readonly rows: readonly Row[];
  /** µs. */
  readonly roundTrip: number;
  /** Synced writes of LevelDB a second. */
  readonly writes: number;
  readonly groupedWrites: number;
}

async function rawLimits(bytes: number): Promise<Raw> {
  const direct = await rounds(() => roundTrip(__filename, bytes, ROUND_TRIPS, false));
  const relayed = await rounds(() => roundTrip(__filename, bytes, ROUND_TRIPS, true));
  const alone = await syncedWrites(bytes, 1, SYNCS_MS);
  const grouped = await syncedWrites(bytes, 64, SYNCS_MS);
  const row = (metric: string, value: number, unit: string, reference?: number): Row => ({
    ...{ bench, metric, value, unit },
    ...(reference !== undefined && { reference, ratio: value / reference }),
  });
  return {
    roundTrip: direct,
    writes: alone.level,
    groupedWrites: grouped.level,
    rows: [
      row(`raw: round trip between two threads, ${bytes} bytes (load ${loadavg()[0]!.toFixed(1)})`, direct, 'µs'),
      row('raw: the same by way of a third thread', relayed, 'µs', direct),
      row('raw: fdatasync, one writer', alone.file, 'writes/s'),
      row('raw: fdatasync, 64 writers share one', grouped.file, 'writes/s', alone.file),
      row('raw: LevelDB synced, one writer', alone.level, 'writes/s', alone.file),
      row('raw: LevelDB synced, 64 writers share one', grouped.level, 'writes/s', grouped.file),
    ],
  };
}

interface Peers {
  readonly rows: readonly Row[];
  /** The fastest as it is published, commands a second. */
  readonly fastest: number;
}

async function peers(servers: number, inFlight: number): Promise<Peers> {
  const where = `${servers} nodes, ${inFlight} in flight`;
  const paxos = await rounds(() => paxosPackage(servers, inFlight, PEER_COMMANDS_SLOW));
  const packaged = await rounds(() => liferaft(servers, inFlight, PEER_COMMANDS_SLOW, true));
  const bare = await rounds(() => liferaft(servers, inFlight, PEER_COMMANDS, false));
  const row = (metric: string, value: number): Row => ({ bench, metric: `${metric}, ${where}`, value, unit: 'commands/s' });
  return {
    fastest: Math.max(paxos, packaged),
    rows: [
      row('peer in one thread: paxos', paxos),
      row('peer in one thread: liferaft on memdown', packaged),
      row('peer in one thread: liferaft, its log replaced by arrays', bare),
    ],
  };
}

async function threads(load: Load, storage: 'memory' | 'synced', raw: Raw, fastest: number): Promise<Row[]> {
  const results: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) results.push(await measure(load, storage, MEASURE_MS, __filename));
  const { servers, inFlight, tellAtOnce } = load;
  const where = `${storage}, ${servers} nodes, ${inFlight} in flight${tellAtOnce ? '' : ', told later'}`;
  const rate = median(results.map((result) => result.rate));
  const quantile = (share: number): number =>
    median(results.map(({ latencies }) => latencies[Math.floor(latencies.length * share)]!));
  const rows: Row[] = [];
  const row = (metric: string, value: number, unit: string, rest: Partial<Row> = {}): void => {
    rows.push({ bench, metric: `${metric}, ${where}`, value, unit, ...rest });
  };
  const against = (reference: number, aim?: string): Partial<Row> => ({ reference, ratio: rate / reference, ...(aim && { aim }) });
  if (storage === 'synced') row('chosen', rate, 'commands/s', against(inFlight === 1 ? raw.writes : raw.groupedWrites));
  else row('chosen', rate, 'commands/s', against(fastest, inFlight === 64 ? '>= 1' : undefined));
  const twice = 2 * raw.roundTrip;
  const latency = quantile(0.5);
  const near = storage === 'memory' && inFlight === 1 ? { reference: twice, ratio: latency / twice, aim: '<= 1.5' } : {};
  row('invoke to return, p50', latency, 'µs', near);
  row('invoke to return, p99', quantile(0.99), 'µs');
  if (storage === 'synced') {
    row('leader: syncs a batch', median(results.map((result) => result.syncsPerBatch)), 'syncs', { aim: '<= 1' });
    row('leader: commands a sync', median(results.map((result) => result.commandsPerSync)), 'commands');
  }
  return rows;
}

function messages(): Row[] {
  const rows: Row[] = [];
  for (const servers of ALL_SERVERS) {
    for (const inFlight of [1, 16]) {
      for (const tellAtOnce of [true, false]) {
        const { messages: counts } = costOf({ servers, inFlight, tellAtOnce }, COUNTED_US);
        const kinds = [...counts].map(([name, count]) => `${name} ${count.toFixed(2)}`).join(', ');
        const value = [...counts.values()].reduce((sum, count) => sum + count, 0);
        const least = 2 * (servers - 1);
        const where = `${servers} nodes, ${inFlight} in flight${tellAtOnce ? '' : ', told later'}`;
        const metric = `messages between servers a command, ${where} (${kinds})`;
        rows.push({ bench, metric, value, unit: 'messages', reference: least, ratio: value / least });
      }
    }
  }
  return rows;
}

async function run(): Promise<Row[]> {
  const raw = await rawLimits(costOf({ servers: 3, inFlight: 1, tellAtOnce: true }, COUNTED_US).acceptBytes);
  const rows: Row[] = [...raw.rows];
  for (const servers of SERVERS) {
    for (const inFlight of IN_FLIGHT) {
      const others = await peers(servers, inFlight);
      rows.push(...others.rows);
      for (const tellAtOnce of [true, false]) {
        rows.push(...(await threads({ servers, inFlight, tellAtOnce }, 'memory', raw, others.fastest)));
      }
      rows.push(...(await threads({ servers, inFlight, tellAtOnce: true }, 'synced', raw, others.fastest)));
    }
  }
  return [...rows, ...messages()];
}

export default { name: bench, run };

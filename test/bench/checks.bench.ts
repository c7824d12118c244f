/** What the live checks cost: the same run with and without them, by turns, inline and as fast as it goes. */
import { createHeader, type RunHeader } from '../../src/cluster/run.ts';
import { readEvents } from '../../src/cluster/event-log.ts';
import { isStep } from '../../src/cluster/events.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 7;
const SECONDS = 100;
const KEEP_BYTES = 512 * 1024 * 1024;

/** A new instance every 20 ms, by turns at the five nodes: about 25 of them under way at once. */
function paxos(network: object): RunHeader {
  const script = Array.from({ length: SECONDS * 50 }, (_, i) => ({
    at: i * 20_000,
    command: { type: 'propose' as const, node: 1 + (i % 5), slot: i + 1, value: 'heron' },
  }));
  const choices = { nodes: 5, seed: 1, network: completeNetwork(network), client: { enabled: false }, script };
  return createHeader(protocolNamed('paxos'), choices);
}

/** Four clients with eight operations each under way, without a pause. */
function multipaxos(network: object): RunHeader {
  const config = { window: 64, load: { sessions: 8, pause: 0 } };
  return createHeader(protocolNamed('multipaxos'), { nodes: 5, clients: 4, seed: 1, network: completeNetwork(network), config });
}

/** Steps a second of processor time, so that other work on the machine does not count. */
function measure(header: RunHeader, checks: boolean): number {
  const cluster = new InlineCluster(header, { keepBytes: KEEP_BYTES, checks });
  cluster.runUntil(20_000_000);
  const { log, violations } = cluster.scheduler;
  const mark = log.mark();
  const begin = process.cpuUsage();
  cluster.runUntil(SECONDS * 1_000_000);
  const used = process.cpuUsage(begin);
  let steps = 0;
  for (const event of readEvents(log.since(mark)!)) if (isStep(event.type)) steps++;
  if (violations.length > 0) throw new Error(violations[0]!.text);
  return steps / ((used.user + used.system) / 1_000_000);
}

async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  const bad = { loss: { probability: 0.1 }, duplication: { probability: 0.1 } };
  const loads = {
    'Paxos': paxos({}),
    'Paxos, 10 % loss and duplication': paxos(bad),
    'Multi-Paxos': multipaxos({}),
    'Multi-Paxos, 10 % loss and duplication': multipaxos(bad),
  };
  for (const [name, header] of Object.entries(loads)) {
    measure(header, true);
    const rounds = Array.from({ length: ROUNDS }, () => ({ bare: measure(header, false), checked: measure(header, true) }));
    const value = median(rounds.map(({ checked }) => checked));
    const reference = median(rounds.map(({ bare }) => bare));
    const ratio = median(rounds.map(({ bare, checked }) => checked / bare));
    rows.push({ bench: 'checks', metric: `steps checked, ${name}`, value, unit: 'steps/s', reference, ratio, aim: '>= 0.8 of unchecked' });
  }
  return rows;
}

export default { name: 'checks', run };

/** Protocol steps a second on one core: single-decree Paxos under the inline host, with its network and event log. */
import { createHeader } from '../../src/cluster/run.ts';
import { readEvents } from '../../src/cluster/event-log.ts';
import { isStep } from '../../src/cluster/events.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 5;
const SECONDS = 200;

/** Rates per second of processor time, so that other work on the machine does not count. */
interface Rates {
  readonly steps: number;
  readonly events: number;
}

/** A new instance every 20 ms, by turns at the five nodes: about 25 of them under way at once. */
function measure(network: object): Rates {
  const header = createHeader(protocolNamed('paxos'), {
    nodes: 5,
    seed: 1,
    network: completeNetwork(network),
    client: { enabled: false },
  });
  const script = Array.from({ length: SECONDS * 50 }, (_, i) => ({
    at: i * 20_000,
    command: { type: 'propose' as const, node: 1 + (i % 5), slot: i + 1, value: 'heron' },
  }));
  const cluster = new InlineCluster({ ...header, script }, { keepBytes: 512 * 1024 * 1024 });
  cluster.runUntil(5_000_000);
  const mark = cluster.scheduler.log.mark();
  const begin = process.cpuUsage();
  cluster.runUntil(SECONDS * 1_000_000);
  const used = process.cpuUsage(begin);
  const seconds = (used.user + used.system) / 1_000_000;
  const packed = cluster.scheduler.log.since(mark)!;
  let steps = 0;
  for (const event of readEvents(packed)) if (isStep(event.type)) steps++;
  return { steps: steps / seconds, events: packed.count / seconds };
}

async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  const networks = { 'classroom latency': {}, 'with 10 % loss and duplication': { loss: { probability: 0.1 }, duplication: { probability: 0.1 } } };
  for (const [name, network] of Object.entries(networks)) {
    const rounds = Array.from({ length: ROUNDS }, () => measure(network));
    rows.push({ bench: 'inline', metric: `steps, ${name}`, value: median(rounds.map((r) => r.steps)), unit: 'steps/s', aim: '>= 500000' });
    rows.push({ bench: 'inline', metric: `events, ${name}`, value: median(rounds.map((r) => r.events)), unit: 'events/s' });
  }
  return rows;
}

export default { name: 'inline', run };

/** Protocol steps a second on one core: single-decree Paxos under the inline host, with its network and event log. */
import { createHeader } from '../../src/cluster/run.ts';
import { readEvents } from '../../src/cluster/event-log.ts';
import { isStep } from '../../src/cluster/events.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 5;

function measure(network: object, seconds: number): { readonly steps: number; readonly events: number } {
  const header = createHeader(protocolNamed('paxos'), {
    nodes: 5,
    seed: 1,
    network: completeNetwork(network),
    client: { interval: 10_000 },
  });
  const cluster = new InlineCluster(header, { keepBytes: 512 * 1024 * 1024 });
  cluster.runUntil(1_000_000);
  const mark = cluster.scheduler.log.mark();
  const begin = performance.now();
  cluster.runUntil((1 + seconds) * 1_000_000);
  const wall = (performance.now() - begin) / 1000;
  let steps = 0;
  const packed = cluster.scheduler.log.since(mark)!;
  for (const event of readEvents(packed)) if (isStep(event.type)) steps++;
  return { steps: steps / wall, events: packed.count / wall };
}

async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  const networks = { 'classroom latency': {}, 'with 10 % loss and duplication': { loss: { probability: 0.1 }, duplication: { probability: 0.1 } } };
  for (const [name, network] of Object.entries(networks)) {
    const rounds = Array.from({ length: ROUNDS }, () => measure(network, 60));
    rows.push({ bench: 'inline', metric: `steps, ${name}`, value: median(rounds.map((r) => r.steps)), unit: 'steps/s', aim: '>= 500000' });
    rows.push({ bench: 'inline', metric: `events, ${name}`, value: median(rounds.map((r) => r.events)), unit: 'events/s' });
  }
  return rows;
}

export default { name: 'inline', run };

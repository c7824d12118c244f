/**
 * The digests of some runs, as they have to stay: a run file is only a header and commands, and one that was saved
 * yesterday must be the same run tomorrow. Whoever changes what happens in a run raises `ENGINE_VERSION` with it, writes
 * down the new digests (`UPDATE_GOLDEN=1` prints them), and says so in the changelog.
 */
import { expect, it } from 'vitest';
import { commandSchema } from '../../../src/cluster/commands.ts';
import { createHeader, ENGINE_VERSION } from '../../../src/cluster/run.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { presets } from '../../../src/network/settings.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';

const golden: { readonly engine: number; readonly digests: Readonly<Record<string, string>> } = {
  engine: 3,
  digests: {
    'network classroom': '96330a41068969f0',
    'network lan': 'e812284a799c00c2',
    'network wan': '14d57b1e3950f8e6',
    'network terrible': '6a2fcc01a3b0fb76',
    'every command': '5db1d146b9cc2133',
    'every command of a log': 'd037f1a8cb720550',
  },
};

/** Every command, and every fault with settings that act. */
const everything: readonly unknown[] = [
  { type: 'propose', node: 3, value: 'red' },
  { type: 'link', from: 1, to: 2, settings: { loss: { probability: 0.5 }, jitter: { max: 90_000 } } },
  { type: 'link', from: 2, to: 1, settings: { latency: { distribution: 'log-normal', min: 1000 } } },
  { type: 'link', from: 3, to: 1, settings: { latency: { distribution: 'trace', trace: [5000, 900_000] }, order: { ordering: 'fifo' } } },
  { type: 'link', from: 4, to: 5, settings: { bandwidth: { rate: 100, queue: 2 }, corruption: { share: 0.3 } } },
  { type: 'link', from: 5, to: 4, settings: { flapping: { down: 0.5, period: 700_000 }, duplication: { probability: 0.4 } } },
  { type: 'fault', node: 1, fault: 'clock', settings: { rate: 2 } },
  { type: 'fault', node: 2, fault: 'slow-disk', settings: { sync: 250_000 } },
  { type: 'fault', node: 3, fault: 'freeze', settings: { duration: 1_200_000 } },
  { type: 'cut', links: [{ from: 1, to: 3 }] },
  { type: 'cut-pattern', pattern: 'bridge', nodes: [4] },
  { type: 'mend' },
  { type: 'crash', node: 2, point: 'after-save' },
  { type: 'partition', groups: [[1, 2], [3, 4, 5]] },
  { type: 'partition', groups: [[1, 2, 3, 4, 5]] },
  { type: 'restart', node: 2, disk: 'kept' },
  { type: 'fault', node: 4, fault: 'lying-disk', settings: { lies: 'yes' } },
  { type: 'hold', on: true },
  { type: 'hold', on: false },
  { type: 'crash', node: 4 },
  { type: 'restart', node: 4, disk: 'kept' },
  { type: 'crash', node: 5 },
  { type: 'restart', node: 5, disk: 'last-torn' },
  { type: 'crash', node: 5 },
  { type: 'restart', node: 5, disk: 'last-lost' },
  { type: 'fire', node: 1, timer: 'learn' },
  { type: 'network', settings: { loss: { probability: 0.05 } } },
  { type: 'client', settings: { interval: 700_000 } },
  { type: 'configure', config: { backoff: false } },
  { type: 'fault', node: 1, fault: 'full-disk', settings: { full: 'yes' } },
];

/** Commands that only a replicated log has, and one of every kind of operation. */
const ofLog: readonly unknown[] = [
  { type: 'request', node: 16, request: { type: 'operate', operation: { type: 'begin' } } },
  { type: 'request', node: 16, request: { type: 'operate', operation: { type: 'write', transaction: 1, key: 'x', value: '1' } } },
  { type: 'request', node: 17, request: { type: 'operate', operation: { type: 'commit', transaction: 1 }, server: 2 } },
  { type: 'request', node: 17, request: { type: 'operate', operation: { type: 'get', key: 'x' }, reads: 'quorum' } },
  { type: 'request', node: 17, request: { type: 'operate', operation: { type: 'get', key: 'x' }, reads: 'local', server: 3 } },
  { type: 'request', node: 16, request: { type: 'operate', operation: { type: 'put', key: 'y', value: '2' } } },
  { type: 'request', node: 16, request: { type: 'operate', operation: { type: 'cas', key: 'y', expected: '2', value: '3' } } },
  { type: 'add' },
  { type: 'partition', groups: [[1, 2, 3, 4, 5, 6], [17]] },
  { type: 'cut-pattern', pattern: 'deaf', nodes: [16] },
  { type: 'mend' },
  { type: 'partition', groups: [[1, 2, 3, 4, 5, 6]] },
  { type: 'crash', node: 16 },
  { type: 'restart', node: 16, disk: 'kept' },
  { type: 'request', node: 2, request: { type: 'campaign' } },
  { type: 'request', node: 2, request: { type: 'change-members', add: [], remove: [5] } },
  { type: 'remove', node: 5 },
  { type: 'add', node: 9, beside: 1 },
  { type: 'crash', node: 1 },
  { type: 'restart', node: 1, disk: 'erased' },
  { type: 'configure', config: { reads: 'lease', tellAtOnce: false } },
];

function digests(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, network } of presets) {
    const header = createHeader(protocolNamed('paxos'), { nodes: 7, seed: 20_261_123, network });
    const cluster = new InlineCluster(header);
    cluster.runUntil(60_000_000);
    found[`network ${name}`] = cluster.digest;
  }
  const header = createHeader(protocolNamed('paxos'), { nodes: 5, seed: 7, client: { interval: 1_500_000 } });
  const script = everything.map((command, i) => ({ at: (i + 1) * 900_000, command: commandSchema.parse(command) }));
  const cluster = new InlineCluster({ ...header, script });
  cluster.runUntil(60_000_000);
  expect(cluster.scheduler.refused).toEqual([]);
  found['every command'] = cluster.digest;
  found['every command of a log'] = digestOfLog();
  return found;
}

function digestOfLog(): string {
  const config = { load: { pause: 400_000 }, snapshotEvery: 20, clientTimeout: 2_000_000 };
  const header = createHeader(protocolNamed('multipaxos'), { nodes: 5, clients: 2, seed: 9, config });
  const script = ofLog.map((command, i) => ({ at: (i + 10) * 900_000, command: commandSchema.parse(command) }));
  const cluster = new InlineCluster({ ...header, script });
  cluster.runUntil(40_000_000);
  expect(cluster.scheduler.refused).toEqual([]);
  return cluster.digest;
}

it('have not changed', () => {
  const found = digests();
  if (process.env.UPDATE_GOLDEN !== undefined) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  expect({ engine: ENGINE_VERSION, digests: found }).toEqual(golden);
});

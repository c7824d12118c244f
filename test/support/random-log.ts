/** The part of the random runs (random-run.ts) that is about a replicated log: its clients, and servers that come and go. */
import type { Command } from '../../src/cluster/commands.ts';
import { actorsOf, createHeader, type RunHeader } from '../../src/cluster/run.ts';
import type { NetworkSettings } from '../../src/network/settings.ts';
import { LOG, randomChange, randomGroups, randomLogConfig, randomOperation, randomServer } from '../../src/explore/fuzz/draw-log.ts';
import { createRandom, nextFloat, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';

/** A run of Multi-Paxos with 1 to 5 servers and up to 3 clients, in which much happens in a few seconds. */
export function randomLogHeader(seed: number, network: NetworkSettings): RunHeader {
  const random = createRandom(seed, 0x106);
  return createHeader(protocolNamed(LOG), {
    nodes: nextInteger(random, 1, 5),
    clients: nextInteger(random, 0, 3),
    seed,
    network,
    config: { ...randomLogConfig(random), window: nextInteger(random, 1, 12) },
  });
}

/** A command that only such a run has, or one that names its clients; it may or may not be possible in its turn. */
export function randomLogCommand(random: Random, header: RunHeader): Command {
  const node = randomServer(random, header);
  const client = nextItem(random, actorsOf(header));
  switch (nextInteger(random, 0, 9)) {
    case 0:
      return nextFloat(random) < 0.6 ? { type: 'add' } : { type: 'add', node, beside: client };
    case 1:
      return { type: 'remove', node };
    case 2:
      return { type: 'request', node, request: { type: 'change-members', ...randomChange(random, header) } };
    case 3:
      return { type: 'request', node, request: { type: 'campaign' } };
    case 4:
      return { type: 'configure', config: randomLogConfig(random) };
    case 5:
      return { type: 'crash', node: client, point: 'now' };
    case 6:
      return { type: 'restart', node: client, disk: 'kept' };
    case 7:
      return { type: 'partition', groups: randomGroups(random, header) };
    default:
      return { type: 'request', node: client, request: { type: 'operate', operation: randomOperation(random), server: node } };
  }
}

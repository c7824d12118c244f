/** The part of the random runs (random-run.ts) that is about a replicated log: its clients, and servers that come and go. */
import type { Command } from '../../src/cluster/commands.ts';
import { actorsOf, createHeader, type RunHeader } from '../../src/cluster/run.ts';
import type { NetworkSettings } from '../../src/network/settings.ts';
import type { Operation } from '../../src/protocol/machine/operation.ts';
import { readModes } from '../../src/protocol/machine/operation.ts';
import { NODES_MAX, type NodeId } from '../../src/protocol/protocol.ts';
import { createRandom, nextFloat, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';

const PROTOCOL = 'multipaxos';

/** A run of Multi-Paxos with 1 to 5 servers and up to 3 clients, in which much happens in a few seconds. */
export function randomLogHeader(seed: number, network: NetworkSettings): RunHeader {
  const random = createRandom(seed, 0x106);
  return createHeader(protocolNamed(PROTOCOL), {
    nodes: nextInteger(random, 1, 5),
    clients: nextInteger(random, 0, 3),
    seed,
    network,
    config: { ...randomLogConfig(random), window: nextInteger(random, 1, 12) },
  });
}

/** Whether the run is one of a replicated log. */
export function isLog({ protocol }: RunHeader): boolean {
  return protocol === PROTOCOL;
}

/** What can be configured of a running one, too: all but the window. */
export function randomLogConfig(random: Random): Record<string, unknown> {
  const electionMin = nextInteger(random, 300_000, 1_500_000);
  return {
    heartbeat: nextInteger(random, 80_000, 400_000),
    electionMin,
    electionMax: 2 * electionMin,
    retryAfter: nextInteger(random, 150_000, 800_000),
    tellAtOnce: nextFloat(random) < 0.7,
    followers: nextItem(random, ['forward', 'refuse']),
    reads: nextItem(random, readModes),
    lease: nextInteger(random, 100_000, 600_000),
    snapshotEvery: nextItem(random, [0, 3, 10, 40]),
    snapshotKeep: nextInteger(random, 0, 8),
    clientTimeout: nextInteger(random, 400_000, 2_000_000),
    load: randomLoad(random),
  };
}

function randomLoad(random: Random): Record<string, number> {
  const reads = nextInteger(random, 0, 80);
  return {
    sessions: nextInteger(random, 0, 3),
    pause: nextInteger(random, 20_000, 800_000),
    transactions: nextInteger(random, 0, 100),
    reads,
    swaps: nextInteger(random, 0, 100 - reads),
    keys: nextInteger(random, 1, 4),
  };
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

/** One of the servers that the run began with, or a number that one may have got since. */
export function randomServer(random: Random, header: RunHeader): NodeId {
  if (!isLog(header) || nextFloat(random) < 0.7) return nextItem(random, header.nodes);
  return nextInteger(random, 1, Math.min(NODES_MAX, header.nodes.length + 2));
}

/** One of those who were there in the beginning, or a server that may have come since. */
export function randomActor(random: Random, header: RunHeader): NodeId {
  return nextFloat(random) < 0.3 ? nextItem(random, actorsOf(header)) : randomServer(random, header);
}

/** A timer that a server or a client may have. */
export function randomLogTimer(random: Random): string {
  return nextItem(random, ['election', 'heartbeat', 'retry', 'learn', 'join', 'grant', 'retry/1', 'next/1', 'next/2']);
}

function randomChange(random: Random, header: RunHeader): { readonly add: NodeId[]; readonly remove: NodeId[] } {
  const some = (): NodeId[] => (nextFloat(random) < 0.5 ? [randomServer(random, header)] : []);
  return { add: some(), remove: some() };
}

/** Islands of the servers, as if none or one had come, and of some of the clients. */
function randomGroups(random: Random, header: RunHeader): NodeId[][] {
  const count = header.nodes.length + (nextFloat(random) < 0.5 ? 0 : 1);
  const servers = Array.from({ length: Math.min(NODES_MAX, count) }, (_, index) => index + 1);
  const clients = actorsOf(header).filter((node) => node > NODES_MAX && nextFloat(random) < 0.5);
  const groups: NodeId[][] = [[], [], []];
  for (const node of [...servers, ...clients]) nextItem(random, groups).push(node);
  return groups;
}

function randomOperation(random: Random): Operation {
  const key = nextItem(random, ['x', 'y']);
  const value = String(nextInteger(random, 1, 9));
  const transaction = nextInteger(random, 1, 12);
  return nextItem<Operation>(random, [
    { type: 'begin' },
    { type: 'write', transaction, key, value },
    { type: 'commit', transaction },
    { type: 'abort', transaction },
    { type: 'get', key },
    { type: 'put', key, value },
    { type: 'cas', key, expected: nextFloat(random) < 0.3 ? null : String(nextInteger(random, 1, 9)), value },
  ]);
}

/** Draws what only a replicated log has: its configuration, the load of its clients, servers that come and go. */
import { actorsOf, type RunHeader } from '../../cluster/run.ts';
import type { Operation } from '../../protocol/machine/operation.ts';
import { readModes } from '../../protocol/machine/operation.ts';
import { NODES_MAX, type NodeId } from '../../protocol/protocol.ts';
import { nextFloat, nextInteger, nextItem, type Random } from '../../protocol/random.ts';

/** The protocol that is one. */
export const LOG = 'multipaxos';

/** Whether the run is one of a replicated log. */
export function isLog({ protocol }: RunHeader): boolean {
  return protocol === LOG;
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

export function randomChange(random: Random, header: RunHeader): { readonly add: NodeId[]; readonly remove: NodeId[] } {
  const some = (): NodeId[] => (nextFloat(random) < 0.5 ? [randomServer(random, header)] : []);
  return { add: some(), remove: some() };
}

/** Islands of the servers, as if none or one had come, and of some of the clients. */
export function randomGroups(random: Random, header: RunHeader): NodeId[][] {
  const count = header.nodes.length + (nextFloat(random) < 0.5 ? 0 : 1);
  const servers = Array.from({ length: Math.min(NODES_MAX, count) }, (_, index) => index + 1);
  const clients = actorsOf(header).filter((node) => node > NODES_MAX && nextFloat(random) < 0.5);
  const groups: NodeId[][] = [[], [], []];
  for (const node of [...servers, ...clients]) nextItem(random, groups).push(node);
  return groups;
}

export function randomOperation(random: Random): Operation {
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

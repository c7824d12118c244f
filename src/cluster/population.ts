/** Servers that come and go while a run goes on. */
import { nameOf, NODES_MAX, type NodeId } from '../protocol/protocol.ts';
import { normalise, type Groups } from '../network/topology.ts';
import { CommandError } from './command-error.ts';
import { loseAtCut } from './network-commands.ts';
import { createNodeState } from './node-state.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * Adds a server, with an empty disk.
 * @param wanted its number; by default the lowest that was never used, or else the lowest that is free again
 * @param beside whose island it comes to; by default the largest
 * @throws CommandError when there is one of that number, or no number is free; nothing has changed.
 */
export function addServer(scheduler: Scheduler, wanted?: NodeId, beside?: NodeId): void {
  const { nodes, router, log, now } = scheduler;
  const node = wanted ?? freeNumber(scheduler);
  if (nodes.get(node)?.present === true) throw new CommandError(`there is a ${nameOf(node)} already`);
  const host = beside ?? largest(router.groups)[0]!;
  scheduler.stateOf(host);
  const groups = normalise(router.groups.map((group) => (group.includes(host) ? [...group, node] : group)));
  const incarnation = nodes.get(node)?.incarnation ?? 0;
  const state = { ...createNodeState(node), incarnation };
  const caught = scheduler.populate(state, groups);
  log.write(now, { type: 'added', node, groups });
  loseAtCut(scheduler, caught);
  scheduler.bringUp(state, 'new');
}

/** Takes a server away; what is on its way to it finds nobody there. @throws CommandError when it is the last. */
export function removeServer(scheduler: Scheduler, node: NodeId): void {
  const { router, log, now } = scheduler;
  const state = scheduler.stateOf(node);
  if (scheduler.servers.length === 1) {
    throw new CommandError(`${nameOf(node)} is the last server; a run has at least one`);
  }
  if (state.up) scheduler.bringDown(state, now, 'now', '');
  const groups = normalise(router.groups.map((group) => group.filter((one) => one !== node)));
  // Whoever gets the number next has nothing of this one, but that it comes up once more.
  scheduler.populate({ ...createNodeState(node), incarnation: state.incarnation, present: false }, groups);
  log.write(now, { type: 'removed', node, groups });
}

function freeNumber({ nodes }: Scheduler): NodeId {
  const numbers = Array.from({ length: NODES_MAX }, (_, index) => index + 1);
  const free = numbers.find((node) => !nodes.has(node)) ?? numbers.find((node) => !nodes.get(node)!.present);
  if (free === undefined) throw new CommandError(`there are ${NODES_MAX} servers already; take one away first`);
  return free;
}

/** The group with the most in it, the first of equals. */
function largest(groups: Groups): readonly NodeId[] {
  return groups.reduce((best, group) => (group.length > best.length ? group : best));
}

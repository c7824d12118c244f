/**
 * What can be done to the topology from anywhere: the stage, its menus, the keyboard. Main decides; the stage follows
 * what comes back, and springs back when it is refused.
 */
import { isolate, join, nodeList, sameGroups, whole, type CommandPlace, type Groups, type NodeId } from '../../src/contract/index.ts';
import { useRun } from '../stores/run.ts';

/**
 * Parts the network into these groups.
 * @param what the thing done, as a person would say it, for the toast of a refusal
 * @returns where that took place in the run; `null` when it was refused, or when they are parted so already
 */
export async function partInto(groups: Groups, what: string): Promise<CommandPlace | null> {
  const run = useRun();
  if (run.world === null || sameGroups(run.world.groups, groups)) return null;
  return run.command({ type: 'partition', groups: groups.map((group) => [...group]) }, what);
}

/** Cuts these nodes, or this node, off from all others. */
export function isolateNode(node: NodeId | readonly NodeId[]): Promise<CommandPlace | null> {
  const nodes = typeof node === 'number' ? [node] : node;
  return partInto(isolate(groupsNow(), nodes), `Isolate ${nodeList(nodes)}`);
}

/** Moves nodes, or one, onto the island of `host`. */
export function joinIsland(node: NodeId | readonly NodeId[], host: NodeId): Promise<CommandPlace | null> {
  const nodes = typeof node === 'number' ? [node] : node;
  return partInto(join(groupsNow(), nodes, host), `Move ${nodeList(nodes)} to the island of n${host}`);
}

/** Heals everything. */
export function healAll(): Promise<CommandPlace | null> {
  return partInto(whole(useRun().nodes), 'Heal everything');
}

/** The islands a node could move to: every one but its own. */
export function islandsFor(groups: Groups, node: NodeId): Groups {
  return groups.filter((group) => !group.includes(node));
}

function groupsNow(): Groups {
  return useRun().world?.groups ?? [];
}

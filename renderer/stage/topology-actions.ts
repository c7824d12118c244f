/**
 * What can be done to the topology from anywhere: the stage, its menus, the keyboard. Main decides; the stage follows
 * what comes back, and springs back when it is refused.
 */
import { isolate, join, nodeList, sameGroups, whole, type Groups, type NodeId } from '../../src/contract/index.ts';
import { useRun } from '../stores/run.ts';

/** Parts the network into these groups; true when main did it, or when they are so already. */
export async function partInto(groups: Groups, what: string): Promise<boolean> {
  const run = useRun();
  const now = run.world?.groups;
  if (now === undefined) return false;
  if (sameGroups(now, groups)) return true;
  return (await run.command({ type: 'partition', groups: groups.map((group) => [...group]) }, what)) !== null;
}

/** Cuts these nodes, or this node, off from all others. */
export function isolateNode(node: NodeId | readonly NodeId[]): Promise<boolean> {
  const nodes = typeof node === 'number' ? [node] : node;
  return partInto(isolate(groupsNow(), nodes), `Isolate ${nodeList(nodes)}`);
}

/** Moves nodes, or one, onto the island of `host`. */
export function joinIsland(node: NodeId | readonly NodeId[], host: NodeId): Promise<boolean> {
  const nodes = typeof node === 'number' ? [node] : node;
  return partInto(join(groupsNow(), nodes, host), `Move ${nodeList(nodes)} to the island of n${host}`);
}

/** Heals everything. */
export function healAll(): Promise<boolean> {
  return partInto(whole(useRun().nodes), 'Heal everything');
}

/** The islands a node could move to: every one but its own. */
export function islandsFor(groups: Groups, node: NodeId): Groups {
  return groups.filter((group) => !group.includes(node));
}

function groupsNow(): Groups {
  return useRun().world?.groups ?? [];
}

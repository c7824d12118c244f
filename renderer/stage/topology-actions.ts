/** What the stage and its menus do to the topology. Main decides; the stage follows what comes back, or springs back. */
import { join, nameOf, nodeList, sameGroups, type CommandPlace, type Groups, type NodeId } from '../../src/contract/index.ts';
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

/** Moves nodes onto the island of `host`. */
export function joinIsland(nodes: readonly NodeId[], host: NodeId): Promise<CommandPlace | null> {
  return partInto(join(useRun().world?.groups ?? [], nodes, host), `Move ${nodeList(nodes)} to the island of ${nameOf(host)}`);
}

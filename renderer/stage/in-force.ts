/** Whose votes count in a replicated log just now, and whose will. Pure. */
import { isClient, type NodeId, type World } from '../../src/contract/index.ts';

export interface Membership {
  /** The members in force, ascending. */
  readonly members: readonly NodeId[];
  /** Members that are decided and hold only from this slot on; `null`: there is no such change. */
  readonly next: { readonly slot: number; readonly members: readonly NodeId[] } | null;
}

/** A change that is decided holds once some server that is up has applied all below its slot. */
export function membershipOf(world: World): Membership {
  const { members: latest, founders } = world;
  if (latest === null) return { members: founders, next: null };
  const { slot, members, before } = latest;
  return slot <= appliedMost(world) + 1 ? { members, next: null } : { members: before, next: { slot, members } };
}

function appliedMost(world: World): number {
  let most = 0;
  for (const { node, up, applied } of world.nodes.values()) if (up && !isClient(node) && applied > most) most = applied;
  return most;
}

/** Parting and joining the network. */
import { sameGroups, type Groups, type World } from '../../src/contract/index.ts';
import type { Context } from './action.ts';

/** Changes who can reach whom; does nothing when that changes nothing. `what` is for the toast of a refusal. */
export function part({ run }: Context, what: string, change: (world: World) => Groups): unknown {
  if (run.world === null) return null;
  const groups = change(run.world);
  if (sameGroups(groups, run.world.groups)) return null;
  return run.command({ type: 'partition', groups: groups.map((group) => [...group]) }, what);
}

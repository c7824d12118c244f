/** What adding a member of a replicated log or taking one away comes to. Pure. */
import {
  compareBallots,
  describeQuorums,
  majorityOf,
  nameOf,
  nodeList,
  NODES_MAX,
  type NodeId,
  type Term,
  type World,
} from '../../src/contract/index.ts';
import type { Membership } from './in-force.ts';
import { quorumsOf } from './islands.ts';

/** Whether a server is a member, or is going to be one. */
export function isMember({ members, next }: Membership, node: NodeId): boolean {
  return members.includes(node) || next?.members.includes(node) === true;
}

/** The leader whose ballot is highest, of those that are up; on the largest island that has one. `null`: nobody leads. */
export function leaderOf(world: World): Term | null {
  let best: Term | null = null;
  let most = 0;
  for (const term of world.terms) {
    if (term.until !== null || world.nodes.get(term.node)?.up !== true) continue;
    const size = world.groups.find((group) => group.includes(term.node))?.length ?? 0;
    if (best !== null && (size < most || (size === most && compareBallots(term.ballot, best.ballot) < 0))) continue;
    best = term;
    most = size;
  }
  return best;
}

/** The number that the next server gets: the lowest that nobody had, else the lowest that is free; `null`: there are as many as can be. */
export function nextNumber(there: readonly NodeId[], seen: ReadonlySet<NodeId>): NodeId | null {
  const numbers = Array.from({ length: NODES_MAX }, (_, i) => i + 1);
  return numbers.find((node) => !seen.has(node) && !there.includes(node)) ?? numbers.find((node) => !there.includes(node)) ?? null;
}

/** What putting a new server on the island of `beside` does, before it is done. */
export function addText(world: World, { members, next }: Membership, node: NodeId): string {
  const after = [...new Set([...(next?.members ?? members), node])].sort((a, b) => a - b);
  return `${nameOf(node)} joins, and learns · ${fromText(world)} it is a member: ${quorumText(world, after)}`;
}

/** What dropping servers on the bin does, before it is done. */
export function removeText(world: World, membership: Membership, nodes: readonly NodeId[]): string {
  const going = nodes.filter((node) => isMember(membership, node));
  const gone = nodes.filter((node) => !going.includes(node));
  const after = (membership.next?.members ?? membership.members).filter((node) => !going.includes(node));
  const atOnce = gone.length === 0 ? [] : [`takes ${nodeList(gone)} away: no ${gone.length === 1 ? 'member' : 'members'}`];
  if (going.length === 0) return atOnce.join(' · ');
  if (after.length === 0) return 'at least one server must stay';
  const who = leaderOf(world) === null ? `once somebody leads, asks for ${nodeList(going)} to go` : `${nodeList(going)} ${going.length === 1 ? 'leaves' : 'leave'} through the log`;
  return [...atOnce, who, `${fromText(world)} ${quorumText(world, after)}`].join(' · ');
}

/** `5 members`; `n1, n2 and n3`. */
export function countText(members: readonly NodeId[]): string {
  return members.length === 1 ? '1 member' : `${members.length} members`;
}

function quorumText(world: World, members: readonly NodeId[]): string {
  const system = quorumsOf(world);
  if (system.type === 'majority') return `${countText(members)}, majority ${majorityOf(members.length)}`;
  return `${countText(members)}, ${describeQuorums(system, members)}`;
}

/** From which slot on a change that is proposed now holds, as far as can be told. */
function fromText(world: World): string {
  const window = (world.config as { readonly window?: number } | null)?.window;
  const leader = leaderOf(world);
  const highest = leader === null ? undefined : world.nodes.get(leader.node)?.view?.replica?.highest;
  if (window === undefined || highest === undefined) return 'then';
  return `from about slot ${highest + 1 + window} on`;
}

/**
 * Who the acceptors of a slot are. A change of members is a command of the log: chosen in slot s, it holds from slot
 * s + α on, where α is the window (Lamport, Malkhi, Zhou, *Reconfiguring a State Machine*; van Renesse & Altinbuken,
 * *Paxos Made Moderately Complex*, invariant R5: a window of slots whose configuration is known). Nothing is
 * proposed in a slot before the slot α below it is applied, so whoever proposes knows whom to ask.
 */
import type { NodeId, Standing } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import type { Phase } from '../quorum.ts';
import type { Member } from './command.ts';
import type { MemberConfig } from './messages.ts';
import type { ServerState } from './state.ts';

/** The acceptors of a slot above those applied, as far as they are known: exactly, up to a window above. */
export function configAt(state: ServerState, slot: number): MemberConfig {
  const { configs } = state;
  let at = configs.length - 1;
  while (at > 0 && configs[at]!.from > slot) at--;
  return configs[at]!;
}

/** The latest configuration known, in force or not yet. */
export function latestConfig(state: ServerState): MemberConfig {
  return state.configs.at(-1)!;
}

export function hasMember({ members }: MemberConfig, node: NodeId, epoch: number): boolean {
  for (const member of members) if (member.node === node) return member.epoch === epoch;
  return false;
}

export function hasNode({ members }: MemberConfig, node: NodeId): boolean {
  return members.some((member) => member.node === node);
}

export function nodesOf(members: readonly Member[]): NodeId[] {
  return members.map(({ node }) => node);
}

/** The servers of every configuration that is or will be in force, this one left out. */
export function audience(state: ServerState): NodeId[] {
  const [first, ...later] = state.configs;
  const nodes = first!.members.map(({ node }) => node);
  for (const { members } of later) for (const { node } of members) if (!nodes.includes(node)) nodes.push(node);
  return nodes.filter((node) => node !== state.node);
}

/** Whether `present`, members of the configuration, contain a quorum of the phase. */
export function isQuorumOf(state: ServerState, phase: Phase, { members }: MemberConfig, present: readonly NodeId[]): boolean {
  return isQuorum(state.config.quorum, phase, nodesOf(members), present);
}

/** Whether this server, with the disk it has, is an acceptor in any slot that is not applied. */
export function isAcceptor(state: ServerState): boolean {
  return state.configs.some((config) => hasMember(config, state.node, state.epoch));
}

/** Whether it is an acceptor of the next slot, and so may lead. */
export function mayLead(state: ServerState): boolean {
  return hasMember(state.configs[0]!, state.node, state.epoch);
}

/**
 * Whether it may vote in a slot. Of a slot beyond the window it does not know who the acceptors are; whoever counts the
 * vote does, and the vote names the epoch.
 */
export function mayVote(state: ServerState, slot: number): boolean {
  if (slot > state.applied && slot <= state.applied + state.config.window) {
    return hasMember(configAt(state, slot), state.node, state.epoch);
  }
  return isAcceptor(state);
}

/** How this server stands to the cluster, by what it knows. */
export function standingOf(state: ServerState): Standing {
  if (mayLead(state)) return 'member';
  if (isAcceptor(state)) return state.founders.includes(state.node) ? 'rebuilding' : 'joining';
  if (state.wasMember) return 'removed';
  return state.founders.includes(state.node) ? 'rebuilding' : 'joining';
}

/**
 * How a server without a vote gets one: one that was added, or one whose disk was lost.
 *
 * A server that comes up again with an empty disk has forgotten what it promised and voted for; were it to promise or
 * vote as the acceptor it was, it could break its word (*Paxos Made Live*, section 5.1, where such a replica takes no
 * part before it has seen a full instance that began after its rebuild). Here it is made a *new acceptor*: it learns,
 * and asks to be a member in the epoch of its new disk; the command that makes it one, chosen without its vote, is that
 * instance. In the slots before the command holds, its old self is still a member and simply never answers again; from
 * then on every quorum counts its new self only, of which no slot knows any vote, and no promise older than its disk.
 * So nothing that its lost disk held is ever missed: this is a replacement by reconfiguration, and as safe as one.
 */
import type { NodeId, Saved } from '../protocol.ts';
import { considerJoin } from './changes.ts';
import { rearmElection } from './election.ts';
import { standingOf } from './members.ts';
import type { Join } from './messages.ts';
import { bornRecord } from './records.ts';
import { HOPS_MAX } from './queue.ts';
import { note, send } from './state.ts';
import type { Out, ServerState } from './state.ts';
import { JOIN } from './timers.ts';

/** Asks every server to be made a member, and what has been chosen; again and again until it is one. */
export function onJoinTimer(state: ServerState, out: Out): void {
  const standing = standingOf(state);
  if (standing !== 'joining' && standing !== 'rebuilding') return;
  out.push({ type: 'setTimer', name: JOIN, after: state.config.retryAfter });
  const { node, epoch } = state;
  for (const peer of state.leader === null ? peersOf(state) : [state.leader.node]) {
    send(peer, { type: 'join', node, epoch, hops: 0 }, out);
    send(peer, { type: 'query', from: state.applied + 1 }, out);
  }
}

/** Passes on to the leader that a server wants a vote; the leader sees to it. */
export function onJoin(state: ServerState, message: Join, out: Out): void {
  if (state.mode === 'leader') {
    considerJoin(state, message, out);
  } else if (state.leader !== null && state.leader.node !== message.node && message.hops < HOPS_MAX) {
    send(state.leader.node, { ...message, hops: message.hops + 1 }, out);
  }
}

/**
 * This server is, or will be, an acceptor with the disk it has.
 * @returns the record that says so, to be saved with the snapshot that tells who the acceptors are.
 */
export function becomeMember(state: ServerState, out: Out): Saved[] {
  rearmElection(state, out);
  if (state.wasMember) return [];
  state.wasMember = true;
  note('is a member with the disk it has', out);
  return [bornRecord(state.epoch, true)];
}

function peersOf(state: ServerState): NodeId[] {
  const nodes = new Set([...state.peers, ...state.configs.flatMap(({ members }) => members.map(({ node }) => node))]);
  return [...nodes].filter((node) => node !== state.node).sort((a, b) => a - b);
}

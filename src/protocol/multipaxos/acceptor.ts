/**
 * The acceptor: one promise for all slots, one vote in each. (*Paxos Made Simple*, section 2.2, phases 1b and 2b, and
 * section 3; *Paxos Made Moderately Complex*, invariants A1 to A5.) A server whose disk was lost is no acceptor before a
 * command of the log has made it one again (joining.ts).
 */
import { compareBallots, formatBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { getPaged, pagedEntries, setPaged } from '../paged.ts';
import { nameOf } from '../protocol.ts';
import type { NodeId } from '../protocol.ts';
import { tellChosen } from './catchup.ts';
import { hearLeader, overtake, rearmElection } from './election.ts';
import { absorb } from './learner.ts';
import { hasNode, isAcceptor, mayVote } from './members.ts';
import { ITEMS_MAX } from './messages.ts';
import type { Accept, Heartbeat, Prepare, SlotItem } from './messages.ts';
import { ballotRecord, logRecord } from './records.ts';
import { note, send } from './state.ts';
import type { Out, ServerState } from './state.ts';
import { GRANT } from './timers.ts';

/**
 * Phase 1b. Promises a ballot at least as high as any promised before: the same one again is the same candidate asking
 * for the next piece of the votes, or once more. While another has a lease nobody is promised anything. A candidate
 * that is no member any more, or asks one that is none, may not have heard of it: it is told what was chosen instead.
 */
export function onPrepare(state: ServerState, from: NodeId, { ballot, from: first }: Prepare, out: Out): void {
  const isPast = first <= state.applied && !state.configs.some((config) => hasNode(config, from));
  if (isPast || !isAcceptor(state)) {
    tellChosen(state, from, first, out);
    return;
  }
  const order = compareBallots(ballot, state.promised);
  if (order < 0) {
    refuse(state, from, ballot, out);
    return;
  }
  if (order > 0) {
    if (state.granted !== null && state.granted !== from) {
      const whose = state.granted === 0 ? 'a lease it may have granted' : `the lease of ${nameOf(state.granted)}`;
      note(`does not promise ${formatBallot(ballot)} before ${whose} is over`, out);
      return;
    }
    overtake(state, ballot, out);
    state.promised = ballot;
    state.leader = null;
    out.push({ type: 'save', records: [ballotRecord(ballot)] });
    rearmElection(state, out);
  }
  promise(state, from, ballot, first, out);
}

/** Reports the votes from a slot on, a piece at a time. */
function promise(state: ServerState, to: NodeId, ballot: Ballot, from: number, out: Out): void {
  const items: SlotItem[] = [];
  let next = 0;
  for (const [slot, vote] of pagedEntries(state.votes, from)) {
    if (items.length === ITEMS_MAX) {
      next = slot;
      break;
    }
    items.push({ slot, ballot: vote.ballot, command: vote.command });
  }
  const { epoch, edge, applied: upTo } = state;
  send(to, { type: 'promise', ballot, epoch, from, items, next, edge, upTo }, out);
}

/**
 * Phase 2b. Votes unless it has promised a higher ballot (P1a). The vote, and with it the promise, is on the disk before
 * the leader is told.
 */
export function onAccept(state: ServerState, from: NodeId, message: Accept, out: Out): void {
  const { ballot, slot, upTo } = message;
  if (slot > state.highest) state.highest = slot;
  const order = compareBallots(ballot, state.promised);
  if (!mayVote(state, slot)) {
    if (order >= 0) hearLeader(state, ballot, out);
  } else if (order < 0) {
    refuse(state, from, ballot, out);
  } else {
    if (order > 0) overtake(state, ballot, out);
    hearLeader(state, ballot, out);
    // What was let go of is chosen: its leader needs no vote but the news.
    if (slot <= state.edge) tellChosen(state, from, slot, out);
    else {
      vote(state, message, order > 0, out);
      send(from, { type: 'accepted', ballot, slot, epoch: state.epoch }, out);
    }
  }
  absorb(state, from, ballot, upTo, out);
}

function vote(state: ServerState, { ballot, slot, command }: Accept, higher: boolean, out: Out): void {
  const before = getPaged(state.votes, slot);
  if (before !== undefined && sameBallot(before.ballot, ballot)) return;
  const voted = { ballot, command };
  setPaged(state.votes, slot, voted);
  const records = [logRecord(slot, voted)];
  if (higher) {
    state.promised = ballot;
    records.unshift(ballotRecord(ballot));
  }
  out.push({ type: 'save', records });
}

/**
 * The leader is there, and asks who still goes along. The answer says that this acceptor has promised nobody higher; with
 * a lease, that it will not for so long, by its own clock.
 */
export function onHeartbeat(state: ServerState, from: NodeId, message: Heartbeat, out: Out): void {
  const { ballot, upTo, round, lease } = message;
  if (compareBallots(ballot, state.promised) < 0) {
    if (isAcceptor(state)) refuse(state, from, ballot, out);
  } else {
    overtake(state, ballot, out);
    hearLeader(state, ballot, out);
    rearmElection(state, out);
    if (isAcceptor(state) && (lease === 0 || grant(state, from, lease, out))) {
      send(from, { type: 'alive', ballot, epoch: state.epoch, round }, out);
    }
  }
  absorb(state, from, ballot, upTo, out);
}

/** Grants or prolongs a lease. @returns whether it did: not while another's goes on. */
export function grant(state: ServerState, to: NodeId, lease: number, out: Out): boolean {
  if (state.granted !== null && state.granted !== to) return false;
  state.granted = to;
  out.push({ type: 'setTimer', name: GRANT, after: lease });
  return true;
}

/** The lease that this acceptor had granted is over. */
export function onGrantOver(state: ServerState): void {
  state.granted = null;
}

function refuse(state: ServerState, to: NodeId, ballot: Ballot, out: Out): void {
  send(to, { type: 'refuse', ballot, promised: state.promised }, out);
}

/**
 * Elections: who hears of no leader campaigns with a ballot of its own, and whoever meets a higher one gives up
 * (*Paxos Made Moderately Complex*, section 2: scouts and preemption; *Paxos Made Simple*, section 3: a leader
 * executes phase 1 once for infinitely many instances).
 *
 * No ballot is proposed at twice, lost disks included: a round is on the disk before its prepare leaves, and a server
 * proposes only in slots of which it is a member *in its epoch*. One slot has one epoch of a server at most, so that two
 * lives of a server with different disks never propose in the same slot, whatever rounds they use.
 */
import { compareBallots, formatBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { pagedEntries } from '../paged.ts';
import type { NodeId } from '../protocol.ts';
import { nextInteger } from '../random.ts';
import { behind } from './catchup.ts';
import { refuseChange } from './changes.ts';
import { audience, hasMember, isQuorumOf, latestConfig, mayLead } from './members.ts';
import type { MemberConfig, Promised, Refuse } from './messages.ts';
import { ballotRecord, roundRecord } from './records.ts';
import { requeue, routeQueue } from './queue.ts';
import { newTerm, note, send, sessionKey } from './state.ts';
import type { Out, PendingAnswer, ServerState, Term } from './state.ts';
import { ELECTION, HEARTBEAT, RETRY } from './timers.ts';

/** Sets the election timer anew; only a member has one. */
export function rearmElection(state: ServerState, out: Out): void {
  state.heard = false;
  if (state.mode !== 'follower' || !mayLead(state)) return;
  const { electionMin, electionMax } = state.config;
  out.push({ type: 'setTimer', name: ELECTION, after: nextInteger(state.random, electionMin, electionMax) });
}

/** The first time in the cluster's life nobody can have been heard yet: only the random part is waited. */
export function firstElection(state: ServerState, out: Out): void {
  const { electionMin, electionMax } = state.config;
  const after = nextInteger(state.random, 1, Math.max(1, electionMax - electionMin));
  out.push({ type: 'setTimer', name: ELECTION, after });
}

export function onElectionTimer(state: ServerState, out: Out): void {
  if (state.mode !== 'follower' || !mayLead(state)) return;
  if (state.heard || (state.granted !== null && state.granted !== state.node)) {
    rearmElection(state, out);
    return;
  }
  campaign(state, out);
}

/** Phase 1a for every slot from the first that is not known chosen, with a ballot that was never used before. */
export function campaign(state: ServerState, out: Out): void {
  const round = Math.max(state.round, state.seen, state.promised.round) + 1;
  const ballot: Ballot = { round, node: state.node };
  const first = state.applied + 1;
  const term = newTerm(ballot, first);
  state.mode = 'candidate';
  state.leader = null;
  state.term = term;
  state.round = round;
  state.seen = round;
  state.promised = ballot;
  out.push({ type: 'cancelTimer', name: ELECTION });
  requeue(state, round);
  // Its own acceptor promises first, with the same save; its votes count as reported.
  out.push({ type: 'save', records: [roundRecord(round), ballotRecord(ballot)] });
  for (const [slot, { ballot: at, command }] of pagedEntries(state.votes, first)) report(term, { slot, ballot: at, command });
  term.answers.set(state.node, { epoch: state.epoch, cursor: 0, above: first - 1 });
  askForPromises(state, term, out);
  out.push({ type: 'setTimer', name: RETRY, after: state.config.retryAfter });
}

/**
 * Asks those members of all configurations known that have not promised yet: for the first time, again, or for the next
 * piece. Of a server that is a member with an old disk and a new one, it is the new one that can answer.
 */
export function askForPromises(state: ServerState, term: Term, out: Out): void {
  const asked: NodeId[] = [state.node];
  for (const { members } of state.configs.toReversed()) {
    for (const { node, epoch } of members) {
      if (asked.includes(node)) continue;
      asked.push(node);
      const before = term.answers.get(node);
      const answer = before?.epoch === epoch ? before : { epoch, cursor: state.applied + 1, above: state.applied };
      if (answer.cursor === 0) continue;
      term.answers.set(node, answer);
      send(node, { type: 'prepare', ballot: term.ballot, from: answer.cursor }, out);
    }
  }
}

/** A promise, or a piece of one. With a phase-1 quorum of whole ones the candidate leads (leader.ts). */
export function onPromise(state: ServerState, from: NodeId, message: Promised, out: Out): void {
  const { term } = state;
  if (term === null || !sameBallot(message.ballot, term.ballot)) return;
  const answer = term.answers.get(from);
  // A piece that was not asked for is a copy, or from a disk that is not the member's.
  if (answer === undefined || answer.cursor !== message.from || answer.epoch !== message.epoch) return;
  for (const item of message.items) report(term, item);
  const last = message.items.at(-1)?.slot ?? 0;
  if (last > state.highest) state.highest = last;
  const above = Math.max(answer.above, message.edge);
  term.answers.set(from, { epoch: answer.epoch, cursor: message.next, above });
  if (message.next === 0) behind(state, from, message.upTo, out);
  else send(from, { type: 'prepare', ballot: term.ballot, from: message.next }, out);
}

function report(term: Term, item: Promised['items'][number]): void {
  const before = term.reported.get(item.slot);
  if (before === undefined || compareBallots(item.ballot, before.ballot) > 0) term.reported.set(item.slot, item);
  if (item.slot > term.reportedUpTo) term.reportedUpTo = item.slot;
}

/**
 * Whether phase 1 is complete for a slot: whole promises that cover it from a phase-1 quorum of its members. Complete for
 * one slot, it is complete for all later ones of the same configuration.
 */
export function covers(state: ServerState, term: Term, config: MemberConfig, slot: number): boolean {
  const { covered } = term;
  if (covered !== null && covered.config === config && slot >= covered.from) return true;
  const present: NodeId[] = [];
  for (const [node, { epoch, cursor, above }] of term.answers) {
    if (cursor === 0 && above < slot && hasMember(config, node, epoch)) present.push(node);
  }
  if (!isQuorumOf(state, 1, config, present)) return false;
  term.covered = { config, from: slot };
  return true;
}

/** An acceptor, or a leader, has said that it promised a higher ballot. */
export function onRefuse(state: ServerState, { ballot, promised }: Refuse, out: Out): void {
  state.seen = Math.max(state.seen, promised.round);
  if (state.term !== null && sameBallot(ballot, state.term.ballot)) overtake(state, promised, out);
}

/** Gives up candidacy or office when a higher ballot has come between. */
export function overtake(state: ServerState, by: Ballot, out: Out): void {
  if (by.round > state.seen) state.seen = by.round;
  if (state.term === null || compareBallots(by, state.term.ballot) <= 0) return;
  note(`gives up ${formatBallot(state.term.ballot)}, overtaken by ${formatBallot(by)}`, out);
  stepDown(state, out);
}

/** Ends candidacy or office. What was proposed may yet be chosen; what was not waits for whoever leads next. */
export function stepDown(state: ServerState, out: Out): void {
  const { term, pending } = state;
  if (term === null) return;
  if (state.mode === 'leader') out.push({ type: 'lead', ballot: term.ballot, on: false });
  state.mode = 'follower';
  state.leader = null;
  state.term = null;
  for (const { request } of term.reads) state.queue.push(request);
  refuseChange(state, term, `n${state.node} leads no more, and does not know what will become of the change`, out);
  // Whoever is answered from here in spite of all: those whose operation is in a slot already.
  const kept = new Map<number, PendingAnswer>();
  for (const { command } of term.proposals.values()) {
    if (command.type !== 'operation') continue;
    const key = sessionKey(command.client, command.session);
    const answer = pending.get(key);
    if (answer) kept.set(key, answer);
  }
  state.pending = kept;
  out.push({ type: 'cancelTimer', name: RETRY }, { type: 'cancelTimer', name: HEARTBEAT });
  rearmElection(state, out);
}

/** Somebody leads with a ballot that this server may go along with. */
export function hearLeader(state: ServerState, ballot: Ballot, out: Out): void {
  state.heard = true;
  if (state.leader !== null && compareBallots(ballot, state.leader) <= 0) return;
  if (state.term !== null && compareBallots(ballot, state.term.ballot) <= 0) return;
  state.leader = ballot;
  routeQueue(state, out);
}

/** The members have changed: from now on, or from a later slot on. A leader that is none from the next slot on leaves. */
export function onMembersChanged(state: ServerState, out: Out): void {
  const { term } = state;
  if (term === null) return;
  if (!mayLead(state)) {
    note(`is no member from slot ${state.applied + 1} on, and can lead no more`, out);
    if (state.mode === 'leader') tellDecided(state, term, audience(state), out);
    stepDown(state, out);
    return;
  }
  // Whoever goes along with it now has to say so again, as a member of what is in force now.
  term.alive.clear();
  term.leaseOver = term.round;
  const config = latestConfig(state);
  if (!covers(state, term, config, config.from)) askForPromises(state, term, out);
}

/** The leader tells how far all is chosen. */
export function tellDecided(state: ServerState, term: Term, whom: readonly NodeId[], out: Out): void {
  term.told = state.applied;
  const message = { type: 'decide', ballot: term.ballot, upTo: state.applied } as const;
  for (const node of whom) send(node, message, out);
}

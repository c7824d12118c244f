/**
 * The leader: phase 2 for one slot after the other, as many at a time as the window has room for. (*Paxos Made Simple*,
 * section 3; *Paxos Made Moderately Complex*, section 2: commanders, and the window.)
 *
 * In each slot it proposes what it must: the vote of the highest ballot that phase 1 has reported there; nothing, in a
 * gap below the highest slot reported; only then what clients want. When the members have changed, the slots up to the
 * change that nobody asks for are closed with no-ops, so that the change need not wait for clients
 * (Lamport, Malkhi, Zhou, *Reconfiguring a State Machine*).
 */
import { getPaged, setPaged } from '../paged.ts';
import type { NodeId, Saved } from '../protocol.ts';
import { takeNext } from './queue.ts';
import { NO_OP } from './command.ts';
import type { LogCommand } from './command.ts';
import { askForPromises, covers, tellDecided } from './election.ts';
import { advance, know } from './learner.ts';
import { audience, configAt, hasMember, isQuorumOf, latestConfig } from './members.ts';
import type { Accepted, MemberConfig } from './messages.ts';
import { beat, serveReads } from './reads.ts';
import { logRecord } from './records.ts';
import { note, send } from './state.ts';
import type { Out, Proposal, ServerState, Term } from './state.ts';
import { HEARTBEAT, RETRY } from './timers.ts';

/**
 * What follows from a step, at the end of it: slots that are chosen are taken in; a candidate whose phase 1 is complete
 * takes office; a leader proposes all that it can, takes in what is chosen by its own vote alone, and so on; then it
 * answers reads, and says how far it got.
 */
export function settle(state: ServerState, out: Out): void {
  for (;;) {
    advance(state, out);
    const { term } = state;
    if (term === null) return;
    if (state.mode === 'candidate') {
      if (!covers(state, term, state.configs[0]!, state.applied + 1)) return;
      takeOffice(state, term, out);
    }
    if (propose(state, term, out)) continue;
    serveReads(state, term, out);
    tell(state, term, out);
    return;
  }
}

/** Phase 1 is complete where the next slots are. */
function takeOffice(state: ServerState, term: Term, out: Out): void {
  state.mode = 'leader';
  state.leader = term.ballot;
  out.push({ type: 'lead', ballot: term.ballot, on: true });
  const first = state.applied + 1;
  if (term.reportedUpTo >= first) note(`finishes what earlier ballots left open first, up to slot ${term.reportedUpTo}`, out);
  onHeartbeatTimer(state, out);
}

export function onHeartbeatTimer(state: ServerState, out: Out): void {
  if (state.mode !== 'leader' || state.term === null) return;
  out.push({ type: 'setTimer', name: HEARTBEAT, after: state.config.heartbeat });
  beat(state, state.term, out);
}

/** Proposes in every slot that it can. @returns whether its own votes alone made something chosen. */
function propose(state: ServerState, term: Term, out: Out): boolean {
  const proposals: Proposal[] = [];
  const records: Saved[] = [];
  for (;;) {
    while (term.next <= state.applied || getPaged(state.chosen, term.next) !== undefined) term.next++;
    const slot = term.next;
    if (slot > state.applied + state.config.window) break;
    const config = configAt(state, slot);
    if (!hasMember(config, state.node, state.epoch) || !covers(state, term, config, slot)) break;
    const command = commandFor(state, term, slot, out);
    if (command === null) break;
    const proposal: Proposal = { slot, command, voters: [], recent: true };
    const vote = { ballot: term.ballot, command };
    term.next = slot + 1;
    term.proposed++;
    term.proposals.set(slot, proposal);
    if (slot > state.highest) state.highest = slot;
    setPaged(state.votes, slot, vote);
    records.push(logRecord(slot, vote));
    proposals.push(proposal);
    askForVotes(state, term, proposal, config, out);
  }
  if (records.length === 0) return false;
  term.told = state.applied;
  // After the accepts: the disk here and those of the others may write at the same time. Its own vote counts from here.
  out.push({ type: 'save', records });
  let chosen = false;
  for (const proposal of proposals) chosen = count(state, term, proposal, state.node, out) || chosen;
  return chosen;
}

/** What has to be, or may be, proposed in a slot; `null`: nothing yet. */
function commandFor(state: ServerState, term: Term, slot: number, out: Out): LogCommand | null {
  const reported = term.reported.get(slot);
  if (reported !== undefined) return reported.command;
  if (slot < term.reportedUpTo) {
    note(`closes slot ${slot} with a no-op: no vote was reported there`, out);
    return NO_OP;
  }
  const { change } = term;
  if (change !== null && !change.proposed) {
    change.proposed = true;
    return { type: 'members', members: change.members };
  }
  const request = takeNext(state);
  if (request !== null) {
    const { client, session, sequence, operation } = request;
    return { type: 'operation', client, session, sequence, operation };
  }
  return slot < latestConfig(state).from ? NO_OP : null;
}

/** Phase 2a, to the members that have not voted. */
function askForVotes(state: ServerState, term: Term, proposal: Proposal, { members }: MemberConfig, out: Out): void {
  const { slot, command, voters } = proposal;
  const message = { type: 'accept', ballot: term.ballot, slot, command, upTo: state.applied } as const;
  for (const { node } of members) if (node !== state.node && !voters.includes(node)) send(node, message, out);
}

/** Phase 2b, seen from the leader. */
export function onAccepted(state: ServerState, from: NodeId, message: Accepted, out: Out): void {
  const { term } = state;
  if (term === null || message.ballot.round !== term.ballot.round || message.ballot.node !== term.ballot.node) return;
  const proposal = term.proposals.get(message.slot);
  if (proposal === undefined || proposal.voters.includes(from)) return;
  if (!hasMember(configAt(state, message.slot), from, message.epoch)) return;
  count(state, term, proposal, from, out);
}

/** Counts a vote. @returns whether the slot is chosen by it: by a phase-2 quorum of its members, at one ballot. */
function count(state: ServerState, term: Term, proposal: Proposal, from: NodeId, out: Out): boolean {
  const { slot, command, voters } = proposal;
  voters.push(from);
  const config = configAt(state, slot);
  if (!isQuorumOf(state, 2, config, voters)) return false;
  know(state, { slot, ballot: term.ballot, command }, voters.toSorted((a, b) => a - b), out);
  return true;
}

/** Tells that slots are chosen, when no accept is about to: nothing is in flight whose end would bring one. */
function tell(state: ServerState, term: Term, out: Out): void {
  if (!state.config.tellAtOnce || term.told >= state.applied || term.proposals.size > 0) return;
  tellDecided(state, term, audience(state), out);
}

/** Asks again whoever has not answered for long enough. */
export function onRetryTimer(state: ServerState, out: Out): void {
  const { term } = state;
  if (term === null) return;
  out.push({ type: 'setTimer', name: RETRY, after: state.config.retryAfter });
  const isOpen = (config: MemberConfig): boolean => !covers(state, term, config, Math.max(config.from, state.applied + 1));
  if (state.configs.some(isOpen)) askForPromises(state, term, out);
  for (const proposal of term.proposals.values()) {
    if (!proposal.recent) askForVotes(state, term, proposal, configAt(state, proposal.slot), out);
    proposal.recent = false;
  }
}

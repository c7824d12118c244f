/**
 * Reads that leave no trace in the log.
 *
 * *Read index* (Ongaro, *Consensus: Bridging Theory and Practice*, section 6.4): a leader that has finished what earlier
 * ballots left open knows every slot that anybody was told of. It still has to make sure that nobody has taken over in
 * the meantime: after the request came it asks the acceptors, and answers once a phase-2 quorum of the members of its
 * next slot has said that it promised nobody higher. Such a quorum meets every phase-1 quorum, so no later leader had
 * completed phase 1 there when the request came, and none can have chosen anything that this leader does not know of.
 *
 * *Lease* (section 6.4.1; *Paxos Made Live*, section 5.2): those acceptors promise nobody else for a while, and until
 * that is over the leader need not ask. It counts the time from before it asked, by its own clock and shortened by what
 * two clocks may differ; if they differ by more, a stale value can be read.
 */
import { readKey } from '../machine/database.ts';
import { compareBallots } from '../ballot.ts';
import type { NodeId } from '../protocol.ts';
import { grant } from './acceptor.ts';
import { covers } from './election.ts';
import { audience, hasMember, isQuorumOf } from './members.ts';
import type { Alive, ClientRequest } from './messages.ts';
import { answer } from './queue.ts';
import { send } from './state.ts';
import type { Out, ServerState, Term } from './state.ts';
import { LEASE } from './timers.ts';

/** A get at the leader: answered at once while it has a lease, or with the next round that a quorum answers. */
export function readAtLeader(state: ServerState, term: Term, request: ClientRequest, byLease: boolean, out: Out): void {
  if (byLease && hasLease(state, term) && isCurrent(state, term)) {
    respond(state, request, out);
    return;
  }
  // The same request again: the client has waited long, and one answer is enough.
  const isSame = (other: ClientRequest): boolean => other.client === request.client && other.session === request.session;
  term.reads = term.reads.filter((read) => !isSame(read.request));
  term.reads.push({ request, round: term.round + 1 });
  if (term.confirmed === term.round) beat(state, term, out);
}

/** A round of heartbeats: says that it leads and how far it got, and asks who goes along. */
export function beat(state: ServerState, term: Term, out: Out): void {
  const { reads, lease: length, clockDrift } = state.config;
  const lease = reads === 'lease' ? length : 0;
  const round = ++term.round;
  term.told = state.applied;
  const message = { type: 'heartbeat', ballot: term.ballot, upTo: state.applied, round, lease } as const;
  for (const node of audience(state)) send(node, message, out);
  if (lease > 0) {
    out.push({ type: 'setTimer', name: LEASE + round, after: Math.max(1, Math.floor(length * (1 - clockDrift))) });
  }
  if (lease === 0 || grant(state, state.node, lease, out)) acknowledge(state, term, state.node, state.epoch, round, out);
}

/** An acceptor goes along with this leader. */
export function onAlive(state: ServerState, from: NodeId, { ballot, epoch, round }: Alive, out: Out): void {
  const { term } = state;
  if (state.mode !== 'leader' || term === null || compareBallots(ballot, term.ballot) !== 0) return;
  acknowledge(state, term, from, epoch, round, out);
}

function acknowledge(state: ServerState, term: Term, from: NodeId, epoch: number, round: number, out: Out): void {
  const config = state.configs[0]!;
  if (round <= (term.alive.get(from) ?? 0) || !hasMember(config, from, epoch)) return;
  term.alive.set(from, round);
  // An answer to a later round is one to all before it.
  for (const candidate of new Set(term.alive.values())) {
    if (candidate <= term.confirmed || candidate > round) continue;
    const present = config.members.flatMap(({ node }) => ((term.alive.get(node) ?? 0) >= candidate ? [node] : []));
    if (isQuorumOf(state, 2, config, present)) term.confirmed = candidate;
  }
  serveReads(state, term, out);
}

/** Answers the reads that came before the last confirmed round; for those that came later, another round begins. */
export function serveReads(state: ServerState, term: Term, out: Out): void {
  if (term.reads.length === 0 || !isCurrent(state, term)) return;
  const later = [];
  for (const read of term.reads) {
    if (read.round > term.confirmed) later.push(read);
    else respond(state, read.request, out);
  }
  term.reads = later;
  if (later.length > 0 && term.confirmed === term.round) beat(state, term, out);
}

/** Whether everything that an earlier leader can have had chosen is in the state machine of this one. */
function isCurrent(state: ServerState, term: Term): boolean {
  return state.applied >= term.reportedUpTo && covers(state, term, state.configs[0]!, state.applied + 1);
}

/** Whether a round that was confirmed is a lease that goes on. */
export function hasLease(state: ServerState, term: Term): boolean {
  return state.config.reads === 'lease' && term.confirmed > term.leaseOver;
}

/** The lease of a round is over, and so are those of the rounds before. */
export function onLeaseOver(state: ServerState, round: number): void {
  const { term } = state;
  if (term !== null && round > term.leaseOver) term.leaseOver = round;
}

function respond(state: ServerState, { client, session, sequence, operation }: ClientRequest, out: Out): void {
  if (operation.type !== 'get') return;
  answer(client, session, sequence, { type: 'value', value: readKey(state.database, operation.key) }, out);
}

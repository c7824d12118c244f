/**
 * The variables of Paxos as they are known of a cluster that runs: `maxBal` by acceptor, and the messages that were ever
 * sent. Ballots are numbers, in their order. An acceptor is a server with the disk it has, as one number.
 *
 * `maxVBal` and `maxVal` are not kept beside the votes: the last vote of an acceptor is the highest that it has cast, as
 * the search of the specification shows (*LastVote*). So what it reports with a promise is its highest vote below that
 * ballot, and need not be copied when it promises.
 */
import { isBallot } from '../../protocol/ballot.ts';
import type { Ballot } from '../../protocol/ballot.ts';
import { nameOf, NODES_MAX } from '../../protocol/protocol.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import { NO_EVENT } from '../../protocol/violation.ts';

/** Room for the identity of a server beside another number. */
const NODES = NODES_MAX + 1;
/** Ballots remembered, in phase 1 and of each slot; the lowest is forgotten first. */
const BALLOTS_MAX = 64;

/** No ballot. */
export const NONE = -1;

export function numberOf(ballot: Ballot): number {
  return isBallot(ballot) ? ballot.round * NODES + ballot.node : NONE;
}

/** `3.1`; `–`. */
export function nameOfBallot(ballot: number): string {
  return ballot < 0 ? '–' : `${Math.floor(ballot / NODES)}.${ballot % NODES}`;
}

/** The server whose ballot it is. */
export function proposerOf(ballot: number): NodeId {
  return ballot % NODES;
}

/** An acceptor: a server with its disk of an epoch (multipaxos/command.ts). */
export function acceptorOf(node: NodeId, epoch: number): number {
  return epoch * NODES + node;
}

export function nodeOf(acceptor: number): NodeId {
  return acceptor % NODES;
}

/** `n3`; with another disk than its first, `n3@2`. */
export function nameOfAcceptor(acceptor: number): string {
  const epoch = Math.floor(acceptor / NODES);
  return epoch === 1 ? nameOf(nodeOf(acceptor)) : `${nameOf(nodeOf(acceptor))}@${epoch}`;
}

/** Acceptors, and the events that tell of each. */
export interface Tally {
  readonly acceptors: number[];
  readonly seqs: number[];
}

/** The messages of phase 1 at one ballot: its 1a, and who has sent a 1b. */
export interface Prepared extends Tally {
  readonly ballot: number;
  readonly seq: number;
}

/** The highest ballot of an acceptor, and the event that told of it. */
export interface MaxBal {
  readonly acceptor: number;
  ballot: number;
  seq: number;
}

/** Phase 1: of one instance of Paxos, or of all slots of a log. */
export interface Phase1 {
  /** By acceptor, in the order in which they were first heard of: a few, for which a list is much smaller than a map. */
  readonly maxBal: MaxBal[];
  readonly prepared: Prepared[];
  /** Of ballots up to this one the messages may be forgotten. */
  forgotten: number;
}

/** The messages of phase 2 for one value at one ballot: its 2a, and who has sent a 2b. */
export interface Proposal<Value> extends Tally {
  readonly ballot: number;
  readonly value: Value;
  /** `NO_EVENT`: it was voted for, and never proposed. */
  readonly seq: number;
}

/** Phase 2: of one instance of Paxos, or one slot of a log. */
export interface Phase2<Value> {
  readonly proposals: Proposal<Value>[];
  forgotten: number;
  chosen: Proposal<Value> | null;
}

export function noPhase1(): Phase1 {
  return { maxBal: [], prepared: [], forgotten: NONE };
}

export function noPhase2<Value>(): Phase2<Value> {
  return { proposals: [], forgotten: NONE, chosen: null };
}

export function copyPhase1({ maxBal, prepared, forgotten }: Phase1): Phase1 {
  return {
    maxBal: maxBal.map(({ acceptor, ballot, seq }) => ({ acceptor, ballot, seq })),
    prepared: prepared.map(copyTally),
    forgotten,
  };
}

export function copyPhase2<Value>({ proposals, forgotten, chosen }: Phase2<Value>): Phase2<Value> {
  return { proposals: proposals.map(copyTally), forgotten, chosen };
}

function copyTally<T extends Tally>(tally: T): T {
  return { ...tally, acceptors: tally.acceptors.slice(), seqs: tally.seqs.slice() };
}

export function knowsAcceptor({ maxBal }: Phase1, acceptor: number): boolean {
  return maxBal.some((known) => known.acceptor === acceptor);
}

export function maxBalOf({ maxBal }: Phase1, acceptor: number): MaxBal {
  for (let i = 0; i < maxBal.length; i++) if (maxBal[i]!.acceptor === acceptor) return maxBal[i]!;
  const fresh = { acceptor, ballot: NONE, seq: NO_EVENT };
  maxBal.push(fresh);
  return fresh;
}

/** Newest first: it is the newest that everything is about. */
export function preparedAt({ prepared }: Phase1, ballot: number): Prepared | null {
  for (let i = prepared.length - 1; i >= 0; i--) if (prepared[i]!.ballot === ballot) return prepared[i]!;
  return null;
}

export function addPrepared(phase1: Phase1, ballot: number, seq: number): Prepared {
  const fresh = { ballot, seq, acceptors: [], seqs: [] };
  phase1.prepared.push(fresh);
  forgetLowest(phase1, phase1.prepared);
  return fresh;
}

/** What was proposed at a ballot; what was voted for there, if nothing was. */
export function proposalAt<Value>({ proposals }: Phase2<Value>, ballot: number): Proposal<Value> | null {
  for (let i = 0; i < proposals.length; i++) if (proposals[i]!.ballot === ballot) return proposals[i]!;
  return null;
}

export function addProposal<Value>(phase2: Phase2<Value>, ballot: number, value: Value, seq: number): Proposal<Value> {
  const fresh = { ballot, value, seq, acceptors: [], seqs: [] };
  phase2.proposals.push(fresh);
  forgetLowest(phase2, phase2.proposals);
  return fresh;
}

function forgetLowest(of: { forgotten: number }, list: { readonly ballot: number }[]): void {
  if (list.length <= BALLOTS_MAX) return;
  let lowest = 0;
  for (let i = 1; i < list.length; i++) if (list[i]!.ballot < list[lowest]!.ballot) lowest = i;
  of.forgotten = Math.max(of.forgotten, list[lowest]!.ballot);
  list.splice(lowest, 1);
}

/** The highest vote that an acceptor has cast below a ballot; `null` for none, or for one that is forgotten. */
export function lastVote<Value>({ proposals }: Phase2<Value>, acceptor: number, below: number): Proposal<Value> | null {
  let last: Proposal<Value> | null = null;
  for (let i = 0; i < proposals.length; i++) {
    const proposal = proposals[i]!;
    if (proposal.ballot >= below || (last !== null && proposal.ballot < last.ballot)) continue;
    if (proposal.acceptors.includes(acceptor)) last = proposal;
  }
  return last;
}

/**
 * The state of one server: plain data, changed in place. A server is proposer, acceptor and learner in one; what it
 * keeps for each slot is replaced as a whole, for a fork may hold the same (paged.ts).
 */
import { NO_BALLOT } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { createDatabase, forkDatabase } from '../machine/database.ts';
import type { Database } from '../machine/database.ts';
import { createPaged, forkPaged } from '../paged.ts';
import type { Paged } from '../paged.ts';
import type { Effect, Json, NodeId, NodeSetup } from '../protocol.ts';
import { createRandom } from '../random.ts';
import type { Random } from '../random.ts';
import type { LogCommand, Member } from './command.ts';
import type { MultiPaxosConfig } from './config.ts';
import type { ClientRequest, MemberConfig, MultiPaxosMessage, SlotItem } from './messages.ts';

export type Out = Effect<MultiPaxosMessage>[];

/** A command at a ballot: an acceptor's vote in a slot, or what is chosen there. */
export interface Vote {
  readonly ballot: Ballot;
  readonly command: LogCommand;
}

/** A slot that the leader has proposed in and does not know to be chosen. */
export interface Proposal {
  readonly slot: number;
  readonly command: LogCommand;
  /** Members of the slot that are known to have voted at the leader's ballot, in the order of their answers. */
  readonly voters: NodeId[];
  /** Proposed since the timer for repetitions last fired. */
  recent: boolean;
}

/** What an acceptor has answered to a prepare so far. */
export interface PromiseAnswer {
  readonly epoch: number;
  /** The slot from which its votes are still to be reported; 0: all are. */
  readonly cursor: number;
  /** The answer covers the slots above this one: those asked for, without those that the acceptor has let go. */
  readonly above: number;
}

/** Who is told what became of a change of members: a server, and the number of the request there. */
export interface Asker {
  readonly server: NodeId;
  readonly id: number;
}

/** A change of members that waits for its slot, or for its slot to be applied. */
export interface WantedChange {
  readonly members: readonly Member[];
  /** `null`: a server that joins; nobody is told. */
  readonly asker: Asker | null;
  proposed: boolean;
}

/** A get that waits for a quorum to say that the leader still leads (readers.ts). */
export interface WaitingRead {
  readonly request: ClientRequest;
  /** The first round of heartbeats that began after the request came. */
  readonly round: number;
}

/** A candidacy, and the term of office that comes of it. Volatile: whoever comes up again begins with another ballot. */
export interface Term {
  readonly ballot: Ballot;
  /** By acceptor. */
  readonly answers: Map<NodeId, PromiseAnswer>;
  /** The highest vote reported for each slot above those applied. */
  readonly reported: Map<number, SlotItem>;
  /** The highest slot with a reported vote. */
  reportedUpTo: number;
  /** The configuration and the slot from which on phase 1 is known to be complete for it. */
  covered: { readonly config: MemberConfig; readonly from: number } | null;
  /** The slot to propose in next. */
  next: number;
  readonly proposals: Map<number, Proposal>;
  /** How many slots were proposed in. */
  proposed: number;
  /** The slot up to which all servers were told that all is chosen. */
  told: number;
  change: WantedChange | null;
  /** The last round of heartbeats. */
  round: number;
  /** The last round that a quorum has answered. */
  confirmed: number;
  /** By acceptor, the last round that it has answered. */
  readonly alive: Map<NodeId, number>;
  /** A round confirmed after this one is a lease that is not over. */
  leaseOver: number;
  reads: WaitingRead[];
}

/** The state machine after a slot, as it is on the disk. Never changed. */
export interface SavedSnapshot {
  readonly upTo: number;
  /** The highest ballot at which one of its slots was chosen. */
  readonly ballot: Ballot;
  readonly configs: readonly MemberConfig[];
  readonly database: Json;
}

/** What somebody waits for: the answer to an operation that this server has proposed. */
export interface PendingAnswer {
  readonly sequence: number;
  /** The round of the term in which it was queued. */
  readonly round: number;
}

export interface ServerState {
  readonly node: NodeId;
  /** The servers that the cluster was founded with. */
  readonly founders: readonly NodeId[];
  /** The servers there were when this one came up. */
  readonly peers: readonly NodeId[];
  readonly incarnation: number;
  config: MultiPaxosConfig;
  readonly random: Random;
  /** The incarnation in which its disk was new. */
  epoch: number;
  /** It knows that it was a member in this epoch at some time. Durable. */
  wasMember: boolean;

  mode: 'follower' | 'candidate' | 'leader';
  /** The ballot of the leader it hears of; `null` for none. */
  leader: Ballot | null;
  /** The leader was heard of since the election timer was set. */
  heard: boolean;
  term: Term | null;
  /** The highest round used; durable before the prepare leaves. */
  round: number;
  /** The highest round heard of. */
  seen: number;

  /** Acceptor. Durable, as are the votes. */
  promised: Ballot;
  readonly votes: Paged<Vote>;
  /** Who has a lease, or had one that may go on: nobody else is promised anything. 0: whoever that was. */
  granted: NodeId | null;

  /** Learner: what is chosen, out of order or still kept for those that lag. */
  readonly chosen: Paged<Vote>;
  /** Every slot up to this one is chosen and in the state machine. */
  applied: number;
  /** The highest ballot at which one of those was chosen. */
  appliedBallot: Ballot;
  /** Somebody knows every slot up to this one to be chosen. */
  known: number;
  /** The highest slot of which this server knows anything. */
  highest: number;
  /** The log up to this slot is gone. */
  edge: number;
  snapshot: SavedSnapshot | null;
  /** The acceptors of slot `applied` + 1, and then those of later slots as far as they are known; ascending. */
  configs: MemberConfig[];
  database: Database;
  /** The timer for catching up is set; already asked since it was. */
  learning: boolean;
  asked: boolean;

  /** Requests that wait for a slot, or for a leader; from `queueHead` on. */
  queue: ClientRequest[];
  queueHead: number;
  /** By session (`sessionKey`). */
  pending: Map<number, PendingAnswer>;
  /** The requests for a change of members that were passed on to the leader. */
  changes: number[];
}

/** A fresh state, before `start`. */
export function initServer(setup: NodeSetup<MultiPaxosConfig>): ServerState {
  return {
    node: setup.node,
    founders: setup.nodes,
    peers: setup.peers,
    incarnation: setup.incarnation,
    config: setup.config,
    random: createRandom(setup.seed),
    epoch: setup.incarnation,
    wasMember: false,
    mode: 'follower',
    leader: null,
    heard: false,
    term: null,
    round: 0,
    seen: 0,
    promised: NO_BALLOT,
    votes: createPaged(),
    granted: null,
    chosen: createPaged(),
    applied: 0,
    appliedBallot: NO_BALLOT,
    known: 0,
    highest: 0,
    edge: 0,
    snapshot: null,
    configs: [{ from: 1, members: setup.nodes.map((node) => ({ node, epoch: 1 })) }],
    database: createDatabase(),
    learning: false,
    asked: false,
    queue: [],
    queueHead: 0,
    pending: new Map(),
    changes: [],
  };
}

/** An independent copy. What is kept for each slot is shared until one of the two changes it. */
export function forkServer(state: ServerState): ServerState {
  return {
    ...state,
    random: [...state.random],
    term: state.term && forkTerm(state.term),
    votes: forkPaged(state.votes),
    chosen: forkPaged(state.chosen),
    configs: [...state.configs],
    database: forkDatabase(state.database),
    queue: [...state.queue],
    pending: new Map(state.pending),
    changes: [...state.changes],
  };
}

function forkTerm(term: Term): Term {
  const proposals = new Map<number, Proposal>();
  for (const [slot, proposal] of term.proposals) proposals.set(slot, { ...proposal, voters: [...proposal.voters] });
  return {
    ...term,
    answers: new Map(term.answers),
    reported: new Map(term.reported),
    proposals,
    change: term.change && { ...term.change },
    alive: new Map(term.alive),
    reads: [...term.reads],
  };
}

/** A candidacy that begins. */
export function newTerm(ballot: Ballot, next: number): Term {
  return {
    ballot,
    answers: new Map(),
    reported: new Map(),
    reportedUpTo: 0,
    covered: null,
    next,
    proposals: new Map(),
    proposed: 0,
    told: 0,
    change: null,
    round: 0,
    confirmed: 0,
    alive: new Map(),
    leaseOver: 0,
    reads: [],
  };
}

/** A number for each session of each client. */
export function sessionKey(client: NodeId, session: number): number {
  return session * 32 + client;
}

export function send(to: NodeId, message: MultiPaxosMessage, out: Out): void {
  out.push({ type: 'send', to, message });
}

export function note(text: string, out: Out): void {
  out.push({ type: 'note', text });
}

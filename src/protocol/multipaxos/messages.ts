/**
 * The messages of Multi-Paxos and how they look. Phase 1 and phase 2 are those of *Paxos Made Simple*, with one ballot
 * for all slots (section 3); the rest lets servers learn, clients ask, and members change. wire.ts writes them.
 */
import type { Ballot } from '../ballot.ts';
import type { Operation, OperationResult, ReadMode } from '../machine/operation.ts';
import type { MessageKind, NodeId } from '../protocol.ts';
import type { LogCommand, Member } from './command.ts';

/** A client asks a server, or a server that does not lead passes it on to the one that does. */
export interface ClientRequest {
  readonly type: 'request';
  readonly client: NodeId;
  /** Operations of a session follow one another; the next is sent when the one before is answered. */
  readonly session: number;
  /** From 1, one higher for each operation of the session; the same for every copy of one. */
  readonly sequence: number;
  readonly operation: Operation;
  /** How a get is to be answered; `null`: as `config.reads` says. */
  readonly reads: ReadMode | null;
  /** How often it was passed on. */
  readonly hops: number;
}

/** A server answers a client. */
export interface Response {
  readonly type: 'response';
  readonly session: number;
  readonly sequence: number;
  readonly result: OperationResult;
}

/** A server does not take a client's request: ask another. */
export interface Redirect {
  readonly type: 'redirect';
  readonly session: number;
  readonly sequence: number;
  /** Whom to ask; 0: it knows of no leader. */
  readonly leader: NodeId;
  /** Why, in a few words. */
  readonly why: string;
}

/** Phase 1a, for every slot from `from` on. */
export interface Prepare {
  readonly type: 'prepare';
  readonly ballot: Ballot;
  readonly from: number;
}

/** An acceptor's last vote in a slot; or what a server knows to be chosen there. */
export interface SlotItem {
  readonly slot: number;
  readonly ballot: Ballot;
  readonly command: LogCommand;
}

/** Phase 1b: the promise, with every vote from slot `from` on; in several pieces if there are many. */
export interface Promised {
  readonly type: 'promise';
  readonly ballot: Ballot;
  /** The acceptor's epoch: the promise counts where that acceptor is a member. */
  readonly epoch: number;
  /** As in the prepare. */
  readonly from: number;
  /** Ascending by slot; at most `ITEMS_MAX`. */
  readonly items: readonly SlotItem[];
  /** The slot from which there are more votes, to be asked for with another prepare; 0: these were all. */
  readonly next: number;
  /** Slots up to this one are chosen, and the acceptor has let its votes there go; 0 for none. */
  readonly edge: number;
  /** The acceptor knows every slot up to this one to be chosen. */
  readonly upTo: number;
}

/** Phase 2a. */
export interface Accept {
  readonly type: 'accept';
  readonly ballot: Ballot;
  readonly slot: number;
  readonly command: LogCommand;
  /** The leader knows every slot up to this one to be chosen. */
  readonly upTo: number;
}

/** Phase 2b, to the leader. */
export interface Accepted {
  readonly type: 'accepted';
  readonly ballot: Ballot;
  readonly slot: number;
  readonly epoch: number;
}

/** An acceptor does not go along with `ballot`, because it has promised `promised`. For liveness only. */
export interface Refuse {
  readonly type: 'refuse';
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** Every slot up to `upTo` is chosen, says the leader of the ballot. */
export interface Decide {
  readonly type: 'decide';
  readonly ballot: Ballot;
  readonly upTo: number;
}

/** The leader is there; it wants to know who still goes along with it. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly ballot: Ballot;
  readonly upTo: number;
  /** Counts the heartbeats of a term of office, from 1. */
  readonly round: number;
  /** For how long the acceptor is to promise nobody else, µs; 0: it need not. */
  readonly lease: number;
}

/** An acceptor has promised no higher ballot; with a lease, it will not for that long. */
export interface Alive {
  readonly type: 'alive';
  readonly ballot: Ballot;
  readonly epoch: number;
  /** As in the heartbeat. */
  readonly round: number;
}

/** A server asks what was chosen from slot `from` on. */
export interface Query {
  readonly type: 'query';
  readonly from: number;
}

/** What is chosen: `items` ascending by slot, at least one, at most `ITEMS_MAX`. */
export interface Learned {
  readonly type: 'learned';
  readonly items: readonly SlotItem[];
  /** The teller knows more of what was asked for. */
  readonly more: boolean;
}

/** A state machine with every slot up to `upTo` in it, for one that asked for slots that are no longer in the log. */
export interface Snapshot {
  readonly type: 'snapshot';
  readonly upTo: number;
  /** The highest ballot at which one of those slots was chosen. */
  readonly ballot: Ballot;
  /** The members of slot `upTo` + 1 and those known after them; ascending by `from`. */
  readonly configs: readonly MemberConfig[];
  /** JSON of the database. */
  readonly database: string;
}

/** The acceptors of every slot from `from` on, until the next such change. */
export interface MemberConfig {
  readonly from: number;
  readonly members: readonly Member[];
}

/** A server without a vote asks to be made a member in this epoch. */
export interface Join {
  readonly type: 'join';
  readonly node: NodeId;
  readonly epoch: number;
  readonly hops: number;
}

/** A server passes on to the leader that the operator wants the members changed. */
export interface Change {
  readonly type: 'change';
  /** The server asked, and the number of the request there. */
  readonly server: NodeId;
  readonly id: number;
  readonly add: readonly NodeId[];
  readonly remove: readonly NodeId[];
  readonly hops: number;
}

/** The leader's answer to a change. */
export interface Answer {
  readonly type: 'answer';
  readonly id: number;
  readonly ok: boolean;
  readonly text: string;
}

export type MultiPaxosMessage =
  | Prepare
  | Promised
  | Accept
  | Accepted
  | Refuse
  | Decide
  | Heartbeat
  | Alive
  | Query
  | Learned
  | Snapshot
  | ClientRequest
  | Response
  | Redirect
  | Join
  | Change
  | Answer;

/** Most votes in one promise, and most slots in one `learned`. */
export const ITEMS_MAX = 64;

/** Numbers on the wire. */
export const KIND = {
  prepare: 0,
  promise: 1,
  accept: 2,
  accepted: 3,
  refuse: 4,
  decide: 5,
  heartbeat: 6,
  alive: 7,
  query: 8,
  learned: 9,
  snapshot: 10,
  request: 11,
  response: 12,
  redirect: 13,
  join: 14,
  change: 15,
  answer: 16,
} as const;

/** In the order of their numbers on the wire. */
export const messageKinds: readonly MessageKind[] = [
  {
    name: 'prepare',
    letter: 'P',
    shape: 'circle',
    family: 'phase1',
    meaning: 'Phase 1a: a candidate asks for the promise of its ballot in every slot from one on.',
  },
  {
    name: 'promise',
    letter: 'p',
    shape: 'diamond',
    family: 'phase1',
    meaning: 'Phase 1b: the acceptor will take no lower ballot in any slot, and reports every vote it has cast there.',
  },
  {
    name: 'accept',
    letter: 'A',
    shape: 'square',
    family: 'phase2',
    meaning: 'Phase 2a: the leader asks for a vote for one command in one slot.',
  },
  {
    name: 'accepted',
    letter: 'a',
    shape: 'hexagon',
    family: 'phase2',
    meaning: 'Phase 2b: the acceptor tells the leader that it voted.',
  },
  {
    name: 'refuse',
    letter: '×',
    shape: 'cross',
    family: 'refuse',
    meaning: 'The acceptor has promised a higher ballot. Whoever led or wanted to gives up.',
  },
  {
    name: 'decide',
    letter: 'D',
    shape: 'triangle',
    family: 'learn',
    meaning: 'The leader tells up to which slot all is chosen.',
  },
  {
    name: 'heartbeat',
    letter: 'H',
    shape: 'circle',
    family: 'other',
    routine: true,
    meaning: 'The leader is there. Without it for long enough, another server campaigns.',
  },
  {
    name: 'alive',
    letter: 'h',
    shape: 'diamond',
    family: 'other',
    routine: true,
    meaning: 'The acceptor has promised nobody higher. A quorum of these lets the leader answer reads, or prolongs its lease.',
  },
  {
    name: 'query',
    letter: '?',
    shape: 'triangle',
    family: 'learn',
    meaning: 'A server that has missed something asks what was chosen from a slot on.',
  },
  { name: 'learned', letter: 'L', shape: 'triangle', family: 'learn', meaning: 'A server tells what it knows to be chosen.' },
  {
    name: 'snapshot',
    letter: 'S',
    shape: 'square',
    family: 'learn',
    meaning: 'The whole state machine, for a server that lags behind what is left of the log.',
  },
  {
    name: 'request',
    letter: 'R',
    shape: 'circle',
    family: 'other',
    ofClients: true,
    meaning: 'A client asks for an operation; a server that does not lead passes it on.',
  },
  {
    name: 'response',
    letter: 'r',
    shape: 'diamond',
    family: 'other',
    ofClients: true,
    meaning: 'The answer to a client: its operation has taken effect, once.',
  },
  {
    name: 'redirect',
    letter: '→',
    shape: 'cross',
    family: 'refuse',
    ofClients: true,
    meaning: 'This server does not take the request; the client may ask the leader it names.',
  },
  {
    name: 'join',
    letter: 'J',
    shape: 'hexagon',
    family: 'other',
    meaning: 'A server that is new, or that has lost its disk, asks to be made a member.',
  },
  {
    name: 'change',
    letter: 'M',
    shape: 'square',
    family: 'other',
    meaning: 'The operator’s change of members, on its way to the leader.',
  },
  { name: 'answer', letter: 'm', shape: 'diamond', family: 'other', meaning: 'The leader’s answer to a change of members.' },
];

/** Index into `messageKinds`. */
export function kindOf(message: MultiPaxosMessage): number {
  return KIND[message.type];
}

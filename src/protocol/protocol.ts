/**
 * The contract of a protocol. Read this first.
 *
 * A protocol is plain functions over plain data. It owns no clock, no randomness and no I/O: everything that can
 * happen to a node reaches it as an `Input`, everything it wants done leaves it as an `Effect`. Whoever runs it (a
 * thread, the same thread, the fuzzer, the exhaustive search) is called the *host*.
 *
 * Three rules bind protocol and host:
 *
 * 1. **Durable before visible.** A `save` is on stable storage before any later `send` or `reply` of the same step
 *    leaves the node. The protocol orders its effects; the host holds back what follows a `save` until it is synced.
 * 2. **A crash forgets everything but what was saved.** After a restart the host calls `init` anew and gives the
 *    saved records back with `start`; nothing else survives.
 * 3. **Same inputs, same effects.** `step` depends on the state and the input only. Random numbers come from
 *    `setup.seed`, kept as a generator inside the state (see random.ts).
 *
 * `step` may change the state in place: a log of thousands of slots is not copied for every message. Whoever needs
 * the earlier state (search, checkpoints) takes a `fork` of it first; a state holds only data that `structuredClone` takes.
 */
import type { Ballot } from './ballot.ts';
import type { Reader, Writer } from './codec.ts';
import type { SettingGroup } from './settings.ts';

/**
 * Identity of an actor: a server, from 1 to 15, shown as `n1` … `n15`; or a client, from 16 to 23, shown as `c1` … `c8`.
 * Both are threads with a state, an inbox and timers, and packets to and from either go over the same faulty network.
 */
export type NodeId = number;

/** What a node does in the protocol; a node may hold any set of roles. (*Paxos Made Simple*, section 2.1.) */
export type Role = 'proposer' | 'acceptor' | 'learner';

/** Fewest and most servers in a cluster. */
export const NODES_MIN = 1;
export const NODES_MAX = 15;

/** Most clients of a cluster, and the identity of the first. */
export const CLIENTS_MAX = 8;
export const CLIENT_FIRST = NODES_MAX + 1;
/** The highest identity there can be. */
export const ACTORS_MAX = NODES_MAX + CLIENTS_MAX;

/** Whether the actor is a client; otherwise it is a server. */
export function isClient(node: NodeId): boolean {
  return node >= CLIENT_FIRST;
}

/** `n3`; `c1`. */
export function nameOf(node: NodeId): string {
  return isClient(node) ? `c${node - CLIENT_FIRST + 1}` : `n${node}`;
}

/** The actor called that; `null` for none. */
export function actorNamed(name: string): NodeId | null {
  const [, letter, digits] = /^([nc])([1-9]\d?)$/.exec(name) ?? [];
  const number = Number(digits);
  if (letter === 'n') return number <= NODES_MAX ? number : null;
  return letter === 'c' && number <= CLIENTS_MAX ? CLIENT_FIRST + number - 1 : null;
}

/** Longest value, client request or note, in UTF-16 code units. */
export const TEXT_LENGTH_MAX = 256;

/** What a node knows about itself and the cluster before anything happens. */
export interface NodeSetup<Config> {
  readonly node: NodeId;
  /** The servers that the cluster was founded with, ascending. */
  readonly nodes: readonly NodeId[];
  /** The servers that are there now, up or down, ascending: who was added since, and not who was taken away. */
  readonly peers: readonly NodeId[];
  /** The clients, ascending. */
  readonly clients: readonly NodeId[];
  /** How often this node has come up, this time included: from 1. The installation knows it, however its disk fares. */
  readonly incarnation: number;
  readonly config: Config;
  /** Seed of this node's random generator: a 32-bit unsigned integer, different for each restart. */
  readonly seed: number;
}

/** One record of stable storage. `value` is plain JSON data; `null` deletes the key. */
export interface Saved {
  readonly key: string;
  readonly value: Json;
}

/** Plain data that survives JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** All that can happen to a node. */
export type Input<Message, Request> =
  /** The node comes up; `stored` is what stable storage holds (empty on the first start or after an erased disk). */
  | { readonly type: 'start'; readonly stored: readonly Saved[] }
  | { readonly type: 'message'; readonly from: NodeId; readonly message: Message }
  | { readonly type: 'timer'; readonly name: string }
  /** A client (or the operator) asks for something; `id` names the request in its reply. */
  | { readonly type: 'request'; readonly id: number; readonly request: Request };

/** All that a node can do, in the order in which it takes place. */
export type Effect<Message> =
  /** Write these records, all or none, and sync them before anything that follows leaves the node. */
  | { readonly type: 'save'; readonly records: readonly Saved[] }
  /** Send to a node; to oneself too, which takes no time and cannot be lost. */
  | { readonly type: 'send'; readonly to: NodeId; readonly message: Message }
  /** Fire `timer` with this name after `after` microseconds (integer, at least 1); replaces a timer of that name. */
  | { readonly type: 'setTimer'; readonly name: string; readonly after: number }
  | { readonly type: 'cancelTimer'; readonly name: string }
  /** Answer a request. */
  | { readonly type: 'reply'; readonly id: number; readonly reply: Reply }
  /** This node has learned that `value` is chosen in `slot`, by the phase-2 quorum `quorum`, ascending (empty: told by another learner). */
  | {
      readonly type: 'chosen';
      readonly slot: number;
      readonly value: string;
      readonly ballot: Ballot;
      readonly quorum: readonly NodeId[];
    }
  /** Its state machine has taken in the slots `from` … `to`, in order; `snapshot`: all at once, from another's snapshot. */
  | { readonly type: 'apply'; readonly from: number; readonly to: number; readonly by: 'log' | 'snapshot' }
  /** A term of office begins (`on`), in which this node leads with the ballot, or ends. */
  | { readonly type: 'lead'; readonly ballot: Ballot; readonly on: boolean }
  /** This node has learned that from `slot` on these servers, ascending, are the acceptors. */
  | { readonly type: 'members'; readonly slot: number; readonly members: readonly NodeId[] }
  /** A client asks the service for something: the invocation in its history. `operation` is JSON (machine/operation.ts). */
  | { readonly type: 'invoke'; readonly session: number; readonly sequence: number; readonly operation: string }
  /** A client has its answer: the response to that invocation. `result` is JSON (machine/operation.ts). */
  | { readonly type: 'return'; readonly session: number; readonly sequence: number; readonly result: string }
  /** One readable sentence about something that is no message, timer or save. */
  | { readonly type: 'note'; readonly text: string };

/** The answer to a request. */
export interface Reply {
  readonly ok: boolean;
  /** One readable sentence. */
  readonly text: string;
  /** The slot and value chosen, when the request was to have something chosen. */
  readonly slot?: number;
  readonly value?: string;
}

/** What can be chosen: what a client asked for, nothing (to close a gap), or who the acceptors are. */
export const valueSorts = ['command', 'no-op', 'members'] as const;
export type ValueSort = (typeof valueSorts)[number];

/** How one kind of message is shown; its index in `Protocol.messages` is its number on the wire. */
export interface MessageKind {
  readonly name: string;
  /** One or two characters drawn inside the packet. */
  readonly letter: string;
  /** Drawn shape. Phase 1 and phase 2, request and answer, differ in shape, not in colour alone. */
  readonly shape: 'circle' | 'square' | 'diamond' | 'triangle' | 'hexagon' | 'cross';
  /** Where it belongs: `phase1`, `phase2`, `learn`, `refuse`, `other`. Chooses the colour. */
  readonly family: 'phase1' | 'phase2' | 'learn' | 'refuse' | 'other';
  /** It is between a client and a server, or on its way there through another. Counted apart. @default false */
  readonly ofClients?: boolean;
  /** It says only that somebody is still there, over and over: the log is easier to read without it. @default false */
  readonly routine?: boolean;
  /** One sentence of meaning, for tooltips and the legend. */
  readonly meaning: string;
}

/** What a person sees of one slot (instance, log position) at one node. */
export interface SlotView {
  readonly slot: number;
  /** Acceptor: the highest ballot promised; `null` when this node is no acceptor or promised nothing. */
  readonly promised: Ballot | null;
  /** Acceptor: the last vote. */
  readonly accepted: { readonly ballot: Ballot; readonly value: string } | null;
  /** Proposer: what it is trying now. */
  readonly proposing: {
    readonly ballot: Ballot;
    readonly phase: 'prepare' | 'accept' | 'waiting';
    /** The value asked for by the client and, in phase 2, the value actually proposed. */
    readonly wanted: string;
    readonly value: string | null;
    readonly promises: readonly NodeId[];
    readonly accepts: readonly NodeId[];
  } | null;
  /** Learner: what it knows to be chosen. */
  readonly chosen: { readonly value: string; readonly ballot: Ballot } | null;
}

/** What a person sees of one node. */
export interface View {
  readonly roles: readonly Role[];
  /** Whether this node presently leads (in single-decree Paxos: has passed phase 1 and is in phase 2). */
  readonly leading: boolean;
  /** What it is doing, in a few words (`phase 1 of 3.1`, `idle`). */
  readonly status: string;
  /** Every slot not yet known chosen, and the latest few others; ascending by slot. */
  readonly slots: readonly SlotView[];
  /** What a server of a replicated log shows besides. */
  readonly replica?: ReplicaView;
  /** What a client shows. */
  readonly client?: ClientView;
}

/** How a server stands to the cluster: a `joining` or `rebuilding` one learns and does not vote. */
export type Standing = 'member' | 'joining' | 'rebuilding' | 'removed';

/** A server's replica of the log, and what its state machine has made of it. */
export interface ReplicaView {
  readonly standing: Standing;
  /** The highest ballot promised; `null` for none. */
  readonly promised: Ballot | null;
  /** Who leads, as far as this server knows. */
  readonly leader: NodeId | null;
  /** The acceptors by its knowledge, of the next slot that it would propose in. */
  readonly members: readonly NodeId[];
  /** The log up to this slot is in the snapshot only; 0 for none. */
  readonly snapshot: number;
  /** Every slot up to this one is in the state machine. */
  readonly applied: number;
  /** The highest slot of which this server knows anything. What it knows of those after `applied` stands in `slots`. */
  readonly highest: number;
  /** Slots it has proposed in during this term of office without another phase 1; 0 when it does not lead. */
  readonly skipped: number;
  readonly database: DatabaseView;
}

/** What a replica's database holds. */
export interface DatabaseView {
  /** The next transaction ID. */
  readonly next: number;
  /** Transactions begun and neither committed nor given up; the latest few, latest first. */
  readonly open: readonly { readonly transaction: number; readonly client: NodeId; readonly writes: number }[];
  readonly openCount: number;
  readonly committed: number;
  /** The entries written last, latest first; `transaction` 0: written outside of one. */
  readonly entries: readonly { readonly key: string; readonly value: string; readonly transaction: number }[];
  readonly entryCount: number;
}

/** What a client is doing. */
export interface ClientView {
  /** Operations that wait for an answer, oldest first, the first few. */
  readonly waiting: readonly {
    readonly session: number;
    readonly sequence: number;
    /** `put x = 3`. */
    readonly text: string;
    /** The server asked last, and how often any has been. */
    readonly server: NodeId;
    readonly attempts: number;
    /** Only this server can answer it: nobody else is asked. */
    readonly pinned: boolean;
  }[];
  readonly waitingCount: number;
  readonly done: number;
}

/** What the inspector shows: two trees of the same shape, so that they can be laid side by side. */
export interface Inspection {
  readonly memory: Json;
  readonly disk: Json;
}

export interface Protocol<State, Message, Config, Request> {
  /** Name in files and on the command line, e.g. `paxos`. */
  readonly name: string;
  /** Name on the screen. */
  readonly title: string;
  /** One sentence for somebody who chooses between protocols: what it does. */
  readonly meaning?: string;
  /** What a slot is called: `instance`, `slot`, `index`. */
  readonly slotName: string;
  readonly messages: readonly MessageKind[];
  /** How many clients a new run has, unless it says; 0: the protocol knows none, and servers are asked directly. */
  readonly clients: number;
  /** Whether servers can be added and taken away while it runs. */
  readonly membership: boolean;
  /** Whether it says who leads (`lead`). Without it, who was last to begin phase 2 is taken for the leader. */
  readonly leaders: boolean;
  /** What a person can set while it runs, beside its quorums and the load of its clients. @default nothing */
  readonly settings?: readonly SettingGroup[];
  /**
   * Completes and checks a configuration from a file or the window.
   * @throws ProtocolError naming the field that is wrong.
   */
  config(given: unknown, nodes: readonly NodeId[]): Config;
  /** The nodes that a client may ask, ascending. */
  proposers(config: Config, nodes: readonly NodeId[]): readonly NodeId[];
  /** A fresh state, before `start`. */
  init(setup: NodeSetup<Config>): State;
  /**
   * An independent copy: what happens to either never shows in the other. Cheap in long runs, for a checkpoint is one
   * of every node: what grows with the run is shared until it is changed.
   */
  fork(state: State): State;
  step(state: State, input: Input<Message, Request>): Effect<Message>[];
  view(state: State): View;
  /** Memory as a tree of the same shape as `disk(stored)`. */
  memory(state: State): Json;
  /** What stable storage holds, as a tree of the same shape as `memory(state)`. */
  disk(stored: readonly Saved[]): Json;

  /** Index into `messages`. */
  kindOf(message: Message): number;
  /** Writes the body of a message; the kind travels beside it and is given back to `decode`. */
  encode(message: Message, writer: Writer): void;
  decode(kind: number, reader: Reader): Message;

  /**
   * Checks a request from the window, a scenario or a client.
   * @throws ProtocolError naming the field that is wrong.
   */
  request(given: unknown): Request;
  /** The request by which a server is asked to have `value` chosen in `slot`; `null`: servers take none but from clients. */
  readonly propose: ((slot: number, value: string) => Request) | null;
  /** What a chosen value is; without it, every one is a command. */
  sortOf?(value: string): ValueSort;
  /**
   * Why a running cluster cannot go on with another configuration, one readable sentence; `null`: it can. Without it,
   * everything can be changed while it runs.
   */
  whyFixed?(before: Config, after: Config): string | null;
  /** The request by which the operator changes the configuration of a running node. */
  configure(config: Config): Request;

  /** `promised 3.1; it had accepted 2.3 = "red"`: what a message says, without sender and receiver. */
  describe(message: Message): string;
  describeRequest(request: Request): string;
  /** `promised 3.1, accepted 2.3 = "red" (instance 4)`: what a saved record says. */
  describeSaved(record: Saved): string;
  /** `retry of instance 4`: what a timer is for. */
  describeTimer(name: string): string;
}

/** A protocol whose types are nobody's business, as the registry and the hosts hold it. */
export type AnyProtocol = Protocol<any, any, any, any>;

/** Bad input to a protocol: what, where, and what to do about it. */
export class ProtocolError extends Error {
  /** Path of the field, e.g. `config.roles.2`. */
  readonly field: string;
  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.name = 'ProtocolError';
    this.field = field;
  }
}

/** What the world view holds (world.ts). Plain data. */
import type { Ballot } from '../protocol/ballot.ts';
import type { Violation } from '../protocol/checker.ts';
import type { NodeId, ValueSort, View } from '../protocol/protocol.ts';
import type { FaultSettings } from '../network/faults/fault.ts';
import type { Groups } from '../network/topology.ts';
import type { NetworkSettings } from '../network/settings.ts';
import type { ClientSettings } from './commands.ts';
import type { DiskAtStart, LossCause } from './events.ts';

/** Chosen slots that the world keeps; older ones are let go, so that a snapshot stays small however long a run is. */
export const CHOSEN_KEPT_MAX = 500;

export interface TimerWorld {
  readonly setAt: number;
  readonly due: number;
}

export interface NodeWorld {
  readonly node: NodeId;
  up: boolean;
  /** Every slot up to this one is in its state machine; 0 while it is down. */
  applied: number;
  /** How often it has come up. */
  incarnation: number;
  /** Virtual time of the last of these, µs: what a fault froze before it is over. */
  startedAt: number;
  disk: DiskAtStart;
  /** The exception that ended its thread; `null` while up or after an ordinary crash. */
  error: string | null;
  readonly timers: Map<string, TimerWorld>;
  /** Settings of the node's faults that were ever set, by fault; they outlive a crash. */
  readonly faults: Map<string, FaultSettings>;
  /** When each of them was last set, µs. */
  readonly faultsAt: Map<string, number>;
  /** What the node last showed of itself; `null` before its first step. Kept over a crash: the last that was seen. */
  view: View | null;
}

export interface PacketWorld {
  readonly packet: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: number;
  readonly sentAt: number;
  readonly due: number;
  readonly body: Uint8Array;
  /** The packet this one is a copy of. */
  readonly duplicateOf: number | null;
  /** It moves evenly from this share of its way at this time (µs) to the end at `due`. */
  readonly goneAt: number;
  readonly gone: number;
  /** It stands still there. */
  readonly held: boolean;
}

/** Never changed in place: a later one takes its place, so that worlds of different moments can share it. */
export interface ChosenWorld {
  readonly slot: number;
  readonly value: string;
  readonly sort: ValueSort;
  readonly ballot: Ballot;
  /** The quorum first seen to have accepted it, and when (µs). */
  readonly quorum: readonly NodeId[];
  readonly at: number;
  readonly seq: number;
  /** Learners that know at this moment, with the time each learned it (µs); a crash forgets. */
  readonly knownTo: ReadonlyMap<NodeId, number>;
  /** A different value that a learner took to be chosen: Agreement is broken. */
  readonly conflict: { readonly value: string; readonly nodes: readonly NodeId[] } | null;
}

/** A term of office: a node leads with a ballot. Never changed in place. */
export interface Term {
  readonly node: NodeId;
  readonly ballot: Ballot;
  /** When it began: virtual time in µs, and the event. */
  readonly from: number;
  readonly seq: number;
  /** When it ended, µs, by its own word or by a crash; `null` while it goes on, if only in the node's own opinion. */
  readonly until: number | null;
}

/** An operation of a client. Never changed in place. */
export interface OperationWorld {
  readonly client: NodeId;
  readonly session: number;
  readonly sequence: number;
  /** JSON: an operation and its result (protocol/machine/operation.ts); `null`: there is no answer yet. */
  readonly operation: string;
  readonly result: string | null;
  /** Virtual time of invocation and response, µs. */
  readonly from: number;
  readonly until: number | null;
  /** The client crashed before it had an answer: nobody knows whether it took effect. */
  readonly lost: boolean;
}

/** Terms, operations and special slots that the world keeps, the latest of each. */
export const TERMS_KEPT_MAX = 100;
export const OPERATIONS_KEPT_MAX = 200;
export const SPECIAL_KEPT_MAX = 1000;

/** A check that has failed. Never changed in place. */
export interface ViolationWorld extends Violation {
  /** The event that says so, and its virtual time, µs. */
  readonly seq: number;
  readonly at: number;
}

/** Violations that the world keeps: the first of them, for one leads to others. */
export const VIOLATIONS_KEPT_MAX = 100;

export interface Counters {
  sent: number;
  delivered: number;
  duplicated: number;
  lost: Record<LossCause, number>;
  /** Packets sent by kind: index into the protocol's messages. */
  byKind: number[];
  /** Operations that clients have begun, and that have been answered. */
  invoked: number;
  returned: number;
}

export interface World {
  /** Number of events folded in; the next one has this `seq`. */
  seq: number;
  /** Virtual time of the last of them, µs. */
  at: number;
  readonly nodes: Map<NodeId, NodeWorld>;
  /** In flight, by packet number; those on their way to be lost are here too. */
  readonly packets: Map<number, PacketWorld>;
  groups: Groups;
  network: NetworkSettings;
  /** Settings of directions that have their own, by `directionKey`. */
  readonly links: Map<number, NetworkSettings>;
  /** Directions cut beside the partition into groups, by `directionKey`. */
  readonly cuts: Set<number>;
  /** Hold mode is on. */
  holding: boolean;
  client: ClientSettings;
  config: unknown;
  /** By slot, in the order in which they were first learned; the latest `CHOSEN_KEPT_MAX` of them. */
  readonly chosen: Map<number, ChosenWorld>;
  /** How many slots a learner has known to be chosen, those let go included. */
  chosenCount: number;
  /** The highest slot let go; what is learned later of it, or of one below it, is not shown. */
  chosenLetGo: number;
  /** The latest terms of office, in the order in which they began. */
  terms: readonly Term[];
  /** What had been sent by kind, and how many values were chosen, when the latest of them began. */
  termBase: { readonly byKind: readonly number[]; readonly chosen: number } | null;
  /** The servers that the run began with, ascending. */
  readonly founders: readonly NodeId[];
  /** The latest change of members that any node has learned: from `slot` on these are the acceptors. `null`: none. */
  members: {
    readonly slot: number;
    readonly members: readonly NodeId[];
    /** Who they are until then. */
    readonly before: readonly NodeId[];
  } | null;
  /** Slots that hold no command of a client, by slot, the latest of them. */
  readonly special: Map<number, Exclude<ValueSort, 'command'>>;
  /** By `operationKey`, in the order of their invocations: those under way, and the latest of the others. */
  readonly operations: Map<string, OperationWorld>;
  /** Those of them that are not under way any more, by `operationKey`, in the order in which that came to be. */
  readonly settled: Set<string>;
  /** Requests not answered yet: the node and what was asked. */
  readonly requests: Map<number, { readonly node: NodeId; readonly client: string; readonly body: string; readonly at: number }>;
  readonly counters: Counters;
  /** Checks that have failed, in their order. Never changed in place. */
  violations: readonly ViolationWorld[];
}

/** Names an operation among all of its run. */
export function operationKey({ client, session, sequence }: Pick<OperationWorld, 'client' | 'session' | 'sequence'>): string {
  return `${client}.${session}.${sequence}`;
}


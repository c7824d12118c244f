/**
 * The events of a run. Their stream is the single source of what is shown: the window folds it (world.ts), the log
 * prints it, the digest is taken over it. Events are kept and sent packed (event-log.ts) and read one by one.
 *
 * An event of a *step* (`start`, `request`, `deliver`, `timer`) says that a node took an input; the events of its
 * effects follow it, with the same time and node, up to the next step.
 */
import type { Ballot } from '../protocol/ballot.ts';
import type { Violation } from '../protocol/checker.ts';
import type { NodeId, Reply, Saved, ValueSort } from '../protocol/protocol.ts';
import type { LossCause } from '../network/packet.ts';
import type { FaultSettings } from '../network/faults/fault.ts';
import type { Direction, Groups } from '../network/topology.ts';
import type { NetworkSettings } from '../network/settings.ts';
import type { ClientSettings, RestartDisk } from './commands.ts';

/** Where in a node's next step a crash strikes; `now`: between two steps. */
export const crashPoints = ['now', 'before-step', 'after-save', 'after-step'] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** What the disk held when a node came up. */
export type DiskAtStart = 'new' | RestartDisk;

export type { LossCause };

export type EventBody =
  // Steps of a node.
  | { readonly type: 'start'; readonly node: NodeId; readonly incarnation: number; readonly disk: DiskAtStart }
  | { readonly type: 'request'; readonly node: NodeId; readonly request: number; readonly client: string; readonly body: string }
  | { readonly type: 'deliver'; readonly node: NodeId; readonly packet: number }
  | { readonly type: 'timer'; readonly node: NodeId; readonly name: string }
  /** A slow disk has synced the save of the step before; the rest of that step's effects follow. */
  | { readonly type: 'synced'; readonly node: NodeId }
  // Their effects.
  | {
      readonly type: 'send';
      readonly node: NodeId;
      readonly packet: number;
      readonly to: NodeId;
      /** Virtual time at which it would arrive, µs. */
      readonly due: number;
      /** Index into the protocol's `messages`. */
      readonly kind: number;
      /** The message as the protocol wrote it. */
      readonly body: Uint8Array;
    }
  | { readonly type: 'save'; readonly node: NodeId; readonly records: readonly Saved[] }
  | { readonly type: 'setTimer'; readonly node: NodeId; readonly name: string; readonly due: number }
  | { readonly type: 'cancelTimer'; readonly node: NodeId; readonly name: string }
  | { readonly type: 'reply'; readonly node: NodeId; readonly request: number; readonly reply: Reply }
  | {
      readonly type: 'chosen';
      readonly node: NodeId;
      readonly slot: number;
      readonly value: string;
      readonly ballot: Ballot;
      /** The acceptors whose votes this learner counted; empty when another learner told it. */
      readonly quorum: readonly NodeId[];
      /** What the value is, by the protocol's `sortOf`. */
      readonly sort: ValueSort;
    }
  | { readonly type: 'note'; readonly node: NodeId; readonly text: string }
  /** The node's state machine has taken in the slots `from` … `to`. */
  | { readonly type: 'apply'; readonly node: NodeId; readonly from: number; readonly to: number; readonly by: 'log' | 'snapshot' }
  /** A term of office of the node begins, or ends. */
  | { readonly type: 'lead'; readonly node: NodeId; readonly ballot: Ballot; readonly on: boolean }
  /** The node has learned that from `slot` on these are the acceptors. */
  | { readonly type: 'members'; readonly node: NodeId; readonly slot: number; readonly members: readonly NodeId[] }
  /** Invocation and response in a client's history; `operation` and `result` are JSON (protocol/machine/operation.ts). */
  | {
      readonly type: 'invoke';
      readonly node: NodeId;
      readonly session: number;
      readonly sequence: number;
      readonly operation: string;
    }
  | {
      readonly type: 'return';
      readonly node: NodeId;
      readonly session: number;
      readonly sequence: number;
      readonly result: string;
    }
  // The network.
  /** The network made a second packet of one that was sent. */
  | { readonly type: 'duplicate'; readonly packet: number; readonly of: number; readonly due: number }
  /** `progress`: the share of its way, 0 to 1, that it had gone. */
  | { readonly type: 'lost'; readonly packet: number; readonly cause: LossCause; readonly progress: number }
  // What was done to the cluster.
  /** `error` is the exception that ended the thread; empty when it was told to crash. */
  | { readonly type: 'crash'; readonly node: NodeId; readonly point: CrashPoint; readonly error: string }
  /** A server was added, or taken away; how the network is parted from then on. */
  | { readonly type: 'added'; readonly node: NodeId; readonly groups: Groups }
  | { readonly type: 'removed'; readonly node: NodeId; readonly groups: Groups }
  | { readonly type: 'partition'; readonly groups: Groups }
  | { readonly type: 'network'; readonly settings: NetworkSettings }
  | { readonly type: 'client'; readonly settings: ClientSettings }
  | { readonly type: 'configure'; readonly config: unknown }
  /** Complete settings of one direction of a link; null: those of the network. */
  | { readonly type: 'link'; readonly from: NodeId; readonly to: NodeId; readonly settings: NetworkSettings | null }
  /** Directions cut, or mended, beside the partition into groups. */
  | { readonly type: 'cut'; readonly links: readonly Direction[] }
  | { readonly type: 'mend'; readonly links: readonly Direction[] }
  /** Complete settings of a fault of a node. */
  | { readonly type: 'fault'; readonly node: NodeId; readonly fault: string; readonly settings: FaultSettings }
  | { readonly type: 'hold'; readonly on: boolean }
  /** A packet stands still, having gone this share of its way. */
  | { readonly type: 'held'; readonly packet: number; readonly progress: number }
  /** A packet goes on from where it is, or stands, and is due then. */
  | { readonly type: 'retimed'; readonly packet: number; readonly due: number }
  /** The step before it contradicts what was before: a check has failed (check/monitor.ts). */
  | ({ readonly type: 'violation' } & Violation);

export type EventType = EventBody['type'];

/** Position of an event in its run: `seq` counts from 0, `at` is virtual time in µs. */
export interface EventPlace {
  readonly seq: number;
  readonly at: number;
}

export type RunEvent = EventPlace & EventBody;

/** Every kind of event, in the order of their numbers in a file; append only. */
export const eventTypes = [
  'start',
  'request',
  'deliver',
  'timer',
  'send',
  'save',
  'setTimer',
  'cancelTimer',
  'reply',
  'chosen',
  'note',
  'duplicate',
  'lost',
  'crash',
  'partition',
  'network',
  'client',
  'configure',
  'synced',
  'link',
  'cut',
  'mend',
  'fault',
  'hold',
  'held',
  'retimed',
  'apply',
  'lead',
  'members',
  'invoke',
  'return',
  'added',
  'removed',
  'violation',
] as const satisfies readonly EventType[];

/** Whether the event begins a step of a node. */
export function isStep(type: EventType): boolean {
  return type === 'start' || type === 'request' || type === 'deliver' || type === 'timer' || type === 'synced';
}

/** What the threads of a cluster tell one another: main (the supervisor), the router, and the nodes. */
import type { MessagePort } from 'node:worker_threads';
import type { NodeOutput } from '../../cluster/batch.ts';
import type { Command, JournalEntry } from '../../cluster/commands.ts';
import type { DigestMark } from '../../cluster/digest.ts';
import type { DiskAtStart } from '../../cluster/events.ts';
import type { Frame, Transport } from '../../cluster/frames.ts';
import type { Place, Run, RunHeader } from '../../cluster/run.ts';
import type { SchedulerStart } from '../../cluster/scheduler.ts';
import type { RefusedCommand } from '../../cluster/script.ts';
import type { World } from '../../cluster/world.ts';
import type { Inspection, NodeId, NodeSetup } from '../../protocol/protocol.ts';
import type { RunnerData } from '../runner.ts';
import type { DiskData } from '../../cluster/disk/disk.ts';
import type { MailboxData } from './mailbox.ts';

/** A node's thread is started with this. */
export interface NodeWorkerData {
  /** What says which protocol the run has. */
  readonly run: Pick<RunHeader, 'protocol' | 'mutant'>;
  readonly setup: NodeSetup<unknown>;
  readonly disk: DiskAtStart;
  readonly directory: string;
  /** It does not start, but goes on in this state, on a disk that holds this; `setup` and `disk` tell how it started. */
  readonly resume?: { readonly runner: RunnerData; readonly disk: DiskData };
  /** To the router. */
  readonly port: MessagePort;
}

/**
 * Router to node. A bare buffer is a batch: by far the most frequent message, and the cheapest to pass. One of no length
 * asks for what the node shows of itself.
 */
export type ToNode =
  | ArrayBuffer
  | { readonly type: 'inspect'; readonly id: number }
  /** The short way, from now on. */
  | { readonly type: 'mailbox'; readonly mailbox: MailboxData };

/** Node to router. */
export type FromNode =
  | { readonly type: 'ready' }
  | ({ readonly type: 'output' } & NodeOutput)
  | { readonly type: 'inspection'; readonly id: number; readonly inspection: Inspection }
  /** It can do no more: its disk failed, say. The thread ends. */
  | { readonly type: 'failed'; readonly error: string };

/** The router's thread is started with this. */
export interface RouterWorkerData {
  readonly header: RunHeader;
  readonly run: number;
  readonly transport: Transport;
  readonly observe: boolean;
  /** Slots to have chosen, as fast as the threads go, before the pace is kept. */
  readonly headStart: number;
  /** Where to go on; without it, at the beginning. The threads of the nodes that are up go on in their states too. */
  readonly resume?: { readonly start: SchedulerStart; readonly world: World };
  /** To a history that holds the run up to where it goes on. */
  readonly history?: MessagePort;
}

/** What main asks the router; every request is answered with its `id`. */
export type RouterRequest =
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'transport'; readonly change: Partial<Transport> }
  | { readonly type: 'step' }
  | { readonly type: 'inspect'; readonly node: NodeId }
  | { readonly type: 'attach' }
  | { readonly type: 'run' }
  | { readonly type: 'status' }
  | { readonly type: 'snapshot' }
  /** Pauses, and carries out the commands of a journal, each at its place, up to `end`, as fast as the threads go. */
  | { readonly type: 'replay'; readonly journal: readonly JournalEntry[]; readonly end: Place }
  /** Pauses, and lets everything happen that happens before `until` (µs), as fast as the threads go. */
  | { readonly type: 'runUntil'; readonly until: number };

/** Main to router. */
export type ToRouter =
  | { readonly type: 'request'; readonly id: number; readonly request: RouterRequest }
  | { readonly type: 'acknowledge'; readonly frame: number }
  /** Another history is to be told of what happens; it holds the run up to some place in its past. */
  | { readonly type: 'follow'; readonly history: MessagePort }
  /** The thread of a node has been started; this is the way to it. */
  | { readonly type: 'spawned'; readonly node: NodeId; readonly incarnation: number; readonly port: MessagePort }
  /** The thread of a node has ended, by itself unless `terminated`. */
  | { readonly type: 'ended'; readonly node: NodeId; readonly incarnation: number; readonly error: string };

/** Router to main. */
export type FromRouter =
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: string }
  | { readonly type: 'spawn'; readonly incarnation: number; readonly setup: NodeSetup<unknown>; readonly disk: DiskAtStart }
  | { readonly type: 'terminate'; readonly node: NodeId; readonly incarnation: number }
  | { readonly type: 'frame'; readonly frame: Frame }
  /** Commands that have taken their place, and how far the run has got. */
  | ({ readonly type: 'journal'; readonly entries: readonly JournalEntry[] } & RunMark)
  | { readonly type: 'problem'; readonly title: string; readonly detail: string };

/** A place in a run, and the digest over all events up to it. */
export interface RunMark {
  readonly end: Place;
  readonly digest: string;
}

/** A run as it was at one moment. */
export interface Snapshot extends RunMark {
  readonly run: Run;
  /** Digests on the way, of what happened on these threads. */
  readonly marks: readonly DigestMark[];
}

/** What came of a replay. */
export interface ThreadReplay extends RunStatus {
  /** Why the run could not be had again up to its end, one sentence; `null` when it could. */
  readonly divergence: string | null;
}

/** Where a run stands. */
export interface RunStatus {
  /** Virtual time, µs. */
  readonly now: number;
  /** Events so far. */
  readonly events: number;
  /** Packets delivered so far. */
  readonly delivered: number;
  readonly digest: string;
  /** Commands of the script that could not be carried out. */
  readonly refused: readonly RefusedCommand[];
}

/** What a run consists of while it is open, as much as the service needs to know of each: threads, history, journal. */
import type { MessagePort } from 'node:worker_threads';
import type { CommandPlace, Problem } from '../../src/contract/contract.ts';
import type { Linearization } from '../../src/check/linearizability/linearization.ts';
import type { Command, JournalEntry } from '../../src/cluster/commands.ts';
import type { DigestMark } from '../../src/cluster/digest.ts';
import type { Frame, Transport } from '../../src/cluster/frames.ts';
import type { NodeInspection, Place, Run, RunHeader } from '../../src/cluster/run.ts';
import type { Comparison, Moment, TimelineNews } from '../../src/cluster/timeline.ts';
import type { Question } from '../../src/host/history/clients.ts';
import type { BranchRun, Loaded, Resumption } from '../../src/host/history/messages.ts';
import type { RunMark } from '../../src/host/thread/messages.ts';
import type { NodeId } from '../../src/protocol/protocol.ts';
import type { StartJournal } from './autosave.ts';

/** A run and how far it has got: all that is needed to have it again. */
export interface RunSoFar {
  readonly run: Run;
  readonly end: Place;
}

/** A run as its threads have it at one moment. */
export interface Snapshot extends RunSoFar {
  /** Over all its events, 16 hexadecimal digits. */
  readonly digest: string;
  /** Digests on the way. */
  readonly marks: readonly DigestMark[];
}

/** As much of ThreadCluster (src/host/thread) as is needed. */
export interface Cluster {
  onFrame: (frame: Frame) => void;
  onProblem: (problem: Problem) => void;
  /** Commands that took their place in the run, each before it is answered, or only how far the run has got. */
  onJournal: (entries: readonly JournalEntry[], mark: RunMark) => void;
  command(command: Command): Promise<CommandPlace>;
  setTransport(change: Partial<Transport>): Promise<void>;
  step(): Promise<void>;
  inspect(node: NodeId): Promise<NodeInspection>;
  attach(): Promise<void>;
  acknowledge(frame: number): void;
  /** The run as it is now. */
  snapshot(): Promise<Snapshot>;
  /** The same without the journal, which can be long. */
  status(): Promise<{ readonly events: number }>;
  /** Tells another history of everything that happens from now on. */
  follow(history: MessagePort): void;
  close(): Promise<void>;
}

/** As much of HistoryClient (src/host/history) as is needed; what it promises is said there. */
export interface History {
  onNews: (news: TimelineNews) => void;
  onProblem: (problem: Problem) => void;
  load(run: Run, end: Place | null, options: LoadOptions): Promise<Loaded>;
  port(): MessagePort;
  seek(seq: number, before: number, after: number): Promise<Moment>;
  inspect(seq: number, node: NodeId): Promise<NodeInspection>;
  checkpointAt(seq: number): Promise<Resumption>;
  linearize(question: Question, options: Pick<LoadOptions, 'signal'>): Promise<Linearization>;
  compare(a: BranchRun, b: BranchRun, options: Pick<LoadOptions, 'onProgress' | 'signal'>): Promise<Comparison>;
  close(): Promise<void>;
}

export interface LoadOptions {
  readonly run: number;
  readonly expectations?: unknown;
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

export interface ClusterStart {
  readonly header: RunHeader;
  readonly run: number;
  readonly directory: string;
  readonly transport: Transport;
  readonly headStart: number;
  readonly history: MessagePort;
  /** State to go on from; `null`: from the beginning. */
  readonly resume: Resumption | null;
}

/** Makes the parts. */
export interface Engine {
  startCluster(start: ClusterStart): Promise<Cluster>;
  /** @param soon whether somebody waits for it; otherwise it may be put off until `settled` */
  startHistory(soon: boolean): History;
  readonly startJournal: StartJournal;
  /** Settles when the window has something to show; what can wait until then does. */
  readonly settled: Promise<void>;
  /** Version of the program. */
  readonly version: string;
  /** Removes what the nodes of a run have left on disk. */
  discard(directory: string): Promise<void>;
  /** Told of errors in what nobody waits for. */
  report(error: unknown): void;
}

/** What main and the history's thread tell one another, and what the router tells the history. */
import type { MessagePort } from 'node:worker_threads';
import type { Linearization } from '../../check/linearizability/linearization.ts';
import type { JournalEntry } from '../../cluster/commands.ts';
import type { DigestMark } from '../../cluster/digest.ts';
import type { PackedEvents } from '../../cluster/event-log.ts';
import type { RunEvent } from '../../cluster/events.ts';
import type { NodeInspection, Place, Run } from '../../cluster/run.ts';
import type { Comparison, Exactness, Moment, TimelineNews } from '../../cluster/timeline.ts';
import type { PacketWorld, World } from '../../cluster/world.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import type { ClusterCheckpoint } from '../inline.ts';
import type { Question } from './clients.ts';

/** All that is needed to go on with a run from a place in its middle. */
export interface Resumption {
  /** The run up to the place. */
  readonly run: Run;
  readonly end: Place;
  readonly checkpoint: ClusterCheckpoint;
  /** The world at the place, with what nodes last showed of themselves. */
  readonly world: World;
}

/** A run up to a place: a branch. */
export interface BranchRun {
  readonly id: number;
  readonly run: Run;
  readonly end: Place;
}

/** What the history holds after a load. */
export interface Loaded extends Place {
  readonly digest: string;
  /** Digests on the way, of what had to be executed for it. */
  readonly marks: readonly DigestMark[];
  /** Why the run could be had again only up to here, one sentence; `null` when all of it was. */
  readonly divergence: string | null;
}

/** An event, and what must be known besides to put it into a sentence. */
export interface Told {
  readonly event: RunEvent;
  /** The packet the event is about, when it is about one. */
  readonly packet: PacketWorld | null;
}

/** The first event that differs, not yet in sentences. */
export interface RawDivergence {
  readonly seq: number;
  readonly happened: Told | null;
  readonly replayed: Told | null;
}

export type RawNews = Omit<TimelineNews, 'exactness'> & {
  readonly exactness: Omit<Exactness, 'divergence'> & { readonly divergence: RawDivergence | null };
};

export type RawComparison = Omit<Comparison, 'first'> & {
  readonly first: { readonly a: Told | null; readonly b: Told | null };
};

/** Router to history: what has happened since the last batch, up to a gap between two windows. */
export interface FollowBatch {
  /** The commands since the last batch, or more, in order; the first is the one after so many. */
  readonly from: number;
  readonly entries: readonly JournalEntry[];
  /** The events since the last batch; `null` when the router had to let go of them. */
  readonly events: PackedEvents | null;
  /** The gap. */
  readonly end: Place;
  /** Over all events up to the gap. */
  readonly digest: string;
  /** Events that have happened by now, those not sent yet included. */
  readonly total: number;
}

/** History to router: batches taken in so far. */
export interface FollowCredit {
  readonly taken: number;
}

/** What main asks the history. */
export type HistoryRequest =
  | {
      readonly type: 'load';
      readonly run: Run;
      readonly end: Place | null;
      readonly number: number;
      readonly expectations: unknown;
    }
  | { readonly type: 'seek'; readonly seq: number; readonly before: number; readonly after: number }
  | { readonly type: 'inspect'; readonly seq: number; readonly node: NodeId }
  | { readonly type: 'checkpoint'; readonly seq: number }
  | { readonly type: 'linearize'; readonly question: Question }
  | { readonly type: 'compare'; readonly a: BranchRun; readonly b: BranchRun };

export interface HistoryAnswers {
  load: Loaded;
  seek: Moment;
  inspect: NodeInspection;
  checkpoint: Resumption;
  linearize: Linearization;
  compare: RawComparison;
}

/** Main to history. */
export type ToHistory =
  | { readonly type: 'request'; readonly id: number; readonly request: HistoryRequest }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'follow'; readonly port: MessagePort };

/** History to main. */
export type FromHistory =
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly error: string; readonly cancelled: boolean }
  | { readonly type: 'progress'; readonly id: number; readonly share: number }
  | { readonly type: 'news'; readonly news: RawNews };

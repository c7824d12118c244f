/**
 * The past of a run, as whoever watches it needs to know it: its length and marks, whether it is exact, one moment of
 * it, and the branches that were forked from it.
 */
import type { NodeId, View } from '../protocol/protocol.ts';
import type { PackedEvents } from './event-log.ts';
import type { World } from './world.ts';

/** What is marked on the timeline; `next interesting event` goes from one to the next. */
export const markKinds = [
  'chosen',
  'leader',
  'members',
  'crash',
  'restart',
  'cut',
  'heal',
  'fault',
  'command',
  'conflict',
  'violation',
] as const;
export type MarkKind = (typeof markKinds)[number];

export interface Mark {
  /** Number of events before the marked one. */
  readonly seq: number;
  /** Virtual time, µs. */
  readonly at: number;
  readonly kind: MarkKind;
  readonly node: NodeId | null;
  /** One readable sentence. */
  readonly text: string;
}

/**
 * Whether the run is exact: everything that happened on the threads is executed a second time, in-process, from header
 * and commands alone, and compared byte by byte.
 */
export interface Exactness {
  /** `checking`: more has happened than has been compared. */
  readonly state: 'checking' | 'exact' | 'diverged';
  /** Events compared and found the same. */
  readonly checked: number;
  /** The first event that differs: as it happened, and as it should have, each one sentence; `null` for none. */
  readonly divergence: { readonly seq: number; readonly happened: string | null; readonly replayed: string | null } | null;
}

/** What a scenario expects, and how it stands. */
export interface ExpectationState {
  /** As written in the scenario. */
  readonly text: string;
  readonly state: 'open' | 'met' | 'broken';
  /** Why, in one sentence; empty while open. */
  readonly why: string;
}

/** What is new about a run's past. */
export interface TimelineNews {
  readonly run: number;
  /** Events so far, and virtual time of the last, µs. */
  readonly seq: number;
  readonly at: number;
  /** Marks since the last news; with `reset`, all of them. */
  readonly marks: readonly Mark[];
  readonly reset: boolean;
  readonly exactness: Exactness;
  readonly expectations: readonly ExpectationState[];
}

/** A run after its first `seq` events. */
export interface Moment {
  readonly run: number;
  readonly seq: number;
  /** Virtual time of the last of them, µs. */
  readonly at: number;
  /** The world before `events`. */
  readonly world: World;
  /** The latest events up to the moment. */
  readonly events: PackedEvents;
  /** Some events that came after it; empty at the end. */
  readonly ahead: PackedEvents;
  /** What nodes show of themselves after the step to which the last event belongs. */
  readonly views: readonly { readonly node: NodeId; readonly view: View }[];
}

/** One branch of the tree of forks. */
export interface Branch {
  readonly id: number;
  readonly name: string;
  /** The branch it was forked from; `null` for the first, or when that one was deleted. */
  readonly parent: number | null;
  /** Where it left its parent; `null` for the first. */
  readonly forkedAt: { readonly seq: number; readonly at: number } | null;
  /** How far it has got. */
  readonly seq: number;
  readonly at: number;
  readonly chosen: number;
  readonly current: boolean;
}

/** Two branches side by side. */
export interface Comparison {
  readonly a: number;
  readonly b: number;
  /** Events they have in common. */
  readonly common: number;
  /** The first event of each after those, one sentence; `null` when the branch ends there. */
  readonly first: { readonly a: string | null; readonly b: string | null };
  /** Slots chosen in one of them, ascending, with the value in each; the latest 200. */
  readonly chosen: readonly { readonly slot: number; readonly a: string | null; readonly b: string | null }[];
  /** Packets sent by kind of message. */
  readonly messages: readonly { readonly name: string; readonly a: number; readonly b: number }[];
}

/** A run that an earlier launch of the app did not close properly. */
export interface Recoverable {
  readonly id: string;
  readonly title: string;
  /** When it was last written, ISO 8601. */
  readonly saved: string;
  readonly commands: number;
  /** Virtual time it had reached, µs. */
  readonly at: number;
}

/** Something that takes long. */
export interface TaskNews {
  readonly id: number;
  readonly title: string;
  /** Share done, 0 to 1. */
  readonly done: number;
  readonly over: boolean;
}

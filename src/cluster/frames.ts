/**
 * What the engine sends to whoever watches a run. At most one frame per animation frame, and never more than
 * `FRAMES_UNACKNOWLEDGED_MAX` that have not been acknowledged: a watcher that falls behind, or hides, gets a snapshot
 * of the world with the latest events instead of a queue without end.
 */
import type { View, NodeId } from '../protocol/protocol.ts';
import type { PackedEvents } from './event-log.ts';
import type { RunHeader } from './run.ts';
import type { World } from './world.ts';

export const FRAMES_UNACKNOWLEDGED_MAX = 4;
/** Most events in one frame; more than that become a snapshot. */
export const FRAME_EVENTS_MAX = 4000;
/** Events that come with a snapshot, so that the log has something to show. */
export const SNAPSHOT_TAIL_EVENTS = 2000;

/** How fast virtual time runs against wall time: from 1/64 to 64, or as fast as the threads go. */
export type Speed = number | 'max';
export const SPEED_MIN = 1 / 64;
export const SPEED_MAX = 64;
/** The speeds of the transport bar. */
export const speeds: readonly Speed[] = [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, 64, 'max'];

export interface Transport {
  readonly playing: boolean;
  readonly speed: Speed;
}

export type { PackedEvents };

export interface Frame {
  /** Number of the run this belongs to; frames of an earlier run are thrown away. */
  readonly run: number;
  /** Number of the frame, to acknowledge. */
  readonly frame: number;
  readonly events: PackedEvents;
  /** What nodes show of themselves after the last event. */
  readonly views: readonly { readonly node: NodeId; readonly view: View }[];
  /** Virtual time now, µs; at or after the last event. */
  readonly now: number;
  readonly transport: Transport;
  /** Present when the watcher had fallen behind: the world *before* `events`. */
  readonly world: World | null;
}

/** A run as the window needs to know it. */
export interface SessionInfo {
  readonly run: number;
  readonly header: RunHeader;
  /** From a scenario file, or empty. */
  readonly title: string;
  readonly transport: Transport;
  /** The branch that goes on (timeline.ts). */
  readonly branch: number;
  /** Name of the file it was opened from or saved to; empty without one. */
  readonly file: string;
  /** Why it cannot go on and only its past can be looked at; empty for a run that can. */
  readonly readOnly: string;
}

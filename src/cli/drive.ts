/** A run that is driven by the command line, on whichever host, and who hears of it. */
import type { Speed } from '../cluster/frames.ts';
import type { PackedEvents } from '../cluster/packed-events.ts';
import type { Place, Run, RunHeader } from '../cluster/run.ts';

/** Wall time between two looks at the clock, ms. */
export const TURN_MS = 16;

export interface DriveListener {
  /** The next events, in order, none left out. */
  events(packed: PackedEvents): void;
  /** Something went wrong that did not end the run. */
  problem(title: string, detail: string): void;
}

export interface Drive {
  readonly header: RunHeader;
  /** Virtual time at which it ends, µs; Infinity: when `signal` says so. */
  readonly until: number;
  readonly speed: Speed;
  readonly signal: AbortSignal;
  readonly listener: DriveListener;
}

/** How far a run was driven. */
export interface Driven {
  readonly run: Run;
  readonly end: Place;
  readonly digest: string;
}

/** A run that was saved, to be had again. */
export interface Again {
  readonly run: Run;
  readonly end: Place;
  /** Asked now and then: whether to go no further. */
  readonly enough: () => boolean;
  readonly listener: DriveListener;
}

/** How a run was had again. */
export interface Replayed {
  readonly end: Place;
  readonly digest: string;
  /** The end was reached, or the run could not be had again. */
  readonly complete: boolean;
  /** Why the run could not be had again, one sentence; null when it could, as far as it went. */
  readonly divergence: string | null;
}

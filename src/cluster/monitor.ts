/**
 * What checks a run while it happens, as the scheduler knows it: told of every step as it is written, it answers with
 * what is contradicted by it, which becomes an event of the run at once. It depends on the events alone, so that a
 * replay finds the same at the same place. (The one there is: check/monitor.ts.)
 */
import type { Violation } from '../protocol/checker.ts';
import type { PackedEvents } from './packed-events.ts';

export interface Monitor {
  /**
   * Takes in what has been written since the last time, every event of the run once and in order.
   * @returns what it contradicts; each kind of contradiction once for each slot.
   */
  take(events: PackedEvents): readonly Violation[];
  /** All it remembers, independent of what it takes in later; cheap however long the run is. */
  save(): unknown;
}

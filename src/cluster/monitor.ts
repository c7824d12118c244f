/**
 * What checks a run while it happens, as the scheduler knows it: told of every event as it is written, it says after each
 * step what that contradicts, which becomes an event of the run at once. It depends on the events alone, so that a
 * replay finds the same at the same place. (The one there is: check/monitor.ts.)
 */
import type { Violation } from '../protocol/checker.ts';
import type { AnyProtocol } from '../protocol/protocol.ts';
import type { RunHeader } from './run.ts';

export interface Monitor {
  /** Takes in the next event, as the log has it: `bytes[from … to)`. It is given every event of the run once, in order. */
  take(bytes: Uint8Array, from: number, to: number): void;
  /** What has been found since the last time it was asked; each kind of contradiction once for each slot. */
  found(): readonly Violation[];
  /** All it remembers, independent of what it takes in later; plain data, and cheap however long the run is. */
  save(): unknown;
}

/**
 * Makes the monitor of a run; `null`: there is nothing to check.
 * @param saved what `save` gave at the place where the run goes on; undefined: at its beginning
 */
export type MonitorFactory = (header: RunHeader, protocol: AnyProtocol, saved: unknown) => Monitor | null;

/** A violation, and the place of the event that tells of it. */
export interface FoundViolation extends Violation {
  readonly seq: number;
  /** µs */
  readonly at: number;
}

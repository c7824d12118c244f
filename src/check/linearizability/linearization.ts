/** What can be told of the history of a run at a moment: for whoever shows it. */
import type { Verdict } from './check.ts';
import type { FaultSpan } from './faults.ts';
import type { Call } from './history.ts';

export interface Linearization {
  /** Number of the run. */
  readonly run: number;
  /** The verdict is about the run after so many events, and so many operations. */
  readonly seq: number;
  readonly checked: number;
  readonly verdict: Verdict;
  /** Operations and faults are those of the run after so many events, at that virtual time, µs. */
  readonly head: number;
  readonly at: number;
  /** Those of which something happened from the event on that was asked for; `index`: their place in the history. */
  readonly calls: readonly { readonly index: number; readonly call: Call }[];
  readonly faults: readonly FaultSpan[];
  /** There are more operations than a history can have: it ends with the last of them. */
  readonly full: boolean;
}

/** What a scheduler asks of its host, and what there is of it between two windows: plain data. */
import type { RouterState } from '../network/router.ts';
import type { Batch } from './batch-maker.ts';
import type { ClientState } from './client.ts';
import type { JournalEntry } from './commands.ts';
import type { LogState } from './event-log.ts';
import type { NodeState } from './node-state.ts';
import type { ScriptState } from './script.ts';

/** A stretch [from, until) of virtual time, with a batch for each node that has something to do in it. */
export interface Window {
  readonly from: number;
  readonly until: number;
  readonly single: boolean;
  readonly batches: readonly Batch[];
}

/** A scheduler between two windows, with nothing left for the host to do: plain data. The journal is kept elsewhere. */
export interface SchedulerState {
  readonly now: number;
  readonly delivered: number;
  readonly slotNext: number;
  readonly requests: number;
  readonly config: unknown;
  readonly nodes: readonly NodeState[];
  readonly router: RouterState;
  readonly client: ClientState;
  readonly script: ScriptState;
  readonly log: LogState;
  /** Commands carried out so far. */
  readonly commands: number;
  /** What the monitor remembers, as it saves itself; undefined: there was none. */
  readonly monitor: unknown;
}

/** Where a scheduler goes on: a state, and the journal of the run, of which the state's commands come first. */
export interface SchedulerStart {
  readonly state: SchedulerState;
  readonly journal: readonly JournalEntry[];
}

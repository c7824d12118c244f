/** Tells main of commands as they take their place, and now and then how far the run has got: what an autosave needs. */
import type { Scheduler } from '../../cluster/scheduler.ts';
import type { FromRouter, RunMark } from './messages.ts';

/** Longest wall time, ms, for which main is not told how far the run has got while something happens. */
const QUIET_MS_MAX = 250;

export class JournalNews {
  private readonly scheduler: Scheduler;
  private readonly say: (message: FromRouter) => void;
  private readonly clock: () => number;
  private commands: number;
  private seq: number;
  private at: number;

  /** What the run has behind it already is known. */
  constructor(scheduler: Scheduler, say: (message: FromRouter) => void, clock: () => number) {
    this.scheduler = scheduler;
    this.say = say;
    this.clock = clock;
    this.commands = scheduler.journal.length;
    this.seq = scheduler.log.seq;
    this.at = clock();
  }

  /** The run is between two windows. */
  tell(): void {
    const { journal, log } = this.scheduler;
    if (journal.length === this.commands && (log.seq === this.seq || this.clock() - this.at < QUIET_MS_MAX)) return;
    this.say({ type: 'journal', entries: journal.slice(this.commands), ...runMark(this.scheduler) });
    this.commands = journal.length;
    this.seq = log.seq;
    this.at = this.clock();
  }
}

/** Where the run stands. */
export function runMark({ now, log }: Scheduler): RunMark {
  return { end: { at: now, seq: log.seq }, digest: log.digest };
}

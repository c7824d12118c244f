/** A replay as the router does it, with nodes on threads: what host/replay.ts does in one thread. */
import { CommandError } from '../../cluster/command-error.ts';
import type { JournalEntry } from '../../cluster/commands.ts';
import type { Place } from '../../cluster/run.ts';
import { IDLE_WINDOWS_MAX, type Scheduler, type Window } from '../../cluster/scheduler.ts';

/** What drives the scheduler's windows on threads. */
interface Threads {
  runWindow(window: Window): Promise<void>;
  repeat(entry: JournalEntry): Promise<void>;
}

/**
 * Goes through the commands that the scheduler has not carried out yet, up to `end`.
 * @returns why the run cannot be had again, one sentence; `null` when `end` was reached exactly.
 */
export async function replayOn(
  scheduler: Scheduler,
  threads: Threads,
  journal: readonly JournalEntry[],
  end: Place,
): Promise<string | null> {
  for (const entry of [...journal.slice(scheduler.journal.length), null]) {
    const place = entry ?? end;
    await goTo(scheduler, threads, place);
    if (scheduler.log.seq !== place.seq) return `the run has diverged before event ${place.seq}`;
    try {
      if (entry !== null) await threads.repeat(entry);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return `the command "${entry!.command.type}" after event ${place.seq} can no longer be carried out: ${error.message}`;
    }
  }
  return null;
}

async function goTo(scheduler: Scheduler, threads: Threads, { at, seq }: Place): Promise<void> {
  const { log } = scheduler;
  while (log.seq <= seq) {
    const window = scheduler.plan(at, false);
    if (window === null) break;
    await threads.runWindow(window);
  }
  for (let idle = 0; log.seq < seq && idle < IDLE_WINDOWS_MAX; ) {
    const before = log.seq;
    const window = scheduler.plan(at + 1, true);
    if (window === null) return;
    await threads.runWindow(window);
    idle = log.seq === before ? idle + 1 : 0;
  }
}

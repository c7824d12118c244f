/**
 * Has a run again from its header and its journal: every command at its place, in whole windows up to its time and in
 * single steps from there (docs/decisions/0003). A run that does not come to a place as it was is told, not thrown.
 */
import { CommandError } from '../cluster/command-error.ts';
import type { JournalEntry } from '../cluster/commands.ts';
import type { Place, Run } from '../cluster/run.ts';
import { InlineCluster, type InlineOptions } from './inline.ts';

/** Events between two yields, at least; or windows, of which many can be idle. */
const CHUNK_EVENTS = 500;
const CHUNK_WINDOWS = 2000;

/**
 * Goes on with a cluster through the commands of `journal` that it has not carried out yet, up to `end`. Yields now and
 * then, so that others can be heard and progress told; between two windows, so that the cluster can be looked at.
 * @param end with the events of the last command in it; `null`: right after that command
 * @returns why the run cannot be had again, one sentence; `null` when `end` was reached exactly.
 */
export function* replayTo(
  cluster: InlineCluster,
  journal: readonly JournalEntry[],
  end: Place | null,
): Generator<void, string | null> {
  const { scheduler } = cluster;
  for (;;) {
    const entry = journal[scheduler.journal.length];
    if (entry === undefined || (end !== null && isAfter(entry, end))) {
      if (end === null) return null;
      yield* goTo(cluster, end);
      return scheduler.log.seq === end.seq ? null : lostAt(end);
    }
    yield* goTo(cluster, entry);
    if (scheduler.log.seq !== entry.seq) return lostAt(entry);
    try {
      cluster.repeat(entry);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return `the command "${entry.command.type}" after event ${entry.seq} can no longer be carried out: ${error.message}`;
    }
    yield;
  }
}

/** Lets everything happen up to a place that the run will have if it is the same, and nothing that comes after it. */
export function* goTo(cluster: InlineCluster, place: Place): Generator<void, void> {
  const { log } = cluster.scheduler;
  let paused = log.seq;
  let windows = 0;
  while (log.seq <= place.seq && cluster.window(place.at)) {
    if (log.seq - paused < CHUNK_EVENTS && ++windows < CHUNK_WINDOWS) continue;
    paused = log.seq;
    windows = 0;
    yield;
  }
  while (log.seq < place.seq && cluster.step(place.at + 1)) {
    if (log.seq - paused < CHUNK_EVENTS) continue;
    paused = log.seq;
    yield;
  }
}

/**
 * The run up to virtual time `until` (µs), in one go.
 * @throws Error when it cannot be had again.
 */
export function replay(run: Run, until: number, options: InlineOptions = {}): InlineCluster {
  const cluster = new InlineCluster(run.header, options);
  const divergence = finish(replayTo(cluster, run.journal, null));
  if (divergence !== null) throw new Error(divergence);
  cluster.runUntil(until);
  return cluster;
}

/** The result of a generator, whatever it yields. */
export function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Whether a command's place comes after a place; a command at the place itself belongs to what was before. */
function isAfter(entry: Place, place: Place): boolean {
  return entry.seq > place.seq || (entry.seq === place.seq && entry.at > place.at);
}

function lostAt({ seq }: Place): string {
  return `the run has diverged before event ${seq}`;
}

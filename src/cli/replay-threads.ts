/** Has a run again on threads, a node each, with storage on disk: `synod replay --host threads`. */
import { CommandError } from '../cluster/command-error.ts';
import type { Place } from '../cluster/run.ts';
import type { Again, Replayed } from './drive.ts';
import { onThreads, type WatchedCluster } from './threads.ts';

/**
 * Every command at its place: whole windows up to its time, and single steps from there (docs/decisions/0003).
 * @throws Error when the threads cannot be started, or the router's thread ends by itself.
 */
export async function replayThreads({ run, end, enough, listener }: Again): Promise<Replayed> {
  // What the script did is in the journal; what it would have done after the end is not wanted.
  return onThreads({ ...run.header, script: [] }, listener, async (watched) => {
    const { cluster } = watched;
    const ended = async (complete: boolean, divergence: string | null): Promise<Replayed> => {
      const { now, events, digest } = await cluster.status();
      await watched.heard(events);
      return { end: { at: now, seq: events }, digest, complete, divergence };
    };
    for (const { at, seq, command, refused } of run.journal) {
      if (refused !== undefined) continue;
      if ((await goTo(watched, { at, seq }, enough)) === 'enough') return ended(false, null);
      if ((await cluster.status()).events !== seq) return ended(true, lostAt({ at, seq }));
      try {
        await cluster.command(command);
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        return ended(true, `the command "${command.type}" after event ${seq} can no longer be carried out: ${error.message}`);
      }
    }
    if ((await goTo(watched, end, enough)) === 'enough') return ended(false, null);
    return ended(true, (await cluster.status()).events === end.seq ? null : lostAt(end));
  });
}

/** Lets everything happen up to a place that the run will have if it is the same. */
async function goTo(watched: WatchedCluster, { at, seq }: Place, enough: () => boolean): Promise<'there' | 'enough'> {
  const { cluster } = watched;
  let status = await cluster.status();
  while (status.now < at && status.events <= seq) {
    if (enough()) return 'enough';
    status = await watched.go(at);
  }
  while (status.events < seq && status.now <= at) {
    const before = status.events;
    await cluster.step();
    status = await cluster.status();
    if (status.events === before) break;
  }
  return 'there';
}

function lostAt({ at, seq }: Place): string {
  return `the run has diverged: it does not come to its place after event ${seq}, at ${at} µs`;
}

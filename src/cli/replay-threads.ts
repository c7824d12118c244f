/** Has a run again on threads, a node each, with storage on disk: `synod replay --host threads`. */
import type { Again, Replayed } from './drive.ts';
import { onThreads } from './threads.ts';

/** @throws Error when the threads cannot be started, or the router's thread ends by itself. */
export async function replayThreads({ run, end, enough, listener }: Again): Promise<Replayed> {
  return onThreads(run.header, listener, async (watched) => {
    const replaying = watched.cluster.replay(run.journal, end);
    // When it is enough before, the cluster is closed, and the replay has no answer.
    replaying.catch(() => {});
    const replayed = await Promise.race([replaying, watched.until(enough)]);
    if (!replayed) return { ...watched.latest, complete: false, divergence: null };
    const { now, events, digest, divergence } = replayed;
    await watched.heard(events);
    return { end: { at: now, seq: events }, digest, complete: true, divergence };
  });
}

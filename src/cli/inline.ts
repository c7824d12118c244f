/** Drives a run in this thread, in memory: `--host inline`. */
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { refusalText } from '../cluster/scheduler.ts';
import { InlineCluster } from '../host/inline.ts';
import { replayTo } from '../host/replay.ts';
import { TURN_MS, type Again, type Drive, type Driven, type DriveListener, type Replayed } from './drive.ts';

/** Virtual time of one turn when there is no clock to follow, µs. */
const TURN_US = 250_000;

/** Runs until the end, or until the signal. */
export async function driveInline({ header, until, speed, signal, listener }: Drive): Promise<Driven> {
  const cluster = new InlineCluster(header);
  const { log, refused } = cluster.scheduler;
  const tell = teller(cluster, listener);
  const begun = performance.now();
  let told = 0;
  while (!signal.aborted && cluster.now < until) {
    const wall = speed === 'max' ? cluster.now + TURN_US : Math.round((performance.now() - begun) * 1000 * speed);
    cluster.runUntil(Math.min(wall, until));
    tell();
    for (; told < refused.length; told++) {
      listener.problem('A command of the scenario could not be carried out', refusalText(refused[told]!));
    }
    // Lets an interruption through, too.
    await sleep(speed === 'max' ? 0 : TURN_MS);
  }
  return { run: cluster.run(), end: { at: cluster.now, seq: log.seq }, digest: log.digest };
}

/** Has a run again, as fast as it goes. */
export async function replayInline({ run, end, enough, listener }: Again): Promise<Replayed> {
  const cluster = new InlineCluster(run.header);
  const tell = teller(cluster, listener);
  const steps = replayTo(cluster, run.journal, end);
  for (;;) {
    const { done, value } = steps.next();
    tell();
    const complete = done === true;
    if (complete || enough()) {
      const { log, now } = cluster.scheduler;
      return { end: { at: now, seq: log.seq }, digest: log.digest, complete, divergence: complete ? value : null };
    }
    await turn();
  }
}

/** A function that tells of the events since the last time. */
function teller(cluster: InlineCluster, listener: DriveListener): () => void {
  const { log } = cluster.scheduler;
  let mark = log.mark();
  return () => {
    const packed = log.since(mark);
    if (packed === null) throw new Error('the event log let events go before they were told');
    mark = log.mark();
    if (packed.count > 0) listener.events(packed);
  };
}

/** Drives a run in this thread, in memory: `--host inline`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LogMark } from '../cluster/event-log.ts';
import { refusalText } from '../cluster/scheduler.ts';
import { InlineCluster } from '../host/inline.ts';
import type { ScenarioRun } from '../scenario/start.ts';
import type { RunOptions } from './arguments.ts';
import type { Ending, Report } from './report.ts';

/** Wall time between two looks at the clock, ms. */
const TURN_MS = 16;
/** Virtual time of one turn when there is no clock to follow, µs. */
const TURN_US = 250_000;

/**
 * Runs until `options.until` or until `signal` says so, printing as it goes.
 * @returns how it ended.
 */
export async function runInline(
  run: ScenarioRun,
  options: RunOptions,
  report: Report,
  signal: AbortSignal,
): Promise<Ending> {
  const { speed, until } = options;
  const cluster = new InlineCluster(run.header, { script: run.script });
  const { log, refused } = cluster.scheduler;
  const begun = performance.now();
  let mark: LogMark = log.mark();
  let told = 0;
  while (!signal.aborted && cluster.now < until) {
    const wall = speed === 'max' ? cluster.now + TURN_US : Math.round((performance.now() - begun) * 1000 * speed);
    cluster.runUntil(Math.min(wall, until));
    const packed = log.since(mark);
    if (packed === null) throw new Error('the event log let events go before they were printed');
    mark = log.mark();
    report.events(packed);
    for (; told < refused.length; told++) {
      report.problem('A command of the scenario could not be carried out', refusalText(refused[told]!));
    }
    // Lets an interruption through, too.
    await sleep(speed === 'max' ? 0 : TURN_MS);
  }
  return { at: cluster.now, digest: cluster.digest };
}

/** Drives a run on threads, a node each, with storage on disk: `--host threads`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FRAME_EVENTS_MAX } from '../cluster/frames.ts';
import { ThreadCluster } from '../host/thread/thread-cluster.ts';
import type { ScenarioRun } from '../scenario/start.ts';
import type { RunOptions } from './arguments.ts';
import type { Ending, Report } from './report.ts';

/** Wall time between two stretches, ms. */
const TURN_MS = 16;
/** Virtual time of the first stretch when there is no clock to follow, µs; the next ones follow how much happens. */
const TURN_US = 100_000;
const TURN_MIN_US = 1000;
const TURN_MAX_US = 10_000_000;
/** Events that a stretch should have: well below what one frame holds, so that none goes by unseen. */
const TURN_EVENTS = FRAME_EVENTS_MAX / 4;

/** The built threads, beside this bundle. */
const workers = {
  router: join(__dirname, '..', 'main', 'router-worker.cjs'),
  node: join(__dirname, '..', 'main', 'node-worker.cjs'),
};

/**
 * Runs until `options.until` or until `signal` says so, printing as it goes.
 * @returns how it ended.
 * @throws Error when the threads cannot be started, or the router's thread ends by itself.
 */
export async function runThreads(
  run: ScenarioRun,
  options: RunOptions,
  report: Report,
  signal: AbortSignal,
): Promise<Ending> {
  const directory = await mkdtemp(join(tmpdir(), 'synod-'));
  const { header, script } = run;
  const transport = { playing: false, speed: 1 };
  const cluster = await ThreadCluster.start({ header, script, run: 1, directory, workers, transport, observe: true });
  try {
    return await drive(cluster, options, report, signal);
  } finally {
    await cluster.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function drive(
  cluster: ThreadCluster,
  options: RunOptions,
  report: Report,
  signal: AbortSignal,
): Promise<Ending> {
  const { speed, until } = options;
  const seen = watch(cluster, report);
  await cluster.attach();
  let status = await cluster.status();
  let turn = TURN_US;
  const begun = performance.now();
  while (!signal.aborted && status.now < until) {
    const wall = speed === 'max' ? status.now + turn : Math.round((performance.now() - begun) * 1000 * speed);
    const before = status.events;
    status = await cluster.runUntil(Math.min(wall, until));
    await seen(status.events);
    turn = nextTurn(turn, status.events - before);
    if (speed !== 'max') await sleep(TURN_MS);
  }
  return { at: status.now, digest: status.digest };
}

/** Prints frames as they come. Gives a function that waits until so many events have been printed. */
function watch(cluster: ThreadCluster, report: Report): (events: number) => Promise<void> {
  let wake: () => void = () => undefined;
  let failure: Error | null = null;
  cluster.onFrame = (frame) => {
    report.events(frame.events, frame.world);
    cluster.acknowledge(frame.frame);
    wake();
  };
  cluster.onProblem = ({ title, detail }) => {
    report.problem(title, detail);
    // Whether the run survives it: a router that is gone answers nothing more.
    cluster.status().catch((error: Error) => {
      failure = error;
      wake();
    });
  };
  return async (events) => {
    while (report.seq < events) {
      if (failure !== null) throw failure;
      await new Promise<void>((resume) => (wake = resume));
    }
  };
}

function nextTurn(turn: number, events: number): number {
  const next = events === 0 ? turn * 2 : turn * Math.min(2, TURN_EVENTS / events);
  return Math.round(Math.min(TURN_MAX_US, Math.max(TURN_MIN_US, next)));
}

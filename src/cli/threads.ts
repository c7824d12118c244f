/** Drives a run on threads, a node each, with storage on disk: `--host threads`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { RunHeader } from '../cluster/run.ts';
import type { FollowBatch, FollowCredit } from '../host/history/messages.ts';
import type { RunMark } from '../host/thread/messages.ts';
import { ThreadCluster } from '../host/thread/thread-cluster.ts';
import { TURN_MS, type Drive, type Driven, type DriveListener } from './drive.ts';

/** Virtual time of the first stretch when there is no clock to follow, µs; the next ones follow how much happens. */
const TURN_US = 100_000;
const TURN_MIN_US = 1000;
const TURN_MAX_US = 10_000_000;
/** Events that a stretch should have: few enough for an interruption to be heard soon. */
const TURN_EVENTS = 2000;

/** The built threads, beside this bundle. */
const workers = {
  router: join(__dirname, '..', 'main', 'router-worker.cjs'),
  node: join(__dirname, '..', 'main', 'node-worker.cjs'),
};

/** A cluster on threads, paused, and what its listener has heard of: every event, in order. */
export class WatchedCluster {
  readonly cluster: ThreadCluster;
  /** How far the listener has heard, and the digest up to there. */
  latest: RunMark = { end: { at: 0, seq: 0 }, digest: '' };
  #batches = 0;
  #wake: () => void = () => {};
  #failure: Error | null = null;
  #turn = TURN_US;

  /** @param feed where the router tells what happens, as it tells a history */
  constructor(cluster: ThreadCluster, feed: MessagePort, listener: DriveListener) {
    this.cluster = cluster;
    feed.on('message', ({ events, end, digest }: FollowBatch) => {
      if (events === null) this.#failure = new Error('more happened than could be printed; --host inline waits for it');
      else if (events.count > 0) listener.events(events);
      this.latest = { end, digest };
      feed.postMessage({ taken: ++this.#batches } satisfies FollowCredit);
      this.#wake();
    });
    cluster.onProblem = ({ title, detail }) => {
      listener.problem(title, detail);
      // Whether the run survives it: a router that is gone answers nothing more.
      cluster.status().catch((error: Error) => {
        this.#failure = error;
        this.#wake();
      });
    };
  }

  /** Lets everything happen before virtual time `limit` (µs), but no more than can be told of. */
  async go(limit: number): Promise<Awaited<ReturnType<ThreadCluster['status']>>> {
    const before = await this.cluster.status();
    const status = await this.cluster.runUntil(Math.min(before.now + this.#turn, limit));
    await this.heard(status.events);
    const events = status.events - before.events;
    const next = events === 0 ? this.#turn * 2 : this.#turn * Math.min(2, TURN_EVENTS / events);
    this.#turn = Math.round(Math.min(TURN_MAX_US, Math.max(TURN_MIN_US, next)));
    return status;
  }

  /** Waits until the listener has heard of so many events. @throws Error when the router's thread has ended. */
  heard(events: number): Promise<void> {
    return this.until(() => this.latest.end.seq >= events);
  }

  /** Waits until something holds; asked whenever the listener has heard more. @throws Error as `heard`. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resume) => (this.#wake = resume));
    }
  }
}

/**
 * Runs until the end, or until the signal.
 * @throws Error when the threads cannot be started, or the router's thread ends by itself.
 */
export async function driveThreads(drive: Drive): Promise<Driven> {
  const { header, until, speed, signal, listener } = drive;
  return onThreads(header, listener, async (watched) => {
    const { cluster } = watched;
    let status = await cluster.status();
    const begun = performance.now();
    while (!signal.aborted && status.now < until) {
      const wall = speed === 'max' ? Infinity : Math.round((performance.now() - begun) * 1000 * speed);
      status = await watched.go(Math.min(wall, until));
      if (speed !== 'max') await sleep(TURN_MS);
    }
    return { run: await cluster.run(), end: { at: status.now, seq: status.events }, digest: status.digest };
  });
}

/** Starts a cluster in a folder of its own, and ends it and clears the folder away when `use` is over. */
export async function onThreads<T>(
  header: RunHeader,
  listener: DriveListener,
  use: (watched: WatchedCluster) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'synod-'));
  const transport = { playing: false, speed: 1 };
  const { port1, port2 } = new MessageChannel();
  const cluster = await ThreadCluster.start({
    header,
    run: 1,
    directory,
    workers,
    transport,
    observe: false,
    history: port2,
  });
  try {
    return await use(new WatchedCluster(cluster, port1, listener));
  } finally {
    port1.close();
    await cluster.close();
    await rm(directory, { recursive: true, force: true });
  }
}

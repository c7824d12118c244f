/**
 * Things that take long: the window hears of them only when they take longer than a moment, sees how far they have got,
 * and can have them given up.
 */
import { CommandError } from '../../src/cluster/command-error.ts';
import type { TaskNews } from '../../src/cluster/timeline.ts';

/** What takes no longer than this, ms, is not worth mentioning. */
export const TASK_SHOWN_AFTER_MS = 500;
/** Wall time between two pieces of news, ms. */
const NEWS_EVERY_MS = 50;

/** The person did not want it any more. */
export class GivenUpError extends CommandError {
  constructor() {
    super('given up, as you wished');
    this.name = 'GivenUpError';
  }
}

export interface TaskControl {
  /** @param done share, 0 to 1 */
  progress(done: number): void;
  /** Aborted when the person no longer wants it. */
  readonly signal: AbortSignal;
}

export class Tasks {
  readonly #send: (news: TaskNews) => void;
  readonly #running = new Map<number, AbortController>();
  #ids = 0;

  constructor(send: (news: TaskNews) => void) {
    this.#send = send;
  }

  /**
   * Does some work that can be given up.
   * @param title what is done, for the window: `Restoring the run`
   * @throws what the work throws; GivenUpError when it was given up.
   */
  async run<T>(title: string, work: (control: TaskControl) => Promise<T>): Promise<T> {
    const id = ++this.#ids;
    const controller = new AbortController();
    this.#running.set(id, controller);
    let done = 0;
    let shown = false;
    let toldAt = 0;
    const tell = (over: boolean): void => {
      toldAt = performance.now();
      this.#send({ id, title, done, over });
    };
    const timer = setTimeout(() => {
      shown = true;
      tell(false);
    }, TASK_SHOWN_AFTER_MS);
    const progress = (share: number): void => {
      done = Math.min(1, Math.max(done, share));
      if (shown && performance.now() - toldAt >= NEWS_EVERY_MS) tell(false);
    };
    try {
      return await work({ progress, signal: controller.signal });
    } catch (error) {
      throw controller.signal.aborted ? new GivenUpError() : error;
    } finally {
      clearTimeout(timer);
      this.#running.delete(id);
      if (shown) tell(true);
    }
  }

  /** Gives a task up; one that is over already is nobody's business. */
  cancel(id: number): void {
    this.#running.get(id)?.abort();
  }

  /** Gives everything up. */
  cancelAll(): void {
    for (const controller of this.#running.values()) controller.abort();
  }
}

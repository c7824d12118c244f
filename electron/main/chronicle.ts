/** What is known of a run's past, put together from the news of its history, for whoever comes to watch later. */
import type { Mark, TimelineNews } from '../../src/cluster/timeline.ts';
import type { Place } from '../../src/cluster/run.ts';

/** Somebody who waits until so many events are known. */
interface Waiting {
  readonly seq: number;
  readonly timer: NodeJS.Timeout;
  readonly resolve: () => void;
}

export class Chronicle {
  readonly run: number;
  /** Hears of all that is new from now on. */
  onNews: (news: TimelineNews) => void = () => {};
  readonly #marks: Mark[] = [];
  readonly #waiting = new Set<Waiting>();
  #latest: TimelineNews | null = null;
  #chosen = 0;

  /** @param run number of the run; news of others are none of its business. */
  constructor(run: number) {
    this.run = run;
  }

  readonly take = (news: TimelineNews): void => {
    if (news.run !== this.run) return;
    if (news.reset) {
      this.#marks.length = 0;
      this.#chosen = 0;
    }
    for (const mark of news.marks) {
      this.#marks.push(mark);
      if (mark.kind === 'chosen') this.#chosen++;
    }
    this.#latest = news;
    for (const waiting of this.#waiting) this.#settle(waiting);
    this.onNews(news);
  };

  /**
   * Waits until the history has compared the first `seq` events, has found one that differs, or the time is over.
   * @param within wall time, ms
   */
  async reached(seq: number, within: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiting: Waiting = { seq, resolve, timer: setTimeout(() => this.#end(waiting), within) };
      this.#waiting.add(waiting);
      this.#settle(waiting);
    });
  }

  /** All that is known; `null` while nothing is. */
  get all(): TimelineNews | null {
    return this.#latest === null ? null : { ...this.#latest, marks: [...this.#marks], reset: true };
  }

  /** How far the run has got, as far as is known, and in how many slots a value is chosen. */
  get progress(): { readonly end: Place; readonly chosen: number } | null {
    const latest = this.#latest;
    return latest === null ? null : { end: { at: latest.at, seq: latest.seq }, chosen: this.#chosen };
  }

  #settle(waiting: Waiting): void {
    if (this.#latest === null) return;
    if (this.#latest.seq >= waiting.seq || this.#latest.exactness.state === 'diverged') this.#end(waiting);
  }

  #end(waiting: Waiting): void {
    clearTimeout(waiting.timer);
    this.#waiting.delete(waiting);
    waiting.resolve();
  }
}

/** Whether what was done is on the disk for sure: the autosave of a tree of branches, and what becomes of it. */
import type { Session as SavedSession } from '../../src/cluster/run-file/journal.ts';
import type { SessionNews } from '../../src/host/session-journal.ts';
import type { Problem } from '../../src/contract/contract.ts';

/** As much of SessionJournal (src/host) as is needed; what it promises is said there. */
export interface Journal {
  append(news: SessionNews): Promise<void>;
  replace(session: SavedSession): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Begins a journal. */
export type StartJournal = (options: {
  readonly session: SavedSession;
  readonly onProblem: (problem: Problem) => void;
  readonly onRecovered: () => void;
}) => Journal;

export class Autosave {
  /** `null` before there is one. */
  #journal: Journal | null = null;
  #closed = false;
  readonly #begun: Promise<void>;
  #failing = false;
  readonly #waiting = new Set<() => void>();

  /**
   * @param start makes the journal
   * @param saved the tree as it is at that time
   * @param after when the journal is made; what was done before is in the tree by then
   */
  constructor(
    start: StartJournal,
    saved: () => SavedSession,
    onProblem: (problem: Problem) => void,
    after: Promise<void>,
  ) {
    this.#begun = after.then(() => {
      if (this.#closed) return;
      this.#journal = start({
        session: saved(),
        onProblem: (problem) => {
          this.#failing = true;
          for (const resolve of this.#waiting) this.#settle(resolve);
          onProblem(problem);
        },
        onRecovered: () => (this.#failing = false),
      });
    });
  }

  /** What has happened to the branch that goes on. */
  append(news: SessionNews): void {
    void this.#journal?.append(news);
  }

  /** The tree is another. */
  replace(session: SavedSession): void {
    void this.#journal?.replace(session);
  }

  /** Settles when all that was done is on the disk; while the disk fails at once, for the person has been told. */
  async synced(): Promise<void> {
    await this.#begun;
    const journal = this.#journal;
    if (this.#failing || journal === null) return;
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      void journal.flush().then(() => this.#settle(resolve));
    });
  }

  /** All has ended as it should: nothing is left of it on the disk. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#journal?.close();
  }

  #settle(resolve: () => void): void {
    this.#waiting.delete(resolve);
    resolve();
  }
}

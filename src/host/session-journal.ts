/**
 * Autosave: the session in progress on disk, as it happens. Every command is synced before `append` resolves, and how far
 * the run has got at least every second, so that a process that is killed loses no more than that. A session that is
 * closed properly leaves no file; one that is found was interrupted (recovery.ts).
 *
 * A disk that fails loses nothing: what is not synced is kept in memory, tried again, and the person is told.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry } from '../cluster/commands.ts';
import { entryText, markText, sessionText, type ProgressMark, type Session } from '../cluster/run-file/journal.ts';
import type { ProcessIdentity } from '../cluster/run-file/journal.ts';
import { ownIdentity } from './process-identity.ts';
import { replaceFile } from './run-file.ts';

/**
 * How often a run that goes on without commands is marked at most, ms: with the quarter of a second in which the router
 * may say nothing, and the time of a sync, less than a second is ever lost.
 */
export const MARK_EVERY_MS = 500;
/** Wall time before a failed write is tried again, ms. */
const RETRY_MS = 1000;
/** From this size on, bytes, and when it has doubled, the file is written anew, without the marks that are out of date. */
const COMPACT_BYTES = 1024 * 1024;

export const JOURNAL_SUFFIX = '.journal';

/** What has happened: commands in order, how far the run has got after them, and the digest of its events. */
export interface SessionNews extends ProgressMark {
  readonly entries: readonly JournalEntry[];
}

/** The file system, as far as the journal needs it. */
export interface JournalFiles {
  /** Puts a file with this text in the place of another, synced, and gives it open for writing. */
  replace(path: string, text: string): Promise<Pick<FileHandle, 'write' | 'datasync' | 'stat' | 'close'>>;
}

export interface SessionJournalOptions {
  readonly folder: string;
  readonly session: Session;
  /** Told once when saving begins to fail. */
  readonly onProblem: (problem: { readonly title: string; readonly detail: string }) => void;
  /** Told when saving works again after that: all is on disk. */
  readonly onRecovered?: () => void;
  /** @default the real ones */
  readonly files?: JournalFiles;
  /** @default MARK_EVERY_MS */
  readonly markEveryMs?: number;
  /** @default one second */
  readonly retryMs?: number;
  /** @default COMPACT_BYTES */
  readonly compactBytes?: number;
}

const realFiles: JournalFiles = { replace: replaceFile };

export class SessionJournal {
  /** Names the session in `recoverable` and its kin. */
  readonly id: string;
  readonly #path: string;
  readonly #options: SessionJournalOptions;
  readonly #files: JournalFiles;
  readonly #process: ProcessIdentity = ownIdentity();
  #session: Session;
  /** Commands of the branch that goes on, those of its past included. */
  #entries: JournalEntry[];
  #mark: ProgressMark;
  #handle: Awaited<ReturnType<JournalFiles['replace']>> | null = null;
  /** Bytes of the file that are synced, and how many there were when it was last written anew. */
  #length = 0;
  #baseLength = 0;
  /** Records not yet synced; the last may be a mark. */
  #pending: string[] = [];
  #pendingMark = false;
  #anew = true;
  #waiting: (() => void)[] = [];
  /** Those who wait for a mark whose time has not come. */
  #markWaiting: (() => void)[] = [];
  #working: Promise<void> | null = null;
  #markedAt = -Infinity;
  #markTimer: NodeJS.Timeout | null = null;
  #failing = false;
  #endNap: () => void = () => {};
  #closed = false;

  /** Begins to save a session; the file is made at once. */
  constructor(options: SessionJournalOptions) {
    this.#options = options;
    this.#files = options.files ?? realFiles;
    const time = new Date().toISOString().replace(/\W/g, '');
    this.id = `${time}-${process.pid}-${randomBytes(4).toString('hex')}`;
    this.#path = join(options.folder, this.id + JOURNAL_SUFFIX);
    this.#session = options.session;
    const live = liveOf(options.session);
    this.#entries = [...live.run.journal];
    this.#mark = { ...live.end, digest: live.digest };
    void this.#work();
  }

  /** The file, for messages. */
  get path(): string {
    return this.#path;
  }

  /**
   * Notes what has happened to the branch that goes on. Without commands it is a mark, written no more often than every
   * MARK_EVERY_MS.
   * @returns when it is synced: with a disk that fails, not before it works again.
   */
  append(news: SessionNews): Promise<void> {
    const { entries, at, seq, digest } = news;
    if (this.#closed) return Promise.resolve();
    const same = seq === this.#mark.seq && at === this.#mark.at && digest === this.#mark.digest;
    this.#mark = { at, seq, digest };
    if (entries.length === 0) return same ? this.flush() : this.#markSoon();
    this.#dropPendingMark();
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#pending.push(entryText(entry));
    }
    this.#addMark();
    return this.flush();
  }

  /**
   * The tree of forks has changed: another branch goes on, a new one, or one has another name or is gone. The file is
   * written anew.
   * @returns when it is synced.
   */
  replace(session: Session): Promise<void> {
    if (this.#closed) return Promise.resolve();
    const live = liveOf(session);
    this.#session = session;
    this.#entries = [...live.run.journal];
    this.#mark = { ...live.end, digest: live.digest };
    this.#anew = true;
    return this.flush();
  }

  /** Resolves when everything that was given so far is synced, or the journal closed. */
  flush(): Promise<void> {
    if (this.#closed || !this.#hasWork()) return this.#working ?? Promise.resolve();
    const done = new Promise<void>((resolve) => this.#waiting.push(resolve));
    void this.#work();
    return done;
  }

  /** The session has ended as it should: there is nothing to recover. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopMarkTimer();
    this.#endNap();
    await this.#working;
    await this.#handle?.close().catch(() => {});
    await rm(this.#path, { force: true }).catch(() => {});
    for (const resolve of [...this.#waiting.splice(0), ...this.#markWaiting.splice(0)]) resolve();
  }

  #hasWork(): boolean {
    return this.#anew || this.#pending.length > 0;
  }

  /** One write at a time; what comes while it is synced goes into the next. */
  #work(): Promise<void> {
    this.#working ??= this.#workOff();
    return this.#working;
  }

  async #workOff(): Promise<void> {
    // Whoever has several things to say in one turn says them all first.
    await Promise.resolve();
    try {
      while (this.#hasWork() && !this.#closed) await this.#writeOnce();
    } finally {
      // Before anybody else has a turn: whoever hears that all is synced may have more to say at once.
      this.#working = null;
    }
  }

  async #writeOnce(): Promise<void> {
    let waiting: (() => void)[] = [];
    try {
      const anew = this.#anew || (await this.#isGone());
      // Together with what they wait for: more may have come while the file was looked at.
      waiting = this.#waiting.splice(0);
      await (anew ? this.#writeAnew() : this.#writeOn());
    } catch (error) {
      this.#waiting.unshift(...waiting);
      return this.#fail(error);
    }
    if (this.#failing) this.#options.onRecovered?.();
    this.#failing = false;
    for (const resolve of waiting) resolve();
  }

  async #writeOn(): Promise<void> {
    const records = this.#pending;
    this.#pending = [];
    this.#pendingMark = false;
    try {
      const bytes = Buffer.from(records.join(''));
      // At its place, not at the end: after a failure, half of it may be there already.
      for (let done = 0; done < bytes.length; ) {
        done += (await this.#handle!.write(bytes, done, bytes.length - done, this.#length + done)).bytesWritten;
      }
      await this.#handle!.datasync();
      this.#length += bytes.length;
    } catch (error) {
      this.#pending.unshift(...records);
      throw error;
    }
    const least = this.#options.compactBytes ?? COMPACT_BYTES;
    if (this.#length > least && this.#length > 2 * this.#baseLength) this.#anew = true;
  }

  async #writeAnew(): Promise<void> {
    this.#anew = false;
    this.#pending = [];
    this.#pendingMark = false;
    const text = this.#text();
    try {
      await mkdir(this.#options.folder, { recursive: true });
      const handle = await this.#files.replace(this.#path, text);
      await this.#handle?.close().catch(() => {});
      this.#handle = handle;
      this.#length = this.#baseLength = Buffer.byteLength(text);
    } catch (error) {
      this.#anew = true;
      throw error;
    }
  }

  #text(): string {
    const { at, seq, digest } = this.#mark;
    const branches = this.#session.branches.map((branch) => {
      if (branch.id !== this.#session.live) return branch;
      return { ...branch, run: { header: branch.run.header, journal: this.#entries }, end: { at, seq }, digest };
    });
    return sessionText({ ...this.#session, branches }, this.#process);
  }

  /** Somebody has deleted the file: what is written to it would go with it. */
  async #isGone(): Promise<boolean> {
    return this.#handle === null || (await this.#handle.stat()).nlink === 0;
  }

  async #fail(error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    if (!this.#failing) {
      this.#options.onProblem({
        title: 'The session cannot be saved as it goes on',
        detail:
          `${this.#path}: ${reason}. The run goes on, and nothing is lost while the window is open; saving is tried ` +
          'again every second. Make room on the disk, or save the run to another one.',
      });
    }
    this.#failing = true;
    if (this.#closed) return;
    await new Promise<void>((resume) => {
      const timer = setTimeout(resume, this.#options.retryMs ?? RETRY_MS);
      this.#endNap = () => {
        clearTimeout(timer);
        resume();
      };
    });
  }

  #markSoon(): Promise<void> {
    const every = this.#options.markEveryMs ?? MARK_EVERY_MS;
    const wait = this.#markedAt + every - performance.now();
    if (wait <= 0) {
      this.#dropPendingMark();
      this.#addMark();
      return this.flush();
    }
    const done = new Promise<void>((resolve) => this.#markWaiting.push(resolve));
    this.#markTimer ??= setTimeout(() => {
      this.#dropPendingMark();
      this.#addMark();
      void this.#work();
    }, wait);
    return done;
  }

  #addMark(): void {
    this.#pending.push(markText(this.#mark));
    this.#pendingMark = true;
    this.#markedAt = performance.now();
    this.#stopMarkTimer();
    this.#waiting.push(...this.#markWaiting.splice(0));
  }

  #stopMarkTimer(): void {
    if (this.#markTimer !== null) clearTimeout(this.#markTimer);
    this.#markTimer = null;
  }

  /** A mark that waits is out of date as soon as there is another. */
  #dropPendingMark(): void {
    if (this.#pendingMark) this.#pending.pop();
    this.#pendingMark = false;
  }
}

function liveOf(session: Session): Session['branches'][number] {
  const live = session.branches.find(({ id }) => id === session.live);
  if (live === undefined) throw new Error(`the session has no branch ${session.live}`);
  return live;
}

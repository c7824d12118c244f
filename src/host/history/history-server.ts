/**
 * The history on its thread: answers main one request after another, and follows the run by what the router sends. What
 * takes long is done in slices, between which it can be called off; comparisons and searches leave room for others.
 */
import type { MessagePort } from 'node:worker_threads';
import { CommandError } from '../../cluster/command-error.ts';
import { BranchError } from './compare.ts';
import { History, PastError, type HistoryHooks } from './history.ts';
import type { FollowBatch, FollowCredit, FromHistory, HistoryRequest, ToHistory } from './messages.ts';

/** Wall time between two news, ms. */
const NEWS_MS = 250;
/** Wall time after which what takes long lets messages in, ms. */
const SLICE_MS = 15;
/** Wall time between two reports of progress, ms. */
const PROGRESS_MS = 100;

/** It was called off. */
class Cancelled extends Error {
  constructor() {
    super('it was called off');
  }
}

class HistoryServer {
  private readonly main: MessagePort;
  private readonly history: History;
  /** What is done one after another: all but comparisons and searches. */
  private last: Promise<void> = Promise.resolve();
  /** From the router of the run that is followed. */
  private port: MessagePort | null = null;
  private taken = 0;
  /** Requests that are being worked on, and whether they were called off. */
  private readonly open = new Map<number, { cancelled: boolean }>();

  constructor(main: MessagePort, hooks: HistoryHooks) {
    this.main = main;
    this.history = new History(hooks);
    setInterval(() => this.tellNews(), NEWS_MS);
  }

  hear(message: ToHistory): void {
    switch (message.type) {
      case 'request': {
        const { id, request } = message;
        this.open.set(id, { cancelled: false });
        if (request.type === 'compare' || request.type === 'linearize') void this.settle(id, request);
        else this.inTurn(() => this.settle(id, request));
        return;
      }
      case 'cancel': {
        const open = this.open.get(message.id);
        if (open !== undefined) open.cancelled = true;
        return;
      }
      case 'follow': {
        const { port } = message;
        this.inTurn(() => this.follow(port));
      }
    }
  }

  /** A fault of the history itself ends its thread, and main says so. */
  private inTurn(work: () => void | Promise<void>): void {
    this.last = this.last.then(work);
    this.last.catch((error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    });
  }

  private async settle(id: number, request: HistoryRequest): Promise<void> {
    try {
      const value = await this.answer(id, request);
      this.tell({ type: 'answer', id, value });
    } catch (error) {
      // What was asked is refused, whatever the reason; a moment that cannot be had is no reason to lose all others.
      const expected = [PastError, BranchError, CommandError, Cancelled].some((kind) => error instanceof kind);
      const text = expected ? (error as Error).message : `it failed: ${error instanceof Error ? error.message : String(error)}`;
      this.tell({ type: 'refusal', id, error: text, cancelled: error instanceof Cancelled });
    } finally {
      this.open.delete(id);
    }
  }

  private async answer(id: number, request: HistoryRequest): Promise<unknown> {
    const { history } = this;
    switch (request.type) {
      case 'load': {
        // What its router has still to say is about the run before.
        this.port?.close();
        this.port = null;
        const { run, end, number, expectations } = request;
        try {
          return await this.inSlices(id, history.load(run, end, number, expectations));
        } finally {
          this.tellNews();
        }
      }
      case 'seek':
        return history.seek(request.seq, request.before, request.after);
      case 'inspect':
        return history.inspect(request.seq, request.node);
      case 'checkpoint':
        return history.checkpointAt(request.seq);
      case 'linearize':
        return this.inSlices(id, history.linearize(request.question));
      case 'compare':
        return this.inSlices(id, history.compareBranches(request.a, request.b));
    }
  }

  private async inSlices<T>(id: number, work: Generator<number, T>): Promise<T> {
    let sliceFrom = performance.now();
    let told = sliceFrom;
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) return step.value;
      if (performance.now() - sliceFrom < SLICE_MS) continue;
      await new Promise((resume) => setImmediate(resume));
      sliceFrom = performance.now();
      if (this.open.get(id)?.cancelled === true) throw new Cancelled();
      if (sliceFrom - told < PROGRESS_MS) continue;
      told = sliceFrom;
      this.tell({ type: 'progress', id, share: step.value });
    }
  }

  private follow(port: MessagePort): void {
    this.port?.close();
    this.port = port;
    this.taken = 0;
    port.on('message', (batch: FollowBatch) => {
      this.inTurn(() => {
        if (this.port !== port) return;
        this.history.follow(batch);
        port.postMessage({ taken: ++this.taken } satisfies FollowCredit);
      });
    });
  }

  private tellNews(): void {
    const news = this.history.news();
    if (news !== null) this.tell({ type: 'news', news });
  }

  private tell(message: FromHistory): void {
    this.main.postMessage(message);
  }
}

/** Runs a history on this thread, until it is terminated. */
export function serveHistory(main: MessagePort, hooks: HistoryHooks): void {
  const server = new HistoryServer(main, hooks);
  main.on('message', (message: ToHistory) => server.hear(message));
}

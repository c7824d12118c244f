/**
 * The history of the session, seen from main: a thread of its own that holds one run at a time, executes it a second
 * time beside the live one, and knows every moment of its past.
 */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Linearization } from '../../check/linearizability/linearization.ts';
import type { NodeInspection, Place, Run, RunHeader } from '../../cluster/run.ts';
import type { Comparison, Moment, TimelineNews } from '../../cluster/timeline.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import type { Question } from './clients.ts';
import type {
  BranchRun,
  FromHistory,
  HistoryAnswers,
  HistoryRequest,
  Loaded,
  RawComparison,
  RawNews,
  Resumption,
  Told,
  ToHistory,
} from './messages.ts';

/** Puts an event into one sentence. */
export type Describe = (told: Told, header: RunHeader) => string;

export interface HistoryOptions {
  /** Path of the built entry of the thread. */
  readonly worker: string;
  /** @default the event's type and fields */
  readonly describe?: Describe;
  /** Limit of the thread's heap, MB. @default the runtime's */
  readonly heapMb?: number;
  /** The thread is started when this has settled; what it is told before that waits. @default at once */
  readonly after?: Promise<void>;
}

/** Of what can take long. */
export interface TaskOptions {
  /** Called now and then with the share done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

export interface LoadOptions extends TaskOptions {
  /** Number of the run, for the news. */
  readonly run: number;
  /** What the run's scenario expects, as the thread's entry understands it. @default nothing */
  readonly expectations?: unknown;
}

/** The history cannot answer: what it was asked was called off, or is not possible, or its thread has ended. */
export class HistoryError extends Error {
  /** It was called off by its signal. */
  readonly cancelled: boolean;
  constructor(message: string, cancelled = false) {
    super(message);
    this.name = 'HistoryError';
    this.cancelled = cancelled;
  }
}

/** Room for what a look at the past leaves behind, MB: small, it is copied about while somebody waits. */
const YOUNG_HEAP_MB = 96;

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (share: number) => void;
}

export class HistoryClient {
  /** What is new, at most a few times a second; with `reset` after every load. */
  onNews: (news: TimelineNews) => void = () => {};
  /** The thread has ended by itself; nothing is answered any more, the live run goes on without a history. */
  onProblem: (problem: { readonly title: string; readonly detail: string }) => void = () => {};
  private worker: Worker | null = null;
  /** What the thread is told when it has been started. */
  private unsaid: { readonly message: ToHistory; readonly transfer: readonly MessagePort[] }[] = [];
  private readonly describe: Describe;
  private readonly pending = new Map<number, Pending>();
  private header: RunHeader | null = null;
  private asked = 0;
  private closed: string | null = null;

  private constructor(options: HistoryOptions) {
    this.describe = options.describe ?? (({ event }) => describePlainly(event));
    if (options.after === undefined) this.begin(options);
    else void options.after.then(() => this.begin(options));
  }

  /** Starts the thread. It holds nothing before the first `load`. */
  static start(options: HistoryOptions): HistoryClient {
    return new HistoryClient(options);
  }

  /**
   * Makes the history hold a run up to `end` (`null`: up to its last command), by executing it; what it has in common
   * with the run held before is kept. Forking, changing branch and undoing are all this. A run that cannot be had again
   * up to its end is held as far as it goes, and `divergence` says why.
   * @throws HistoryError when it was called off (the history then holds the run as far as it got) or failed.
   */
  load(run: Run, end: Place | null, options: LoadOptions): Promise<Loaded> {
    this.header = run.header;
    const request = { type: 'load', run, end, number: options.run, expectations: options.expectations ?? null } as const;
    return this.ask(request, options);
  }

  /** The end of a new channel to the history, for the cluster that goes on with the run held; ends the one before. */
  port(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.tell({ type: 'follow', port: port1 }, [port1]);
    return port2;
  }

  /**
   * The run after its first `seq` events, with up to `before` events up to there and `after` that follow.
   * @throws HistoryError when so many events have not been compared yet.
   */
  seek(seq: number, before: number, after: number): Promise<Moment> {
    return this.ask({ type: 'seek', seq, before, after });
  }

  /** Memory and disk of a node after the step to which event `seq - 1` belongs. @throws HistoryError */
  inspect(seq: number, node: NodeId): Promise<NodeInspection> {
    return this.ask({ type: 'inspect', seq, node });
  }

  /** All that is needed to go on from the end of the step to which event `seq - 1` belongs. @throws HistoryError */
  checkpointAt(seq: number): Promise<Resumption> {
    return this.ask({ type: 'checkpoint', seq });
  }

  /** What clients were answered, and whether that is linearizable. @throws HistoryError */
  linearize(question: Question, options: TaskOptions = {}): Promise<Linearization> {
    return this.ask({ type: 'linearize', question }, options);
  }

  /** Two branches side by side. @throws HistoryError when one of them cannot be had again up to its end. */
  async compare(a: BranchRun, b: BranchRun, options: TaskOptions = {}): Promise<Comparison> {
    const raw: RawComparison = await this.ask({ type: 'compare', a, b }, options);
    const { first } = raw;
    return { ...raw, first: { a: this.sentence(first.a, a.run.header), b: this.sentence(first.b, b.run.header) } };
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.refuseAll('the history was closed');
    await this.worker?.terminate();
  }

  private begin(options: HistoryOptions): void {
    if (this.closed !== null) return;
    const { worker, heapMb } = options;
    this.worker = new Worker(worker, {
      name: 'history',
      resourceLimits: {
        maxYoungGenerationSizeMb: YOUNG_HEAP_MB,
        ...(heapMb !== undefined && { maxOldGenerationSizeMb: heapMb }),
      },
    });
    this.worker.on('message', (message: FromHistory) => this.hear(message));
    this.worker.on('error', (error: Error & { code?: string }) => {
      this.lose(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it ran out of memory' : error.message);
    });
    this.worker.on('exit', () => this.lose('its thread ended'));
    for (const { message, transfer } of this.unsaid.splice(0)) this.tell(message, transfer);
  }

  private ask<T extends HistoryRequest['type']>(
    request: Extract<HistoryRequest, { type: T }>,
    { onProgress = () => {}, signal }: TaskOptions = {},
  ): Promise<HistoryAnswers[T]> {
    if (this.closed !== null) return Promise.reject(new HistoryError(this.closed));
    const id = ++this.asked;
    const cancel = (): void => this.tell({ type: 'cancel', id });
    return new Promise<HistoryAnswers[T]>((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (value: never) => void, reject, onProgress });
      this.tell({ type: 'request', id, request });
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    }).finally(() => signal?.removeEventListener('abort', cancel));
  }

  private hear(message: FromHistory): void {
    if (message.type === 'news') return this.onNews(this.newsOf(message.news));
    const pending = this.pending.get(message.id);
    if (pending === undefined) return;
    if (message.type === 'progress') return pending.onProgress(message.share);
    this.pending.delete(message.id);
    if (message.type === 'answer') pending.resolve(message.value as never);
    else pending.reject(new HistoryError(message.error, message.cancelled));
  }

  private newsOf(raw: RawNews): TimelineNews {
    const { divergence } = raw.exactness;
    if (divergence === null) return { ...raw, exactness: { ...raw.exactness, divergence } };
    const { seq } = divergence;
    const happened = this.sentence(divergence.happened, this.header);
    const replayed = this.sentence(divergence.replayed, this.header);
    return { ...raw, exactness: { ...raw.exactness, divergence: { seq, happened, replayed } } };
  }

  private sentence(told: Told | null, header: RunHeader | null): string | null {
    if (told === null || header === null) return null;
    try {
      return this.describe(told, header);
    } catch {
      // A diverged event can be one that no protocol has written.
      return describePlainly(told.event);
    }
  }

  private tell(message: ToHistory, transfer: readonly MessagePort[] = []): void {
    if (this.closed !== null) return;
    if (this.worker === null) this.unsaid.push({ message, transfer });
    else this.worker.postMessage(message, transfer);
  }

  private lose(reason: string): void {
    if (this.closed !== null) return;
    this.refuseAll(`the history has stopped: ${reason}`);
    const detail = `Its thread ended: ${reason}. The run goes on, but cannot be scrubbed, forked or checked any more.`;
    this.onProblem({ title: 'The history has stopped', detail });
  }

  private refuseAll(reason: string): void {
    this.closed ??= reason;
    for (const { reject } of this.pending.values()) reject(new HistoryError(reason));
    this.pending.clear();
  }
}

function describePlainly({ seq: _, at: __, type, ...fields }: Told['event']): string {
  const texts = Object.entries(fields).map(([name, value]) => {
    return `${name} ${value instanceof Uint8Array ? [...value] : JSON.stringify(value)}`;
  });
  return [type, ...texts].join(' ');
}

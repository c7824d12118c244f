/** The service's parts on the real engine, in this thread: no made-up answers. Time passes when a test says so. */
import type { MessagePort } from 'node:worker_threads';
import { sentence } from '../../../src/contract/log.ts';
import type { Session as SavedSession } from '../../../src/cluster/run-file/journal.ts';
import type { Frame, Transport } from '../../../src/cluster/frames.ts';
import type { RunHeader } from '../../../src/cluster/run.ts';
import type { TimelineNews } from '../../../src/cluster/timeline.ts';
import { HistoryError } from '../../../src/host/history/history-client.ts';
import { History as InlineHistory, PastError } from '../../../src/host/history/history.ts';
import type { FollowBatch, RawNews, Told } from '../../../src/host/history/messages.ts';
import { finish } from '../../../src/host/replay.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import type { SessionNews } from '../../../src/host/session-journal.ts';
import { protocolOf } from '../../../src/protocol/mutants.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import type { Journal } from '../../../electron/main/autosave.ts';
import type { Cluster, ClusterStart, Engine, History } from '../../../electron/main/parts.ts';
import type { Document, ServiceOptions } from '../../../electron/main/cluster-service.ts';

/** Ports are never spoken through here; they only tell whose they are. */
const histories = new WeakMap<MessagePort, TestHistory>();

export class TestCluster implements Cluster {
  readonly engine: InlineCluster;
  readonly run: number;
  readonly directory: string;
  readonly acknowledged: number[] = [];
  transport: Transport;
  attached = 0;
  closed = false;
  onFrame: (frame: Frame) => void = () => undefined;
  onProblem: Cluster['onProblem'] = () => undefined;
  onJournal: Cluster['onJournal'] = () => undefined;
  #port: MessagePort;
  #told: { mark: ReturnType<InlineCluster['scheduler']['log']['mark']>; commands: number };

  constructor({ header, run, directory, transport, resume, history }: ClusterStart) {
    this.engine = resume === null ? new InlineCluster(header) : InlineCluster.resume(resume.run, resume.checkpoint);
    this.run = run;
    this.directory = directory;
    this.transport = transport;
    this.#port = history;
    this.#told = this.#now();
  }

  get journal() {
    return this.engine.scheduler.journal;
  }

  command: Cluster['command'] = async (command) => {
    const place = this.engine.command(command);
    this.#tell();
    return place;
  };
  inspect: Cluster['inspect'] = async (node) => this.engine.inspect(node);

  async setTransport(change: Partial<Transport>): Promise<void> {
    this.transport = { ...this.transport, ...change };
  }

  async step(): Promise<void> {
    this.engine.step();
    this.transport = { ...this.transport, playing: false };
    this.#tell();
  }

  /** Lets virtual time pass, µs. */
  pass(time: number): void {
    this.engine.runUntil(this.engine.now + time);
    this.#tell();
  }

  async attach(): Promise<void> {
    this.attached++;
  }

  acknowledge(frame: number): void {
    this.acknowledged.push(frame);
  }

  async snapshot() {
    const { now, log } = this.engine.scheduler;
    return { run: this.engine.run(), end: { at: now, seq: log.seq }, digest: log.digest, marks: [...log.marks] };
  }

  async status() {
    return { events: this.engine.scheduler.log.seq };
  }

  follow(history: MessagePort): void {
    this.#port = history;
    this.#told = this.#now();
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Sends a frame without events. */
  frame(number: number): void {
    const { now } = this.engine;
    const events = { firstSeq: 0, count: 0, baseAt: 0, bytes: new Uint8Array() };
    this.onFrame({ run: this.run, frame: number, events, views: [], now, transport: this.transport, world: null });
  }

  #now() {
    const { log, journal } = this.engine.scheduler;
    return { mark: log.mark(), commands: journal.length };
  }

  #tell(): void {
    const { now, log, journal } = this.engine.scheduler;
    const entries = journal.slice(this.#told.commands);
    const end = { at: now, seq: log.seq };
    const { digest } = log;
    const events = log.since(this.#told.mark);
    histories.get(this.#port)?.follow(this.#port, { from: this.#told.commands, entries, events, end, digest, total: log.seq });
    this.#told = this.#now();
    this.onJournal(entries, { end, digest });
  }
}

export class TestHistory implements History {
  onNews: (news: TimelineNews) => void = () => undefined;
  onProblem: History['onProblem'] = () => undefined;
  closed = false;
  loads = 0;
  readonly #history = new InlineHistory({ protocolOf });
  readonly #failures: (Error | null)[];
  #port: MessagePort | null = null;
  #header: RunHeader | null = null;

  /** @param failures what becomes of the next loads: `null`, they are done */
  constructor(failures: (Error | null)[]) {
    this.#failures = failures;
  }

  load: History['load'] = async (run, end, { run: number, expectations = null, onProgress, signal }) => {
    this.loads++;
    this.#header = run.header;
    const failure = this.#failures.shift() ?? null;
    if (failure !== null) throw failure;
    signal?.throwIfAborted();
    const loaded = finish(this.#history.load(run, end, number, expectations));
    onProgress?.(1);
    this.#tell();
    return loaded;
  };

  port(): MessagePort {
    const port = {} as MessagePort;
    histories.set(port, this);
    this.#port = port;
    return port;
  }

  seek: History['seek'] = async (...moment) => refusing(() => this.#history.seek(...moment));
  inspect: History['inspect'] = async (...moment) => refusing(() => this.#history.inspect(...moment));
  checkpointAt: History['checkpointAt'] = async (seq) => refusing(() => this.#history.checkpointAt(seq));
  linearize: History['linearize'] = async (question) => refusing(() => finish(this.#history.linearize(question)));
  compare: History['compare'] = async (a, b) => {
    const raw = finish(this.#history.compareBranches(a, b));
    return { ...raw, first: { a: this.#sentence(raw.first.a), b: this.#sentence(raw.first.b) } };
  };

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Batches that come through an earlier port are late. */
  follow(port: MessagePort, batch: FollowBatch): void {
    if (port !== this.#port || this.closed) return;
    this.#history.follow(batch);
    this.#tell();
  }

  #tell(): void {
    const news: RawNews | null = this.#history.news();
    if (news !== null) this.onNews({ ...news, exactness: { ...news.exactness, divergence: null } });
  }

  #sentence(told: Told | null): string | null {
    if (told === null) return null;
    const row = { event: told.event, packet: told.packet, group: 'notes' as const, nodes: [] };
    return sentence(protocolNamed(this.#header!.protocol), row);
  }
}

/** As its client tells it. */
function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof PastError ? new HistoryError(error.message) : error;
  }
}

export class TestJournal implements Journal {
  readonly sessions: SavedSession[];
  readonly news: SessionNews[] = [];
  closed = false;
  /** Settles what waits for the disk. */
  release: () => void = () => undefined;
  #held: Promise<void> | null = null;

  constructor(session: SavedSession) {
    this.sessions = [session];
  }

  /** From now on nothing is synced before `release`. */
  hold(): void {
    this.#held = new Promise((resolve) => (this.release = resolve));
  }

  async append(news: SessionNews): Promise<void> {
    this.news.push(news);
    await this.#held;
  }

  async replace(session: SavedSession): Promise<void> {
    this.sessions.push(session);
  }

  async flush(): Promise<void> {
    await this.#held;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** Options of a service on test parts, with a record of all it did. */
export function testService() {
  const clusters: TestCluster[] = [];
  const opened: TestHistory[] = [];
  const journals: TestJournal[] = [];
  const sent: { channel: string; message: unknown }[] = [];
  const documents: Document[] = [];
  const discarded: string[] = [];
  const reported: unknown[] = [];
  /** What becomes of the next starts of clusters: they fail with this. */
  const failures: Error[] = [];
  /** What becomes of the next loads of histories: `null`, they are done. */
  const loadFailures: (Error | null)[] = [];
  const problems: ((problem: { title: string; detail: string }) => void)[] = [];
  const engine: Engine = {
    version: '0.1.0',
    settled: Promise.resolve(),
    startCluster: async (start) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const cluster = new TestCluster(start);
      clusters.push(cluster);
      return cluster;
    },
    startHistory: () => {
      const history = new TestHistory(loadFailures);
      opened.push(history);
      return history;
    },
    startJournal: ({ session, onProblem }) => {
      const journal = new TestJournal(session);
      journals.push(journal);
      problems.push(onProblem);
      return journal;
    },
    discard: async (directory) => void discarded.push(directory),
    report: (error) => reported.push(error),
  };
  const options: ServiceOptions = {
    engine,
    directory: '/runs',
    launch: 'test',
    send: (channel, message) => sent.push({ channel, message }),
    onDocument: (document) => documents.push(document),
  };
  return { options, clusters, histories: opened, journals, problems, sent, documents, discarded, reported, failures, loadFailures };
}

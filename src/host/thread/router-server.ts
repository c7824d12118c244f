/**
 * The router on its thread: drives the scheduler, passes batches to the nodes' threads and merges their outputs, keeps
 * the pace, makes frames, and answers main. All that changes the run happens between two windows.
 */
import type { MessagePort } from 'node:worker_threads';
import type { NodeOutput } from '../../cluster/batch.ts';
import { CommandError } from '../../cluster/command-error.ts';
import type { JournalEntry } from '../../cluster/commands.ts';
import type { Transport } from '../../cluster/frames.ts';
import type { NodeInspection } from '../../cluster/run.ts';
import type { HostOperation } from '../../cluster/node-state.ts';
import { IDLE_WINDOWS_MAX, refusalText, Scheduler, type Window } from '../../cluster/scheduler.ts';
import type { AnyProtocol, NodeId } from '../../protocol/protocol.ts';
import { createMonitor } from '../../check/monitor.ts';
import { FrameSource } from '../frames.ts';
import { Exchange } from './exchange.ts';
import { HistoryFeed } from './history-feed.ts';
import { JournalNews, runMark } from './journal-news.ts';
import { keyOf, NodeLink, reasonOf } from './node-link.ts';
import { Pacer } from './pacer.ts';
import type { FromRouter, RouterRequest, RouterWorkerData, RunStatus, ToRouter } from './messages.ts';
import { replayOn } from './replay-on.ts';

/** Wall time between two frames, ms: one animation frame. */
const FRAME_MS = 16;
/** Wall time to sleep when nothing is due, ms. */
const NAP_MS = 4;
/** Wall time after which messages are let in between two windows, ms. */
const SLICE_MS = 8;
/** A head start is given up at this virtual time, µs: with a bad network, it may take for ever. */
const HEAD_START_MAX_US = 10_000_000;
/** A node that has not finished its batch, started or answered after this much wall time, ms, is taken for dead. */
const NODE_TIMEOUT_MS = 20_000;

export class RouterServer {
  private readonly scheduler: Scheduler;
  private readonly frames: FrameSource | null;
  private readonly links = new Map<NodeId, NodeLink>();
  private readonly exchange: Exchange;
  private readonly pacer: Pacer;
  private readonly clock: () => number;
  private readonly tell: (message: FromRouter) => void;
  private readonly headStart: number;
  private transport: Transport;
  private readonly requests: { readonly id: number; readonly request: RouterRequest }[] = [];
  private readonly spawns = new Map<string, (link: NodeLink) => void>();
  private readonly terminations = new Map<string, () => void>();
  /** Nodes whose thread ended by itself, to be written into the run before the next window. */
  private readonly died: NodeLink[] = [];
  private wake: () => void = () => {};
  private frameAt = 0;
  private refusedTold = 0;
  private violationsSeen = 0;
  private letInAt = 0;
  private feed: HistoryFeed | null;
  /** A history that is to be told from the next gap on. */
  private follower: MessagePort | null = null;
  private readonly journal: JournalNews;
  private dirty = true;
  private readonly threads = {
    runWindow: (window: Window) => this.runWindow(window),
    repeat: async (entry: JournalEntry): Promise<void> => {
      this.scheduler.repeat(entry);
      await this.carryOut();
    },
  };
  private readonly late = (link: NodeLink): Promise<NodeOutput | null> => this.within(link, 'finish a step', link.whenDone());
  /** What it waits for a node to do, and since when (wall time, ms). */
  private readonly waiting = new Map<NodeLink, { readonly since: number; readonly what: string }>();

  constructor(data: RouterWorkerData, protocol: AnyProtocol, tell: (message: FromRouter) => void, clock: () => number) {
    const { resume, history } = data;
    this.scheduler = new Scheduler(data.header, protocol, undefined, resume?.start, createMonitor);
    this.frames = data.observe ? new FrameSource(this.scheduler, data.run, resume?.world) : null;
    this.feed = history === undefined ? null : new HistoryFeed(history, this.scheduler, clock, false);
    this.journal = new JournalNews(this.scheduler, tell, clock);
    this.transport = data.transport;
    this.headStart = data.headStart;
    this.tell = tell;
    this.clock = clock;
    this.exchange = new Exchange(clock);
    this.pacer = new Pacer(clock, data.transport.speed, 0);
  }

  hear(message: ToRouter): void {
    switch (message.type) {
      case 'request':
        this.requests.push({ id: message.id, request: message.request });
        return this.wake();
      case 'acknowledge':
        return this.frames?.acknowledge(message.frame);
      case 'follow':
        this.follower = message.history;
        return this.wake();
      case 'spawned': {
        const link = new NodeLink(message.node, message.incarnation, message.port, this.exchange.bell);
        link.onEnded = () => {
          this.died.push(link);
          this.wake();
        };
        this.links.set(message.node, link);
        this.spawns.get(keyOf(message))?.(link);
        this.spawns.delete(keyOf(message));
        return;
      }
      case 'ended': {
        this.terminations.get(keyOf(message))?.();
        this.terminations.delete(keyOf(message));
        const link = this.links.get(message.node);
        if (link?.incarnation === message.incarnation) link.end(message.error);
      }
    }
  }

  /** Serves until the thread is terminated. */
  async serve(): Promise<never> {
    const watchdog = setInterval(() => this.watch(), 1000);
    watchdog.unref();
    await Promise.all([...this.running(), this.carryOut()]);
    while (this.scheduler.slotNext <= this.headStart) {
      const window = this.scheduler.plan(HEAD_START_MAX_US, false);
      if (window === null) break;
      await this.runWindow(window);
      if (this.scheduler.violations.length > 0) break;
    }
    this.pacer.restart(this.transport.speed, this.scheduler.now);
    let idle = 0;
    for (;;) {
      const asked = await this.settle();
      this.atGap(asked);
      const before = this.scheduler.log.seq;
      const window = this.transport.playing ? this.scheduler.plan(this.pacer.limit(this.scheduler.now), false) : null;
      if (window !== null) await this.runWindow(window);
      await this.sendFrame();
      idle = window !== null && this.scheduler.log.seq === before ? idle + 1 : 0;
      // With every node down and the client still trying, as fast as possible would be years in minutes.
      if (window === null || idle > IDLE_WINDOWS_MAX) await this.nap();
    }
  }

  /** Everything that waits for the gap between two windows; whether there was anything. */
  private async settle(): Promise<boolean> {
    for (let asked = false; ; asked = true) {
      const dead = this.died.shift();
      if (dead !== undefined) {
        await this.bury(dead);
        continue;
      }
      const next = this.requests.shift();
      if (next === undefined) return asked;
      try {
        this.tell({ type: 'answer', id: next.id, value: await this.answer(next.request) });
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        this.tell({ type: 'refusal', id: next.id, error: error.message });
      }
    }
  }

  private async answer(request: RouterRequest): Promise<unknown> {
    const { header, journal, log } = this.scheduler;
    switch (request.type) {
      case 'command': {
        const place = this.scheduler.command(request.command);
        await this.carryOut();
        this.dirty = true;
        this.journal.tell();
        return place;
      }
      case 'transport':
        this.setTransport({ ...this.transport, ...request.change });
        return null;
      case 'step':
        if (this.transport.playing) this.setTransport({ ...this.transport, playing: false });
        await this.step();
        return null;
      case 'inspect':
        return this.inspect(request.node);
      case 'attach':
        this.frames?.attach();
        this.dirty = true;
        return null;
      case 'run':
        return { header, journal };
      case 'snapshot':
        return { run: { header, journal }, ...runMark(this.scheduler), marks: log.marks };
      case 'status':
        return this.status();
      case 'replay': {
        this.setTransport({ ...this.transport, playing: false });
        const divergence = await replayOn(this.scheduler, this.threads, request.journal, request.end);
        this.dirty = true;
        return { ...this.status(), divergence };
      }
      case 'runUntil': {
        this.setTransport({ ...this.transport, playing: false });
        for (let w = this.scheduler.plan(request.until, false); w !== null; w = this.scheduler.plan(request.until, false)) {
          await this.runWindow(w);
          await this.sendFrame();
        }
        this.dirty = true;
        return this.status();
      }
    }
  }

  private status(): RunStatus {
    const { now, log, delivered, refused } = this.scheduler;
    return { now, events: log.seq, delivered, digest: log.digest, refused };
  }

  private async step(): Promise<void> {
    const { log } = this.scheduler;
    const before = log.seq;
    for (let tries = 0; log.seq === before && tries < IDLE_WINDOWS_MAX; tries++) {
      const window = this.scheduler.plan(Infinity, true);
      if (window === null) return;
      await this.runWindow(window);
    }
  }

  private async inspect(node: NodeId): Promise<NodeInspection | null> {
    const link = this.links.get(node);
    if (!this.scheduler.stateOf(node).up || link === undefined || link.ended !== null) return null;
    return this.within(link, 'answer', link.inspect()).then(
      (inspection) => ({ up: true, ...inspection }),
      () => null,
    );
  }

  private setTransport(transport: Transport): void {
    this.transport = transport;
    this.pacer.restart(transport.speed, this.scheduler.now);
    this.dirty = true;
  }

  private async runWindow(window: Window): Promise<void> {
    const outputs = await this.exchange.run(window.batches, this.links, this.late);
    if (outputs.length < window.batches.length) this.abandon(window, outputs);
    this.scheduler.merge(window, outputs);
    if (this.frames !== null) for (const output of outputs) this.frames.take(output);
    this.dirty = true;
    for (let dead = this.died.shift(); dead !== undefined; dead = this.died.shift()) await this.bury(dead);
    await this.carryOut();
    this.reportRefused();
    this.pauseAtViolation();
    this.atGap(false);
    await this.letIn();
  }

  /** Lets messages in, if they have waited for long. */
  private async letIn(): Promise<void> {
    if (this.clock() - this.letInAt <= SLICE_MS) return;
    await new Promise((resume) => setImmediate(resume));
    this.letInAt = this.clock();
  }

  /** The run is between two windows: tells those that keep it. @param now whether the history has to know at once */
  private atGap(now: boolean): void {
    this.journal.tell();
    this.feed?.gap(now);
    if (this.follower === null) return;
    this.feed = new HistoryFeed(this.follower, this.scheduler, this.clock, true);
    this.follower = null;
  }

  /** Says which commands of the script could not be carried out; the run goes on without them. */
  private reportRefused(): void {
    const { refused } = this.scheduler;
    for (; this.refusedTold < refused.length; this.refusedTold++) {
      const detail = refusalText(refused[this.refusedTold]!);
      this.tell({ type: 'problem', title: 'A command of the scenario could not be carried out', detail });
    }
  }

  /** What happens next is not to cover up that something is wrong. */
  private pauseAtViolation(): void {
    const { violations } = this.scheduler;
    if (violations.length === this.violationsSeen) return;
    this.violationsSeen = violations.length;
    if (this.transport.playing) this.setTransport({ ...this.transport, playing: false });
  }

  /** Nodes that died over their batch: none of it happened to them; they are down from the beginning of the window. */
  private abandon(window: Window, outputs: readonly NodeOutput[]): void {
    for (const batch of window.batches) {
      if (outputs.some((output) => output.node === batch.node)) continue;
      this.scheduler.command({ type: 'died', node: batch.node, error: reasonOf(this.links.get(batch.node)) });
    }
  }

  /** Writes into the run that a node's thread ended by itself, unless it was to. */
  private async bury(link: NodeLink): Promise<void> {
    const state = this.scheduler.nodes.get(link.node);
    if (state?.up !== true || state.incarnation !== link.incarnation) return;
    this.scheduler.command({ type: 'died', node: link.node, error: reasonOf(link) });
    this.dirty = true;
    await this.carryOut();
  }

  /** Has main start and end threads as the scheduler wants, and waits until it is done. */
  private async carryOut(): Promise<void> {
    while (this.scheduler.operations.length > 0) {
      const operations = this.scheduler.operations;
      this.scheduler.operations = [];
      await Promise.all(operations.map((operation) => this.carryOutOne(operation)));
    }
  }

  private async carryOutOne(operation: HostOperation): Promise<void> {
    if (operation.type === 'terminate') {
      const link = this.links.get(operation.node);
      if (link === undefined) return;
      // What is seen of a node that is down is what it was when it went down.
      if (this.frames?.stale.has(link.node) === true) await this.look(new Set([link.node]));
      this.links.delete(operation.node);
      link.onEnded = () => {};
      await new Promise<void>((ended) => {
        const about = { node: link.node, incarnation: link.incarnation };
        this.terminations.set(keyOf(about), ended);
        this.tell({ type: 'terminate', ...about });
      });
      link.end('crashed');
      return;
    }
    const { setup, disk } = operation;
    if (disk === 'new') this.frames?.forget(setup.node);
    const { incarnation } = this.scheduler.stateOf(setup.node);
    const started = this.started(setup.node, incarnation);
    this.tell({ type: 'spawn', incarnation, setup, disk });
    await started;
  }

  /** The threads of nodes that are up in a run that goes on; main has started them. */
  private running(): Promise<void>[] {
    const { nodeList, operations } = this.scheduler;
    const fresh = new Set(operations.map((operation) => (operation.type === 'spawn' ? operation.setup.node : 0)));
    const running = nodeList.filter(({ node, up }) => up && !fresh.has(node));
    return running.map(({ node, incarnation }) => this.started(node, incarnation));
  }

  /** Waits until a node has a thread that is ready. One that cannot start is written into the run as dead after that. */
  private async started(node: NodeId, incarnation: number): Promise<void> {
    const link = await new Promise<NodeLink>((spawned) => this.spawns.set(keyOf({ node, incarnation }), spawned));
    await this.within(link, 'start', link.whenReady()).catch(() => {});
  }

  private async sendFrame(): Promise<void> {
    if (this.frames === null) return;
    const at = this.clock();
    if (at - this.frameAt < FRAME_MS || !(this.dirty || this.transport.playing)) return;
    if (this.frames.wanted) await this.look(this.frames.stale);
    const frame = this.frames.next(this.scheduler.now, this.transport);
    this.frameAt = at;
    if (frame === null) return;
    this.dirty = false;
    this.tell({ type: 'frame', frame });
  }

  /** Has nodes show themselves: once a frame, however many batches they have run for it. */
  private async look(nodes: ReadonlySet<NodeId>): Promise<void> {
    const asked = [...nodes].filter((node) => this.links.get(node)?.ended === null);
    if (asked.length === 0) return;
    const batches = asked.map((node) => ({ node, writer: { bytes: new Uint8Array(0), length: 0 } }));
    for (const output of await this.exchange.run(batches, this.links, this.late)) this.frames?.take(output);
  }

  private nap(): Promise<void> {
    // It may have been asked while nodes were looked at.
    if (this.requests.length > 0 || this.died.length > 0) return Promise.resolve();
    // Paused with nothing to show, it sleeps until it is asked something.
    const idle = !this.transport.playing && !this.dirty;
    return new Promise((resume) => {
      const timer = setTimeout(resume, idle ? 1000 : NAP_MS);
      this.wake = () => {
        clearTimeout(timer);
        resume();
      };
    });
  }

  /** The same promise, that a node which never keeps it is taken for dead. */
  private within<T>(link: NodeLink, what: string, promise: Promise<T>): Promise<T> {
    this.waiting.set(link, { since: this.clock(), what });
    return promise.finally(() => this.waiting.delete(link));
  }

  private watch(): void {
    for (const [link, { since, what }] of [...this.waiting]) {
      if (this.clock() - since >= NODE_TIMEOUT_MS) link.end(`did not ${what} within ${NODE_TIMEOUT_MS / 1000} s`);
    }
  }
}

/** Runs a router on this thread, until it is terminated. Whatever it throws ends the thread, and main says so. */
export function serveRouter(main: MessagePort, data: RouterWorkerData, protocol: AnyProtocol): void {
  const server = new RouterServer(data, protocol, (message) => main.postMessage(message), () => performance.now());
  main.on('message', (message: ToRouter) => server.hear(message));
  void server.serve();
}

/**
 * A cluster on threads, seen from the process that owns it: Electron's main process, the command line, a test. Spawns
 * the router's thread and a thread for every node, and wires a MessagePort from each node to the router.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { CommandError } from '../../cluster/command-error.ts';
import type { Command, JournalEntry } from '../../cluster/commands.ts';
import { INCARNATION_FIRST, nodeSetup } from '../../cluster/node-state.ts';
import type { Frame, Transport } from '../../cluster/frames.ts';
import { actorsOf, type NodeInspection, type Place, type Run, type RunHeader } from '../../cluster/run.ts';
import { protocolOf } from '../../protocol/mutants.ts';
import { nameOf, type NodeId } from '../../protocol/protocol.ts';
import type { Resumption } from '../history/messages.ts';
import type { DiskData } from '../../cluster/disk/disk.ts';
import type {
  FromRouter,
  NodeWorkerData,
  RouterRequest,
  RouterWorkerData,
  RunMark,
  RunStatus,
  Snapshot,
  ThreadReplay,
  ToRouter,
} from './messages.ts';

export interface ThreadClusterOptions {
  readonly header: RunHeader;
  /** Number of the run; its frames carry it. */
  readonly run: number;
  /** Where nodes keep their storage, one folder each; emptied first. */
  readonly directory: string;
  /** Paths of the built entries of the threads. */
  readonly workers: { readonly router: string; readonly node: string };
  readonly transport: Transport;
  /** Whether anybody watches: views and frames are made only then. */
  readonly observe: boolean;
  /**
   * Slots to have chosen, as fast as the threads go, before the pace is kept: a window that opens on the run then has
   * something to show. Given up after ten virtual seconds. @default 0
   */
  readonly headStart?: number;
  /** Where to go on: fresh threads, in that very state. @default at the beginning */
  readonly resume?: Resumption;
  /** To a history that holds the run up to where it begins or goes on, and follows it from there. */
  readonly history?: MessagePort;
  /** Limits of a node's heap, MB. @default the runtime's */
  readonly nodeHeapMb?: number;
}

/** What a thread is started with. */
type ThreadOrder = Omit<Extract<FromRouter, { type: 'spawn' }>, 'type'>;

interface NodeThread {
  readonly incarnation: number;
  readonly worker: Worker;
  readonly ended: Promise<void>;
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadCluster {
  onFrame: (frame: Frame) => void = () => {};
  onProblem: (problem: { readonly title: string; readonly detail: string }) => void = () => {};
  /**
   * Commands that have taken their place, before whoever gave them is answered, and how far the run had got then; without
   * commands, at least every 250 ms while something happens.
   */
  onJournal: (entries: readonly JournalEntry[], mark: RunMark) => void = () => {};
  private readonly options: ThreadClusterOptions;
  private readonly router: Worker;
  private readonly nodes = new Map<NodeId, NodeThread>();
  /** Looks at the disks of nodes that are down. Only one thread at a time can have a disk open. */
  private readonly reads = new Map<NodeId, Promise<NodeInspection['disk']>>();
  private readonly pending = new Map<number, Pending>();
  private asked = 0;
  private closed: string | null = null;

  private constructor(options: ThreadClusterOptions) {
    this.options = options;
    const { header, run, transport, observe, headStart = 0, resume, history } = options;
    const workerData: RouterWorkerData = {
      ...{ header, run, transport, observe, headStart },
      ...(resume && { resume: { start: { state: resume.checkpoint.scheduler, journal: resume.run.journal }, world: resume.world } }),
      ...(history && { history }),
    };
    const transferList = history === undefined ? [] : [history];
    this.router = new Worker(options.workers.router, { workerData, name: 'router', transferList });
    this.router.on('message', (message: FromRouter) => this.hear(message));
    this.router.on('error', (error) => this.lose(`the router's thread ended: ${error.message}`, error));
    this.router.on('exit', () => this.lose("the router's thread ended", null));
    // The router will ask for these threads, or waits for them; they start at once, beside its own.
    if (resume !== undefined) this.resumeThreads(resume);
    else {
      for (const node of actorsOf(header)) {
        const setup = nodeSetup(header, header.config, node, INCARNATION_FIRST);
        this.startThread({ setup, disk: 'new', incarnation: INCARNATION_FIRST });
      }
    }
  }

  /** @throws Error when the storage folder cannot be made. */
  static async start(options: ThreadClusterOptions): Promise<ThreadCluster> {
    // At once, not when the event loop comes round: while an app starts, that is much later.
    rmSync(options.directory, { recursive: true, force: true });
    mkdirSync(options.directory, { recursive: true });
    const { resume } = options;
    if (resume !== undefined) {
      const up = new Set(resume.checkpoint.runners.map(([node]) => node));
      const down = resume.checkpoint.disks.filter(([node]) => !up.has(node));
      await Promise.all(down.map(([node, disk]) => writeDisk(directoryOf(options, node), disk)));
    }
    return new ThreadCluster(options);
  }

  /** @throws CommandError with the reason, and nothing has changed. */
  command(command: Command): Promise<{ readonly at: number; readonly seq: number }> {
    return this.ask({ type: 'command', command });
  }

  setTransport(change: Partial<Transport>): Promise<void> {
    return this.ask({ type: 'transport', change });
  }

  /** One step of one node, or one event of the network; pauses first. */
  step(): Promise<void> {
    return this.ask({ type: 'step' });
  }

  /** Memory and disk of a node; of one that is down, its disk. */
  async inspect(node: NodeId): Promise<NodeInspection> {
    for (;;) {
      const inspection = await this.ask<NodeInspection | null>({ type: 'inspect', node });
      if (inspection !== null) return inspection;
      // If it has a thread again, it was restarted since the router said that it is down.
      if (!this.nodes.has(node)) return { up: false, memory: null, disk: await this.readDisk(node) };
    }
  }

  /** From now on frames come, the first with a snapshot. */
  attach(): Promise<void> {
    return this.ask({ type: 'attach' });
  }

  acknowledge(frame: number): void {
    this.toRouter({ type: 'acknowledge', frame });
  }

  /** Header and commands: all that is needed to have this run again. */
  run(): Promise<Run> {
    return this.ask({ type: 'run' });
  }

  /** The run as it is now. */
  snapshot(): Promise<Snapshot> {
    return this.ask({ type: 'snapshot' });
  }

  /** From now on this history is told of what happens; it holds the run up to some place in its past. */
  follow(history: MessagePort): void {
    this.toRouter({ type: 'follow', history }, [history]);
  }

  /** Pauses, and carries out the commands of a journal, each at its place, up to `end`, as fast as the threads go. */
  replay(journal: readonly JournalEntry[], end: Place): Promise<ThreadReplay> {
    return this.ask({ type: 'replay', journal, end });
  }

  status(): Promise<RunStatus> {
    return this.ask({ type: 'status' });
  }

  /** Pauses, and lets everything happen that happens before `until` (µs), as fast as the threads go. */
  runUntil(until: number): Promise<RunStatus> {
    return this.ask({ type: 'runUntil', until });
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.closed = 'the cluster was closed';
    for (const { reject } of this.pending.values()) reject(new Error(this.closed));
    this.pending.clear();
    await this.router.terminate();
    await Promise.all([...this.nodes.values()].map(({ worker }) => worker.terminate()));
    await Promise.allSettled(this.reads.values());
  }

  private hear(message: FromRouter): void {
    switch (message.type) {
      case 'answer':
        this.pending.get(message.id)?.resolve(message.value as never);
        this.pending.delete(message.id);
        return;
      case 'refusal':
        this.pending.get(message.id)?.reject(new CommandError(message.error));
        this.pending.delete(message.id);
        return;
      case 'frame':
        return this.onFrame(message.frame);
      case 'problem':
        return this.onProblem(message);
      case 'journal':
        return this.onJournal(message.entries, { end: message.end, digest: message.digest });
      case 'spawn':
        if (!this.isFounding(message)) void this.spawn(message);
        return;
      case 'terminate': {
        const thread = this.nodes.get(message.node);
        if (thread?.incarnation === message.incarnation) void thread.worker.terminate();
        else this.toRouter({ type: 'ended', node: message.node, incarnation: message.incarnation, error: '' });
      }
    }
  }

  /** One of the threads that were started before the router asked for them. */
  private isFounding({ setup, incarnation }: ThreadOrder): boolean {
    const { header, resume } = this.options;
    return resume === undefined && incarnation === INCARNATION_FIRST && actorsOf(header).includes(setup.node);
  }

  private async spawn(order: ThreadOrder): Promise<void> {
    const { node } = order.setup;
    // Whoever had the disk open must have let go of it: the thread before, or a look at it while the node was down.
    await this.nodes.get(node)?.ended;
    await this.reads.get(node)?.catch(() => {});
    if (this.closed === null) this.startThread(order);
  }

  /** The nodes that are up go on in their states. */
  private resumeThreads({ checkpoint }: Resumption): void {
    const disks = new Map(checkpoint.disks);
    const states = new Map(checkpoint.scheduler.nodes.map((state) => [state.node, state]));
    for (const [node, runner] of checkpoint.runners) {
      const { incarnation, disk } = states.get(node)!;
      this.startThread({ setup: runner.setup, disk, incarnation }, { runner, disk: disks.get(node)! });
    }
  }

  private startThread({ setup, disk, incarnation }: ThreadOrder, resume?: NodeWorkerData['resume']): void {
    const { node } = setup;
    const { header, workers, nodeHeapMb } = this.options;
    const { protocol, mutant } = header;
    const { port1, port2 } = new MessageChannel();
    const directory = directoryOf(this.options, node);
    const workerData: NodeWorkerData = {
      ...{ run: { protocol, ...(mutant !== undefined && { mutant }) }, setup, disk, directory, port: port1 },
      ...(resume && { resume }),
    };
    const worker = new Worker(workers.node, {
      workerData,
      transferList: [port1],
      name: nameOf(node),
      ...(nodeHeapMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: nodeHeapMb } }),
    });
    let reason = '';
    worker.on('error', (error: Error & { code?: string }) => {
      reason = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out of memory' : `${error.name}: ${error.message}`;
    });
    const ended = new Promise<void>((resolve) => {
      worker.on('exit', (code) => {
        resolve();
        // Before the router hears of it: asked to end a thread that is gone, it must not wait for another exit.
        if (this.nodes.get(node)?.worker === worker) this.nodes.delete(node);
        const error = reason === '' ? `the thread ended with code ${code}` : reason;
        this.toRouter({ type: 'ended', node, incarnation, error });
      });
    });
    this.nodes.set(node, { incarnation, worker, ended });
    this.toRouter({ type: 'spawned', node, incarnation, port: port2 }, [port2]);
  }

  private readDisk(node: NodeId): Promise<NodeInspection['disk']> {
    const running = this.reads.get(node);
    if (running !== undefined) return running;
    const read = this.loadDisk(node).finally(() => this.reads.delete(node));
    this.reads.set(node, read);
    return read;
  }

  private async loadDisk(node: NodeId): Promise<NodeInspection['disk']> {
    try {
      // Seldom needed, and so not loaded while the app starts.
      const { LevelStorage } = await import('../storage/level.ts');
      const storage = await LevelStorage.open(directoryOf(this.options, node), 'kept');
      try {
        return protocolOf(this.options.header).disk(await storage.load());
      } finally {
        await storage.close();
      }
    } catch (error) {
      throw new CommandError(`the disk of ${nameOf(node)} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private ask<T>(request: RouterRequest): Promise<T> {
    if (this.closed !== null) return Promise.reject(new Error(this.closed));
    const id = ++this.asked;
    return new Promise<T>((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (value: never) => void, reject });
      this.toRouter({ type: 'request', id, request });
    });
  }

  private toRouter(message: ToRouter, transfer: readonly MessagePort[] = []): void {
    if (this.closed === null) this.router.postMessage(message, transfer);
  }

  /** The router is gone, and with it the run. */
  private lose(reason: string, error: Error | null): void {
    if (this.closed !== null) return;
    this.closed = reason;
    for (const { reject } of this.pending.values()) reject(new Error(reason));
    this.pending.clear();
    for (const { worker } of this.nodes.values()) void worker.terminate();
    this.onProblem({
      title: 'The run has stopped',
      detail: `${reason}. Nothing more happens in this run; begin a new one.${error?.stack ? `\n\n${error.stack}` : ''}`,
    });
  }
}

function directoryOf({ directory }: ThreadClusterOptions, node: NodeId): string {
  return join(directory, nameOf(node));
}

/** Puts on the disk of a node that is down what it has to find when it comes up. */
async function writeDisk(directory: string, data: DiskData): Promise<void> {
  const { LevelStorage } = await import('../storage/level.ts');
  await (await LevelStorage.restore(directory, data)).close();
}

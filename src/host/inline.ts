/**
 * A cluster in one thread, synchronous: the same scheduler, the same node runners, no I/O. For tests, replay, the
 * command line and search; its digest is that of the same run on threads.
 */
import { createMonitor } from '../check/monitor.ts';
import { protocolOf } from '../protocol/mutants.ts';
import type { AnyProtocol, NodeId, Saved, View } from '../protocol/protocol.ts';
import type { NodeOutput } from '../cluster/batch.ts';
import type { Command, JournalEntry } from '../cluster/commands.ts';
import { actorsOf, type NodeInspection, type Run, type RunHeader } from '../cluster/run.ts';
import { IDLE_WINDOWS_MAX, Scheduler, type SchedulerState, type Window } from '../cluster/scheduler.ts';
import { NodeRunner, type RunnerData } from './runner.ts';
import { Disk, type DiskData } from '../cluster/disk/disk.ts';

export interface InlineOptions {
  /** Whether nodes make views. @default false */
  readonly observe?: boolean;
  /** How much of the event log to keep, bytes. */
  readonly keepBytes?: number;
  /** @default the one the header names */
  readonly protocol?: AnyProtocol;
  /** Whether the run is checked while it happens. A benchmark may turn it off. @default true */
  readonly checks?: boolean;
}

/** A cluster between two windows: plain data that `structuredClone` takes, independent of the cluster, and never changed. */
export interface ClusterCheckpoint {
  readonly scheduler: SchedulerState;
  /** The nodes that are up. */
  readonly runners: readonly (readonly [NodeId, RunnerData])[];
  /** Of every node. */
  readonly disks: readonly (readonly [NodeId, DiskData])[];
}

/** Where a cluster goes on: a checkpoint, and the journal of the run, of which the checkpoint's commands come first. */
interface InlineStart {
  readonly checkpoint: ClusterCheckpoint;
  readonly journal: readonly JournalEntry[];
}

export class InlineCluster {
  readonly scheduler: Scheduler;
  /** What nodes last showed of themselves; of one that is down, when it went down. */
  readonly views = new Map<NodeId, View>();
  private readonly observe: boolean;
  private readonly runners = new Map<NodeId, NodeRunner>();
  private readonly disks = new Map<NodeId, Disk>();

  constructor(header: RunHeader, options: InlineOptions = {}, from?: InlineStart) {
    const protocol = options.protocol ?? protocolOf(header);
    const { keepBytes, observe = false, checks = true } = options;
    const start = from && { state: from.checkpoint.scheduler, journal: from.journal };
    this.scheduler = new Scheduler(header, protocol, keepBytes, start, checks ? createMonitor : undefined);
    this.observe = observe;
    for (const node of actorsOf(header)) this.disks.set(node, new Disk());
    for (const [node, data] of from?.checkpoint.disks ?? []) this.disks.set(node, new Disk(data));
    for (const [node, data] of from?.checkpoint.runners ?? []) {
      this.runners.set(node, NodeRunner.resume({ protocol, observe }, data));
    }
    this.carryOutOperations();
  }

  /**
   * A cluster that goes on exactly where another was when its checkpoint was taken.
   * @param run of which the checkpoint is one; its journal may go on after it
   */
  static resume(run: Run, checkpoint: ClusterCheckpoint, options: InlineOptions = {}): InlineCluster {
    return new InlineCluster(run.header, options, { checkpoint, journal: run.journal });
  }

  /** The cluster as it is now. Costs what has changed since the last one, not what there is. */
  checkpoint(): ClusterCheckpoint {
    return {
      scheduler: this.scheduler.save(),
      runners: [...this.runners].map(([node, runner]) => [node, runner.save()] as const),
      disks: [...this.disks].map(([node, disk]) => [node, disk.save()] as const),
    };
  }

  get now(): number {
    return this.scheduler.now;
  }

  get digest(): string {
    return this.scheduler.log.digest;
  }

  /** Lets everything happen that happens before `limit` (µs, virtual). */
  runUntil(limit: number): void {
    while (this.window(limit));
  }

  /** Lets one window happen, if there is one before `limit` (µs); whether there was. */
  window(limit: number): boolean {
    const window = this.scheduler.plan(limit, false);
    if (window !== null) this.carryOut(window);
    return window !== null;
  }

  /** Lets at least this many events happen, if there are so many. */
  runEvents(count: number): void {
    const { log } = this.scheduler;
    let idle = 0;
    for (const end = log.seq + count; log.seq < end && idle < IDLE_WINDOWS_MAX; ) {
      const before = log.seq;
      const window = this.scheduler.plan(Infinity, false);
      if (window === null) return;
      this.carryOut(window);
      idle = log.seq === before ? idle + 1 : 0;
    }
  }

  /** One step of one node, or one event of the network, before `limit` (µs); whether there was one. */
  step(limit = Infinity): boolean {
    const { log } = this.scheduler;
    const before = log.seq;
    for (let tries = 0; log.seq === before && tries < IDLE_WINDOWS_MAX; tries++) {
      const window = this.scheduler.plan(limit, true);
      if (window === null) return false;
      this.carryOut(window);
    }
    return log.seq > before;
  }

  /** @throws CommandError, and nothing has changed. */
  command(command: Command): { at: number; seq: number } {
    const place = this.scheduler.command(command);
    this.carryOutOperations();
    return place;
  }

  /** Does again what a journal says was done here. @throws CommandError when it cannot be done any more. */
  repeat(entry: JournalEntry): void {
    this.scheduler.repeat(entry);
    this.carryOutOperations();
  }

  /** Has every node that has started show itself. */
  show(): void {
    for (const [node, runner] of this.runners) {
      const { given, inputs } = this.scheduler.stateOf(node);
      const starting = [...given, ...inputs].some((input) => 'type' in input && input.type === 'start');
      if (!starting) this.views.set(node, runner.view());
    }
  }

  private diskOf(node: NodeId): Disk {
    let disk = this.disks.get(node);
    if (disk === undefined) this.disks.set(node, (disk = new Disk()));
    return disk;
  }

  /** @throws CommandError when there is no such actor, or no more. */
  inspect(node: NodeId): NodeInspection {
    this.scheduler.stateOf(node);
    const stored = this.disks.get(node)!.load();
    const runner = this.runners.get(node);
    if (runner !== undefined) return { up: true, ...runner.inspect(stored) };
    return { up: false, memory: null, disk: this.scheduler.protocol.disk(stored) };
  }

  /** What is on the disk of a node, ascending by key. */
  stored(node: NodeId): readonly Saved[] {
    return this.diskOf(node).load();
  }

  run(): Run {
    return { header: this.scheduler.header, journal: [...this.scheduler.journal] };
  }

  private carryOut(window: Window): void {
    const outputs: NodeOutput[] = [];
    for (const batch of window.batches) {
      const { output, saves } = this.runners.get(batch.node)!.run(batch.writer.view());
      if (saves.length > 0) this.disks.get(batch.node)!.commit(saves);
      if (output.view !== null) this.views.set(output.node, output.view);
      outputs.push(output);
    }
    this.scheduler.merge(window, outputs);
    this.carryOutOperations();
  }

  private carryOutOperations(): void {
    const { operations } = this.scheduler;
    if (operations.length === 0) return;
    this.scheduler.operations = [];
    for (const operation of operations) {
      if (operation.type === 'terminate') {
        this.views.set(operation.node, this.runners.get(operation.node)!.view());
        this.runners.delete(operation.node);
        this.disks.get(operation.node)!.crash();
      } else {
        const { setup, disk: how } = operation;
        const disk = this.diskOf(setup.node);
        disk.start(how);
        if (how === 'new') this.views.delete(setup.node);
        const { protocol } = this.scheduler;
        this.runners.set(setup.node, new NodeRunner({ protocol, setup, stored: disk.load(), observe: this.observe }));
      }
    }
  }
}

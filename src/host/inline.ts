/**
 * A cluster in one thread, synchronous: the same scheduler, the same node runners, no I/O. For tests, replay, the
 * command line and search; its digest is that of the same run on threads.
 */
import { protocolNamed } from '../protocol/registry.ts';
import type { AnyProtocol, NodeId, View } from '../protocol/protocol.ts';
import type { NodeOutput } from '../cluster/batch.ts';
import type { Command } from '../cluster/commands.ts';
import type { NodeInspection, Run, RunHeader } from '../cluster/run.ts';
import { IDLE_WINDOWS_MAX, Scheduler, type Window } from '../cluster/scheduler.ts';
import type { ScriptedCommand } from '../cluster/script.ts';
import { NodeRunner } from './runner.ts';
import { Disk } from './storage/disk.ts';

export interface InlineOptions {
  readonly script?: readonly ScriptedCommand[];
  /** Whether nodes make views. @default false */
  readonly observe?: boolean;
  /** How much of the event log to keep, bytes. */
  readonly keepBytes?: number;
  /** @default the one the header names */
  readonly protocol?: AnyProtocol;
}

export class InlineCluster {
  readonly scheduler: Scheduler;
  readonly views = new Map<NodeId, View>();
  private readonly observe: boolean;
  private readonly runners = new Map<NodeId, NodeRunner>();
  private readonly disks = new Map<NodeId, Disk>();

  constructor(header: RunHeader, options: InlineOptions = {}) {
    const protocol = options.protocol ?? protocolNamed(header.protocol);
    this.scheduler = new Scheduler(header, protocol, options.script, options.keepBytes);
    this.observe = options.observe ?? false;
    for (const node of header.nodes) this.disks.set(node, new Disk());
    this.carryOutOperations();
  }

  get now(): number {
    return this.scheduler.now;
  }

  get digest(): string {
    return this.scheduler.log.digest;
  }

  /** Lets everything happen that happens before `limit` (µs, virtual). */
  runUntil(limit: number): void {
    for (let window = this.scheduler.plan(limit, false); window !== null; window = this.scheduler.plan(limit, false)) {
      this.carryOut(window);
    }
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

  inspect(node: NodeId): NodeInspection {
    const stored = this.disks.get(node)!.load();
    const runner = this.runners.get(node);
    if (runner !== undefined) return { up: true, ...runner.inspect(stored) };
    return { up: false, memory: null, disk: this.scheduler.protocol.disk(stored) };
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
        this.runners.delete(operation.node);
        this.disks.get(operation.node)!.crash();
      } else {
        const { setup, disk: how } = operation;
        const disk = this.disks.get(setup.node)!;
        disk.start(how);
        const { protocol } = this.scheduler;
        this.runners.set(setup.node, new NodeRunner({ protocol, setup, stored: disk.load(), observe: this.observe }));
      }
    }
  }
}

/**
 * Runs the commands of a journal again, each at its place, up to virtual time `until` (µs).
 * @throws Error when a command finds its place gone: the run has diverged before it.
 */
export function replay(run: Run, until: number, options: InlineOptions = {}): InlineCluster {
  const cluster = new InlineCluster(run.header, options);
  for (const { at, seq, command } of run.journal) {
    cluster.runUntil(at);
    while (cluster.scheduler.log.seq < seq && cluster.step());
    if (cluster.scheduler.log.seq !== seq) throw new Error(`the run has diverged before event ${seq}`);
    cluster.command(command);
  }
  cluster.runUntil(until);
  return cluster;
}

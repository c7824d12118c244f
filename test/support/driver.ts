/**
 * Drives a scheduler window by window, as the router's thread does: commands can come between any two windows, and a
 * node's thread can end over its batch. Synchronous, so that a seed gives one run.
 */
import { createMonitor } from '../../src/check/monitor.ts';
import { protocolOf } from '../../src/protocol/mutants.ts';
import type { AnyProtocol, NodeId } from '../../src/protocol/protocol.ts';
import type { NodeOutput } from '../../src/cluster/batch.ts';
import type { Command } from '../../src/cluster/commands.ts';
import type { Run, RunHeader } from '../../src/cluster/run.ts';
import { Scheduler } from '../../src/cluster/scheduler.ts';
import { NodeRunner, type RunnerData } from '../../src/host/runner.ts';
import { Disk, type DiskData } from '../../src/cluster/disk/disk.ts';

export interface NodesData {
  readonly runners: readonly (readonly [NodeId, RunnerData])[];
  readonly disks: readonly (readonly [NodeId, DiskData])[];
}

export class Driver {
  readonly scheduler: Scheduler;
  private readonly runners = new Map<NodeId, NodeRunner>();
  private readonly disks = new Map<NodeId, Disk>();

  constructor(header: RunHeader, protocol?: AnyProtocol) {
    this.scheduler = new Scheduler(header, protocol ?? protocolOf(header), undefined, undefined, createMonitor);
    this.carryOut();
  }

  get digest(): string {
    return this.scheduler.log.digest;
  }

  run(): Run {
    return { header: this.scheduler.header, journal: [...this.scheduler.journal] };
  }

  /** @throws CommandError */
  command(command: Command): void {
    this.scheduler.command(command);
    this.carryOut();
  }

  /**
   * One window; whether there was one.
   * @param dies the nodes whose thread ends over its batch.
   */
  window(limit: number, single: boolean, dies: (node: NodeId) => boolean = () => false): boolean {
    const window = this.scheduler.plan(limit, single);
    if (window === null) return false;
    const outputs: NodeOutput[] = [];
    for (const batch of window.batches) {
      if (dies(batch.node)) {
        this.scheduler.command({ type: 'died', node: batch.node, error: 'the thread ended' });
        continue;
      }
      const { output, saves } = this.runners.get(batch.node)!.run(batch.writer.view());
      this.disks.get(batch.node)!.commit(saves);
      outputs.unshift(output);
    }
    this.scheduler.merge(window, outputs);
    this.carryOut();
    return true;
  }

  /** Every node and every disk as it is now. */
  save(): NodesData {
    return {
      runners: [...this.runners].map(([node, runner]) => [node, runner.save()]),
      disks: [...this.disks].map(([node, disk]) => [node, disk.save()]),
    };
  }

  /** Every node goes on from what was saved of it just now, as a thread would that is started in its state. */
  transplant({ runners, disks }: NodesData): void {
    const { protocol } = this.scheduler;
    for (const [node, data] of runners) this.runners.set(node, NodeRunner.resume({ protocol, observe: false }, data));
    for (const [node, data] of disks) this.disks.set(node, new Disk(data));
  }

  private carryOut(): void {
    const { operations, protocol } = this.scheduler;
    this.scheduler.operations = [];
    for (const operation of operations) {
      if (operation.type === 'terminate') {
        this.runners.delete(operation.node);
        this.disks.get(operation.node)!.crash();
      } else {
        const { setup, disk: how } = operation;
        const disk = this.disks.get(setup.node) ?? new Disk();
        this.disks.set(setup.node, disk);
        disk.start(how);
        this.runners.set(setup.node, new NodeRunner({ protocol, setup, stored: disk.load(), observe: false }));
      }
    }
  }
}

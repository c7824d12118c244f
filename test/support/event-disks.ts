/** What the events of a run tell of the nodes' disks: what each held when its node came up, and when a save was synced. */
import type { RunEvent } from '../../src/cluster/events.ts';
import { Disk, type Write } from '../../src/cluster/disk/disk.ts';
import { conditionsOf } from '../../src/network/faults/conditions.ts';
import type { FaultSettings } from '../../src/network/faults/fault.ts';
import type { NodeId, Saved } from '../../src/protocol/protocol.ts';

/** What events tell of one node's storage. */
interface Storage {
  disk: Disk;
  readonly faults: Map<string, FaultSettings>;
  /** What a slow disk has not synced yet. */
  waiting: readonly Saved[] | null;
}

/** Something that is a fact about a disk: a node came up with this, or is told that this is synced. */
export type DiskFact =
  | { readonly node: NodeId; readonly input: { readonly type: 'start'; readonly stored: readonly Saved[] } }
  | { readonly node: NodeId; readonly effect: { readonly type: 'save'; readonly records: readonly Saved[] } };

export class EventDisks {
  private readonly storages = new Map<NodeId, Storage>();

  /** Takes note of an event, in their order. */
  note(event: RunEvent): DiskFact | null {
    switch (event.type) {
      case 'start': {
        const { disk } = this.storageOf(event.node);
        disk.start(event.disk);
        return { node: event.node, input: { type: 'start', stored: disk.load() } };
      }
      case 'save': {
        const storage = this.storageOf(event.node);
        if (conditionsOf(Object.fromEntries(storage.faults)).diskDelay === 0) return this.saved(event.node, event.records);
        storage.waiting = event.records;
        return null;
      }
      case 'synced':
        return this.saved(event.node, this.storageOf(event.node).waiting!);
      case 'fault':
        this.storageOf(event.node).faults.set(event.fault, event.settings);
        return null;
      case 'crash': {
        const storage = this.storageOf(event.node);
        storage.waiting = null;
        storage.disk.crash();
        return null;
      }
      case 'removed':
        this.storages.delete(event.node);
        return null;
      default:
        return null;
    }
  }

  /** The disk says that it has synced, and the node believes it. */
  private saved(node: NodeId, records: readonly Saved[]): DiskFact {
    const { disk, faults } = this.storageOf(node);
    this.storageOf(node).waiting = null;
    const writes = records.map(({ key, value }): Write => [key, value === null ? null : JSON.stringify(value)]);
    disk.commit([{ writes, lies: conditionsOf(Object.fromEntries(faults)).diskLies }]);
    return { node, effect: { type: 'save', records } };
  }

  private storageOf(node: NodeId): Storage {
    let storage = this.storages.get(node);
    if (!storage) {
      storage = { disk: new Disk(), faults: new Map(), waiting: null };
      this.storages.set(node, storage);
    }
    return storage;
  }
}

/** What the events of a run tell of the nodes' disks: what each held when its node came up, and when a save was synced. */
import { conditionsOf } from '../network/faults/conditions.ts';
import type { FaultSettings } from '../network/faults/fault.ts';
import { Disk, type DiskData, type Save, type Write } from '../cluster/disk/disk.ts';
import type { DiskAtStart } from '../cluster/events.ts';
import type { NodeId, Saved } from '../protocol/protocol.ts';

/** A save as its event has it: the records, and each as it is written. */
export interface SavedRecords {
  readonly records: readonly Saved[];
  readonly writes: readonly Write[];
  readonly lies: false;
}

/** So many saves of a node are put on its disk at once: it is seldom looked at. */
const SAVES_MAX = 256;

/** What events tell of one node's storage. */
interface Storage {
  readonly disk: Disk;
  readonly faults: Map<string, FaultSettings>;
  /** What the faults amount to. */
  slow: boolean;
  lies: boolean;
  /** What a slow disk has not synced yet. */
  waiting: SavedRecords | null;
  /** Synced, and not yet put on the disk. */
  synced: Save[];
}

/** Plain data. */
export type EventDisksData = readonly {
  readonly node: NodeId;
  readonly disk: DiskData;
  readonly faults: readonly (readonly [string, FaultSettings])[];
  readonly waiting: SavedRecords | null;
}[];

export class EventDisks {
  private readonly storages = new Map<NodeId, Storage>();

  constructor(data: EventDisksData = []) {
    for (const { node, disk, faults, waiting } of data) {
      const storage = { disk: new Disk(disk), faults: new Map(faults), slow: false, lies: false, waiting, synced: [] };
      setConditions(storage);
      this.storages.set(node, storage);
    }
  }

  save(): EventDisksData {
    return [...this.storages].map(([node, storage]) => {
      const { disk, faults, waiting } = storage;
      putOnDisk(storage);
      return { node, disk: disk.save(), faults: [...faults], waiting };
    });
  }

  /** A node comes up. @returns what it finds on its disk */
  start(node: NodeId, how: DiskAtStart): readonly Saved[] {
    const storage = this.storageOf(node);
    const { disk } = storage;
    putOnDisk(storage);
    disk.start(how);
    return disk.load();
  }

  /** A node saves. @returns whether the disk says at once that it has synced it, and the node believes it */
  saved(node: NodeId, saved: SavedRecords): boolean {
    const storage = this.storageOf(node);
    if (storage.slow) {
      storage.waiting = saved;
      return false;
    }
    sync(storage, saved);
    return true;
  }

  /** A slow disk says that it has synced. @returns what; `null`: nothing waited for it */
  synced(node: NodeId): SavedRecords | null {
    const storage = this.storageOf(node);
    const { waiting } = storage;
    storage.waiting = null;
    if (waiting !== null) sync(storage, waiting);
    return waiting;
  }

  fault(node: NodeId, fault: string, settings: FaultSettings): void {
    const storage = this.storageOf(node);
    storage.faults.set(fault, settings);
    setConditions(storage);
  }

  crash(node: NodeId): void {
    const storage = this.storageOf(node);
    storage.waiting = null;
    putOnDisk(storage);
    storage.disk.crash();
  }

  removed(node: NodeId): void {
    this.storages.delete(node);
  }

  private storageOf(node: NodeId): Storage {
    let storage = this.storages.get(node);
    if (storage === undefined) {
      storage = { disk: new Disk(), faults: new Map(), slow: false, lies: false, waiting: null, synced: [] };
      this.storages.set(node, storage);
    }
    return storage;
  }
}

function sync(storage: Storage, saved: SavedRecords): void {
  storage.synced.push(storage.lies ? { writes: saved.writes, lies: true } : saved);
  if (storage.synced.length === SAVES_MAX) putOnDisk(storage);
}

function putOnDisk(storage: Storage): void {
  if (storage.synced.length === 0) return;
  storage.disk.take(storage.synced, null);
  storage.synced = [];
}

function setConditions(storage: Storage): void {
  const { diskDelay, diskLies } = conditionsOf(Object.fromEntries(storage.faults));
  storage.slow = diskDelay > 0;
  storage.lies = diskLies;
}

/**
 * Stable storage of one node: what it holds, and what a crash leaves of it. Pure logic, no I/O; the thread host puts on
 * a real disk what this model says is durable, the inline host keeps the model itself. So both lose the same.
 *
 * - A save is all or nothing, and durable as soon as it is committed.
 * - A disk that *lies* says it has synced and has not: what was saved meanwhile is in its *cache*. The node, while it
 *   lives, reads it like everything else; a crash loses it. Once the disk no longer lies, the next save writes the
 *   cache out first.
 * - Of the last durable save, by whichever incarnation, the disk remembers what was there before (the *undo*). A node
 *   can be restarted (`RestartDisk`)
 *   - `kept`: with all that is durable;
 *   - `last-lost`: as if that last save had never been made;
 *   - `last-torn`: as if the power had failed in the middle of it. Of its *n* records, in its order, the first ⌊n/2⌋
 *     are written, the one after them is gone, for it was torn, and the others are as they were before;
 *   - `erased`: with nothing.
 *   A save can be lost or torn only once: then there is none to lose until the next.
 */
import type { Saved } from '../../protocol/protocol.ts';
import type { DiskAtStart } from '../events.ts';
import { Layers, type Layer } from './layers.ts';

/** What keys of the storage itself begin with; no protocol can use them. */
export const RESERVED = '\u0000';

/** A key and JSON, or null to delete. */
export type Write = readonly [key: string, json: string | null];

/** What one `save` of the protocol wrote, in its order. */
export interface Save {
  readonly writes: readonly Write[];
  /** The disk only says that it has synced it. */
  readonly lies: boolean;
}

/** What has to be made durable, in one piece. */
export interface Changes {
  /** By key; null deletes. */
  readonly records: ReadonlyMap<string, string | null>;
  readonly undo: readonly Write[];
}

/** A disk at a moment: plain data that later changes to the disk leave as it is. Most of it is shared with the disk. */
export interface DiskData {
  readonly layers: readonly Layer[];
  readonly undo: readonly Write[];
  readonly cache: Layer;
}

export class Disk {
  private readonly records: Layers;
  /** Keys of the last save, in its order, each with what it held before it was written. */
  private undo: readonly Write[];
  private readonly cache: Map<string, string | null>;

  /** @param data what `save` gave; without it, an empty disk. */
  constructor(data?: DiskData) {
    this.records = new Layers(data?.layers);
    this.undo = data?.undo ?? [];
    this.cache = new Map(data?.cache);
  }

  save(): DiskData {
    return { layers: this.records.freeze(), undo: this.undo, cache: new Map(this.cache) };
  }

  /** Takes in saves, in order. @returns what of them is durable; `null` when nothing is. */
  commit(saves: readonly Save[]): Changes | null {
    const changed = new Map<string, string | null>();
    return this.take(saves, changed) ? { records: changed, undo: this.undo } : null;
  }

  /**
   * Takes in saves, in order.
   * @param changed is told what of them is durable, by key; `null`: nobody asks
   * @returns whether anything of them is
   */
  take(saves: readonly Save[], changed: Map<string, string | null> | null): boolean {
    const last = saves.findLastIndex(({ lies }) => !lies);
    for (const [index, { writes, lies }] of saves.entries()) {
      if (lies) {
        for (const [key, json] of writes) this.cache.set(key, json);
        continue;
      }
      for (const [key, json] of this.cache) this.put(key, json, changed);
      this.cache.clear();
      // Only the last of them can be undone.
      if (index === last) this.undo = writes.map((write) => this.replace(...write, changed));
      else for (const [key, json] of writes) this.put(key, json, changed);
    }
    return last >= 0;
  }

  /** The node is down: what the disk had only in its cache is gone. */
  crash(): void {
    this.cache.clear();
  }

  /** What a node finds that starts in this way. @returns what changes on the disk by that; `null` for nothing. */
  start(how: DiskAtStart): Changes | null {
    this.cache.clear();
    if (how === 'erased' || how === 'new') {
      this.records.clear();
      this.undo = [];
    }
    if (how !== 'last-lost' && how !== 'last-torn') return null;
    const changed = new Map<string, string | null>();
    const torn = how === 'last-torn' ? Math.floor(this.undo.length / 2) : 0;
    // The last first: a key that was written twice then ends as it was at the tear.
    for (let i = this.undo.length - 1; i >= torn; i--) this.put(...this.undo[i]!, changed);
    if (how === 'last-torn' && this.undo.length > 0) this.put(this.undo[torn]![0], null, changed);
    this.undo = [];
    return { records: changed, undo: [] };
  }

  /** Everything stored, as the node reads it, ascending by key. */
  load(): Saved[] {
    return recordsOf(this.records.all(), this.cache);
  }

  /** The same, of records that somebody else has read. */
  over(durable: Map<string, string>): Saved[] {
    return recordsOf(durable, this.cache);
  }

  /** Puts a record; gives what was there. */
  private replace(key: string, json: string | null, changed: Map<string, string | null> | null): Write {
    const before = this.records.get(key);
    this.put(key, json, changed);
    return [key, before];
  }

  private put(key: string, json: string | null, changed: Map<string, string | null> | null): void {
    this.records.set(key, json);
    changed?.set(key, json);
  }
}

/** @throws SyntaxError when a record is no JSON. */
function recordsOf(durable: Map<string, string>, cache: Layer): Saved[] {
  const all = new Map(durable);
  for (const [key, json] of cache) {
    if (json === null) all.delete(key);
    else all.set(key, json);
  }
  return [...all.keys()].sort().map((key) => ({ key, value: JSON.parse(all.get(key)!) }));
}

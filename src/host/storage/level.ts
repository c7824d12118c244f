import { ClassicLevel } from 'classic-level';
import { mkdir, rm } from 'node:fs/promises';
import type { Saved } from '../../protocol/protocol.ts';
import type { DiskAtStart } from '../../cluster/events.ts';
import { Disk, RESERVED, type Changes, type DiskData, type Save, type Write } from '../../cluster/disk/disk.ts';
import { Layers } from '../../cluster/disk/layers.ts';

/** Where the undo of the last save is kept. */
const UNDO_KEY = `${RESERVED}undo`;

/**
 * Stable storage of a node on a thread: a LevelDB of its own, in a folder of its own. What is in it is exactly what the
 * model (disk.ts) says is durable, with the undo of the last save. A commit is one atomic batch, synced before the
 * promise resolves; the thread hands its output on only then.
 */
export class LevelStorage {
  private readonly db: ClassicLevel<string, string>;
  private readonly disk: Disk;

  private constructor(db: ClassicLevel<string, string>, disk: Disk) {
    this.db = db;
    this.disk = disk;
  }

  /**
   * Opens the storage in `directory`, making it if need be.
   * @param how what of it a node finds that starts now; `kept` changes nothing.
   * @throws Error when the folder cannot be made, or another thread has it open.
   */
  static async open(directory: string, how: DiskAtStart): Promise<LevelStorage> {
    if (how === 'erased' || how === 'new') await rm(directory, { recursive: true, force: true });
    const db = await openLevel(directory);
    try {
      const records = new Map<string, string>();
      let undo: readonly Write[] = [];
      for await (const [key, json] of db.iterator()) {
        if (key === UNDO_KEY) undo = JSON.parse(json) as Write[];
        else records.set(key, json);
      }
      const storage = new LevelStorage(db, new Disk({ layers: [records], undo, cache: new Map() }));
      await storage.persist(storage.disk.start(how));
      return storage;
    } catch (error) {
      await db.close();
      throw error;
    }
  }

  /**
   * Makes a storage in `directory` that holds exactly this, in place of whatever was there. It is on the disk, in one
   * piece, before the promise resolves.
   * @throws Error when the folder cannot be made, or another thread has it open.
   */
  static async restore(directory: string, data: DiskData): Promise<LevelStorage> {
    await rm(directory, { recursive: true, force: true });
    const storage = new LevelStorage(await openLevel(directory), new Disk(data));
    await storage.persist({ records: new Layers(data.layers).all(), undo: data.undo });
    return storage;
  }

  /** Takes in saves, in order. */
  async commit(saves: readonly Save[]): Promise<void> {
    await this.persist(this.disk.commit(saves));
  }

  /** Everything stored, as the node reads it, ascending by key. What is durable is read from the disk. */
  async load(): Promise<Saved[]> {
    const durable = new Map<string, string>();
    for await (const [key, json] of this.db.iterator()) if (!key.startsWith(RESERVED)) durable.set(key, json);
    return this.disk.over(durable);
  }

  async close(): Promise<void> {
    await this.db.close();
  }

  private async persist(changes: Changes | null): Promise<void> {
    if (changes === null) return;
    const { records, undo } = changes;
    const writes: Write[] = [...records, [UNDO_KEY, undo.length === 0 ? null : JSON.stringify(undo)]];
    await this.db.batch(
      writes.map(([key, value]) => (value === null ? { type: 'del', key } : { type: 'put', key, value })),
      { sync: true },
    );
  }
}

async function openLevel(directory: string): Promise<ClassicLevel<string, string>> {
  await mkdir(directory, { recursive: true });
  const db = new ClassicLevel<string, string>(directory);
  await db.open().catch((error: Error) => {
    // What LevelDB says is in the cause; the message around it says only that it failed.
    throw error.cause instanceof Error ? error.cause : error;
  });
  return db;
}

import { ClassicLevel } from 'classic-level';
import { mkdir, rm } from 'node:fs/promises';
import type { Saved } from '../../protocol/protocol.ts';
import type { Write } from '../runner.ts';

/**
 * Stable storage of a node on a thread: a LevelDB of its own, in a folder of its own. A commit is one atomic batch,
 * synced before the promise resolves; the thread hands its output on only then.
 */
export class LevelStorage {
  private readonly db: ClassicLevel<string, string>;

  private constructor(db: ClassicLevel<string, string>) {
    this.db = db;
  }

  /**
   * Opens the storage in `directory`, making it if need be.
   * @param erase begin with an empty disk.
   * @throws Error when the folder cannot be made, or another thread has it open.
   */
  static async open(directory: string, erase: boolean): Promise<LevelStorage> {
    if (erase) await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    const db = new ClassicLevel<string, string>(directory);
    await db.open().catch((error: Error) => {
      // What LevelDB says is in the cause; the message around it says only that it failed.
      throw error.cause instanceof Error ? error.cause : error;
    });
    return new LevelStorage(db);
  }

  async commit(writes: readonly Write[]): Promise<void> {
    // Of several writes to one key in a batch only the last counts; writing the others would be waste.
    const last = new Map(writes);
    await this.db.batch(
      [...last].map(([key, value]) => (value === null ? { type: 'del', key } : { type: 'put', key, value })),
      { sync: true },
    );
  }

  /** Everything stored, ascending by key. */
  async load(): Promise<Saved[]> {
    const records: Saved[] = [];
    for await (const [key, json] of this.db.iterator()) records.push({ key, value: JSON.parse(json) });
    return records;
  }

  async close(): Promise<void> {
    await this.db.close();
  }
}

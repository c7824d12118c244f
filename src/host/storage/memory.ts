import type { Saved } from '../../protocol/protocol.ts';
import type { Write } from '../runner.ts';

/** Stable storage of an inline node: a map that outlives the node. Used by tests, replay and search. */
export class MemoryStorage {
  private readonly records = new Map<string, string>();

  commit(writes: readonly Write[]): void {
    for (const [key, json] of writes) {
      if (json === null) this.records.delete(key);
      else this.records.set(key, json);
    }
  }

  /** Everything stored, ascending by key. */
  load(): Saved[] {
    return [...this.records.keys()].sort().map((key) => ({ key, value: JSON.parse(this.records.get(key)!) }));
  }

  erase(): void {
    this.records.clear();
  }
}

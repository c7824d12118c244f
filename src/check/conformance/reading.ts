/** Reading what was saved: the same records, saved by many acceptors, are one object to the monitor, and read once. */
import type { Saved } from '../../protocol/protocol.ts';

/** As `read`, which depends on the records alone; what it gives is remembered as long as they are. */
export function readOnce<T>(read: (records: readonly Saved[]) => T): (records: readonly Saved[]) => T {
  const known = new WeakMap<readonly Saved[], T>();
  return (records) => {
    let found = known.get(records);
    if (found === undefined) known.set(records, (found = read(records)));
    return found;
  };
}

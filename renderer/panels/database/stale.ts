/** Whether an answered read shows something that had been written over before the read began. Pure. */
import type { Asked } from './operations.ts';

interface Write {
  readonly value: string;
  /** Asked and answered at, virtual µs; `null`: no answer, so that it may take effect at any time after. */
  readonly from: number;
  readonly until: number | null;
}

/**
 * The value that a read must have missed; `null` when nothing is known to be wrong with it. Says so only when it is
 * certain: some write of another value was answered before the read began, and whatever had written the value that was
 * read was answered before that write began. What it returned is then explained by no order of the operations.
 * @param all operations of all clients that are known
 */
export function missedBy({ operation, result, from }: Asked, all: readonly Asked[]): string | null {
  if (operation.type !== 'get' || result?.type !== 'value') return null;
  const writes = writesOf(operation.key, all);
  const sources = writes.filter(({ value }) => value === result.value);
  // Written by nothing that is still known: it may have been written at any time.
  if (result.value !== null && sources.length === 0) return null;
  const missed = writes.filter(
    (write) =>
      write.value !== result.value &&
      write.until !== null &&
      write.until < from &&
      sources.every((source) => source.until !== null && source.until < write.from),
  );
  return missed.at(0)?.value ?? null;
}

/** Everything that was, or may have been, written to the key; the latest first, as the operations are. */
function writesOf(key: string, all: readonly Asked[]): Write[] {
  return all.flatMap((one): Write[] => {
    const { operation, result, from, until } = one;
    if (result?.type === 'refused') return [];
    switch (operation.type) {
      case 'put':
        return operation.key === key ? [{ value: operation.value, from, until }] : [];
      case 'cas':
        if (operation.key !== key || (result?.type === 'swapped' && !result.swapped)) return [];
        return [{ value: operation.value, from, until }];
      case 'commit':
        return committedTo(key, operation.transaction, all).map((value) => ({ value, from, until }));
      default:
        return [];
    }
  });
}

/** What a transaction writes to the key: its last write of it. */
function committedTo(key: string, transaction: number, all: readonly Asked[]): string[] {
  const last = all.find(
    ({ operation, result }) =>
      operation.type === 'write' && operation.transaction === transaction && operation.key === key && result?.type === 'done',
  );
  return last?.operation.type === 'write' ? [last.operation.value] : [];
}

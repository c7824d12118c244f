import { describe, expect, it } from 'vitest';
import type { Asked } from '../../renderer/panels/database/operations.ts';
import { missedBy } from '../../renderer/panels/database/stale.ts';
import type { Operation, OperationResult } from '../../src/contract/index.ts';

describe('reads that missed something', () => {
  const asked = (operation: Operation, result: OperationResult | null, from: number, until: number | null): Asked => ({
    key: String(from), client: 16, session: 1500, sequence: from, mine: true, operation, result, from, until, lost: false,
  }); // prettier-ignore
  const put = (value: string, from: number, until: number | null) => asked({ type: 'put', key: 'x', value }, until === null ? null : { type: 'done' }, from, until);
  const get = (value: string | null, from: number) => asked({ type: 'get', key: 'x' }, { type: 'value', value }, from, from + 1);

  it('are those that no order explains', () => {
    expect(missedBy(get('a', 30), [put('b', 10, 20), put('a', 1, 2)])).toBe('b');
    expect(missedBy(get(null, 30), [put('b', 10, 20)])).toBe('b');
  });

  it('are not those that some order explains', () => {
    expect(missedBy(get('b', 30), [put('b', 10, 20), put('a', 1, 2)])).toBeNull();
    // They overlapped: either may have come first.
    expect(missedBy(get('a', 30), [put('b', 10, 20), put('a', 1, 15)])).toBeNull();
    // It may take effect at any time.
    expect(missedBy(get('a', 30), [put('b', 10, 20), put('a', 1, null)])).toBeNull();
    // It was not over when the read began.
    expect(missedBy(get('a', 15), [put('b', 10, 20), put('a', 1, 2)])).toBeNull();
    // Nobody knows any more when it was written.
    expect(missedBy(get('a', 30), [put('b', 10, 20)])).toBeNull();
  });

  it('know what transactions wrote', () => {
    const write = asked({ type: 'write', transaction: 7, key: 'x', value: 'b' }, { type: 'done' }, 5, 6);
    const commit = asked({ type: 'commit', transaction: 7 }, { type: 'done' }, 10, 20);
    expect(missedBy(get('a', 30), [commit, write, put('a', 1, 2)])).toBe('b');
    expect(missedBy(get('a', 30), [write, put('a', 1, 2)])).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import type { Operation, OperationResult } from '../../src/protocol/machine/operation.ts';
import { isLinearizable, type Call } from '../support/linearizable.ts';

const put = (value: string): Operation => ({ type: 'put', key: 'x', value });
const get: Operation = { type: 'get', key: 'x' };
const saw = (value: string | null): OperationResult => ({ type: 'value', value });
const done: OperationResult = { type: 'done' };
const begun = (transaction: number): OperationResult => ({ type: 'begun', transaction });

/** An operation of a client of its own, or of `client`; without an end, it was not answered. */
function call(operation: Operation, result: OperationResult | null, invoked: number, returned = Infinity, client = 16): Call {
  return { client, operation, invoked, returned, result };
}

describe('a history', () => {
  it.each<[string, boolean, Call[]]>([
    ['of nothing', true, []],
    ['of one after another', true, [call(put('1'), done, 1, 2), call(get, saw('1'), 3, 4)]],
    ['with a stale read', false, [call(put('1'), done, 1, 2), call(put('2'), done, 3, 4), call(get, saw('1'), 5, 6)]],
    ['with a read beside a write, before it', true, [call(put('1'), done, 1, 4), call(get, saw(null), 2, 3)]],
    ['with a read beside a write, after it', true, [call(put('1'), done, 1, 4), call(get, saw('1'), 2, 3)]],
    ['with a value that comes and goes', false, [call(put('1'), done, 1, 9), call(get, saw('1'), 2, 3), call(get, saw(null), 4, 5)]],
    ['with an unanswered write that was seen', true, [call(put('1'), null, 1), call(get, saw('1'), 2, 3)]],
    ['with an unanswered write that was seen late', true, [call(put('1'), null, 1), call(get, saw(null), 2, 3), call(get, saw('1'), 4, 5)]],
    ['with a value that nobody wrote', false, [call(get, saw('1'), 2, 3)]],
    ['with an ID given twice', false, [call({ type: 'begin' }, begun(1), 1, 2), call({ type: 'begin' }, begun(1), 3, 4)]],
    ['with an ID that was lost on the way', true, [call({ type: 'begin' }, null, 1), call({ type: 'begin' }, begun(2), 3, 4)]],
    ['with an ID that nobody was given', false, [call({ type: 'begin' }, begun(1), 1, 2), call({ type: 'begin' }, begun(3), 3, 4)]],
    ['with IDs that go down', false, [call({ type: 'begin' }, begun(2), 1, 2), call({ type: 'begin' }, begun(1), 3, 4)]],
    [
      'with a transaction seen when it was committed',
      true,
      [
        call({ type: 'begin' }, begun(1), 1, 2),
        call({ type: 'write', transaction: 1, key: 'x', value: '7' }, done, 3, 4),
        call(get, saw(null), 5, 6),
        call({ type: 'commit', transaction: 1 }, done, 7, 8),
        call(get, saw('7'), 9, 10),
      ],
    ],
    [
      'with a write seen before its commit',
      false,
      [
        call({ type: 'begin' }, begun(1), 1, 2),
        call({ type: 'write', transaction: 1, key: 'x', value: '7' }, done, 3, 4),
        call(get, saw('7'), 5, 6),
      ],
    ],
    [
      'with a transaction of somebody else',
      true,
      [call({ type: 'begin' }, begun(1), 1, 2), call({ type: 'commit', transaction: 1 }, { type: 'refused', why: '' }, 3, 4, 17)],
    ],
    [
      'with two swaps of the same value',
      false,
      [1, 3].map((at) => call({ type: 'cas', key: 'x', expected: null, value: `${at}` }, { type: 'swapped', swapped: true, value: null }, at, at + 1)),
    ],
  ])('%s: %s', (_, expected, history) => {
    expect(isLinearizable(history)).toBe(expected);
  });

  it('with too many orders is given up', () => {
    const many = Array.from({ length: 40 }, (_, i) => call(put(`${i}`), done, i, 1000));
    expect(isLinearizable([...many, call(get, saw('none of them'), 1001, 1002)])).toBeNull();
  });
});

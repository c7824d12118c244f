import { describe, expect, it } from 'vitest';
import {
  applyOperation,
  checkOperation,
  createDatabase,
  forkDatabase,
  loadDatabase,
  readKey,
  resultOf,
  saveDatabase,
  viewDatabase,
} from '../../../src/protocol/machine/database.ts';
import type { Database } from '../../../src/protocol/machine/database.ts';
import { describeOperation, describeResult } from '../../../src/protocol/machine/operation.ts';
import type { Operation } from '../../../src/protocol/machine/operation.ts';
import { KEYS_MAX } from '../../../src/protocol/machine/register.ts';
import { SESSIONS_MAX } from '../../../src/protocol/machine/sessions.ts';
import { OPEN_MAX, WRITES_MAX } from '../../../src/protocol/machine/transactions.ts';

const C1 = 16;
const C2 = 17;

/** Applies operations of one session, one after the other. */
function talk(db: Database, client = C1, session = 1001) {
  let sequence = 0;
  return (operation: Operation) => describeResult(applyOperation(db, client, session, ++sequence, operation));
}

const put = (key: string, value: string): Operation => ({ type: 'put', key, value });
const write = (transaction: number, key: string, value: string): Operation => ({ type: 'write', transaction, key, value });
const commit = (transaction: number): Operation => ({ type: 'commit', transaction });

describe('the database', () => {
  it('gives out transaction IDs that count up, and shows the writes of a transaction when it commits', () => {
    const db = createDatabase();
    const one = talk(db);
    const two = talk(db, C2);
    expect([one({ type: 'begin' }), two({ type: 'begin' })]).toEqual(['#1', '#2']);
    expect([one(write(1, 'x', '3')), one(write(1, 'y', '4')), one({ type: 'get', key: 'x' })]).toEqual(['done', 'done', 'nothing']);
    expect(viewDatabase(db)).toMatchObject({
      next: 3,
      openCount: 2,
      open: [
        { transaction: 2, client: C2, writes: 0 },
        { transaction: 1, client: C1, writes: 2 },
      ],
    });
    expect([one(commit(1)), two({ type: 'get', key: 'x' })]).toEqual(['done', '3']);
    expect(viewDatabase(db)).toMatchObject({
      committed: 1,
      openCount: 1,
      entryCount: 2,
      entries: [
        { key: 'y', value: '4', transaction: 1 },
        { key: 'x', value: '3', transaction: 1 },
      ],
    });
    expect(two({ type: 'abort', transaction: 2 })).toBe('done');
    expect(two({ type: 'begin' })).toBe('#3');
  });

  it('refuses what is not open or another client has begun, and changes nothing', () => {
    const db = createDatabase();
    const one = talk(db);
    one({ type: 'begin' });
    one(write(1, 'x', '1'));
    const before = viewDatabase(db);
    expect(talk(db, C2)(write(1, 'x', '2'))).toBe("refused: transaction #1 is another client's");
    expect(talk(db, C2, 7)({ type: 'abort', transaction: 1 })).toBe("refused: transaction #1 is another client's");
    expect(one(commit(2))).toBe('refused: there is no transaction #2');
    expect(viewDatabase(db)).toEqual(before);
    one(commit(1));
    expect(one(commit(1))).toBe('refused: transaction #1 is over');
    expect(one(write(1, 'x', '5'))).toBe('refused: transaction #1 is over');
    expect(readKey(db, 'x')).toBe('1');
  });

  it('puts, gets, compares and swaps', () => {
    const db = createDatabase();
    const one = talk(db);
    const cas = (expected: string | null, value: string): Operation => ({ type: 'cas', key: 'x', expected, value });
    expect(one(cas('1', '2'))).toBe('not swapped: it was nothing');
    expect(one(cas(null, '1'))).toBe('swapped');
    expect(one(cas(null, '2'))).toBe('not swapped: it was 1');
    expect(one(cas('1', '2'))).toBe('swapped');
    expect([one(put('x', '9')), one({ type: 'get', key: 'x' })]).toEqual(['done', '9']);
  });

  it('lets an operation take effect once, and answers it as before', () => {
    const db = createDatabase();
    const begin: Operation = { type: 'begin' };
    expect(resultOf(db, C1, 1001, 1)).toBeNull();
    const first = applyOperation(db, C1, 1001, 1, begin);
    expect(applyOperation(db, C1, 1001, 1, begin)).toEqual(first);
    expect(resultOf(db, C1, 1001, 1)).toEqual(first);
    expect(applyOperation(db, C1, 1002, 1, begin)).toEqual({ type: 'begun', transaction: 2 });
    expect(applyOperation(db, C2, 1001, 1, begin)).toEqual({ type: 'begun', transaction: 3 });
    // A sequence number may be left out: its operation was a read that did not go through the log.
    applyOperation(db, C1, 1001, 5, put('x', 'new'));
    expect(applyOperation(db, C1, 1001, 4, put('x', 'old')).type).toBe('refused');
    expect([readKey(db, 'x'), viewDatabase(db).next]).toEqual(['new', 4]);
    expect(resultOf(db, C1, 1001, 4)).toBeNull();
  });

  it('has room for a bounded number of keys, and refuses more', () => {
    const db = createDatabase();
    const one = talk(db);
    for (let i = 0; i < KEYS_MAX; i++) expect(one(put(`k${i}`, 'v'))).toBe('done');
    expect(one(put('another', 'v'))).toBe(`refused: there are ${KEYS_MAX} keys, and can be no more`);
    expect(one({ type: 'cas', key: 'another', expected: null, value: 'v' })).toMatch(/^refused/);
    expect(one(put('k7', 'w'))).toBe('done');
    one({ type: 'begin' });
    one(write(1, 'k8', 'w'));
    one(write(1, 'another', 'w'));
    expect(one(commit(1))).toMatch(/^refused/);
    expect([readKey(db, 'k8'), viewDatabase(db).openCount, viewDatabase(db).entryCount]).toEqual(['v', 1, KEYS_MAX]);
    expect(viewDatabase(db).entries.map(({ key }) => key).slice(0, 3)).toEqual(['k7', 'k999', 'k998']);
  });

  it('has room for a bounded number of open transactions, and gives up the oldest', () => {
    const db = createDatabase();
    const one = talk(db);
    for (let i = 0; i < OPEN_MAX; i++) one({ type: 'begin' });
    one(commit(2));
    expect(one({ type: 'begin' })).toBe('#1001');
    expect(one(write(1, 'x', 'y'))).toBe('done');
    expect(one({ type: 'begin' })).toBe('#1002');
    expect(one(commit(1))).toBe('refused: transaction #1 is over');
    expect(viewDatabase(db)).toMatchObject({ openCount: OPEN_MAX, committed: 1 });
    for (let i = 0; i < WRITES_MAX; i++) expect(one(write(3, 'x', 'y'))).toBe('done');
    expect(one(write(3, 'x', 'y'))).toMatch(/^refused: transaction #3 has 100 writes/);
  });

  it('has room for a bounded number of sessions, and lets go the one used least recently', () => {
    const db = createDatabase();
    for (let i = 1; i <= SESSIONS_MAX; i++) applyOperation(db, C1, i, 1, { type: 'get', key: 'x' });
    applyOperation(db, C1, 1, 1, { type: 'get', key: 'x' });
    applyOperation(db, C2, 1, 1, { type: 'get', key: 'x' });
    expect([resultOf(db, C1, 1, 1), resultOf(db, C1, 2, 1), resultOf(db, C1, 3, 1)]).toEqual([
      { type: 'value', value: null },
      null,
      { type: 'value', value: null },
    ]);
  });
});

describe('a saved database', () => {
  it('that is no database is refused, and the error names the part', () => {
    const saved = saveDatabase(createDatabase()) as object;
    const load = (change: object) => () => loadDatabase({ ...saved, ...change });
    expect(() => loadDatabase(7)).toThrow('database: is no saved database');
    expect(load({ next: 0 })).toThrow('database.next: must be a whole number from 1, not 0');
    expect(load({ open: [[1, C1, []]] })).toThrow('database.open.0: is transaction #1, which has not begun');
    expect(load({ next: 2, open: [[1, C1, [['x']]]] })).toThrow('database.open.0.writes: must be a list of lists of 2');
    expect(load({ entries: [['x', 'y', 0], ['x', 'z', 0]] })).toThrow('database.entries.1: is key x a second time');
    expect(load({ sessions: [[C1, 1, 1, { type: 'what' }]] })).toThrow('database.sessions.0.result.type: must be a kind of result');
    expect(load({ sessions: [[C1, 1, -1, { type: 'done' }]] })).toThrow('database.sessions.0: must be a whole number');
  });

  it('leaves a fork alone, and the fork it', () => {
    const db = createDatabase();
    talk(db)(put('x', '1'));
    const fork = forkDatabase(db);
    talk(db, C1, 2)(put('x', '2'));
    talk(fork, C1, 3)({ type: 'begin' });
    expect([readKey(db, 'x'), readKey(fork, 'x')]).toEqual(['2', '1']);
    expect([viewDatabase(db).next, viewDatabase(fork).next]).toEqual([1, 2]);
    expect([resultOf(db, C1, 3, 1), resultOf(fork, C1, 2, 1)]).toEqual([null, null]);
  });
});

describe('operations from outside', () => {
  it.each<Operation>([
    { type: 'begin' },
    write(1, 'x', 'a b'),
    commit(2),
    { type: 'abort', transaction: 9 },
    { type: 'get', key: 'x' },
    put('π', '😀'),
    { type: 'cas', key: 'x', expected: null, value: '1' },
  ])('$type', (operation) => {
    expect(checkOperation({ ...operation })).toEqual(operation);
  });

  it.each([
    [null, 'operation: must be an object, not null'],
    [{ type: 'steal' }, 'operation.type: must be one of begin, write, commit, abort, get, put, cas, not "steal"'],
    [{ type: 'begin', key: 'x' }, 'operation.key: there is no such field'],
    [{ type: 'get', key: '' }, 'operation.key: must have 1 to 64 characters, not 0'],
    [{ type: 'get', key: 'a b' }, 'operation.key: must have no white space, unlike "a b"'],
    [{ type: 'put', key: 'x', value: 3 }, 'operation.value: must be text, not 3'],
    [{ type: 'put', key: 'x', value: '\ud800' }, 'operation.value: must be whole characters; it has half of one'],
    [{ type: 'cas', key: 'x', value: '3' }, 'operation.expected: must be text, not nothing'],
    [{ type: 'commit', transaction: 0 }, 'operation.transaction: must be the number of a transaction, from 1, not 0'],
  ])('%j is refused', (given, why) => {
    expect(() => checkOperation(given)).toThrow(why);
  });

  it('read differently when they differ', () => {
    const values = ['3', 'nothing', '"nothing"', 'a → b', '3 in #7', 'a b'];
    const operations = values.flatMap((value): Operation[] => [
      put('x', value),
      write(7, 'x', value),
      ...[null, ...values].map((expected): Operation => ({ type: 'cas', key: 'x', expected, value })),
    ]);
    expect(new Set(operations.map(describeOperation)).size).toBe(operations.length);
    expect(describeOperation(put('x', '3'))).toBe('put x = 3');
    expect(describeOperation({ type: 'cas', key: 'x', expected: null, value: 'two words' })).toBe('cas x: nothing → "two words"');
  });
});

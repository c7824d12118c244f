/** A database as a snapshot holds it. Its order stands for when something was written or used, so that equal histories give equal data. */
import { getPaged, pagedEntries, setPaged } from '../paged.ts';
import { ProtocolError } from '../protocol.ts';
import type { Json } from '../protocol.ts';
import { checkResult } from './check.ts';
import { KEYS_MAX, entriesInOrder, entryOf, writeEntry } from './register.ts';
import { SESSIONS_MAX, SESSION_NUMBER_MAX, sessionOf, sessionsInOrder, useSession } from './sessions.ts';
import { createDatabase } from './tables.ts';
import type { Database } from './tables.ts';
import { OPEN_MAX, WRITES_MAX } from './transactions.ts';

type Row = readonly Json[];

/** All that a database holds, as plain JSON. */
export function saveDatabase({ transactions, register, sessions }: Database): Json {
  return {
    next: transactions.next,
    committed: transactions.committed,
    open: [...pagedEntries(transactions.open)].map(([id, { client, writes }]) => [
      id,
      client,
      writes.map(({ key, value }) => [key, value]),
    ]),
    entries: entriesInOrder(register).map(({ key, value, transaction }) => [key, value, transaction]),
    sessions: sessionsInOrder(sessions).map(({ client, session, sequence, result }) => [
      client,
      session,
      sequence,
      // Results are plain data; the compiler asks for an index signature that an interface of fields has not.
      { ...result },
    ]),
  };
}

/**
 * The database that was saved.
 * @throws ProtocolError naming the part that is no part of a saved database.
 */
export function loadDatabase(json: Json): Database {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw broken('', 'is no saved database');
  const saved = json as { readonly [key: string]: Json };
  const db = createDatabase();
  db.transactions.next = count('next', saved.next, 1);
  db.transactions.committed = count('committed', saved.committed, 0);
  loadOpen(db, rows('open', saved.open, 3, OPEN_MAX));
  loadEntries(db, rows('entries', saved.entries, 3, KEYS_MAX));
  loadSessions(db, rows('sessions', saved.sessions, 4, SESSIONS_MAX));
  return db;
}

function loadOpen({ transactions }: Database, open: readonly Row[]): void {
  for (const [i, [id, client, writes]] of open.entries()) {
    const at = `open.${i}`;
    const transaction = count(at, id, 1);
    if (transaction >= transactions.next) throw broken(at, `is transaction #${transaction}, which has not begun`);
    if (getPaged(transactions.open, transaction)) throw broken(at, `is transaction #${transaction} a second time`);
    setPaged(transactions.open, transaction, {
      client: count(at, client, 1),
      writes: rows(`${at}.writes`, writes, 2, WRITES_MAX).map(([key, value]) => ({ key: text(at, key), value: text(at, value) })),
    });
    transactions.openCount++;
  }
}

function loadEntries({ register }: Database, entries: readonly Row[]): void {
  for (const [i, [key, value, transaction]] of entries.entries()) {
    const at = `entries.${i}`;
    const name = text(at, key);
    if (entryOf(register, name)) throw broken(at, `is key ${name} a second time`);
    writeEntry(register, name, text(at, value), count(at, transaction, 0));
  }
}

function loadSessions({ sessions }: Database, saved: readonly Row[]): void {
  for (const [i, [client, session, sequence, result]] of saved.entries()) {
    const at = `sessions.${i}`;
    const number = count(at, session, 0, SESSION_NUMBER_MAX);
    const owner = count(at, client, 1);
    if (sessionOf(sessions, owner, number)) throw broken(at, `is session ${number} a second time`);
    useSession(sessions, {
      client: owner,
      session: number,
      sequence: count(at, sequence, 0),
      result: checkResult(result, `database.${at}.result`),
    });
  }
}

function rows(at: string, given: Json | undefined, width: number, most: number): readonly Row[] {
  if (!Array.isArray(given) || given.length > most) throw broken(at, `must be a list of at most ${most}`);
  for (const row of given as readonly Json[]) {
    if (!Array.isArray(row) || row.length !== width) throw broken(at, `must be a list of lists of ${width}`);
  }
  return given as readonly Row[];
}

function count(at: string, given: Json | undefined, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(given) && (given as number) >= min && (given as number) <= max) return given as number;
  throw broken(at, `must be a whole number from ${min}, not ${JSON.stringify(given)}`);
}

function text(at: string, given: Json | undefined): string {
  if (typeof given === 'string') return given;
  throw broken(at, `must be text, not ${JSON.stringify(given)}`);
}

function broken(at: string, what: string): ProtocolError {
  return new ProtocolError(at === '' ? 'database' : `database.${at}`, what);
}

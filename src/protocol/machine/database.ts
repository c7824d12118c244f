/**
 * The replicated database: transactions over a register, and the sessions of those who use it. Plain data, and
 * deterministic: replicas that took in the same operations in the same order hold the same, whether they took in all
 * of them or began with what another had saved.
 */
import { getPaged } from '../paged.ts';
import type { DatabaseView, NodeId } from '../protocol.ts';
import type { Operation, OperationResult } from './operation.ts';
import { KEYS_MAX, entryOf, hasRoom, latestEntries, writeEntry } from './register.ts';
import type { Register } from './register.ts';
import { sessionOf, useSession } from './sessions.ts';
import type { Database } from './tables.ts';
import { WRITES_MAX, addWrite, beginTransaction, closeTransaction, latestOpen, openTransaction } from './transactions.ts';
import type { Transactions } from './transactions.ts';

export { checkOperation, checkResult } from './check.ts';
export { loadDatabase, saveDatabase } from './saved.ts';
export { createDatabase, forkDatabase } from './tables.ts';
export type { Database } from './tables.ts';

/** How many of the latest entries and open transactions a view shows. */
const VIEW_COUNT = 12;

/**
 * Takes in an operation of the log, in the log's order. Each (client, session, sequence) takes effect once: the last of
 * its session is answered as it was, and one before that, whose client has its answer, changes nothing.
 */
export function applyOperation(
  db: Database,
  client: NodeId,
  session: number,
  sequence: number,
  operation: Operation,
): OperationResult {
  const last = sessionOf(db.sessions, client, session);
  if (last && sequence <= last.sequence) {
    useSession(db.sessions, last);
    if (sequence === last.sequence) return last.result;
    return refused(`operation ${sequence} of this session was over before operation ${last.sequence}`);
  }
  const result = perform(db, client, operation);
  useSession(db.sessions, { client, session, sequence, result });
  return result;
}

/** The answer to an operation that has taken effect, if it is the last of its session. */
export function resultOf(db: Database, client: NodeId, session: number, sequence: number): OperationResult | null {
  const last = sessionOf(db.sessions, client, session);
  return last?.sequence === sequence ? last.result : null;
}

/** The value of a key; `null` for none. */
export function readKey(db: Database, key: string): string | null {
  return entryOf(db.register, key)?.value ?? null;
}

/** What a person sees of it. */
export function viewDatabase({ transactions, register }: Database): DatabaseView {
  return {
    next: transactions.next,
    open: latestOpen(transactions, VIEW_COUNT).map((transaction) => {
      const { client, writes } = getPaged(transactions.open, transaction)!;
      return { transaction, client, writes: writes.length };
    }),
    openCount: transactions.openCount,
    committed: transactions.committed,
    entries: latestEntries(register).map(({ key, value, transaction }) => ({ key, value, transaction })),
    entryCount: register.count,
  };
}

function perform(db: Database, client: NodeId, operation: Operation): OperationResult {
  const { transactions } = db;
  switch (operation.type) {
    case 'begin':
      return { type: 'begun', transaction: beginTransaction(transactions, client) };
    case 'write':
      return write(transactions, client, operation);
    case 'commit':
      return commit(db, client, operation.transaction);
    case 'abort': {
      const open = openTransaction(transactions, client, operation.transaction);
      if (typeof open === 'string') return refused(open);
      closeTransaction(transactions, operation.transaction);
      return { type: 'done' };
    }
    case 'get':
      return { type: 'value', value: readKey(db, operation.key) };
    case 'put':
      return put(db.register, operation.key, operation.value) ?? { type: 'done' };
    case 'cas': {
      const value = readKey(db, operation.key);
      if (value !== operation.expected) return { type: 'swapped', swapped: false, value };
      return put(db.register, operation.key, operation.value) ?? { type: 'swapped', swapped: true, value };
    }
  }
}

function write(transactions: Transactions, client: NodeId, operation: Operation & { type: 'write' }): OperationResult {
  const { transaction, key, value } = operation;
  const open = openTransaction(transactions, client, transaction);
  if (typeof open === 'string') return refused(open);
  if (open.writes.length === WRITES_MAX) return refused(`transaction #${transaction} has ${WRITES_MAX} writes, and can have no more`);
  addWrite(transactions, transaction, { key, value });
  return { type: 'done' };
}

function commit({ transactions, register }: Database, client: NodeId, transaction: number): OperationResult {
  const open = openTransaction(transactions, client, transaction);
  if (typeof open === 'string') return refused(open);
  if (!hasRoom(register, open.writes.map(({ key }) => key))) return refused(full());
  for (const { key, value } of open.writes) writeEntry(register, key, value, transaction);
  closeTransaction(transactions, transaction);
  transactions.committed++;
  return { type: 'done' };
}

/** Writes a key outside of a transaction, or says why not. */
function put(register: Register, key: string, value: string): OperationResult | null {
  if (!hasRoom(register, [key])) return refused(full());
  writeEntry(register, key, value, 0);
  return null;
}

function refused(why: string): OperationResult {
  return { type: 'refused', why };
}

function full(): string {
  return `there are ${KEYS_MAX} keys, and can be no more`;
}

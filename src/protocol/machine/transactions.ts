/**
 * State machine 1: the service that gives out transaction IDs. They count up from 1 in the order of the log, so that no
 * two transactions share one and those of one client never fall. Plain data; a transaction is replaced, never changed
 * (paged.ts), so that forks share it.
 */
import { createPaged, deletePaged, forkPaged, getPaged, latestPaged, setPaged } from '../paged.ts';
import type { Paged } from '../paged.ts';
import type { NodeId } from '../protocol.ts';

/** Most transactions that can be open; when another begins, the oldest is given up. */
export const OPEN_MAX = 1_000;
/** Most writes of one transaction; another is refused. */
export const WRITES_MAX = 100;

export interface Write {
  readonly key: string;
  readonly value: string;
}

/** An open transaction. */
export interface Transaction {
  /** Who began it; nobody else can write in it, commit it or give it up. */
  readonly client: NodeId;
  /** In the order in which they were asked for; nobody sees them yet. */
  readonly writes: readonly Write[];
}

export interface Transactions {
  readonly open: Paged<Transaction>;
  openCount: number;
  /** The next ID. */
  next: number;
  committed: number;
}

export function createTransactions(): Transactions {
  return { open: createPaged(), openCount: 0, next: 1, committed: 0 };
}

export function forkTransactions(transactions: Transactions): Transactions {
  return { ...transactions, open: forkPaged(transactions.open) };
}

/** Begins a transaction. @returns its ID */
export function beginTransaction(transactions: Transactions, client: NodeId): number {
  if (transactions.openCount === OPEN_MAX) closeTransaction(transactions, oldestOpen(transactions));
  const id = transactions.next++;
  setPaged(transactions.open, id, { client, writes: [] });
  transactions.openCount++;
  return id;
}

/** The open transaction of that ID, if it is the client's; otherwise one readable sentence. */
export function openTransaction(transactions: Transactions, client: NodeId, id: number): Transaction | string {
  const transaction = getPaged(transactions.open, id);
  if (transaction?.client === client) return transaction;
  if (transaction) return `transaction #${id} is another client's`;
  return id < transactions.next ? `transaction #${id} is over` : `there is no transaction #${id}`;
}

/** Notes a write in an open transaction that has room for it. */
export function addWrite(transactions: Transactions, id: number, write: Write): void {
  const { client, writes } = getPaged(transactions.open, id)!;
  setPaged(transactions.open, id, { client, writes: [...writes, write] });
}

/** Takes a transaction off the open ones: it was committed or given up. */
export function closeTransaction(transactions: Transactions, id: number): void {
  deletePaged(transactions.open, id);
  transactions.openCount--;
}

/** The IDs of the open transactions that began last, latest first. */
export function latestOpen(transactions: Transactions, count: number): number[] {
  return latestPaged(transactions.open, count);
}

function oldestOpen(transactions: Transactions): number {
  return latestPaged(transactions.open, OPEN_MAX).at(-1)!;
}

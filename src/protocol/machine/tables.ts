/** What the replicated database is made of. */
import { createRegister, forkRegister } from './register.ts';
import type { Register } from './register.ts';
import { createSessions, forkSessions } from './sessions.ts';
import type { Sessions } from './sessions.ts';
import { createTransactions, forkTransactions } from './transactions.ts';
import type { Transactions } from './transactions.ts';

export interface Database {
  readonly transactions: Transactions;
  readonly register: Register;
  readonly sessions: Sessions;
}

export function createDatabase(): Database {
  return { transactions: createTransactions(), register: createRegister(), sessions: createSessions() };
}

/** An independent copy, cheap: what neither side changes stays shared. */
export function forkDatabase(db: Database): Database {
  return {
    transactions: forkTransactions(db.transactions),
    register: forkRegister(db.register),
    sessions: forkSessions(db.sessions),
  };
}

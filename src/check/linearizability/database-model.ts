/** The replicated database as a sequential model: the machine itself, which replicas apply their log to. */
import { applyOperation, createDatabase, forkDatabase, readKey, type Database } from '../../protocol/machine/database.ts';
import { KEYS_MAX } from '../../protocol/machine/register.ts';
import { sessionOf } from '../../protocol/machine/sessions.ts';
import { OPEN_MAX } from '../../protocol/machine/transactions.ts';
import { pagedEntries } from '../../protocol/paged.ts';
import type { Call } from './history.ts';
import { changesNothing, type Model, type Performed, type Touched } from './model.ts';
import { sightings, valueName } from './seen.ts';

/** Objects that commits touch, all together; with more, operations are not told apart by what they touch. */
const COMMITTED_MAX = 1_000_000;

/** What operations of the history name a transaction. */
interface Known {
  /** Somebody was told that it has begun. */
  begun: boolean;
  /** Some operation of it was refused. */
  refused: boolean;
  /** Somebody saw a value that was written in it. */
  seen: boolean;
  commits: number;
  /** Objects: the keys written in it that some operation reads. */
  readonly keys: Set<string>;
}

/** The operations of a history as the model needs to know them. */
interface Study {
  /** Numbers of the clients for the machine, from 1. */
  readonly clients: ReadonlyMap<string, number>;
  /** Transactions that some operation names. */
  readonly transactions: ReadonlyMap<number, Known>;
  /** Some operation names a transaction that nobody was told of. */
  readonly guessed: boolean;
  readonly seen: ReadonlyMap<string, unknown>;
  /** Keys that some operation reads; what the others have makes no difference. */
  readonly read: ReadonlySet<string>;
  /** The machine could come to one of its limits: then everything has to do with everything. */
  readonly crowded: boolean;
}

export function databaseModel(calls: readonly Call[]): Model<Database> {
  const study = studied(calls);
  return {
    initial: createDatabase(),
    perform: (db, call) => perform(study, db, call),
    keyOf: (db) => keyOf(study, db),
    touched: (call) => touched(study, call),
    kindOf: (call) => kindOf(study, call),
  };
}

function studied(calls: readonly Call[]): Study {
  const seen = sightings(calls);
  const clients = new Map<string, number>();
  const transactions = new Map<number, Known>();
  const keys = new Set<string>();
  const read = new Set<string>();
  let begins = 0;
  for (const { client, operation } of calls) {
    if (!clients.has(client)) clients.set(client, clients.size + 1);
    if (operation.type === 'begin') begins++;
    if ('key' in operation) keys.add(operation.key);
    if (operation.type === 'get' || operation.type === 'cas') read.add(operation.key);
    if (!('transaction' in operation) || transactions.has(operation.transaction)) continue;
    transactions.set(operation.transaction, { begun: false, refused: false, seen: false, commits: 0, keys: new Set() });
  }
  for (const { operation, result } of calls) {
    const begun = result?.type === 'begun' && transactions.get(result.transaction);
    if (begun) begun.begun = true;
    if (!('transaction' in operation)) continue;
    const known = transactions.get(operation.transaction)!;
    if (result?.type === 'refused') known.refused = true;
    if (operation.type === 'commit') known.commits++;
    if (operation.type !== 'write') continue;
    if (read.has(operation.key)) known.keys.add(keyName(operation.key));
    if (seen.has(valueName(operation.key, operation.value))) known.seen = true;
  }
  const all = [...transactions.values()];
  const committed = all.reduce((sum, known) => sum + known.commits * known.keys.size, 0);
  const crowded = begins > OPEN_MAX || keys.size > KEYS_MAX || committed > COMMITTED_MAX;
  return { clients, transactions, seen, read, crowded, guessed: all.some(({ begun }) => !begun) };
}

function perform({ clients }: Study, db: Database, { client, operation }: Call): Performed<Database> {
  if (operation.type === 'get') return { state: db, result: { type: 'value', value: readKey(db, operation.key) } };
  const number = clients.get(client)!;
  const state = forkDatabase(db);
  // The search takes each operation once; a session of the machine's, asked in a row, has nothing to do with it.
  const sequence = (sessionOf(db.sessions, number, 0)?.sequence ?? 0) + 1;
  const result = applyOperation(state, number, 0, sequence, operation);
  const changed = result.type !== 'refused' && !(result.type === 'swapped' && !result.swapped);
  return { state: changed ? state : db, result };
}

/** All of the state but what no operation of the history can notice. */
function keyOf({ transactions: named, read, crowded }: Study, { transactions, register }: Database): string {
  const open = [...pagedEntries(transactions.open)]
    .filter(([id]) => crowded || named.has(id))
    .map(([id, { client, writes }]) => [id, client, ...writes.map(({ key, value }) => [key, value])]);
  const entries = [...pagedEntries(register.buckets)]
    .flatMap(([, bucket]) => bucket.map(({ key, value }) => [key, value] as const))
    .filter(([key]) => crowded || read.has(key));
  return JSON.stringify([transactions.next, open, entries.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function touched(study: Study, call: Call): Touched {
  const all = study.crowded ? ['all'] : objectsOf(study, call);
  return changesNothing(call) ? { reads: all, writes: [] } : { reads: [], writes: all };
}

function objectsOf({ transactions, guessed }: Study, { operation, result }: Call): string[] {
  if (operation.type === 'begin') {
    // Without an answer it may have begun a transaction that nobody was told of.
    return ['IDs', result?.type === 'begun' ? `#${result.transaction}` : guessed ? 'guessed' : 'IDs'];
  }
  if (!('transaction' in operation)) return [keyName(operation.key)];
  const { begun, keys } = transactions.get(operation.transaction)!;
  const transaction = begun ? `#${operation.transaction}` : 'guessed';
  return operation.type === 'commit' && result?.type !== 'refused' ? [transaction, ...keys] : [transaction];
}

function kindOf({ transactions, guessed, seen, crowded }: Study, { client, operation }: Call): string | null {
  if (operation.type === 'get') return null;
  if (operation.type === 'begin') return guessed || crowded ? `begin ${client}` : 'begin';
  const kind = JSON.stringify([operation, 'transaction' in operation ? client : '']);
  if (crowded) return kind;
  if (!('transaction' in operation)) return seen.has(valueName(operation.key, operation.value)) ? kind : null;
  const known = transactions.get(operation.transaction)!;
  if (known.refused) return kind;
  const noticed = operation.type === 'write' ? seen.has(valueName(operation.key, operation.value)) : known.seen;
  return noticed ? kind : null;
}

function keyName(key: string): string {
  return `key ${key}`;
}

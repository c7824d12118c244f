/**
 * What clients ask of the replicated database, and what they are answered. One vocabulary for every protocol that
 * replicates a log, and for the checks that read histories.
 *
 * The database is two state machines in one: the transaction-ID service (`begin`, `write`, `commit`, `abort`) and a
 * key-value register (`get`, `put`, `cas`) over the table that transactions commit to.
 */

/** Longest key and value, in UTF-16 code units. A key has no white space; neither is empty. */
export const KEY_LENGTH_MAX = 64;
export const VALUE_LENGTH_MAX = 256;

export type Operation =
  /** Begins a transaction; answered with its ID, which no other ever gets. */
  | { readonly type: 'begin' }
  /** Notes a write in an open transaction of the same session's client; nobody sees it before it commits. */
  | { readonly type: 'write'; readonly transaction: number; readonly key: string; readonly value: string }
  /** Makes all writes of a transaction visible at once. */
  | { readonly type: 'commit'; readonly transaction: number }
  /** Gives a transaction up. */
  | { readonly type: 'abort'; readonly transaction: number }
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  /** Puts `value` if the key has the value `expected` (`null`: if it has none). */
  | { readonly type: 'cas'; readonly key: string; readonly expected: string | null; readonly value: string };

export const operationTypes = ['begin', 'write', 'commit', 'abort', 'get', 'put', 'cas'] as const satisfies readonly Operation['type'][];

/** How a `get` is answered; see config.ts of the protocol. All other operations go through the log. */
export const readModes = ['log', 'quorum', 'lease', 'local'] as const;
export type ReadMode = (typeof readModes)[number];

/**
 * Sessions are numbered over all lives of a client: those of its n-th life from 1000 n on. What became of the operations
 * of an earlier life nobody knows, and nobody asks again.
 */
export const SESSIONS_PER_LIFE = 1_000;
/** Of a life's sessions those from here on are the person's, those before the load's. */
export const PERSON_FIRST = 500;

/** Whether the operations of the session are what a person asked for. */
export function isPersons(session: number): boolean {
  return session % SESSIONS_PER_LIFE >= PERSON_FIRST;
}

export type OperationResult =
  /** `begin`: the ID. */
  | { readonly type: 'begun'; readonly transaction: number }
  /** `write`, `commit`, `abort`, `put`. */
  | { readonly type: 'done' }
  /** `get`: the value; `null` for a key that has none. */
  | { readonly type: 'value'; readonly value: string | null }
  /** `cas`: whether it was put; the value the key had. */
  | { readonly type: 'swapped'; readonly swapped: boolean; readonly value: string | null }
  /** Refused by the state machine, with nothing changed: one readable sentence. */
  | { readonly type: 'refused'; readonly why: string };

/** A value that can stand in a sentence as it is, and is not taken for the absence of one. */
const PLAIN = /^(?!nothing$)[\p{L}\p{N}._-]+$/u;

/**
 * `begin`, `write x = 3 in #7`, `commit #7`, `get x`, `put x = 3`, `cas x: 2 → 3`. Two operations that differ read
 * differently: keys have no white space, and values that are not one plain word are quoted.
 */
export function describeOperation(operation: Operation): string {
  switch (operation.type) {
    case 'begin':
      return 'begin';
    case 'write':
      return `write ${operation.key} = ${describeValue(operation.value)} in #${operation.transaction}`;
    case 'commit':
    case 'abort':
      return `${operation.type} #${operation.transaction}`;
    case 'get':
      return `get ${operation.key}`;
    case 'put':
      return `put ${operation.key} = ${describeValue(operation.value)}`;
    case 'cas':
      return `cas ${operation.key}: ${describeValue(operation.expected)} → ${describeValue(operation.value)}`;
  }
}

/** `#7`, `done`, `3`, `nothing`, `swapped`, `not swapped: it was 2`, `refused: …`. */
export function describeResult(result: OperationResult): string {
  switch (result.type) {
    case 'begun':
      return `#${result.transaction}`;
    case 'done':
      return 'done';
    case 'value':
      return describeValue(result.value);
    case 'swapped':
      return result.swapped ? 'swapped' : `not swapped: it was ${describeValue(result.value)}`;
    case 'refused':
      return `refused: ${result.why}`;
  }
}

/** The value, quoted unless it is one plain word; `nothing` for none. */
function describeValue(value: string | null): string {
  if (value === null) return 'nothing';
  return PLAIN.test(value) ? value : JSON.stringify(value);
}

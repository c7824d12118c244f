/**
 * Whether a short history of the replicated database is linearizable, by trying every order (Wing and Gong, *Testing and
 * Verifying Concurrent Objects*): each operation takes effect at one moment between its invocation and its response, or,
 * if it was never answered, at any later moment or not at all. The model is written apart from the machine, on purpose.
 */
import type { Operation, OperationResult } from '../../src/protocol/machine/operation.ts';
import type { NodeId } from '../../src/protocol/protocol.ts';

export interface Call {
  readonly client: NodeId;
  readonly operation: Operation;
  /** Place of the invocation and the response in the run. `Infinity`: there was none. */
  readonly invoked: number;
  readonly returned: number;
  readonly result: OperationResult | null;
}

/** A search that goes through more states than this is given up. */
const STATES_MAX = 10_000;

interface Open {
  readonly client: NodeId;
  readonly writes: readonly (readonly [string, string])[];
}

/** All that the service holds, never changed in place. */
interface Model {
  readonly next: number;
  readonly open: ReadonlyMap<number, Open>;
  readonly table: ReadonlyMap<string, string>;
}

/** @returns whether some order explains every answer; `null` when the search grew too long. */
export function isLinearizable(history: readonly Call[]): boolean | null {
  const calls = withoutUnseen(history).sort((a, b) => a.invoked - b.invoked);
  const seen = new Set<string>();
  const stack: { readonly model: Model; readonly placed: ReadonlySet<number>; readonly first: number }[] = [
    { model: { next: 1, open: new Map(), table: new Map() }, placed: new Set(), first: 0 },
  ];
  for (let state = stack.pop(); state; state = stack.pop()) {
    const { model, placed, first } = state;
    // An operation can come next unless another, not placed yet, was answered before it was asked.
    let limit = Infinity;
    let open = false;
    for (let i = first; i < calls.length && calls[i]!.invoked < limit; i++) {
      if (placed.has(i)) continue;
      if (calls[i]!.result !== null) open = true;
      limit = Math.min(limit, calls[i]!.returned);
    }
    if (!open) return true;
    for (let i = calls.length - 1; i >= first; i--) {
      const call = calls[i]!;
      if (call.invoked >= limit || placed.has(i)) continue;
      const after = perform(model, call);
      if (after === null) continue;
      const next = place(placed, i, first);
      const name = `${next.first} ${[...next.placed].sort((a, b) => a - b).join(' ')} ${nameOf(after)}`;
      if (seen.has(name)) continue;
      if (seen.size >= STATES_MAX) return null;
      seen.add(name);
      stack.push({ model: after, ...next });
    }
  }
  return false;
}

/**
 * Leaves out operations without an answer that nobody can have noticed: an order that has one of these is as good
 * without it. A value that no answer shows and no compare-and-swap expects was overwritten before anybody looked.
 */
function withoutUnseen(history: readonly Call[]): Call[] {
  const seen = new Set<string | null>();
  const refused = new Set<number>();
  const written = new Map<number, string[]>();
  for (const { operation, result } of history) {
    if (result?.type === 'value' || result?.type === 'swapped') seen.add(result.value);
    if (operation.type === 'cas') seen.add(operation.expected);
    if ('transaction' in operation && result?.type === 'refused') refused.add(operation.transaction);
    if (operation.type === 'write') written.set(operation.transaction, [...(written.get(operation.transaction) ?? []), operation.value]);
  }
  return history.filter(({ operation, result }) => {
    if (result !== null || operation.type === 'begin') return true;
    if (operation.type === 'get') return false;
    if ('value' in operation) return seen.has(operation.value);
    const { transaction } = operation;
    return refused.has(transaction) || (written.get(transaction) ?? []).some((value) => seen.has(value));
  });
}

/** The operations before `first` are all placed; `placed` are those after. */
function place(placed: ReadonlySet<number>, i: number, first: number): { placed: ReadonlySet<number>; first: number } {
  const next = new Set(placed).add(i);
  let from = first;
  for (; next.has(from); from++) next.delete(from);
  return { placed: next, first: from };
}

/** What the service holds after the operation; `null` when it would have answered otherwise. */
function perform(model: Model, { client, operation, result }: Call): Model | null {
  const { next, open, table } = model;
  switch (operation.type) {
    case 'begin':
      if (result && !(result.type === 'begun' && result.transaction === next)) return null;
      return { next: next + 1, open: new Map(open).set(next, { client, writes: [] }), table };
    case 'get':
      return result?.type === 'value' && result.value === (table.get(operation.key) ?? null) ? model : null;
    case 'put':
      return expects(result, 'done') ? { next, open, table: new Map(table).set(operation.key, operation.value) } : null;
    case 'cas': {
      const value = table.get(operation.key) ?? null;
      const swapped = value === operation.expected;
      if (result && !(result.type === 'swapped' && result.swapped === swapped && (swapped || result.value === value))) return null;
      return swapped ? { next, open, table: new Map(table).set(operation.key, operation.value) } : model;
    }
    default:
      return within(model, client, operation, result);
  }
}

function within(
  model: Model,
  client: NodeId,
  operation: Operation & { readonly transaction: number },
  result: OperationResult | null,
): Model | null {
  const { next, open, table } = model;
  const transaction = open.get(operation.transaction);
  if (transaction?.client !== client) return expects(result, 'refused') ? model : null;
  if (!expects(result, 'done')) return null;
  const others = new Map(open);
  if (operation.type === 'write') {
    others.set(operation.transaction, { client, writes: [...transaction.writes, [operation.key, operation.value]] });
    return { next, open: others, table };
  }
  others.delete(operation.transaction);
  if (operation.type === 'abort') return { next, open: others, table };
  return { next, open: others, table: new Map([...table, ...transaction.writes]) };
}

function expects(result: OperationResult | null, type: OperationResult['type']): boolean {
  return result === null || result.type === type;
}

function nameOf({ next, open, table }: Model): string {
  const sorted = <T>(map: ReadonlyMap<string | number, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([next, sorted(open), sorted(table)]);
}

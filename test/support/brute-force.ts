/**
 * Whether a short history is linearizable, by every permutation of every choice of unanswered operations, with a model
 * of its own: slow, and too simple to be wrong.
 */
import type { Call } from '../../src/check/linearizability/history.ts';
import type { OperationResult } from '../../src/protocol/machine/operation.ts';

/** What the service holds; changed in place. */
export interface Service {
  next: number;
  readonly open: Map<number, { readonly client: string; readonly writes: [string, string][] }>;
  readonly table: Map<string, string>;
}

/** @param calls at most eight or so */
export function linearizableByForce(calls: readonly Call[]): boolean {
  const unanswered = calls.filter(({ result }) => result === null);
  for (let choice = 0; choice < 2 ** unanswered.length; choice++) {
    const chosen = calls.filter((call) => call.result !== null || (choice >> unanswered.indexOf(call)) % 2 === 1);
    if (someOrder([], chosen)) return true;
  }
  return false;
}

function someOrder(order: readonly Call[], rest: readonly Call[]): boolean {
  if (rest.length === 0) return explains(order);
  return rest.some((call) => {
    const others = rest.filter((other) => other !== call);
    return !others.some(({ returned }) => returned < call.invoked) && someOrder([...order, call], others);
  });
}

function explains(order: readonly Call[]): boolean {
  const service = createService();
  return order.every((call) => {
    const answer = answerOf(service, call);
    const { result } = call;
    return result === null || (answer.type === 'refused' ? result.type === 'refused' : JSON.stringify(answer) === JSON.stringify(result));
  });
}

export function createService(): Service {
  return { next: 1, open: new Map(), table: new Map() };
}

/** Has the service do it. */
export function answerOf(service: Service, { client, operation }: Pick<Call, 'client' | 'operation'>): OperationResult {
  const { open, table } = service;
  switch (operation.type) {
    case 'get':
      return { type: 'value', value: table.get(operation.key) ?? null };
    case 'put':
      table.set(operation.key, operation.value);
      return { type: 'done' };
    case 'cas': {
      const value = table.get(operation.key) ?? null;
      const swapped = value === operation.expected;
      if (swapped) table.set(operation.key, operation.value);
      return { type: 'swapped', swapped, value };
    }
    case 'begin': {
      const transaction = service.next++;
      open.set(transaction, { client, writes: [] });
      return { type: 'begun', transaction };
    }
    default: {
      const transaction = open.get(operation.transaction);
      if (transaction?.client !== client) return { type: 'refused', why: 'not open' };
      if (operation.type === 'write') transaction.writes.push([operation.key, operation.value]);
      else open.delete(operation.transaction);
      if (operation.type === 'commit') for (const [key, value] of transaction.writes) table.set(key, value);
      return { type: 'done' };
    }
  }
}

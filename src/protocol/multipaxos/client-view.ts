/** What a person sees of a client. */
import { describeOperation } from '../machine/operation.ts';
import type { Json, View } from '../protocol.ts';
import { numberOf, sessionOf } from './client-state.ts';
import type { ClientState } from './client-state.ts';

/** How many of the operations that wait are shown. */
const WAITING_SHOWN = 8;

export function viewClient(state: ClientState): View {
  const count = state.waiting.length;
  const waiting = state.waiting.slice(0, WAITING_SHOWN).map((n) => {
    const { sequence, pending } = sessionOf(state, n);
    const { operation, server, attempts, pinned } = pending!;
    return { session: numberOf(state, n), sequence, text: describeOperation(operation), server, attempts, pinned };
  });
  return {
    roles: [],
    leading: false,
    status: count === 0 ? 'waits for nothing' : `waits for ${count} ${count === 1 ? 'answer' : 'answers'}`,
    slots: [],
    client: { waiting, waitingCount: count, done: state.done },
  };
}

/** Its memory as a tree; it has nothing on disk to lay beside it. */
export function memoryOfClient(state: ClientState): Json {
  const sessions = [...state.sessions].sort(([a], [b]) => a - b).map(([n, { sequence, pending, plan }]) => [
    numberOf(state, n),
    {
      operations: sequence,
      waiting: pending && {
        operation: describeOperation(pending.operation),
        server: pending.server,
        attempts: pending.attempts,
      },
      transaction: plan && { number: plan.transaction, writes: plan.writes },
    },
  ]);
  return {
    life: state.incarnation,
    servers: state.servers,
    leader: state.leader,
    answered: state.done,
    sessions: Object.fromEntries(sessions) as Json,
  };
}

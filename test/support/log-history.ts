/** Reads the events of a run as the history of its clients, for the search that tries every order. */
import type { RunEvent } from '../../src/cluster/events.ts';
import type { Operation, OperationResult } from '../../src/protocol/machine/operation.ts';
import type { Call } from './linearizable.ts';

/** What clients asked for, and were answered. */
export function historyOf(events: Iterable<RunEvent>): Call[] {
  const calls: Call[] = [];
  const open = new Map<string, Call>();
  for (const event of events) {
    if (event.type === 'invoke') {
      const operation = JSON.parse(event.operation) as Operation;
      const call = { client: event.node, operation, invoked: event.seq, returned: Infinity, result: null };
      open.set(`${event.node} ${event.session} ${event.sequence}`, call);
    } else if (event.type === 'return') {
      const name = `${event.node} ${event.session} ${event.sequence}`;
      const call = open.get(name)!;
      open.delete(name);
      calls.push({ ...call, returned: event.seq, result: JSON.parse(event.result) as OperationResult });
    }
  }
  return [...calls, ...open.values()];
}

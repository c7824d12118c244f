/** Linearizable histories from a seed: each operation takes effect at a moment between its invocation and its response. */
import type { Call, History } from '../../src/check/linearizability/history.ts';
import type { Operation, OperationResult } from '../../src/protocol/machine/operation.ts';
import { createRandom, nextFloat, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { answerOf, createService } from './brute-force.ts';

export interface Simulated {
  readonly operations: number;
  readonly clients: number;
  readonly keys: number;
  /** Share of the operations that are never answered, of which half take effect; their clients go on in another session. */
  readonly unanswered: number;
  /** Share of what is not in a transaction that begins one. @default 0.3 */
  readonly transactions?: number;
}

interface Client {
  readonly name: string;
  session: number;
  /** The transaction it is in, and how many writes are to come. */
  transaction: number;
  writes: number;
}

interface Under {
  readonly client: Client;
  readonly call: Omit<Call, 'result' | 'returned'>;
  readonly effect: number;
  readonly returned: number;
  result: OperationResult | null;
}

/** Every value is written once. What is under way when the last of so many operations ends is never answered. */
export function simulatedHistory(seed: number, given: Simulated): History {
  const { operations, clients, keys, unanswered, transactions = 0.3 } = given;
  const random = createRandom(seed, 0x115);
  const service = createService();
  const calls: Call[] = [];
  const idle = Array.from({ length: clients }, (_, i): Client => ({ name: `c${i + 1}`, session: 0, transaction: 0, writes: 0 }));
  let under: Under[] = [];
  const waiting = new Set<Under>();
  for (let now = 0; calls.length < operations; now++) {
    while (idle.length > 0 && nextFloat(random) < 0.9) {
      const client = idle.splice(nextInteger(random, 0, idle.length - 1), 1)[0]!;
      const operation = drawOperation(random, client, keys, transactions, `v${now}.${client.name}`);
      const effect = now + nextInteger(random, 1, 20);
      const call = { client: client.name, session: client.session, operation, invoked: 2 * now, at: null };
      const one = { client, call, effect, returned: effect + nextInteger(random, 0, 20), result: null };
      under.push(one);
      waiting.add(one);
    }
    for (const one of under.filter(({ effect }) => effect === now)) {
      const lost = nextFloat(random) < unanswered;
      if (!lost || nextFloat(random) < 0.5) one.result = answerOf(service, one.call);
      if (lost) waiting.delete(one);
    }
    for (const one of under.filter(({ returned }) => returned === now)) {
      const { client, call, result } = one;
      idle.push(client);
      if (waiting.delete(one)) {
        calls.push({ ...call, result, returned: 2 * now + 1 });
        follow(random, client, call.operation, result!);
      } else {
        calls.push({ ...call, result: null, returned: Infinity });
        client.session++;
        client.transaction = 0;
      }
    }
    under = under.filter(({ returned }) => returned > now);
  }
  // What is under way at the end may have taken effect.
  for (const { call } of under) calls.push({ ...call, result: null, returned: Infinity });
  return { model: 'database', calls: calls.sort((a, b) => a.invoked - b.invoked) };
}

function drawOperation(random: Random, client: Client, keys: number, transactions: number, value: string): Operation {
  const key = `x${nextInteger(random, 1, keys)}`;
  const { transaction } = client;
  if (transaction > 0) return client.writes > 0 ? { type: 'write', transaction, key, value } : { type: 'commit', transaction };
  if (nextFloat(random) < transactions) return { type: 'begin' };
  const type = nextItem(random, ['get', 'get', 'put', 'cas'] as const);
  return type === 'get' ? { type, key } : type === 'put' ? { type, key, value } : { type, key, expected: null, value };
}

/** What a client takes from an answer for what it asks next. */
function follow(random: Random, client: Client, operation: Operation, result: OperationResult): void {
  if (result.type === 'begun') {
    client.transaction = result.transaction;
    client.writes = nextInteger(random, 1, 3);
  } else if (operation.type === 'write') client.writes--;
  else if (operation.type === 'commit') client.transaction = 0;
}

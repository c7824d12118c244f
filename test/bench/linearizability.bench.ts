/** Linearizability of 10,000 operations: processor time, and states looked at, by how many clients ask at once. */
import { checkHistory } from '../../src/check/linearizability/check.ts';
import { simulatedHistory } from '../support/simulated-history.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 5;
const OPERATIONS = 10_000;
const CLIENTS = [1, 5, 20];
/** With transactions over several keys the keys cannot be looked at one by one. */
const SHARES = [0, 0.3];

const bench = 'linearizability';

function measure(clients: number, transactions: number): Row[] {
  const history = simulatedHistory(1, { operations: OPERATIONS, clients, keys: 8, unanswered: 0.001, transactions });
  const times: number[] = [];
  let verdict = checkHistory(history);
  for (let round = 0; round < ROUNDS; round++) {
    const begin = process.cpuUsage();
    verdict = checkHistory(history, { statesMax: 10 * OPERATIONS });
    const { user, system } = process.cpuUsage(begin);
    times.push((user + system) / 1000);
  }
  const what = `${OPERATIONS} operations, ${clients} at once, ${transactions === 0 ? 'no' : `${100 * transactions} %`} transactions: ${verdict.type}`;
  return [
    { bench, metric: what, value: median(times), unit: 'ms' },
    { bench, metric: `states, ${what}`, value: verdict.states, unit: 'states', reference: OPERATIONS, ratio: verdict.states / OPERATIONS },
  ];
}

function run(): Promise<Row[]> {
  return Promise.resolve(SHARES.flatMap((share) => CLIENTS.flatMap((clients) => measure(clients, share))));
}

export default { name: bench, run };

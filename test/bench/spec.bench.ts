/**
 * The specifications, searched exhaustively: distinct states a second of one core (processor time, so that what else runs
 * on the machine counts little), and bytes of memory a state. Beside it, in the same run, a search that keeps its states
 * as JSON in a set.
 */
import { loadavg } from 'node:os';
import { specOf, type SpecName } from '../../src/check/spec/catalogue.ts';
import type { LogScope } from '../../src/check/spec/multipaxos.ts';
import { quorumsOf } from '../../src/check/spec/quorums.ts';
import { search, type SearchOptions } from '../../src/check/spec/search.ts';
import { bitsOf } from '../../src/check/spec/specification.ts';
import { searchNaively } from '../support/naive-paxos.ts';
import { median, type Row } from './row.ts';

const ROUNDS = 3;
const bench = 'spec';

function scopeOf(maxBallot: number, slots = 1): LogScope {
  return { acceptors: 3, values: 2, maxBallot, slots, quorums: quorumsOf({ type: 'majority' }, 3) };
}

/** @returns processor time, s */
function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function measure(name: SpecName, scope: LogScope, options: SearchOptions) {
  const rates: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const seconds = timed(() => {
      const outcome = search(specOf(name, scope, null), options);
      if (!outcome.complete) throw new Error(`${name}: ${JSON.stringify(outcome)}`);
      rates.push(outcome.distinct);
      bytes = outcome.bytes / outcome.distinct;
    });
    rates[round]! /= seconds;
  }
  return { rate: median(rates), bytes };
}

function naive(scope: LogScope): number {
  let distinct = 0;
  const seconds = timed(() => (distinct = searchNaively({ ...scope, quorums: scope.quorums.phase1.map(bitsOf) }).distinct));
  return distinct / seconds;
}

function run(): Promise<Row[]> {
  const [small, log] = [scopeOf(2), scopeOf(1, 2)];
  const reference = naive(scopeOf(1));
  const rows: Row[] = [];
  const row = (what: string, { rate, bytes }: { readonly rate: number; readonly bytes: number }, aims = false): void => {
    rows.push({ bench, metric: what, value: rate, unit: 'states/s', ...(aims && { aim: '>= 100000' }) });
    rows.push({ bench, metric: `${what}: visited set`, value: bytes, unit: 'bytes/state', ...(aims && { aim: '< 100' }) });
  };
  const where = '3 acceptors, 2 values';
  row(`paxos, ${where}, ballots 0 to 2 (load ${loadavg()[0]!.toFixed(1)})`, measure('paxos', small, {}), true);
  row(`the same, Agreement only`, measure('paxos', small, { properties: ['Agreement'] }));
  row(`multipaxos, ${where}, ballots 0 to 1, 2 slots`, measure('multipaxos', log, {}));
  rows.push({ bench, metric: `states as JSON in a set: paxos, ${where}, ballots 0 to 1`, value: reference, unit: 'states/s' });
  return Promise.resolve(rows);
}

export default { name: bench, run };

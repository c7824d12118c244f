/**
 * The exhaustive search of Paxos: distinct states a second of one core (processor time), bytes of memory a state, and what
 * each thing that makes it smaller is good for. Beside it, in the same run, a search that clones the nodes and keeps its
 * states as JSON in a set.
 */
import { loadavg } from 'node:os';
import type { ExploreRequest } from '../../src/explore/job.ts';
import { scopeOf } from '../../src/explore/search/scope.ts';
import { Search, type Progress } from '../../src/explore/search/search.ts';
import type { PaxosConfig } from '../../src/protocol/paxos/config.ts';
import { exploreNaively } from '../support/naive-explore.ts';
import type { Row } from './row.ts';

const bench = 'explore';

function requestOf(change: Partial<ExploreRequest>): ExploreRequest {
  return {
    type: 'explore',
    protocol: 'paxos',
    mutant: null,
    nodes: 3,
    proposers: 2,
    values: 2,
    maxBallot: 2,
    crashes: 0,
    statesMax: 2_000_000,
    symmetry: true,
    reduction: true,
    from: null,
    ...change,
  };
}

/** @returns processor time, s */
function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function measure(change: Partial<ExploreRequest>): Progress & { readonly rate: number } {
  const request = requestOf(change);
  const search = new Search(scopeOf(request).model, request);
  const seconds = timed(() => {
    while (search.advance(1000));
  });
  return { ...search.progress, rate: search.progress.distinct / seconds };
}

function naive(): number {
  const request = requestOf({ proposers: 1, values: 1, symmetry: false, reduction: false });
  const { nodes, values, config } = scopeOf(request).model;
  let distinct = 0;
  const seconds = timed(() => {
    distinct = exploreNaively({ nodes, values, config: config as PaxosConfig, proposers: [1], rounds: 2, crashes: 0 }).distinct;
  });
  return distinct / seconds;
}

function run(): Promise<Row[]> {
  const reference = naive();
  const rows: Row[] = [];
  const scope = '3 nodes, 2 proposers, 2 values, rounds 1 and 2';
  const large = measure({ crashes: 1 });
  const what = `paxos, ${scope}, 1 crash, the first 2,000,000 (load ${loadavg()[0]!.toFixed(1)})`;
  rows.push({ bench, metric: what, value: large.rate, unit: 'states/s', reference, ratio: large.rate / reference });
  rows.push({ bench, metric: 'the same: visited set, queue, tables', value: large.bytes / large.distinct, unit: 'bytes/state', aim: '< 100' });
  for (const [symmetry, reduction] of [[true, true], [true, false], [false, true], [false, false]] as const) {
    const { distinct, generated, rate } = measure({ symmetry, reduction });
    const how = `no crash, symmetry ${symmetry ? 'on' : 'off'}, reduction ${reduction ? 'on' : 'off'}`;
    rows.push({ bench, metric: `${how}: distinct`, value: distinct, unit: 'states' });
    rows.push({ bench, metric: `${how}: generated`, value: generated, unit: 'transitions' });
    rows.push({ bench, metric: `${how}: speed`, value: rate, unit: 'states/s' });
  }
  return Promise.resolve(rows);
}

export default { name: bench, run };

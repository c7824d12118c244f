/** The invariants of Multi-Paxos hold in every run of the engine, whatever is done to it, and clients see one service. */
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cluster/commands.ts';
import { createHeader } from '../../src/cluster/run.ts';
import type { TimedCommand } from '../../src/cluster/script.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { multipaxos } from '../../src/protocol/multipaxos/multipaxos.ts';
import { checkRun, type Checked } from '../support/log-check.ts';
import { logRun } from '../support/log-run.ts';
import { randomRun, type RandomRun } from '../support/random-run.ts';

const SHARE = 50;
const SECONDS = 8;
const shares = (seeds: number): number[] => Array.from({ length: seeds / SHARE }, (_, i) => i * SHARE + 1);

/** What has happened at least once in all runs, so that the checks are not about nothing. */
const sometimes = new Set<string>();
let answered = 0;
let unknown = 0;

function note(checked: Checked): void {
  answered += checked.answered;
  if (checked.linearizable === null) unknown++;
  const terms = new Set<number>();
  for (const event of checked.events) {
    if (event.type === 'start') sometimes.add(`start: ${event.disk}`);
    else if (event.type === 'chosen') sometimes.add(`chosen: ${event.sort}`);
    else if (event.type === 'apply') sometimes.add(`apply: ${event.by}`);
    else if (event.type === 'lead' && event.on) terms.add(event.node);
    else sometimes.add(event.type);
  }
  if (terms.size > 2) sometimes.add('several leaders');
}

describe('in every run', () => {
  it.each(shares(500))('no invariant is broken, and clients see one service (seeds from %i)', (from) => {
    for (let seed = from; seed < from + SHARE; seed++) {
      const checked = checkRun(logRun(seed, SECONDS, { reads: ['log', 'quorum'] }), true);
      expect(checked.wrong, `seed ${seed}`).toEqual([]);
      note(checked);
    }
  }, 120_000);

  it.each(shares(200))('with any network, any configuration and any command no invariant is broken (seeds from %i)', (from) => {
    for (let seed = from; seed < from + SHARE; seed++) {
      const checked = checkRun(randomRun(seed, SECONDS, { protocol: 'multipaxos' }), false);
      expect(checked.wrong, `seed ${seed}`).toEqual([]);
    }
  }, 120_000);

  it.each(shares(200))('a lease is kept while timers are right (seeds from %i)', (from) => {
    for (let seed = from; seed < from + SHARE; seed++) {
      // A node that stands still, or waits for its disk, hears of the end of a lease too late.
      const checked = checkRun(logRun(seed, SECONDS, { reads: ['lease'], without: ['clock', 'freeze', 'slow-disk'] }), true);
      expect(checked.wrong, `seed ${seed}`).toEqual([]);
    }
  }, 120_000);

  it('was something to check', () => {
    const wanted = [
      ...['start: new', 'start: kept', 'start: erased', 'apply: log', 'apply: snapshot', 'chosen: command', 'chosen: no-op', 'chosen: members'],
      ...['several leaders', 'members', 'added', 'removed', 'crash', 'lost', 'duplicate', 'partition', 'cut', 'fault', 'synced'],
    ];
    expect(wanted.filter((one) => !sometimes.has(one))).toEqual([]);
    expect(answered).toBeGreaterThan(10_000);
    expect(unknown).toBeLessThan(30);
  });
});

describe('what is not linearizable is found out', () => {
  it('in random runs: reads from the own table', () => {
    const runs = Array.from({ length: 100 }, (_, i) => logRun(i + 1, SECONDS, { reads: ['local'] }));
    expect(runs.filter((run) => checkRun(run, false).linearizable === false).length).toBeGreaterThan(0);
  }, 120_000);

  const partedLeader = (reads: string, rate: number) => checkRun(stalled(reads, rate), false);

  it('at a leader that was cut off: what it answers from its own table, and by a lease that its slow clock stretches', () => {
    expect(partedLeader('local', 1)).toMatchObject({ wrong: [], answered: 3, linearizable: false });
    expect(partedLeader('lease', 0.1)).toMatchObject({ wrong: [], answered: 3, linearizable: false });
  });

  it('and not what it does not answer, because its lease is over or nobody goes along with it', () => {
    expect(partedLeader('lease', 1)).toMatchObject({ wrong: [], answered: 2, linearizable: true });
    expect(partedLeader('quorum', 0.1)).toMatchObject({ wrong: [], answered: 2, linearizable: true });
    expect(partedLeader('log', 0.1)).toMatchObject({ wrong: [], answered: 2, linearizable: true });
  });
});

/** n1 leads, its clock begins to run at this rate, it is cut off with c1; the others write on, and then c1 reads at n1. */
function stalled(reads: string, rate: number): RandomRun {
  const header = createHeader(multipaxos, {
    nodes: 3,
    clients: 2,
    seed: 7,
    network: completeNetwork({ latency: { distribution: 'constant', min: 10_000 } }),
    config: { reads, lease: 2_000_000, heartbeat: 500_000, electionMin: 3_000_000, electionMax: 4_000_000, load: { sessions: 0 } },
  });
  const at = (seconds: number, command: Command): TimedCommand => ({ at: seconds * 1_000_000, command });
  const ask = (seconds: number, node: number, server: number, operation: object): TimedCommand =>
    at(seconds, { type: 'request', node, request: { type: 'operate', operation, server } });
  const script = [
    at(0.001, { type: 'request', node: 1, request: { type: 'campaign' } }),
    ask(2, 16, 1, { type: 'put', key: 'x', value: 'old' }),
    at(3, { type: 'fault', node: 1, fault: 'clock', settings: { rate } }),
    at(4, { type: 'partition', groups: [[1, 16], [2, 3, 17]] }),
    ask(10, 17, 2, { type: 'put', key: 'x', value: 'new' }),
    ask(13, 16, 1, { type: 'get', key: 'x' }),
  ];
  return { header, script, until: 20_000_000 };
}

/** What the history tells of the clients of the run it holds. */
import { expect, test } from 'vitest';
import { historyOf } from '../../../src/check/linearizability/history.ts';
import type { Linearization } from '../../../src/check/linearizability/linearization.ts';
import { History } from '../../../src/host/history/history.ts';
import type { Question } from '../../../src/host/history/clients.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { finish } from '../../../src/host/replay.ts';
import { protocolOf } from '../../../src/protocol/mutants.ts';
import { libraryText } from '../../../src/scenario/library.ts';
import { eventsOf } from '../../support/events.ts';
import { runOf } from '../../support/scenarios.ts';

/** The history of a scenario of the library, and its events. */
function held(name: string) {
  const { header, until } = runOf(libraryText(name));
  const cluster = new InlineCluster(header);
  cluster.runUntil(until!);
  const run = cluster.run();
  const end = { at: cluster.now, seq: cluster.scheduler.log.seq };
  const history = new History({ protocolOf });
  finish(history.load(run, end, 1, null));
  const ask = (question: Partial<Question> = {}): Linearization => {
    return finish(history.linearize({ seq: end.seq, since: 0, states: 1000, ...question }));
  };
  return { run, end, history, ask, events: eventsOf(cluster.scheduler.log) };
}

test('it has the history of the run from its beginning, with its faults and a verdict', () => {
  const { ask, end, events } = held('stale-read');
  const told = ask();
  expect(told).toMatchObject({ run: 1, seq: end.seq, head: end.seq, checked: 4, full: false, verdict: { type: 'violation' } });
  expect(told.calls.map(({ call }) => call)).toEqual(historyOf(events).calls);
  expect(told.faults).toMatchObject([{ kind: 'partition', text: 'n1 n2 c1 | n3 n4 n5 c2' }]);
});

test('the verdict is that of the moment asked about, whatever was asked before', () => {
  const { ask, events } = held('stale-read');
  const { verdict } = ask();
  if (verdict.type !== 'violation') throw new Error('it is one');
  const { returned } = historyOf(events).calls[verdict.failure.longest[0]!.blocked]!;
  expect(ask({ seq: returned }).verdict.type).toBe('linearizable');
  expect(ask({ seq: returned + 1 }).verdict.type).toBe('violation');
  expect(ask({ seq: 0 })).toMatchObject({ checked: 0, verdict: { type: 'linearizable', order: [] } });
});

test('it tells what happened since, or nothing but the verdict', () => {
  const { ask, events } = held('stale-read');
  const { calls } = historyOf(events);
  const since = calls[2]!.returned;
  expect(ask({ since }).calls.map(({ index }) => index)).toEqual(calls.flatMap(({ returned }, index) => (returned >= since ? [index] : [])));
  expect(ask({ since: null })).toMatchObject({ calls: [], faults: [], checked: 4, verdict: { type: 'violation' } });
});

test('a run that goes on from a moment of it has the history up to there, and what comes after', () => {
  const { ask, run, history, events } = held('client-retry');
  const before = ask();
  const middle = events[Math.floor(events.length / 2)]!;
  const place = { at: middle.at, seq: middle.seq };
  finish(history.load(run, place, 2, null));
  const { seq } = history;
  const again = ask({ seq });
  expect(again.run).toBe(2);
  expect(again.calls.map(({ call }) => call)).toEqual(historyOf(events.slice(0, seq)).calls);
  expect(before.calls.length).toBeGreaterThanOrEqual(again.calls.length);
});

test('a moment that has not come yet cannot be asked about', () => {
  const { ask, end } = held('stale-read');
  expect(() => ask({ seq: end.seq + 1 })).toThrow('has not been compared yet');
});

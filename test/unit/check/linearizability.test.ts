import { describe, expect, it } from 'vitest';
import { checkHistory, ModelError } from '../../../src/check/linearizability/check.ts';
import { historyOf } from '../../../src/check/linearizability/history.ts';
import type { RunEvent } from '../../../src/cluster/events.ts';
import { linearizableByForce } from '../../support/brute-force.ts';
import { historyNoted } from '../../support/histories.ts';
import { simulatedHistory } from '../../support/simulated-history.ts';
import { databaseVerdicts, registerVerdicts } from './linearizability-verdicts.ts';

const all = [
  ...registerVerdicts.linearizable.map((text) => ['register', true, text] as const),
  ...registerVerdicts.not.map((text) => ['register', false, text] as const),
  ...databaseVerdicts.linearizable.map((text) => ['database', true, text] as const),
  ...databaseVerdicts.not.map((text) => ['database', false, text] as const),
];

describe('a history with a known verdict', () => {
  it('is one of more than a hundred, no two alike', () => {
    expect(all.length).toBeGreaterThan(100);
    expect(new Set(all.map(([, , text]) => text)).size).toBe(all.length);
  });

  it.each(all)('%s, %s: %s', (model, expected, text) => {
    const history = historyNoted(text, model);
    expect(checkHistory(history).type).toBe(expected ? 'linearizable' : 'violation');
    expect(linearizableByForce(history.calls)).toBe(expected && !text.includes('refused: no'));
  });

  it('is judged the same by the whole database, where a register would do', () => {
    for (const [model, expected, text] of all) {
      if (model === 'register') expect([text, checkHistory(historyNoted(text)).type === 'linearizable']).toEqual([text, expected]);
    }
  });
});

describe('a verdict', () => {
  it('has an order of all that must have taken effect', () => {
    const verdict = checkHistory(historyNoted('c1 1-9 put x = 1: done; c2 2- put x = 2; c3 3-4 get x: 2; c3 5-6 get x: 1; c4 7- put x = 3'));
    expect(verdict).toMatchObject({ type: 'linearizable', order: [1, 2, 0, 3] });
  });

  it('says which operation fits nowhere, how it would be answered, and what has nothing to do with it', () => {
    const verdict = checkHistory(historyNoted('c1 1-2 put x = 1: done; c1 3-4 put x = 2: done; c2 5-6 get x: 1; c3 1-2 put y = 1: done'));
    expect(verdict).toMatchObject({
      type: 'violation',
      failure: {
        objects: ['key x'],
        calls: [0, 1, 2],
        longest: [{ order: [0, 1], blocked: 2, answer: { type: 'value', value: '2' } }],
      },
    });
  });

  it('is not known when the search gives up', () => {
    const puts = Array.from({ length: 40 }, (_, i) => `c${i} ${i}-1000 put x = ${i}: done`);
    const verdict = checkHistory(historyNoted([...puts, 'c1 1001-1002 get x: other'].join('\n')), { statesMax: 1000 });
    expect(verdict).toMatchObject({ type: 'unknown', states: 1000 });
  });

  it('is about operations that the model has', () => {
    expect(() => checkHistory(historyNoted('c1 1-2 begin: #1', 'register'))).toThrow(ModelError);
    expect(() => checkHistory(historyNoted('c1 1-2 get x: 1', 'transactions'))).toThrow('has no operation get');
  });

  it.each([
    { operations: 3000, clients: 20, keys: 8, unanswered: 0.002, transactions: 0 },
    { operations: 600, clients: 5, keys: 8, unanswered: 0.002, transactions: 0.3 },
  ])('takes a state or so for each operation of a long history: %j', (given) => {
    for (const seed of [1, 2, 3]) {
      const verdict = checkHistory(simulatedHistory(seed, given));
      expect(verdict.type).toBe('linearizable');
      expect(verdict.states).toBeLessThan(2 * given.operations);
    }
  });
});

it('takes the history of a run from its events', () => {
  const invoke = (seq: number, node: number, session: number, operation: string): RunEvent =>
    ({ type: 'invoke', seq, at: 10 * seq, node, session, sequence: 1, operation });
  const events: RunEvent[] = [
    invoke(1, 16, 1000, '{"type":"begin"}'),
    invoke(2, 17, 1000, '{"type":"get","key":"x"}'),
    { type: 'crash', seq: 3, at: 30, node: 16, point: 'now', error: '' },
    { type: 'return', seq: 4, at: 40, node: 16, session: 1000, sequence: 1, result: '{"type":"done"}' },
    { type: 'return', seq: 5, at: 50, node: 17, session: 1000, sequence: 1, result: '{"type":"value","value":null}' },
  ];
  expect(historyOf(events).calls).toEqual([
    { client: 'c1', session: 1000, operation: { type: 'begin' }, result: null, invoked: 1, returned: Infinity, at: { invoked: 10, returned: null } },
    { client: 'c2', session: 1000, operation: { type: 'get', key: 'x' }, result: { type: 'value', value: null }, invoked: 2, returned: 5, at: { invoked: 20, returned: 50 } },
  ]);
});

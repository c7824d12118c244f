import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyOperation,
  checkOperation,
  createDatabase,
  forkDatabase,
  loadDatabase,
  saveDatabase,
  viewDatabase,
} from '../../src/protocol/machine/database.ts';
import type { Database } from '../../src/protocol/machine/database.ts';
import { describeOperation } from '../../src/protocol/machine/operation.ts';
import type { Operation } from '../../src/protocol/machine/operation.ts';
import type { Json } from '../../src/protocol/protocol.ts';

const key = fc.constantFrom('x', 'y', 'z', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8', 'k9', 'k10', 'k11', 'k12');
const value = fc.constantFrom('1', '2', '3');
const transaction = fc.integer({ min: 1, max: 12 });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.constant({ type: 'begin' } as const),
  fc.record({ type: fc.constant('write' as const), transaction, key, value }),
  fc.record({ type: fc.constantFrom('commit' as const, 'abort' as const), transaction }),
  fc.record({ type: fc.constant('get' as const), key }),
  fc.record({ type: fc.constant('put' as const), key, value }),
  fc.record({ type: fc.constant('cas' as const), key, expected: fc.option(value), value }),
);

const step = fc.record({
  client: fc.constantFrom(16, 17),
  session: fc.integer({ min: 1, max: 3 }),
  sequence: fc.integer({ min: 1, max: 9 }),
  operation,
});
const steps = fc.array(step, { maxLength: 120, size: 'max' });

const play = (db: Database, log: readonly { client: number; session: number; sequence: number; operation: Operation }[]) =>
  log.map((s) => applyOperation(db, s.client, s.session, s.sequence, s.operation));

describe('the database', () => {
  it('loaded goes on as the one that grew, and as a fork', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const grown = createDatabase();
        play(grown, before);
        const json = JSON.stringify(saveDatabase(grown));
        const loaded = loadDatabase(JSON.parse(json) as Json);
        const fork = forkDatabase(structuredClone(grown));
        expect(viewDatabase(loaded)).toEqual(viewDatabase(grown));
        const results = play(grown, after);
        expect(play(loaded, after)).toEqual(results);
        expect(play(fork, after)).toEqual(results);
        for (const other of [loaded, fork]) {
          expect(viewDatabase(other)).toEqual(viewDatabase(grown));
          expect(JSON.stringify(saveDatabase(other))).toBe(JSON.stringify(saveDatabase(grown)));
        }
      }),
    );
  });

  it('does not change when everything in the log is there twice in a row', () => {
    fc.assert(
      fc.property(steps, (log) => {
        const once = createDatabase();
        const twice = createDatabase();
        const results = play(once, log);
        expect(play(twice, log.flatMap((s) => [s, s])).filter((_, i) => i % 2 === 1)).toEqual(results);
        expect(viewDatabase(twice)).toEqual(viewDatabase(once));
      }),
    );
  });

  it('gives out every ID once, ascending', () => {
    fc.assert(
      fc.property(steps, (log) => {
        // Of a session's repeated operation the answer is repeated too.
        const seen = new Set<string>();
        const fresh = log.filter(({ client, session, sequence }) => {
          const name = `${client} ${session} ${sequence}`;
          return !seen.has(name) && seen.add(name);
        });
        const ids = play(createDatabase(), fresh).flatMap((result) => (result.type === 'begun' ? [result.transaction] : []));
        expect(ids).toEqual(ids.map((_, i) => i + 1));
      }),
    );
  });
});

describe('the text of an operation', () => {
  it('tells it from every other', () => {
    const text = fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom('a', '#', '=', ' ', '"', '→', ':', '\\', '😀') });
    const word = text.map((t) => t.replaceAll(' ', '_'));
    const any = fc.oneof(
      fc.record({ type: fc.constant('write' as const), transaction, key: word, value: text }),
      fc.record({ type: fc.constant('put' as const), key: word, value: text }),
      fc.record({ type: fc.constant('cas' as const), key: word, expected: fc.option(text), value: text }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(any, { maxLength: 100, size: 'max', selector: (o) => JSON.stringify(o) }), (operations) => {
        const checked = operations.map((o) => checkOperation(o));
        expect(checked).toEqual(operations);
        expect(new Set(checked.map(describeOperation)).size).toBe(operations.length);
      }),
    );
  });
});

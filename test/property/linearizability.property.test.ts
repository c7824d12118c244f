/** The checker against one that tries every permutation, on histories of a few operations with any answers at all. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory, type Verdict } from '../../src/check/linearizability/check.ts';
import type { Call, History, ModelName } from '../../src/check/linearizability/history.ts';
import { modelNames } from '../../src/check/linearizability/history.ts';
import type { Operation, OperationResult } from '../../src/protocol/machine/operation.ts';
import { createRandom, nextFloat, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { linearizableByForce } from '../support/brute-force.ts';

const KEYS = ['x', 'y'];
const VALUES = ['1', '2', '3'];
const TYPES: { readonly [name in ModelName]: readonly Operation['type'][] } = {
  database: ['begin', 'begin', 'write', 'write', 'commit', 'commit', 'abort', 'get', 'get', 'put', 'cas'],
  register: ['get', 'get', 'put', 'cas'],
  transactions: ['begin', 'begin', 'write', 'commit', 'abort'],
};

function drawOperation(random: Random, type: Operation['type']): Operation {
  const key = nextItem(random, KEYS);
  const value = nextItem(random, VALUES);
  const transaction = nextInteger(random, 1, 3);
  switch (type) {
    case 'begin':
      return { type };
    case 'write':
      return { type, transaction, key, value };
    case 'commit':
    case 'abort':
      return { type, transaction };
    case 'get':
      return { type, key };
    case 'put':
      return { type, key, value };
    case 'cas':
      return { type, key, expected: nextItem(random, [null, ...VALUES]), value };
  }
}

/** Any answer that the operation could have. */
function drawResult(random: Random, operation: Operation): OperationResult {
  const value = nextItem(random, [null, ...VALUES]);
  switch (operation.type) {
    case 'begin':
      return { type: 'begun', transaction: nextInteger(random, 1, 3) };
    case 'get':
      return { type: 'value', value };
    case 'put':
      return { type: 'done' };
    case 'cas':
      return nextFloat(random) < 0.5
        ? { type: 'swapped', swapped: true, value: operation.expected }
        : { type: 'swapped', swapped: false, value: nextItem(random, VALUES.filter((other) => other !== operation.expected)) };
    default:
      return nextFloat(random) < 0.7 ? { type: 'done' } : { type: 'refused', why: '' };
  }
}

/** A history of up to `most` operations of three clients, each with as many sessions as it has operations. */
function drawHistory(seed: number, model: ModelName, most: number): History {
  const random = createRandom(seed);
  const span = nextInteger(random, 2, 12);
  const calls = Array.from({ length: nextInteger(random, 1, most) }, (_, session): Call => {
    const operation = drawOperation(random, nextItem(random, TYPES[model]));
    const invoked = nextInteger(random, 0, span);
    const result = nextFloat(random) < 0.25 ? null : drawResult(random, operation);
    const returned = result === null ? Infinity : invoked + nextInteger(random, 0, 5);
    return { client: nextItem(random, ['c1', 'c2']), session, operation, invoked, returned, result, at: null };
  });
  return { model, calls };
}

/** Whether an order explains what was answered, keeps to what preceded what, and leaves out nothing answered. */
function isExplained({ calls }: History, order: readonly number[]): boolean {
  const ordered = order.map((index) => calls[index]!);
  if (new Set(order).size !== order.length) return false;
  if (calls.some((call) => call.result !== null && !ordered.includes(call))) return false;
  return linearizableByForce(ordered.map((call, i) => ({ ...call, invoked: 2 * i, returned: 2 * i + 1 })))
    && ordered.every((call, i) => !ordered.slice(i + 1).some(({ returned }) => returned < call.invoked));
}

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe.each(modelNames)('a history of the model %s', (model) => {
  it('is judged as by every permutation', () => {
    const verdicts = new Map<Verdict['type'], number>();
    fc.assert(
      fc.property(seeds, (seed) => {
        const history = drawHistory(seed, model, 6);
        const verdict = checkHistory(history);
        verdicts.set(verdict.type, (verdicts.get(verdict.type) ?? 0) + 1);
        expect(verdict.type === 'linearizable').toBe(linearizableByForce(history.calls));
        if (verdict.type === 'linearizable') expect(isExplained(history, verdict.order)).toBe(true);
        if (verdict.type !== 'violation') return;
        const { calls, longest } = verdict.failure;
        for (const { order, blocked } of longest) {
          expect(history.calls[blocked]!.result).not.toBeNull();
          expect([...order, blocked].every((index) => calls.includes(index))).toBe(true);
          expect(order).not.toContain(blocked);
        }
      }),
      { numRuns: 1500 },
    );
    expect(verdicts.get('linearizable')).toBeGreaterThan(100);
    expect(verdicts.get('violation')).toBeGreaterThan(100);
    expect(verdicts.get('unknown')).toBeUndefined();
  });
});

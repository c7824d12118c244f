import { describe, expect, it } from 'vitest';
import { HistoryError, historyText, readHistory } from '../../../src/check/linearizability/file.ts';
import { CALLS_MAX } from '../../../src/check/linearizability/history.ts';
import { historyNoted } from '../../support/histories.ts';
import { simulatedHistory } from '../../support/simulated-history.ts';

const head = { format: 'synod-history', version: 1 };

/** The fields that the reader complains about. */
function complaints(file: unknown): string[] {
  try {
    readHistory(typeof file === 'string' ? file : JSON.stringify(file), 'a.json');
    return [];
  } catch (error) {
    if (error instanceof HistoryError) return error.problems.map(({ field }) => field);
    throw error;
  }
}

describe('a history in a file', () => {
  it('is read as it was written', () => {
    const noted = historyNoted('c1 1-2 put x = 1: done; c1 3- cas x: 1 -> 2; c2 4-9 get x: nothing; c2 10-11 write x = 3 in #7: refused: it is over');
    const odd = { ...noted.calls[0]!, session: 99, operation: { type: 'put', key: 'a:=b', value: ' "nothing" = ' } as const };
    for (const history of [noted, { ...noted, calls: [...noted.calls, odd] }, simulatedHistory(1, { operations: 200, clients: 4, keys: 2, unanswered: 0.05 })]) {
      const { calls } = readHistory(historyText(history), 'a.json');
      expect(calls).toEqual([...history.calls].sort((a, b) => a.invoked - b.invoked));
    }
  });

  it('can be written by hand, with texts for operations and answers', () => {
    const operations = [{ client: 'a', operation: 'cas x: nothing -> 1', result: 'swapped', invoked: 0, returned: 3 }];
    expect(readHistory(JSON.stringify({ ...head, model: 'register', operations }), 'a.json')).toMatchObject({
      model: 'register',
      calls: [{ session: 0, operation: { type: 'cas', expected: null }, result: { type: 'swapped', swapped: true, value: null }, at: null }],
    });
  });

  const call = { client: 'a', operation: 'get x', result: '1', invoked: 1, returned: 2 };
  it.each<[string, unknown, string[]]>([
    ['no JSON', '{', ['']],
    ['no object', [], ['']],
    ['another version', { ...head, version: 2, operations: [] }, ['version']],
    ['everything wrong at the top', { format: 'a', version: '1', model: 'queue', operations: {} }, ['format', 'version', 'model', 'operations']],
    ['a field too many', { ...head, operations: [], more: 1 }, ['more']],
    ['no operations', head, ['operations']],
    ['a client without a name', { ...head, operations: [{ ...call, client: '' }] }, ['operations[0].client']],
    ['an operation there is not', { ...head, operations: [{ ...call, operation: 'pop x' }] }, ['operations[0].operation']],
    ['an answer to something else', { ...head, operations: [{ ...call, operation: 'put x = 1' }] }, ['operations[0].result']],
    ['an answer before the question', { ...head, operations: [{ ...call, invoked: 3 }] }, ['operations[0].returned']],
    ['a time without an answer', { ...head, operations: [{ ...call, result: null }] }, ['operations[0].returned']],
    ['half a place', { ...head, operations: [{ ...call, invoked: 0.5 }] }, ['operations[0].invoked']],
    ['two at a time in a session', { ...head, operations: [call, { ...call, invoked: 2, returned: 3 }] }, ['operations[1]']],
    ['one after what was not answered', { ...head, operations: [{ ...call, result: null, returned: null }, { ...call, invoked: 2, returned: 3 }] }, ['operations[1]']],
    ['several problems', { ...head, operations: [{ ...call, client: 1 }, call, { ...call, session: -1 }] }, ['operations[0].client', 'operations[2].session']],
    ['too many operations', { ...head, operations: Array.from({ length: CALLS_MAX + 1 }, () => 0) }, ['operations']],
  ])('is refused with %s', (_, file, fields) => expect(complaints(file)).toEqual(fields));

  it('is refused with at most ten problems, however many there are, and none of any length', () => {
    const operations = Array.from({ length: 1000 }, () => ({ client: 1 }));
    expect(complaints({ ...head, operations })).toHaveLength(10);
    expect(() => readHistory(JSON.stringify({ ...head, format: 'a'.repeat(100_000), operations: [] }), 'a.json')).toThrow(/^.{1,600}$/s);
  });
});

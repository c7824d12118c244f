import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MinQueue } from '../../../src/network/queue.ts';

const ascending = (a: number, b: number) => a < b;
const distinct = fc.uniqueArray(fc.integer(), { maxLength: 200 });

function drained(queue: MinQueue<number>): number[] {
  const items: number[] = [];
  for (let item = queue.pop(); item !== undefined; item = queue.pop()) items.push(item);
  return items;
}

function filled(items: readonly number[]): MinQueue<number> {
  const queue = new MinQueue(ascending);
  for (const item of items) queue.push(item);
  return queue;
}

describe('the queue', () => {
  it('gives items in order, whatever the order they came in', () => {
    fc.assert(fc.property(distinct, (items) => {
      expect(drained(filled(items))).toEqual([...items].sort((a, b) => a - b));
    }));
  });

  it('is a sorted list, whatever is done to it', () => {
    const actions = fc.array(fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom('pop', 'peek', 'even')));
    fc.assert(fc.property(actions, (list) => {
      const queue = new MinQueue(ascending);
      let model: number[] = [];
      for (const action of list) {
        if (action === 'pop') expect(queue.pop()).toBe(model.shift());
        else if (action === 'peek') expect(queue.peek()).toBe(model[0]);
        else if (action === 'even') {
          expect(queue.extract((item) => item % 2 === 0)).toEqual(model.filter((item) => item % 2 === 0));
          model = model.filter((item) => item % 2 !== 0);
        } else if (typeof action === 'number' && !model.includes(action)) {
          queue.push(action);
          model = [...model, action].sort((a, b) => a - b);
        }
        expect(queue.size).toBe(model.length);
      }
      expect(drained(queue)).toEqual(model);
    }));
  });

  it('takes out nothing when nothing is wanted, and everything when all is', () => {
    const queue = filled([3, 1, 2]);
    expect(queue.extract(() => false)).toEqual([]);
    expect(queue.size).toBe(3);
    expect(queue.extract(() => true)).toEqual([1, 2, 3]);
    expect([queue.size, queue.peek(), queue.pop()]).toEqual([0, undefined, undefined]);
  });
});

import { describe, expect, test } from 'vitest';
import { ConditionError, readCondition } from '../../../src/scenario/conditions.ts';
import { readExpectation } from '../../../src/scenario/expectations.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';

const vocabulary = { protocol: protocolNamed('paxos'), nodes: [1, 2, 3, 4, 5], clients: 0 };
const read = (text: string) => readCondition(text, vocabulary);
const kind = (name: string) => vocabulary.protocol.messages.findIndex((message) => message.name === name);
const second = 1_000_000;

describe('a condition', () => {
  test.each([
    ['chosen', { type: 'chosen', slot: null, value: null }],
    ['a value is chosen', { type: 'chosen', slot: null, value: null }],
    ['red chosen', { type: 'chosen', slot: null, value: 'red' }],
    ['"red" is chosen', { type: 'chosen', slot: null, value: 'red' }],
    ['"two words" chosen in instance 3', { type: 'chosen', slot: 3, value: 'two words' }],
    ['instance 2 chosen', { type: 'chosen', slot: 2, value: null }],
    ['instance 2 chooses blue', { type: 'chosen', slot: 2, value: 'blue' }],
    ['two values', { type: 'conflict' }],
    ['two values chosen', { type: 'conflict' }],
    ['n3 learns', { type: 'learns', node: 3, slot: null, value: null }],
    ['n3 learns red', { type: 'learns', node: 3, slot: null, value: 'red' }],
    ['n3 learns instance 4', { type: 'learns', node: 3, slot: 4, value: null }],
    ['a node learns "red" in instance 4', { type: 'learns', node: null, slot: 4, value: 'red' }],
    ['leader changes', { type: 'leader-changes' }],
    ['n2 leads', { type: 'leads', node: 2 }],
    ['n2 crashes', { type: 'crashes', node: 2 }],
    ['a node restarts', { type: 'restarts', node: null }],
    ['n4 saves', { type: 'saves', node: 4 }],
    ['n1 refused', { type: 'refused', node: 1 }],
    ['n1 is refused', { type: 'refused', node: 1 }],
    ['healed', { type: 'healed' }],
    ['heal', { type: 'healed' }],
    ['the network is parted', { type: 'parted' }],
  ])('%s', (text, pattern) => {
    expect(read(text)).toEqual({ pattern, count: 1 });
  });

  test.each([
    ['3 promises', 3, { kind: kind('promise'), happens: 'delivered', from: null, to: null }],
    ['promise', 1, { kind: kind('promise'), happens: 'delivered', from: null, to: null }],
    ['an accept', 1, { kind: kind('accept'), happens: 'delivered', from: null, to: null }],
    ['2 accepts to n4', 2, { kind: kind('accept'), happens: 'delivered', from: null, to: 4 }],
    ['1 prepare from n1 sent', 1, { kind: kind('prepare'), happens: 'sent', from: 1, to: null }],
    ['1 prepare sent from n1 to n2', 1, { kind: kind('prepare'), happens: 'sent', from: 1, to: 2 }],
    ['2 queries lost', 2, { kind: kind('query'), happens: 'lost', from: null, to: null }],
    ['4 accepted', 4, { kind: kind('accepted'), happens: 'delivered', from: null, to: null }],
  ])('about messages: %s', (text, count, pattern) => {
    expect(read(text)).toEqual({ pattern: { type: 'message', ...pattern }, count });
  });

  test('counts instances', () => {
    expect(read('3 instances chosen')).toEqual({ pattern: { type: 'chosen', slot: null, value: null }, count: 3 });
  });

  test.each([
    ['', 'is no condition; there are chosen · '],
    ['when the cows come home', 'is no condition'],
    ['3 pigeons', 'where MESSAGES are of prepare, promise, accept'],
    ['n9 crashes', 'there is no n9: the cluster has 5 nodes'],
    ['3 promises to n7', 'there is no n7'],
    ['3 promises eaten', 'after promises come sent, delivered or lost, and from and to with a node such'],
    ['3 promises from', 'not "from"'],
    ['0 promises', 'a number from 1 to 1,000,000 was expected, not 0'],
    ['instance 0 chosen', 'a number from 1'],
  ])('%j is refused', (text, message) => {
    expect(() => read(text)).toThrow(ConditionError);
    expect(() => read(text)).toThrow(message);
  });
});

describe('an expectation', () => {
  const one = (text: string) => readExpectation(text, vocabulary);
  const chosen = { type: 'chosen', slot: null, value: null };

  test.each([
    ['never two values', { pattern: { type: 'conflict' }, min: 0, max: 0 }],
    ['two values', { pattern: { type: 'conflict' }, min: 1, max: null }],
    ['nothing chosen', { pattern: chosen, min: 0, max: 0 }],
    ['nothing chosen in instance 2', { pattern: { ...chosen, slot: 2 }, min: 0, max: 0 }],
    ['red chosen', { pattern: { ...chosen, value: 'red' }, min: 1, max: null }],
    ['instance 1 chooses blue', { pattern: { type: 'chosen', slot: 1, value: 'blue' }, min: 1, max: null }],
    ['at least 3 instances chosen', { pattern: chosen, min: 3, max: null }],
    ['at most 2 instances chosen', { pattern: chosen, min: 0, max: 2 }],
    ['exactly 1 instances chosen', { pattern: chosen, min: 1, max: 1 }],
    ['never n1 leads', { pattern: { type: 'leads', node: 1 }, min: 0, max: 0 }],
    ['n4 learns nothing', { pattern: { type: 'learns', node: 4, slot: null, value: null }, min: 0, max: 0 }],
    ['n4 learns nothing in instance 2', { pattern: { type: 'learns', node: 4, slot: 2, value: null }, min: 0, max: 0 }],
  ])('%s', (text, subject) => {
    expect(one(text)).toEqual({ text, subject: { type: 'occurs', ...subject }, after: null, within: null });
  });

  test.each([
    ['everyone learns', { nodes: null, slot: null, value: null }],
    ['everyone learns red in instance 1', { nodes: null, slot: 1, value: 'red' }],
    ['n1 and n2 learn', { nodes: [1, 2], slot: null, value: null }],
    ['n1, n2 and n5 learn "red"', { nodes: [1, 2, 5], slot: null, value: 'red' }],
  ])('%s', (text, subject) => {
    expect(one(text).subject).toEqual({ type: 'all-know', ...subject });
  });

  test('has bounds at its end', () => {
    expect(one('red chosen within 10 s')).toMatchObject({ within: 10 * second, after: null });
    expect(one('nothing chosen before 8 s')).toMatchObject({ within: 8 * second, subject: { max: 0 } });
    expect(one('n5 learns within 500 ms after heal')).toMatchObject({
      within: second / 2,
      after: { pattern: { type: 'healed' }, count: 1 },
      subject: { pattern: { type: 'learns', node: 5 } },
    });
    expect(one('never leader changes after 3 promises to n1')).toMatchObject({
      within: null,
      after: { pattern: { type: 'message', to: 1 }, count: 3 },
    });
  });

  test.each([
    ['world peace', '"world peace" is no expectation; there are never CONDITION · nothing chosen'],
    ['never', 'is no expectation'],
    ['everyone eats', 'is no expectation'],
    ['red chosen within 30 h', 'a time up to 24 h such as "2 s" or "500 ms" was expected, not "30 h"'],
    ['red chosen within 3 parsecs', 'was expected, not "3 parsecs"'],
    ['red chosen before 3 s after heal', '"before" counts from the beginning'],
    ['n1 learns within 5 s after lunch', '"lunch" is no condition'],
    ['n8 learns', 'there is no n8'],
  ])('%j is refused', (text, message) => {
    expect(() => one(text)).toThrow(ConditionError);
    expect(() => one(text)).toThrow(message);
  });
});

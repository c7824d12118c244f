import { describe, expect, test } from 'vitest';
import type { EventBody, RunEvent } from '../../../src/cluster/events.ts';
import { ExpectationJudge } from '../../../src/scenario/expect.ts';
import { readExpectation } from '../../../src/scenario/expectations.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';

const protocol = protocolNamed('paxos');
const nodes = [1, 2, 3];
const second = 1_000_000;

/** Seconds and what happens then. */
type Told = readonly (readonly [number, EventBody])[];

function stands(
  text: string,
  told: Told,
  { until = 30, end = until }: { until?: number; end?: number } = {},
): { state: string; why: string } {
  const list = [readExpectation(text, { protocol, nodes, clients: 0 })];
  const judge = new ExpectationJudge({ list, until: until * second }, protocol);
  told.forEach(([at, body], seq) => judge.take({ seq, at: Math.round(at * second), ...body } as RunEvent));
  judge.end(end * second);
  const { state, why } = judge.states()[0]!;
  return { state, why };
}

const chosen = (node: number, slot: number, value: string): EventBody => {
  return { type: 'chosen', node, slot, value, ballot: { round: 1, node: 1 }, quorum: [], sort: 'command' };
};
const start = (node: number, incarnation = 1): EventBody => ({ type: 'start', node, incarnation, disk: 'kept' });
const crash = (node: number): EventBody => ({ type: 'crash', node, point: 'now', error: '' });
const send = (packet: number, from: number, to: number, name: string): EventBody => {
  const kind = protocol.messages.findIndex((message) => message.name === name);
  return { type: 'send', node: from, packet, to, due: 0, kind, body: new Uint8Array() };
};
const deliver = (packet: number, node: number): EventBody => ({ type: 'deliver', node, packet });
const groups = (...given: number[][]): EventBody => ({ type: 'partition', groups: given });

describe('something that is to happen', () => {
  test('is met when it does, and is open until then', () => {
    const judge = new ExpectationJudge(
      { list: [readExpectation('red chosen', { protocol, nodes, clients: 0 })], until: 30 * second },
      protocol,
    );
    judge.take({ seq: 0, at: 2 * second, ...chosen(1, 1, 'blue') } as RunEvent);
    expect(judge.states()).toEqual([{ text: 'red chosen', state: 'open', why: '' }]);
    judge.take({ seq: 1, at: 2.5 * second, ...chosen(1, 2, 'red') } as RunEvent);
    expect(judge.states()).toEqual([{ text: 'red chosen', state: 'met', why: 'it happened at 2.5 s' }]);
  });

  test('is broken when its time runs out; the end of a span is still in it, the end of the scenario is not', () => {
    expect(stands('chosen within 3 s', [[3, chosen(1, 1, 'a')]]).state).toBe('met');
    expect(stands('chosen within 3 s', [[3.1, chosen(1, 1, 'a')]])).toEqual({
      state: 'broken',
      why: 'it had not happened by 3 s',
    });
    expect(stands('chosen', [[30, chosen(1, 1, 'a')]])).toEqual({
      state: 'broken',
      why: 'it had not happened by 30 s',
    });
    expect(stands('chosen', [], { end: 10 })).toEqual({ state: 'open', why: '' });
  });

  test('is counted; what a second learner says is no news', () => {
    const told: Told = [
      [1, chosen(1, 1, 'a')],
      [2, chosen(2, 1, 'a')],
      [3, chosen(1, 2, 'b')],
    ];
    expect(stands('at least 2 instances chosen', told)).toEqual({
      state: 'met',
      why: 'it happened for the 2nd time at 3 s',
    });
    expect(stands('at least 3 instances chosen', told).why).toBe('it had happened only 2 of 3 times by 30 s');
    expect(stands('at most 2 instances chosen', told).state).toBe('met');
    expect(stands('at most 1 instances chosen', told)).toEqual({
      state: 'broken',
      why: 'it happened for the 2nd time at 3 s, more than once',
    });
    expect(stands('exactly 2 instances chosen', told).state).toBe('met');
    expect(stands('exactly 3 instances chosen', told).state).toBe('broken');
    expect(stands('exactly 2 instances chosen', told, { end: 10 }).state).toBe('open');
  });
});

describe('something that is never to happen', () => {
  const told: Told = [
    [1, chosen(1, 1, 'a')],
    [9, chosen(2, 1, 'b')],
  ];
  test('is broken at once, and met at the end', () => {
    expect(stands('never two values', told)).toEqual({ state: 'broken', why: 'it happened at 9 s' });
    expect(stands('two values', told)).toEqual({ state: 'met', why: 'it happened at 9 s' });
    expect(stands('never two values', told, { until: 8 })).toEqual({ state: 'met', why: 'it did not happen' });
    expect(stands('nothing chosen before 500 ms', told)).toEqual({ state: 'met', why: 'it did not happen by 500 ms' });
    expect(stands('nothing chosen before 2 s', told).state).toBe('broken');
  });
});

describe('after something', () => {
  const told: Told = [
    [0, start(1)],
    [1, groups([1, 2], [3])],
    [2, chosen(3, 1, 'a')],
    [5, groups([1, 2, 3])],
    [9, chosen(3, 2, 'b')],
  ];
  test('only what comes later counts, for as long as it says', () => {
    expect(stands('n3 learns within 5 s after heal', told)).toEqual({ state: 'met', why: 'it happened at 9 s' });
    expect(stands('n3 learns within 3 s after heal', told)).toEqual({
      state: 'broken',
      why: 'it had not happened by 8 s',
    });
    expect(stands('n3 learns nothing after heal', told).state).toBe('broken');
    expect(stands('n3 learns nothing within 3 s after heal', told).state).toBe('met');
  });

  test('that does not come the expectation is broken', () => {
    expect(stands('n3 learns after n3 crashes', told)).toEqual({
      state: 'broken',
      why: 'what it is to come after had not happened by 30 s',
    });
    expect(stands('n3 learns after 3 promises', told).why).toContain('(0 of 3 times)');
  });
});

describe('what everyone learns', () => {
  const up: Told = nodes.map((node) => [0, start(node)]);
  test('is known to all that are up at one time', () => {
    const told: Told = [...up, [1, chosen(1, 1, 'a')], [2, chosen(2, 1, 'a')]];
    expect(stands('everyone learns', told).state).toBe('broken');
    expect(stands('everyone learns a', [...told, [3, chosen(3, 1, 'a')]]).why).toBe('it happened at 3 s');
    expect(stands('n1 and n2 learn', told).state).toBe('met');
    expect(stands('n1 and n2 learn b', told).state).toBe('broken');
    expect(stands('n1 and n2 learn in instance 2', told).state).toBe('broken');
    const without3: Told = [...up, [1, crash(3)], [1, chosen(1, 1, 'a')], [2, chosen(2, 1, 'a')]];
    expect(stands('everyone learns', without3).state).toBe('met');
  });

  test('a crash forgets, and every instance has to be known', () => {
    const forgotten: Told = [...up, [1, chosen(1, 1, 'a')], [2, crash(1)], [3, start(1, 2)], [4, chosen(2, 1, 'a')]];
    expect(stands('n1 and n2 learn', forgotten).state).toBe('broken');
    const second: Told = [...up, [1, chosen(1, 1, 'a')], [2, chosen(1, 2, 'b')], [3, chosen(2, 1, 'a')]];
    expect(stands('n1 and n2 learn', second).state).toBe('broken');
    expect(stands('n1 and n2 learn instance 1', second).state).toBe('met');
    expect(stands('n1 and n2 learn a', second).state).toBe('met');
  });
});

test('messages, refusals, leaders, disks and restarts can be expected', () => {
  const told: Told = [
    [0, start(1)],
    [0, start(2)],
    [1, send(1, 1, 2, 'prepare')],
    [1.1, { type: 'duplicate', packet: 2, of: 1, due: 0 }],
    [2, deliver(1, 2)],
    [2.5, { type: 'lost', packet: 2, cause: 'loss', progress: 0.5 }],
    [3, { type: 'save', node: 2, records: [] }],
    [3, send(3, 2, 1, 'nack')],
    [4, deliver(3, 1)],
    [5, send(4, 1, 2, 'accept')],
    [6, send(5, 2, 1, 'accept')],
    [7, crash(2)],
    [8, start(2, 2)],
    [9, { type: 'cut', links: [{ from: 1, to: 2 }] }],
    [10, { type: 'mend', links: [{ from: 1, to: 2 }] }],
  ];
  const at = (text: string) => stands(text, told).why;
  expect(at('prepare to n2')).toBe('it happened at 2 s');
  expect(at('prepare from n2')).toBe('it had not happened by 30 s');
  expect(at('prepare sent')).toBe('it happened at 1 s');
  expect(at('prepare lost')).toBe('it happened at 2.5 s');
  expect(at('n2 saves')).toBe('it happened at 3 s');
  expect(at('n1 refused')).toBe('it happened at 4 s');
  expect(at('n1 leads')).toBe('it happened at 5 s');
  expect(at('leader changes')).toBe('it happened at 6 s');
  expect(at('n2 crashes')).toBe('it happened at 7 s');
  expect(at('n2 restarts')).toBe('it happened at 8 s');
  expect(at('never n1 restarts')).toBe('it did not happen');
  expect(at('parted')).toBe('it happened at 9 s');
  expect(at('healed')).toBe('it happened at 10 s');
});

import { describe, expect, it } from 'vitest';
import { CodecError, Reader, Writer } from '../../../src/protocol/codec.ts';
import type { Operation } from '../../../src/protocol/machine/operation.ts';
import { sortOf, textOf } from '../../../src/protocol/multipaxos/command.ts';
import type { LogCommand } from '../../../src/protocol/multipaxos/command.ts';
import { ITEMS_MAX, messageKinds } from '../../../src/protocol/multipaxos/messages.ts';
import type { MultiPaxosMessage } from '../../../src/protocol/multipaxos/messages.ts';
import { multipaxos } from '../../../src/protocol/multipaxos/multipaxos.ts';
import { b } from '../../support/multipaxos-server.ts';

const operations: readonly Operation[] = [
  { type: 'begin' },
  { type: 'write', transaction: 7, key: 'x', value: 'é' },
  { type: 'commit', transaction: 7 },
  { type: 'abort', transaction: 2 ** 40 },
  { type: 'get', key: 'x' },
  { type: 'put', key: 'x', value: 'a b' },
  { type: 'cas', key: 'x', expected: null, value: '1' },
  { type: 'cas', key: 'x', expected: '0', value: '1' },
];
const command = (operation: Operation): LogCommand => ({ type: 'operation', client: 16, session: 1003, sequence: 4, operation });
const members = [
  { node: 1, epoch: 1 },
  { node: 3, epoch: 12 },
];
const commands: readonly LogCommand[] = [{ type: 'no-op' }, { type: 'members', members }, ...operations.map(command)];
const items = commands.map((of, i) => ({ slot: i + 1, ballot: b(i + 1, 2), command: of }));

const messages: readonly MultiPaxosMessage[] = [
  { type: 'prepare', ballot: b(3, 1), from: 300 },
  { type: 'promise', ballot: b(3, 1), epoch: 2, from: 1, items, next: 99, edge: 5, upTo: 8 },
  { type: 'promise', ballot: b(3, 1), epoch: 1, from: 1, items: [], next: 0, edge: 0, upTo: 0 },
  ...commands.map((of) => ({ type: 'accept', ballot: b(3, 1), slot: 4, command: of, upTo: 3 }) as const),
  { type: 'accepted', ballot: b(3, 1), slot: 4, epoch: 1 },
  { type: 'refuse', ballot: b(3, 1), promised: b(4, 2) },
  { type: 'decide', ballot: b(3, 1), upTo: 1_000_000 },
  { type: 'heartbeat', ballot: b(3, 1), upTo: 4, round: 9, lease: 3_000_000 },
  { type: 'alive', ballot: b(3, 1), epoch: 1, round: 9 },
  { type: 'query', from: 12 },
  { type: 'learned', items, more: true },
  { type: 'snapshot', upTo: 5, ballot: b(0, 0), configs: [{ from: 1, members }], database: '{"x":"é"}' },
  { type: 'request', client: 17, session: 1, sequence: 2, operation: operations[0]!, reads: null, hops: 0 },
  { type: 'request', client: 17, session: 1, sequence: 2, operation: operations[4]!, reads: 'local', hops: 2 },
  { type: 'response', session: 1, sequence: 2, result: { type: 'begun', transaction: 9 } },
  { type: 'response', session: 1, sequence: 2, result: { type: 'done' } },
  { type: 'response', session: 1, sequence: 2, result: { type: 'value', value: null } },
  { type: 'response', session: 1, sequence: 2, result: { type: 'swapped', swapped: false, value: 'x' } },
  { type: 'response', session: 1, sequence: 2, result: { type: 'refused', why: 'no' } },
  { type: 'redirect', session: 1, sequence: 2, leader: 0, why: 'nobody leads' },
  { type: 'join', node: 4, epoch: 2, hops: 1 },
  { type: 'change', server: 2, id: 7, add: [4], remove: [1, 2], hops: 0 },
  { type: 'answer', id: 7, ok: true, text: 'members n3 n4, from slot 9 on' },
];

function bytesOf(message: MultiPaxosMessage): Uint8Array {
  const writer = new Writer();
  multipaxos.encode(message, writer);
  return writer.view().slice();
}

describe('messages', () => {
  it('of every kind survive the wire', () => {
    for (const message of messages) {
      const reader = new Reader(bytesOf(message));
      expect(multipaxos.decode(multipaxos.kindOf(message), reader)).toEqual(message);
      expect(reader.done).toBe(true);
    }
    expect(new Set(messages.map((message) => multipaxos.kindOf(message))).size).toBe(messageKinds.length);
  });

  it('are known by name', () => {
    for (const message of messages) expect(messageKinds[multipaxos.kindOf(message)]!.name).toBe(message.type);
  });

  it('cut short are refused', () => {
    for (const message of messages) {
      const bytes = bytesOf(message);
      const cut = new Reader(bytes.subarray(0, bytes.length - 1));
      expect(() => multipaxos.decode(multipaxos.kindOf(message), cut)).toThrow(CodecError);
    }
  });

  it('of no kind, and lists longer than any are refused', () => {
    expect(() => multipaxos.decode(messageKinds.length, new Reader(new Uint8Array(8)))).toThrow(CodecError);
    const writer = new Writer();
    writer.byte(0);
    writer.uint(ITEMS_MAX + 1);
    const learned = messageKinds.findIndex(({ name }) => name === 'learned');
    expect(() => multipaxos.decode(learned, new Reader(writer.view()))).toThrow(CodecError);
  });

  it('have letters that tell them apart within a shape', () => {
    expect(new Set(messageKinds.map(({ letter, shape }) => letter + shape)).size).toBe(messageKinds.length);
  });

  it('are described in one line', () => {
    for (const message of messages) expect(multipaxos.describe(message)).toMatch(/^[^\n]{5,}$/);
    expect(multipaxos.describe(messages.find(({ type }) => type === 'refuse')!)).toBe('refused 3.1; it has promised 4.2');
  });
});

describe('the text of a command', () => {
  it('is readable', () => {
    expect(commands.map(textOf)).toEqual([
      'no-op',
      'members n1 n3@12',
      'c1.1003#4 begin',
      'c1.1003#4 write x = é in #7',
      'c1.1003#4 commit #7',
      'c1.1003#4 abort #1099511627776',
      'c1.1003#4 get x',
      'c1.1003#4 put x = "a b"',
      'c1.1003#4 cas x: nothing → 1',
      'c1.1003#4 cas x: 0 → 1',
    ]);
  });

  it('says of what sort it is', () => {
    expect(commands.map(textOf).map(sortOf).slice(0, 3)).toEqual(['no-op', 'members', 'command']);
  });

  it('is another for another command, whatever keys and values hold', () => {
    const tricky = ['x', 'x = y', 'nothing', '"x"', '1 in #2', '→', '\n', '\\', 'x: 1 → 2'];
    const all = tricky.flatMap((key) =>
      tricky.flatMap((value): Operation[] => [
        { type: 'put', key, value },
        { type: 'cas', key, expected: value, value: 'x' },
        { type: 'cas', key, expected: null, value },
        { type: 'write', transaction: 1, key, value },
      ]),
    );
    expect(new Set(all.map((operation) => textOf(command(operation)))).size).toBe(all.length);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_BALLOT } from '../../src/protocol/ballot.ts';
import { CodecError, Reader, Writer } from '../../src/protocol/codec.ts';
import { paxos } from '../../src/protocol/paxos/paxos.ts';
import type { PaxosMessage } from '../../src/protocol/paxos/paxos.ts';

const ballots = fc.record({ round: fc.integer({ min: 1, max: 2 ** 40 }), node: fc.integer({ min: 1, max: 15 }) });
const instances = fc.integer({ min: 1, max: 1_000_000_000 });
const values = fc.string({ unit: 'grapheme', maxLength: 100 });
const noVote = fc.constant({ acceptedBallot: NO_BALLOT, acceptedValue: '' });
const vote = fc.record({ acceptedBallot: ballots, acceptedValue: values });
const item = fc.record({ instance: instances, ballot: ballots, value: values });
const items = fc.array(item, { minLength: 1, maxLength: 32 });

const messages: fc.Arbitrary<PaxosMessage> = fc.oneof(
  fc.record({ type: fc.constant('prepare' as const), instance: instances, ballot: ballots }),
  fc
    .tuple(instances, ballots, fc.oneof(noVote, vote))
    .map(([instance, ballot, last]) => ({ type: 'promise' as const, instance, ballot, ...last })),
  fc.record({ type: fc.constant('accept' as const), instance: instances, ballot: ballots, value: values }),
  fc.record({ type: fc.constant('accepted' as const), instance: instances, ballot: ballots, value: values }),
  fc.record({ type: fc.constant('nack' as const), instance: instances, ballot: ballots, promised: ballots }),
  fc
    .tuple(items, fc.boolean())
    .map(([list, more]) => ({ type: 'learned' as const, instance: list[0]!.instance, items: list, more })),
  fc
    .array(fc.tuple(instances, instances), { minLength: 1, maxLength: 16 })
    .map((ranges) => ({ type: 'query' as const, instance: ranges[0]![0], missing: ranges.flat() })),
);

function encoded(message: PaxosMessage): Uint8Array {
  const writer = new Writer(4);
  paxos.encode(message, writer);
  return writer.view().slice();
}

describe('bytes', () => {
  it('give back every number', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), (numbers) => {
        const writer = new Writer(1);
        for (const n of numbers) writer.uint(n);
        const reader = new Reader(writer.view());
        expect(numbers.map(() => reader.uint())).toEqual(numbers);
        expect(reader.done).toBe(true);
      }),
    );
  });

  it('give back every text, as UTF-8', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 })), (texts) => {
        const writer = new Writer(1);
        for (const text of texts) writer.text(text);
        const reader = new Reader(writer.view());
        expect(texts.map(() => reader.text())).toEqual(texts);
        const one = new Writer();
        one.text(texts[0] ?? '');
        const utf8 = new TextEncoder().encode(texts[0] ?? '');
        expect(one.view().slice(-utf8.length || one.length)).toEqual(utf8);
      }),
    );
  });

  it('that nobody wrote give a CodecError or a value, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: -1, max: 9 }), (bytes, kind) => {
        try {
          paxos.decode(kind, new Reader(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(CodecError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('messages', () => {
  it('survive being written and read', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const reader = new Reader(encoded(message));
        expect(paxos.decode(paxos.kindOf(message), reader)).toEqual(message);
        expect(reader.done).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('cut short anywhere are refused', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, at) => {
        const bytes = encoded(message);
        const cut = bytes.slice(0, at % bytes.length);
        expect(() => paxos.decode(paxos.kindOf(message), new Reader(cut))).toThrow(CodecError);
      }),
    );
  });

  it('have one readable line each', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(paxos.describe(message)).toMatch(/^\S.*\S$/);
      }),
    );
  });
});

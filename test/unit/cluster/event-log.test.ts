import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLog, readEvents, splitEvents, type PackedEvents } from '../../../src/cluster/event-log.ts';
import { eventTypes, isStep, type RunEvent } from '../../../src/cluster/events.ts';
import { packedEventsSchema } from '../../../src/contract/contract.ts';
import { firstDifference } from '../../../src/cluster/packed-events.ts';
import { CodecError } from '../../../src/protocol/codec.ts';
import { LOG_START, eventsOf, logOf, oneOfEach, writeEvent } from '../../support/events.ts';

const CHUNK = 64 * 1024;
const note = (at: number, text: string) => ({ at, type: 'note' as const, node: 1, text });

function packed(): PackedEvents {
  return logOf(oneOfEach).since(LOG_START)!;
}

describe('the event log', () => {
  it('gives every type of event back as it was written', () => {
    expect(eventsOf(logOf(oneOfEach))).toEqual(oneOfEach.map((event, seq) => ({ ...event, seq })));
    expect(new Set(oneOfEach.map(({ type }) => type))).toEqual(new Set(eventTypes));
  });

  it('knows which events begin a step', () => {
    expect(eventTypes.filter(isStep)).toEqual(['start', 'request', 'deliver', 'timer', 'synced']);
  });

  it('rounds the progress of a loss to ten-thousandths', () => {
    const [event] = eventsOf(logOf([{ at: 0, type: 'lost', packet: 1, cause: 'cut', progress: 1 / 3 }]));
    expect(event).toMatchObject({ progress: 0.3333 });
  });

  it('keeps the body of a packet where it says, over other events and whatever becomes of the sender’s bytes', () => {
    const log = new EventLog();
    const mine = new Uint8Array([9, 8, 7, 6]);
    const kept = log.send(0, { from: 1, packet: 1, to: 2, due: 5, kind: 0, bytes: mine, start: 1, end: 3 });
    mine.fill(0);
    for (let i = 0; i < 20_000; i++) log.deliver(i, 1, i);
    const large = log.send(20_000, { from: 1, packet: 2, to: 2, due: 30_000, kind: 0, bytes: new Uint8Array(200_000).fill(3), start: 0, end: 200_000 });
    expect([...kept.bytes.subarray(kept.start, kept.start + 2)]).toEqual([8, 7]);
    expect(large.bytes[large.start + 199_999]).toBe(3);
  });

  it('gives what came after a mark, over the ends of chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: CHUNK }), { maxLength: 6 }), (sizes) => {
        const log = new EventLog();
        const marks = [log.mark()];
        sizes.forEach((size, i) => {
          writeEvent(log, note(i, 'x'.repeat(size)));
          marks.push(log.mark());
        });
        for (const mark of marks) {
          const since = log.since(mark)!;
          expect(since).toMatchObject({ firstSeq: mark.seq, count: sizes.length - mark.seq, baseAt: mark.at });
          const texts = [...readEvents(since)].map((event) => (event.type === 'note' ? event.text.length : -1));
          expect(texts).toEqual(sizes.slice(mark.seq));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('lets go of what is older than it is to keep, and says so; the digest stays one over everything', () => {
    const [all, few] = [new EventLog(), new EventLog(1)];
    const first = few.mark();
    let kept = few.mark();
    for (let i = 0; i < 400; i++) {
      if (i === 390) kept = few.mark();
      for (const log of [all, few]) writeEvent(log, note(i, String(i).repeat(400)));
    }
    expect(few.since(first)).toBeNull();
    expect([...readEvents(few.since(kept)!)]).toEqual(eventsOf(all).slice(390));
    expect(few.digest).toBe(all.digest);
    expect([few.seq, few.at]).toEqual([400, 399]);
  });

  it('between two marks is what came between them', () => {
    const log = new EventLog();
    const marks = [log.mark()];
    for (let i = 0; i < 400; i++) {
      writeEvent(log, note(i, String(i).repeat(400)));
      if (i % 37 === 0) marks.push(log.mark());
    }
    const all = eventsOf(log);
    for (const from of marks) {
      for (const to of marks.filter(({ seq }) => seq >= from.seq)) {
        expect([...readEvents(log.between(from, to)!)]).toEqual(all.slice(from.seq, to.seq));
      }
    }
  });

  it('goes on from where another was saved', () => {
    const whole = new EventLog();
    let half = new EventLog();
    for (let i = 0; i < 400; i++) {
      if (i === 200) half = new EventLog(undefined, structuredClone(half.save()));
      for (const log of [whole, half]) writeEvent(log, note(i, String(i).repeat(100)));
    }
    expect([half.digest, half.seq, half.at]).toEqual([whole.digest, whole.seq, whole.at]);
    const mark = { ...half.mark(), chunk: 0, offset: 0, seq: 200, at: 199 };
    expect([...readEvents(half.since(mark)!)]).toEqual(eventsOf(whole).slice(200));
  });

  it('of a mark at the end is empty', () => {
    const log = logOf(oneOfEach);
    const since = log.since(log.mark())!;
    expect([...readEvents(since)]).toEqual([]);
    expect(since.bytes).toHaveLength(0);
    expect(packedEventsSchema.safeParse(since).success).toBe(true);
  });
});

describe('the first difference', () => {
  const some = Array.from({ length: 30 }, (_, i) => note(i, `note ${i}`));
  const stretch = (events: typeof some) => logOf(events).since(LOG_START)!;

  it('of the same events is none', () => {
    expect(firstDifference(stretch(some), stretch(some))).toBeNull();
  });

  it('is the event that differs, in whatever part of it, or the one after the end of the shorter', () => {
    for (let at = 0; at < some.length; at++) {
      const later = some.map((event, i) => (i === at ? { ...event, at: event.at + 1 } : event));
      const longer = some.map((event, i) => (i === at ? { ...event, text: `${event.text}!` } : event));
      for (const other of [later, longer, some.slice(0, at), [...some.slice(0, at), ...some.slice(at + 1)]]) {
        expect(firstDifference(stretch(some), stretch(other))).toBe(at);
        expect(firstDifference(stretch(other), stretch(some))).toBe(at);
      }
    }
  });
});

describe('reading', () => {
  it('splits a stretch in two anywhere', () => {
    const whole = [...readEvents(packed())];
    for (let count = 0; count <= whole.length; count++) {
      const visited: RunEvent[] = [];
      const rest = splitEvents(packed(), count, (event) => visited.push(event));
      expect([...visited, ...readEvents(rest)]).toEqual(whole);
      expect(rest.count).toBe(whole.length - count);
    }
  });

  it('refuses bytes that end too early, wherever that is', () => {
    const { bytes, ...rest } = packed();
    for (let length = 0; length < bytes.length; length++) {
      const read = () => [...readEvents({ ...rest, bytes: bytes.subarray(0, length) })];
      expect(read, `${length} of ${bytes.length} bytes`).toThrow();
    }
    expect(() => splitEvents({ ...rest, bytes: bytes.subarray(0, 2) }, 1, () => {})).toThrow(CodecError);
  });

  it('refuses numbers that name nothing', () => {
    const of = (...bytes: number[]) => () => [...readEvents({ firstSeq: 0, count: 1, baseAt: 0, bytes: new Uint8Array(bytes) })];
    expect(of(99, 0)).toThrow(new CodecError('no event has this number'));
    const [start, lost, crash] = ['start', 'lost', 'crash'].map((type) => eventTypes.indexOf(type as 'start'));
    for (const bytes of [[start!, 0, 1, 1, 5], [lost!, 0, 1, 6, 0], [crash!, 0, 1, 4, 0]]) {
      expect(of(...bytes)).toThrow(new CodecError('a field has a number without a name'));
    }
  });
});

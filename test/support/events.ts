/** One event of every type, and how to write it into a log, for tests. */
import { EventLog, readEvents, type LogMark } from '../../src/cluster/event-log.ts';
import type { RunEvent } from '../../src/cluster/events.ts';
import { defaultNetwork } from '../../src/network/settings.ts';
import { Writer } from '../../src/protocol/codec.ts';
import { valueSorts } from '../../src/protocol/protocol.ts';

/** The place before the first event of any log. */
export const LOG_START: LogMark = { chunk: 0, offset: 0, seq: 0, at: 0 };

/** All events of a log that has let none go. */
export function eventsOf(log: EventLog, from: LogMark = LOG_START): RunEvent[] {
  return [...readEvents(log.since(from)!)];
}

/** An event without its `seq`, which the log gives. */
export type Told = RunEvent extends infer Event ? (Event extends RunEvent ? Omit<Event, 'seq'> : never) : never;

export const oneOfEach: readonly Told[] = [
  { at: 0, type: 'start', node: 1, incarnation: 1, disk: 'new' },
  { at: 5, type: 'start', node: 15, incarnation: 300, disk: 'kept' },
  { at: 5, type: 'start', node: 2, incarnation: 2, disk: 'erased' },
  { at: 5, type: 'start', node: 3, incarnation: 2, disk: 'last-lost' },
  { at: 5, type: 'start', node: 4, incarnation: 2, disk: 'last-torn' },
  { at: 10, type: 'request', node: 1, request: 7, client: 'you', body: '{"value":"grün 🌱"}' },
  { at: 10, type: 'send', node: 1, packet: 200, to: 2, due: 400_010, kind: 3, body: new Uint8Array([1, 2, 3, 255]) },
  { at: 10, type: 'duplicate', packet: 201, of: 200, due: 999_999 },
  { at: 10, type: 'send', node: 1, packet: 202, to: 1, due: 10, kind: 0, body: new Uint8Array(0) },
  { at: 10, type: 'deliver', node: 1, packet: 202 },
  { at: 11, type: 'save', node: 1, records: [{ key: 'a', value: { b: [1, null, 'c'] } }, { key: 'd', value: null }] },
  { at: 11, type: 'save', node: 1, records: [] },
  { at: 11, type: 'setTimer', node: 1, name: 'retry/1', due: 2_000_011 },
  { at: 12, type: 'cancelTimer', node: 1, name: 'retry/1' },
  { at: 13, type: 'timer', node: 1, name: 'learn' },
  { at: 14, type: 'reply', node: 1, request: 7, reply: { ok: true, text: 'chosen', slot: 1, value: 'red' } },
  { at: 15, type: 'chosen', node: 3, slot: 1_000_000_000, value: 'red', ballot: { round: 70_000, node: 2 }, quorum: [1, 2, 3], sort: 'command' },
  { at: 15, type: 'chosen', node: 2, slot: 1, value: '', ballot: { round: 1, node: 2 }, quorum: [], sort: 'no-op' },
  { at: 15, type: 'chosen', node: 2, slot: 2, value: 'members n1', ballot: { round: 1, node: 2 }, quorum: [15], sort: 'members' },
  { at: 16, type: 'note', node: 1, text: 'x'.repeat(300) },
  { at: 20, type: 'lost', packet: 200, cause: 'loss', progress: 0.1235 },
  { at: 20, type: 'lost', packet: 201, cause: 'cut', progress: 0 },
  { at: 20, type: 'lost', packet: 203, cause: 'dead', progress: 1 },
  { at: 20, type: 'lost', packet: 204, cause: 'corrupt', progress: 1 },
  { at: 20, type: 'lost', packet: 205, cause: 'queue', progress: 0 },
  { at: 20, type: 'lost', packet: 206, cause: 'dropped', progress: 0.5 },
  { at: 20, type: 'synced', node: 1 },
  { at: 21, type: 'crash', node: 1, point: 'now', error: 'RangeError: “quoted”' },
  { at: 21, type: 'crash', node: 2, point: 'before-step', error: '' },
  { at: 21, type: 'crash', node: 3, point: 'after-save', error: '' },
  { at: 21, type: 'crash', node: 4, point: 'after-step', error: '' },
  { at: 2 ** 40, type: 'partition', groups: [[1, 2, 3], [4], [5, 15]] },
  { at: 2 ** 40, type: 'network', settings: defaultNetwork() },
  { at: 2 ** 40, type: 'client', settings: { enabled: false, interval: 1000, proposers: [1, 3] } },
  { at: 2 ** 40 + 1, type: 'configure', config: { backoff: false } },
  { at: 2 ** 40 + 1, type: 'link', from: 1, to: 15, settings: defaultNetwork() },
  { at: 2 ** 40 + 1, type: 'link', from: 15, to: 1, settings: null },
  { at: 2 ** 40 + 1, type: 'cut', links: [{ from: 1, to: 2 }, { from: 15, to: 14 }] },
  { at: 2 ** 40 + 1, type: 'mend', links: [{ from: 1, to: 2 }] },
  { at: 2 ** 40 + 1, type: 'fault', node: 3, fault: 'freeze', settings: { duration: 2_000_000 } },
  { at: 2 ** 40 + 2, type: 'hold', on: true },
  { at: 2 ** 40 + 2, type: 'hold', on: false },
  { at: 2 ** 40 + 2, type: 'held', packet: 200, progress: 0.25 },
  { at: 2 ** 40 + 2, type: 'retimed', packet: 200, due: 2 ** 40 + 9 },
  { at: 2 ** 40 + 2, type: 'violation', check: 'Agreement', slot: 3, text: 'two facts', events: [7, 2 ** 33] },
  { at: 2 ** 40 + 3, type: 'apply', node: 15, from: 1, to: 1, by: 'log' },
  { at: 2 ** 40 + 3, type: 'apply', node: 1, from: 2, to: 1_000_000_000, by: 'snapshot' },
  { at: 2 ** 40 + 3, type: 'lead', node: 3, ballot: { round: 70_000, node: 3 }, on: true },
  { at: 2 ** 40 + 3, type: 'lead', node: 3, ballot: { round: 1, node: 15 }, on: false },
  { at: 2 ** 40 + 3, type: 'members', node: 1, slot: 300, members: [1, 2, 15] },
  { at: 2 ** 40 + 3, type: 'invoke', node: 16, session: 23_001, sequence: 1, operation: '{"type":"begin"}' },
  { at: 2 ** 40 + 3, type: 'return', node: 23, session: 23_001, sequence: 70_000, result: '{"type":"begun","transaction":7}' },
  { at: 2 ** 40 + 4, type: 'added', node: 15, groups: [[1, 2, 15, 16], [3, 23]] },
  { at: 2 ** 40 + 4, type: 'removed', node: 1, groups: [[2, 15, 16], [3, 23]] },
  { at: 2 ** 40 + 4, type: 'link', from: 23, to: 15, settings: null },
  { at: 2 ** 40 + 4, type: 'cut', links: [{ from: 16, to: 1 }, { from: 15, to: 23 }] },
  { at: 2 ** 40 + 4, type: 'mend', links: [{ from: 23, to: 16 }] },
  { at: 2 ** 40 + 4, type: 'start', node: 23, incarnation: 1, disk: 'new' },
  { at: 2 ** 40 + 4, type: 'crash', node: 23, point: 'now', error: '' },
];

/** Writes an event as the scheduler and the merge do. */
export function writeEvent(log: EventLog, event: Told): void {
  const { at } = event;
  const fields = new Writer();
  switch (event.type) {
    case 'start':
      return log.start(at, event.node, event.incarnation, event.disk);
    case 'request':
      return log.request(at, event.node, event.request, event.client, event.body);
    case 'deliver':
      return log.deliver(at, event.node, event.packet);
    case 'send': {
      const { node: from, packet, to, due, kind, body: bytes } = event;
      log.send(at, { from, packet, to, due, kind, bytes, start: 0, end: bytes.length });
      return;
    }
    case 'duplicate':
      return log.duplicate(at, event.packet, event.of, event.due);
    case 'lost':
      return log.lost(at, event.packet, event.cause, event.progress);
    case 'timer':
    case 'cancelTimer':
      fields.text(event.name);
      break;
    case 'save':
      fields.uint(event.records.length);
      for (const { key, value } of event.records) {
        fields.text(key);
        fields.text(JSON.stringify(value));
      }
      break;
    case 'setTimer':
      fields.text(event.name);
      fields.uint(event.due - at);
      break;
    case 'reply':
      fields.uint(event.request);
      fields.text(JSON.stringify(event.reply));
      break;
    case 'chosen':
      fields.uint(event.slot);
      fields.text(event.value);
      fields.uint(event.ballot.round);
      fields.byte(event.ballot.node);
      fields.uint(event.quorum.length);
      for (const node of event.quorum) fields.byte(node);
      fields.byte(valueSorts.indexOf(event.sort));
      break;
    case 'apply':
      fields.uint(event.from);
      fields.uint(event.to - event.from);
      fields.byte(event.by === 'log' ? 0 : 1);
      break;
    case 'lead':
      fields.uint(event.ballot.round);
      fields.byte(event.ballot.node);
      fields.byte(event.on ? 1 : 0);
      break;
    case 'members':
      fields.uint(event.slot);
      fields.uint(event.members.length);
      for (const node of event.members) fields.byte(node);
      break;
    case 'invoke':
    case 'return':
      fields.uint(event.session);
      fields.uint(event.sequence);
      fields.text(event.type === 'invoke' ? event.operation : event.result);
      break;
    case 'note':
      fields.text(event.text);
      break;
    default:
      return log.write(at, event);
  }
  log.effect(event.type, at, event.node, fields.bytes, 0, fields.length);
}

/** A log that holds these events. */
export function logOf(events: readonly Told[], keepBytes?: number): EventLog {
  const log = new EventLog(keepBytes);
  for (const event of events) writeEvent(log, event);
  return log;
}

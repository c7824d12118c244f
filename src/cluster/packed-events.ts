/**
 * Packed events: a stretch of the event stream as the event log writes it (event-log.ts), read one by one and compared.
 */
import { CodecError, Reader } from '../protocol/codec.ts';
import { valueSorts, type NodeId, type Saved } from '../protocol/protocol.ts';
import { lossCauses } from '../network/packet.ts';
import type { Direction, Groups } from '../network/topology.ts';
import { crashPoints, eventTypes, type DiskAtStart, type RunEvent } from './events.ts';

/** What a node's disk held when it came up, in the order of their numbers. */
export const disks: readonly DiskAtStart[] = ['new', 'kept', 'erased', 'last-lost', 'last-torn'];
/** `progress` of a loss is written in ten-thousandths. */
export const PROGRESS_SCALE = 10_000;

/** A stretch of the event stream, packed. */
export interface PackedEvents {
  /** `seq` of the first event. */
  readonly firstSeq: number;
  readonly count: number;
  /** Virtual time before the first event, µs: the base of its time difference. */
  readonly baseAt: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads packed events, one by one.
 * @throws CodecError when the bytes are no events.
 */
export function* readEvents(packed: PackedEvents): Generator<RunEvent, void> {
  const reader = new Reader(packed.bytes);
  let at = packed.baseAt;
  for (let i = 0; i < packed.count; i++) {
    const event = readEvent(reader, packed.firstSeq + i, at);
    at = event.at;
    yield event;
  }
}

/**
 * Visits the first `count` events and gives the rest, still packed.
 * @param visit is told where the record of the event stands, too: in `packed.bytes[from … to)`
 * @throws CodecError when the bytes are no events.
 */
export function splitEvents(
  packed: PackedEvents,
  count: number,
  visit: (event: RunEvent, from: number, to: number) => void,
): PackedEvents {
  const reader = new Reader(packed.bytes);
  let at = packed.baseAt;
  for (let i = 0; i < count; i++) {
    const from = reader.at;
    const event = readEvent(reader, packed.firstSeq + i, at);
    at = event.at;
    visit(event, from, reader.at);
  }
  const bytes = packed.bytes.slice(reader.at);
  return { firstSeq: packed.firstSeq + count, count: packed.count - count, baseAt: at, bytes };
}

/** The first events of a stretch, at most `count`; the bytes of the others stay behind them. */
export function firstEvents(packed: PackedEvents, count: number): PackedEvents {
  return count >= packed.count ? packed : { ...packed, count: Math.max(0, count) };
}

/**
 * The number of the first event that differs between two stretches that begin at the same place; where one ends, the
 * other's next event differs. `null` when they are the same.
 */
export function firstDifference(a: PackedEvents, b: PackedEvents): number | null {
  const length = Math.min(a.bytes.length, b.bytes.length);
  let same = 0;
  while (same < length && a.bytes[same] === b.bytes[same]) same++;
  if (same === a.bytes.length && same === b.bytes.length) return null;
  const reader = new Reader(a.bytes);
  let at = a.baseAt;
  for (let seq = a.firstSeq; seq < a.firstSeq + a.count; seq++) {
    at = readEvent(reader, seq, at).at;
    if (reader.at > same) return seq;
  }
  return a.firstSeq + a.count;
}

/** Reads one event. @param before virtual time of the one before it, µs */
export function readEvent(r: Reader, seq: number, before: number): RunEvent {
  const type = eventTypes[r.byte()];
  if (type === undefined) throw new CodecError('no event has this number');
  const at = before + r.uint();
  switch (type) {
    case 'start':
      return { seq, at, type, node: r.byte(), incarnation: r.uint(), disk: named(disks, r.byte()) };
    case 'request':
      return { seq, at, type, node: r.byte(), request: r.uint(), client: r.text(), body: r.text() };
    case 'deliver':
      return { seq, at, type, node: r.byte(), packet: r.uint() };
    case 'timer':
    case 'cancelTimer':
      return { seq, at, type, node: r.byte(), name: r.text() };
    case 'send': {
      const node = r.byte();
      const packet = r.uint();
      const to = r.byte();
      const due = at + r.uint();
      const kind = r.byte();
      const length = r.uint();
      const start = r.skip(length);
      return { seq, at, type, node, packet, to, due, kind, body: r.bytes.subarray(start, start + length) };
    }
    case 'save':
      return { seq, at, type, node: r.byte(), records: readRecords(r) };
    case 'setTimer':
      return { seq, at, type, node: r.byte(), name: r.text(), due: at + r.uint() };
    case 'reply':
      return { seq, at, type, node: r.byte(), request: r.uint(), reply: JSON.parse(r.text()) };
    case 'chosen':
      return {
        seq,
        at,
        type,
        node: r.byte(),
        slot: r.uint(),
        value: r.text(),
        ballot: { round: r.uint(), node: r.byte() },
        quorum: readNodes(r),
        sort: named(valueSorts, r.byte()),
      };
    case 'note':
      return { seq, at, type, node: r.byte(), text: r.text() };
    case 'duplicate':
      return { seq, at, type, packet: r.uint(), of: r.uint(), due: at + r.uint() };
    case 'lost':
      return { seq, at, type, packet: r.uint(), cause: named(lossCauses, r.byte()), progress: r.uint() / PROGRESS_SCALE };
    case 'crash':
      return { seq, at, type, node: r.byte(), point: named(crashPoints, r.byte()), error: r.text() };
    case 'partition':
      return { seq, at, type, groups: readGroups(r) };
    case 'network':
    case 'client':
      return { seq, at, type, settings: JSON.parse(r.text()) };
    case 'configure':
      return { seq, at, type, config: JSON.parse(r.text()) };
    case 'synced':
      return { seq, at, type, node: r.byte() };
    case 'link':
      return { seq, at, type, ...readDirection(r), settings: JSON.parse(r.text()) };
    case 'cut':
    case 'mend':
      return { seq, at, type, links: Array.from({ length: r.uint() }, () => readDirection(r)) };
    case 'fault':
      return { seq, at, type, node: r.byte(), fault: r.text(), settings: JSON.parse(r.text()) };
    case 'hold':
      return { seq, at, type, on: r.byte() === 1 };
    case 'held':
      return { seq, at, type, packet: r.uint(), progress: r.uint() / PROGRESS_SCALE };
    case 'retimed':
      return { seq, at, type, packet: r.uint(), due: at + r.uint() };
    case 'apply': {
      const node = r.byte();
      const from = r.uint();
      return { seq, at, type, node, from, to: from + r.uint(), by: r.byte() === 0 ? 'log' : 'snapshot' };
    }
    case 'lead':
      return { seq, at, type, node: r.byte(), ballot: { round: r.uint(), node: r.byte() }, on: r.byte() === 1 };
    case 'members':
      return { seq, at, type, node: r.byte(), slot: r.uint(), members: readNodes(r) };
    case 'invoke':
      return { seq, at, type, node: r.byte(), session: r.uint(), sequence: r.uint(), operation: r.text() };
    case 'return':
      return { seq, at, type, node: r.byte(), session: r.uint(), sequence: r.uint(), result: r.text() };
    case 'violation': {
      const [check, slot, text] = [r.text(), r.uint(), r.text()];
      return { seq, at, type, check, slot, text, events: Array.from({ length: r.uint() }, () => r.uint()) };
    }
    case 'added':
    case 'removed':
      return { seq, at, type, node: r.byte(), groups: readGroups(r) };
  }
}

function named<T>(names: readonly T[], index: number): T {
  const name = names[index];
  if (name === undefined) throw new CodecError('a field has a number without a name');
  return name;
}

function readDirection(r: Reader): Direction {
  return { from: r.byte(), to: r.byte() };
}

function readGroups(r: Reader): Groups {
  return Array.from({ length: r.uint() }, () => readNodes(r));
}

function readNodes(r: Reader): NodeId[] {
  return Array.from({ length: r.uint() }, () => r.byte());
}

function readRecords(r: Reader): Saved[] {
  return Array.from({ length: r.uint() }, () => ({ key: r.text(), value: JSON.parse(r.text()) }));
}

/**
 * The event log: events packed into chunks of bytes, with a running digest. A record is its type, the time since the
 * event before it, and its fields; the same bytes are kept, sent to the window, and digested. Packed, a million events
 * need some tens of megabytes, and the router never builds an object for an event nobody looks at.
 */
import type { NodeId, Saved } from '../protocol/protocol.ts';
import { CodecError, Reader, Writer } from '../protocol/codec.ts';
import { Digest, DIGEST_MARK_EVENTS, type DigestMark } from './digest.ts';
import { lossCauses, type LossCause } from '../network/packet.ts';
import { directionKey, type Direction } from '../network/topology.ts';
import { crashPoints, eventTypes, type DiskAtStart, type EventBody, type EventType, type RunEvent } from './events.ts';

const CHUNK_BYTES = 64 * 1024;
/** How much of the past the log keeps when it is not told otherwise, bytes. */
export const KEEP_BYTES_DEFAULT = 64 * 1024 * 1024;

const disks: readonly DiskAtStart[] = ['new', 'kept', 'erased', 'last-lost', 'last-torn'];
/** `progress` of a loss is written in ten-thousandths. */
const PROGRESS_SCALE = 10_000;

const numberOf = Object.fromEntries(eventTypes.map((type, index) => [type, index])) as Record<EventType, number>;

interface Chunk {
  readonly firstSeq: number;
  readonly baseAt: number;
  readonly writer: Writer;
}

/** A place in the log, to read on from. */
export interface LogMark {
  readonly chunk: number;
  readonly offset: number;
  readonly seq: number;
  readonly at: number;
}

export class EventLog {
  private readonly chunks: Chunk[] = [];
  /** Chunks let go so far; `chunks[0]` is the chunk of this number. */
  private dropped = 0;
  private current: Writer;
  private recordStart = 0;
  private readonly digester = new Digest();
  private readonly keepChunks: number;
  /** The digest every so many events. */
  readonly marks: DigestMark[] = [];
  /** `seq` of the next event. */
  seq = 0;
  /** Time of the last event, µs. */
  at = 0;

  /** @param keepBytes how much of the past to keep; at least two chunks are. */
  constructor(keepBytes = KEEP_BYTES_DEFAULT) {
    this.keepChunks = Math.max(2, Math.ceil(keepBytes / CHUNK_BYTES));
    this.current = this.openChunk();
  }

  get digest(): string {
    return this.digester.text;
  }

  /** Begins a record; its fields are written to the writer given back, then `end` closes it. */
  begin(type: EventType, at: number): Writer {
    if (this.current.length > CHUNK_BYTES - 1024) this.current = this.openChunk();
    const writer = this.current;
    this.recordStart = writer.length;
    writer.byte(numberOf[type]);
    writer.uint(at - this.at);
    this.at = at;
    return writer;
  }

  end(): void {
    this.digester.add(this.current.bytes, this.recordStart, this.current.length);
    this.seq++;
    if (this.seq % DIGEST_MARK_EVENTS === 0) this.marks.push({ seq: this.seq, digest: this.digest });
  }

  start(at: number, node: NodeId, incarnation: number, disk: DiskAtStart): void {
    const w = this.begin('start', at);
    w.byte(node);
    w.uint(incarnation);
    w.byte(disks.indexOf(disk));
    this.end();
  }

  request(at: number, node: NodeId, request: number, client: string, body: string): void {
    const w = this.begin('request', at);
    w.byte(node);
    w.uint(request);
    w.text(client);
    w.text(body);
    this.end();
  }

  deliver(at: number, node: NodeId, packet: number): void {
    const w = this.begin('deliver', at);
    w.byte(node);
    w.uint(packet);
    this.end();
  }

  /** Gives where the log keeps the body: `bytes[start … start + length)`, which never changes. */
  send(at: number, send: SendFields): { readonly bytes: Uint8Array; readonly start: number } {
    const w = this.begin('send', at);
    w.byte(send.from);
    w.uint(send.packet);
    w.byte(send.to);
    w.uint(send.due - at);
    w.byte(send.kind);
    w.uint(send.end - send.start);
    const start = w.length;
    w.raw(send.bytes, send.start, send.end);
    this.end();
    return { bytes: w.bytes, start };
  }

  /** An effect whose fields the node has written as they stand in the event: `fields[start … end)`. */
  effect(type: EffectEvent, at: number, node: NodeId, fields: Uint8Array, start: number, end: number): void {
    const w = this.begin(type, at);
    w.byte(node);
    w.raw(fields, start, end);
    this.end();
  }

  duplicate(at: number, packet: number, of: number, due: number): void {
    const w = this.begin('duplicate', at);
    w.uint(packet);
    w.uint(of);
    w.uint(due - at);
    this.end();
  }

  lost(at: number, packet: number, cause: LossCause, progress: number): void {
    const w = this.begin('lost', at);
    w.uint(packet);
    w.byte(lossCauses.indexOf(cause));
    w.uint(Math.round(progress * PROGRESS_SCALE));
    this.end();
  }

  /** The rarer events, whose fields are written as they are. */
  write(at: number, event: RareEvent): void {
    const w = this.begin(event.type, at);
    switch (event.type) {
      case 'crash':
        w.byte(event.node);
        w.byte(crashPoints.indexOf(event.point));
        w.text(event.error);
        break;
      case 'partition':
        w.uint(event.groups.length);
        for (const group of event.groups) {
          w.uint(group.length);
          for (const node of group) w.byte(node);
        }
        break;
      case 'network':
      case 'client':
        w.text(JSON.stringify(event.settings));
        break;
      case 'configure':
        w.text(JSON.stringify(event.config));
        break;
      case 'link':
        w.byte(directionKey(event.from, event.to));
        w.text(JSON.stringify(event.settings));
        break;
      case 'cut':
      case 'mend':
        w.uint(event.links.length);
        for (const { from, to } of event.links) w.byte(directionKey(from, to));
        break;
      case 'fault':
        w.byte(event.node);
        w.text(event.fault);
        w.text(JSON.stringify(event.settings));
        break;
      case 'hold':
        w.byte(event.on ? 1 : 0);
        break;
      case 'held':
        w.uint(event.packet);
        w.uint(Math.round(event.progress * PROGRESS_SCALE));
        break;
      case 'retimed':
        w.uint(event.packet);
        w.uint(event.due - at);
        break;
      case 'synced':
        w.byte(event.node);
        break;
    }
    this.end();
  }

  /** The place after the last event. */
  mark(): LogMark {
    return { chunk: this.dropped + this.chunks.length - 1, offset: this.current.length, seq: this.seq, at: this.at };
  }

  /** All events since a mark, in one piece; `null` when the log has let some of them go. */
  since(mark: LogMark): PackedEvents | null {
    const first = mark.chunk - this.dropped;
    if (first < 0) return null;
    const parts = this.chunks.slice(first).map((chunk, i) => {
      const bytes = chunk.writer.view();
      return i === 0 ? bytes.subarray(mark.offset) : bytes;
    });
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return { firstSeq: mark.seq, count: this.seq - mark.seq, baseAt: mark.at, bytes };
  }

  private openChunk(): Writer {
    const writer = new Writer(CHUNK_BYTES);
    this.chunks.push({ firstSeq: this.seq, baseAt: this.at, writer });
    if (this.chunks.length > this.keepChunks) {
      this.chunks.shift();
      this.dropped++;
    }
    return writer;
  }
}

/** Events whose fields, after the node, are written by the node's host and copied. */
type EffectEvent = 'timer' | 'save' | 'setTimer' | 'cancelTimer' | 'reply' | 'chosen' | 'note';

interface SendFields {
  readonly from: NodeId;
  readonly packet: number;
  readonly to: NodeId;
  readonly due: number;
  readonly kind: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

type RareEvent = Extract<
  EventBody,
  {
    type:
      | 'crash'
      | 'partition'
      | 'network'
      | 'client'
      | 'configure'
      | 'link'
      | 'cut'
      | 'mend'
      | 'fault'
      | 'hold'
      | 'held'
      | 'retimed'
      | 'synced';
  }
>;

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
 * @throws CodecError when the bytes are no events.
 */
export function splitEvents(packed: PackedEvents, count: number, visit: (event: RunEvent) => void): PackedEvents {
  const reader = new Reader(packed.bytes);
  let at = packed.baseAt;
  for (let i = 0; i < count; i++) {
    const event = readEvent(reader, packed.firstSeq + i, at);
    at = event.at;
    visit(event);
  }
  const bytes = packed.bytes.slice(reader.at);
  return { firstSeq: packed.firstSeq + count, count: packed.count - count, baseAt: at, bytes };
}

function readEvent(r: Reader, seq: number, before: number): RunEvent {
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
      return { seq, at, type, groups: Array.from({ length: r.uint() }, () => readNodes(r)) };
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
  }
}

function named<T>(names: readonly T[], index: number): T {
  const name = names[index];
  if (name === undefined) throw new CodecError('a field has a number without a name');
  return name;
}

function readDirection(r: Reader): Direction {
  const key = r.byte();
  return { from: key >> 4, to: key & 15 };
}

function readNodes(r: Reader): NodeId[] {
  return Array.from({ length: r.uint() }, () => r.byte());
}

function readRecords(r: Reader): Saved[] {
  return Array.from({ length: r.uint() }, () => ({ key: r.text(), value: JSON.parse(r.text()) }));
}

/**
 * The event log: events packed into chunks of bytes, with a running digest. A record is its type, the time since the
 * event before it, and its fields; the same bytes are kept, sent to the window, and digested. Packed, a million events
 * need some tens of megabytes, and the router never builds an object for an event nobody looks at.
 */
import type { NodeId } from '../protocol/protocol.ts';
import { Writer } from '../protocol/codec.ts';
import { Digest, DIGEST_MARK_EVENTS, type DigestMark, type DigestState } from './digest.ts';
import { lossCauses, type LossCause } from '../network/packet.ts';
import type { Direction, Groups } from '../network/topology.ts';
import { crashPoints, eventTypes, type DiskAtStart, type EventBody, type EventType } from './events.ts';
import { disks, PROGRESS_SCALE, type PackedEvents } from './packed-events.ts';

export { readEvents, splitEvents, type PackedEvents } from './packed-events.ts';

const CHUNK_BYTES = 64 * 1024;
/** How much of the past the log keeps when it is not told otherwise, bytes. */
export const KEEP_BYTES_DEFAULT = 64 * 1024 * 1024;

const numberOf = Object.fromEntries(eventTypes.map((type, index) => [type, index])) as Record<EventType, number>;

interface Chunk {
  readonly firstSeq: number;
  readonly baseAt: number;
  readonly writer: Writer;
}

/** How far a log has got: plain data. */
export interface LogState {
  readonly seq: number;
  readonly at: number;
  readonly digest: DigestState;
}

/** A place in the log, to read on from. */
export interface LogMark {
  readonly chunk: number;
  readonly offset: number;
  readonly seq: number;
  readonly at: number;
}

/** Reads events where they stand: `bytes[from … to)`, from the number of its type on. */
export interface EventReader {
  take(bytes: Uint8Array, from: number, to: number): void;
}

export class EventLog {
  private readonly chunks: Chunk[] = [];
  /** Chunks let go so far; `chunks[0]` is the chunk of this number. */
  private dropped = 0;
  private current: Writer;
  private recordStart = 0;
  private readonly digester: Digest;
  private readonly keepChunks: number;
  /** The digest every so many events, of those that happened since this log was made. */
  readonly marks: DigestMark[] = [];
  /** Is shown every event as it is written. */
  reader: EventReader | null = null;
  /** `seq` of the next event. */
  seq: number;
  /** Time of the last event, µs. */
  at: number;

  /**
   * @param keepBytes how much of the past to keep; at least two chunks are.
   * @param from what `save` gave: the log goes on there, and keeps nothing of what was before.
   */
  constructor(keepBytes = KEEP_BYTES_DEFAULT, from?: LogState) {
    this.seq = from?.seq ?? 0;
    this.at = from?.at ?? 0;
    this.digester = new Digest(from?.digest);
    this.keepChunks = Math.max(2, Math.ceil(keepBytes / CHUNK_BYTES));
    this.current = this.openChunk();
  }

  get digest(): string {
    return this.digester.text;
  }

  save(): LogState {
    return { seq: this.seq, at: this.at, digest: this.digester.save() };
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
    const { bytes, length } = this.current;
    this.digester.add(bytes, this.recordStart, length);
    this.seq++;
    if (this.reader !== null) this.reader.take(bytes, this.recordStart, length);
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
        writeGroups(w, event.groups);
        break;
      case 'added':
      case 'removed':
        w.byte(event.node);
        writeGroups(w, event.groups);
        break;
      case 'network':
      case 'client':
        w.text(JSON.stringify(event.settings));
        break;
      case 'configure':
        w.text(JSON.stringify(event.config));
        break;
      case 'link':
        writeDirection(w, event);
        w.text(JSON.stringify(event.settings));
        break;
      case 'cut':
      case 'mend':
        w.uint(event.links.length);
        for (const link of event.links) writeDirection(w, link);
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
      case 'violation':
        w.text(event.check);
        w.uint(event.slot);
        w.text(event.text);
        w.uint(event.events.length);
        for (const seq of event.events) w.uint(seq);
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
    return this.between(mark, this.mark());
  }

  /** All events between two marks, in one piece; `null` when the log has let some of them go. */
  between(mark: LogMark, end: LogMark): PackedEvents | null {
    const first = mark.chunk - this.dropped;
    if (first < 0) return null;
    const parts = this.chunks.slice(first, end.chunk - this.dropped + 1).map((chunk, i) => {
      const to = mark.chunk + i === end.chunk ? end.offset : chunk.writer.length;
      return chunk.writer.bytes.subarray(i === 0 ? mark.offset : 0, to);
    });
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return { firstSeq: mark.seq, count: end.seq - mark.seq, baseAt: mark.at, bytes };
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

function writeDirection(w: Writer, { from, to }: Direction): void {
  w.byte(from);
  w.byte(to);
}

function writeGroups(w: Writer, groups: Groups): void {
  w.uint(groups.length);
  for (const group of groups) {
    w.uint(group.length);
    for (const node of group) w.byte(node);
  }
}

/** Events whose fields, after the node, are written by the node's host and copied. */
type EffectEvent =
  | 'timer'
  | 'save'
  | 'setTimer'
  | 'cancelTimer'
  | 'reply'
  | 'chosen'
  | 'note'
  | 'apply'
  | 'lead'
  | 'members'
  | 'invoke'
  | 'return';

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
      | 'added'
      | 'removed'
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
      | 'synced'
      | 'violation';
  }
>;

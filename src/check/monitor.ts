/**
 * Checks a run while it happens: reads its events, makes facts of them, and holds each against all before it, by the
 * checkers of the protocol (checkers.ts).
 *
 * The facts are, in the order of the events: a node comes up, with what its disk holds; a save, when the disk says that it
 * is synced; a request; a message sent, and one that arrives if a checker asks for its kind; all other effects but timers
 * and notes. What a node sends to many at once, the same to each, is one fact.
 */
import type { Monitor } from '../cluster/monitor.ts';
import type { RunHeader } from '../cluster/run.ts';
import { eventTypes, type EventType, type RunEvent } from '../cluster/events.ts';
import { readEvent } from '../cluster/packed-events.ts';
import type { AnyChecker, Fact, Violation } from '../protocol/checker.ts';
import { Reader } from '../protocol/codec.ts';
import type { AnyProtocol, NodeId, Saved } from '../protocol/protocol.ts';
import { ByteTable } from './byte-table.ts';
import { checkersOf, wellFormed } from './checkers.ts';
import { EventDisks, type EventDisksData, type SavedRecords } from './event-disks.ts';

/** More are not told of in one run. */
export const VIOLATIONS_MAX = 100;

/** What there is to do about an event. */
const PASS = 0;
const STEP = 1;
const SEND = 2;
const DELIVER = 3;
const SAVE = 4;
const CHOSEN = 5;
const NOTE = 6;

/** By number of its type: what there is to do about an event. */
const treatments = new Uint8Array(eventTypes.map(treatmentOf));
/** In the place of a message's kind: the bytes are those of a save, or of a text. */
const RECORDS = -1;
const TEXT = -2;

function treatmentOf(type: EventType): number {
  switch (type) {
    case 'send':
      return SEND;
    case 'deliver':
      return DELIVER;
    case 'save':
      return SAVE;
    case 'chosen':
      return CHOSEN;
    case 'timer':
      return STEP;
    case 'setTimer':
    case 'cancelTimer':
    case 'note':
    case 'partition':
    case 'network':
    case 'client':
    case 'configure':
    case 'link':
    case 'cut':
    case 'mend':
    case 'hold':
    case 'held':
    case 'retimed':
    case 'added':
    case 'violation':
      return PASS;
    default:
      return NOTE;
  }
}

/** A packet that matters when it arrives. */
interface Sent {
  readonly from: NodeId;
  readonly message: unknown;
}

/** What a monitor remembers: plain data, never changed. */
interface MonitorData {
  readonly seq: number;
  readonly reported: readonly string[];
  readonly disks: EventDisksData;
  readonly packets: readonly (readonly [number, Sent])[];
  /** Of each checker. */
  readonly facts: readonly unknown[];
}

/**
 * The monitor of a run; `null`: there is nothing to check in its protocol.
 * @param saved what its `save` gave, at the place where the run goes on; undefined: at its beginning
 */
export function createMonitor(header: RunHeader, protocol: AnyProtocol, saved?: unknown): Monitor | null {
  const checkers = checkersOf(protocol.name);
  return checkers.length === 0 ? null : new RunMonitor(header, protocol, checkers, saved as MonitorData | undefined);
}

class RunMonitor implements Monitor {
  private readonly protocol: AnyProtocol;
  private readonly checkers: readonly AnyChecker[];
  private readonly facts: unknown[];
  private readonly disks: EventDisks;
  /** By kind of message: whether it matters when it arrives. */
  private readonly heard: readonly boolean[];
  private readonly packets: Map<number, Sent>;
  private readonly reported: Set<string>;
  private news: Violation[] = [];
  /** Number of the next event. */
  private seq: number;
  private readonly reader = new Reader(new Uint8Array(0));
  private readonly bodies = new ByteTable<unknown>();
  private readonly saves = new ByteTable<SavedRecords>();
  private readonly texts = new ByteTable<string>();
  /** What was sent last in this step, its kind, and where its body stands; a start of -1: nothing. */
  private last: unknown = null;
  private lastKind = 0;
  private lastBytes: Uint8Array = new Uint8Array(0);
  private lastStart = -1;
  private lastLength = 0;

  constructor(header: RunHeader, protocol: AnyProtocol, checkers: readonly AnyChecker[], saved?: MonitorData) {
    this.protocol = protocol;
    this.checkers = checkers;
    this.facts = checkers.map((checker, i) => {
      return saved === undefined ? checker.create(header.nodes, header.config) : checker.fork(saved.facts[i]);
    });
    this.heard = protocol.messages.map(({ name }) => checkers.some(({ hears = [] }) => hears.includes(name)));
    this.disks = new EventDisks(saved?.disks);
    this.packets = new Map(saved?.packets);
    this.reported = new Set(saved?.reported);
    this.seq = saved?.seq ?? 0;
  }

  take(bytes: Uint8Array, from: number, to: number): void {
    const seq = this.seq++;
    const treatment = treatments[bytes[from]!]!;
    if (treatment === PASS || this.reported.size >= VIOLATIONS_MAX) return;
    try {
      this.treat(treatment, seq, bytes, from, to);
    } catch (error) {
      this.unreadable(seq, error);
    }
  }

  private treat(treatment: number, seq: number, bytes: Uint8Array, from: number, to: number): void {
    if (treatment === SEND) return this.send(seq, bytes, from + 1);
    this.lastStart = -1;
    if (treatment === STEP || (treatment === DELIVER && this.packets.size === 0)) return;
    const reader = this.reader.reset(bytes, from, to);
    if (treatment === NOTE) return this.note(readEvent(reader, seq, 0));
    reader.byte();
    reader.uint();
    const node = reader.byte();
    if (treatment === DELIVER) this.deliver(seq, node, reader.uint());
    else if (treatment === SAVE) this.saveRecords(seq, node, bytes, reader.at, to);
    else this.chosen(seq, node, reader);
  }

  found(): readonly Violation[] {
    const { news } = this;
    if (news.length > 0) this.news = [];
    return news;
  }

  save(): MonitorData {
    return {
      seq: this.seq,
      reported: [...this.reported],
      disks: this.disks.save(),
      packets: [...this.packets],
      facts: this.checkers.map((checker, i) => checker.fork(this.facts[i])),
    };
  }

  /** @param at the place in `bytes` after the event's type */
  private send(seq: number, bytes: Uint8Array, at: number): void {
    // By far the most frequent event: read by hand, as the log writes it.
    while (bytes[at++]! > 0x7f);
    const node = bytes[at++]!;
    const packetAt = at;
    while (bytes[at++]! > 0x7f);
    const to = bytes[at++]!;
    while (bytes[at++]! > 0x7f);
    const kind = bytes[at++]!;
    const reader = this.reader.reset(bytes, at, bytes.length);
    const length = reader.uint();
    const start = reader.at;
    const heard = this.heard[kind] === true;
    if (this.isLast(kind, bytes, start, length)) {
      if (heard) this.hear(packetAt, node, this.last);
      return;
    }
    const message = this.read(kind, bytes, start, start + length);
    if (heard) this.hear(packetAt, node, message);
    this.lastKind = kind;
    this.lastBytes = bytes;
    this.lastStart = start;
    this.lastLength = length;
    this.last = message;
    this.observe({ seq, node, effect: { type: 'send', to, message } });
  }

  /** Whether this is what was sent last in this step. */
  private isLast(kind: number, bytes: Uint8Array, start: number, length: number): boolean {
    const { lastStart, lastBytes } = this;
    if (lastStart < 0 || kind !== this.lastKind || length !== this.lastLength) return false;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== lastBytes[lastStart + i]) return false;
    return true;
  }

  private read(kind: number, bytes: Uint8Array, from: number, to: number): unknown {
    const known = this.bodies.get(kind, bytes, from, to);
    if (known !== undefined) return known;
    return this.bodies.put(kind, bytes, from, to, this.protocol.decode(kind, new Reader(bytes, from, to)));
  }

  /** @param packetAt where the number of the packet stands, in what is being read */
  private hear(packetAt: number, from: NodeId, message: unknown): void {
    const { reader } = this;
    this.packets.set(reader.reset(reader.bytes, packetAt, reader.end).uint(), { from, message });
  }

  private deliver(seq: number, node: NodeId, packet: number): void {
    const sent = this.packets.get(packet);
    if (sent === undefined) return;
    this.packets.delete(packet);
    this.observe({ seq, node, input: { type: 'message', from: sent.from, message: sent.message } });
  }

  private saveRecords(seq: number, node: NodeId, bytes: Uint8Array, from: number, to: number): void {
    const known = this.saves.get(RECORDS, bytes, from, to);
    const saved = known ?? this.saves.put(RECORDS, bytes, from, to, readSave(new Reader(bytes, from, to)));
    if (this.disks.saved(node, saved)) this.observe({ seq, node, effect: { type: 'save', records: saved.records } });
  }

  private text(reader: Reader): string {
    const { bytes, at: from } = reader;
    reader.skip(reader.uint());
    const to = reader.at;
    return this.texts.get(TEXT, bytes, from, to) ?? this.texts.put(TEXT, bytes, from, to, new Reader(bytes, from, to).text());
  }

  private chosen(seq: number, node: NodeId, reader: Reader): void {
    const slot = reader.uint();
    const value = this.text(reader);
    const ballot = { round: reader.uint(), node: reader.byte() };
    const quorum: NodeId[] = [];
    for (let count = reader.uint(); count > 0; count--) quorum.push(reader.byte());
    this.observe({ seq, node, effect: { type: 'chosen', slot, value, ballot, quorum } });
  }

  /** The rarer events. */
  private note(event: RunEvent): void {
    const { seq } = event;
    switch (event.type) {
      case 'start': {
        const { node, disk } = event;
        return this.observe({ seq, node, input: { type: 'start', stored: this.disks.start(node, disk) } });
      }
      case 'request': {
        const { node, request: id, body } = event;
        return this.observe({ seq, node, input: { type: 'request', id, request: this.protocol.request(JSON.parse(body)) } });
      }
      case 'synced': {
        const { node } = event;
        const saved = this.disks.synced(node);
        if (saved !== null) this.observe({ seq, node, effect: { type: 'save', records: saved.records } });
        return;
      }
      case 'duplicate': {
        const original = this.packets.get(event.of);
        if (original !== undefined) this.packets.set(event.packet, original);
        return;
      }
      case 'fault':
        return this.disks.fault(event.node, event.fault, event.settings);
      case 'crash':
        return this.disks.crash(event.node);
      case 'removed':
        return this.disks.removed(event.node);
      case 'lost':
        this.packets.delete(event.packet);
        return;
      case 'apply':
      case 'lead':
      case 'members':
      case 'invoke':
      case 'return':
        return this.observe({ seq, node: event.node, effect: event });
      case 'reply': {
        const { node, request: id, reply } = event;
        return this.observe({ seq, node, effect: { type: 'reply', id, reply } });
      }
    }
  }

  private observe(fact: Fact<unknown, unknown>): void {
    for (let i = 0; i < this.checkers.length; i++) {
      try {
        const violation = this.checkers[i]!.observe(this.facts[i], fact);
        if (violation !== null) this.report(violation);
      } catch (error) {
        // The others may make something of it.
        this.unreadable(fact.seq, error);
      }
    }
  }

  /** A protocol that is broken may save or say anything: that is found in its run, and does not end it. */
  private unreadable(seq: number, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.report({ check: wellFormed.name, slot: 0, text: `what event ${seq} tells of cannot be read: ${why}`, events: [seq] });
  }

  private report(violation: Violation): void {
    const name = `${violation.check} ${violation.slot}`;
    if (this.reported.has(name) || this.reported.size >= VIOLATIONS_MAX) return;
    this.reported.add(name);
    this.news.push(violation);
  }
}

function readSave(reader: Reader): SavedRecords {
  const writes: [string, string | null][] = [];
  const records: Saved[] = [];
  for (let count = reader.uint(); count > 0; count--) {
    const key = reader.text();
    const json = reader.text();
    writes.push([key, json === 'null' ? null : json]);
    records.push({ key, value: JSON.parse(json) });
  }
  return { records, writes, lies: false };
}

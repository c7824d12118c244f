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
import { eventTypes, isStep, type EventType, type RunEvent } from '../cluster/events.ts';
import { readEvent } from '../cluster/packed-events.ts';
import type { AnyChecker, Fact, Violation } from '../protocol/checker.ts';
import { Reader } from '../protocol/codec.ts';
import type { AnyProtocol, NodeId } from '../protocol/protocol.ts';
import { ByteTable } from './byte-table.ts';
import { checkersOf } from './checkers.ts';
import { EventDisks, type EventDisksData, type SavedRecords } from './event-disks.ts';

/** More are not told of in one run. */
export const VIOLATIONS_MAX = 100;

const numbers = Object.fromEntries(eventTypes.map((type, index) => [type, index])) as Record<EventType, number>;
const { send: SEND, deliver: DELIVER, lost: LOST, save: SAVE } = numbers;
/** Events that are nobody's business here. */
const passed = new Set<EventType>([
  'timer',
  'setTimer',
  'cancelTimer',
  'note',
  'partition',
  'network',
  'client',
  'configure',
  'link',
  'cut',
  'mend',
  'hold',
  'held',
  'retimed',
  'added',
  'violation',
]);
const isPassed = eventTypes.map((type) => passed.has(type));
const beginsStep = eventTypes.map(isStep);
/** In the place of a message's kind: the bytes are those of a save. */
const RECORDS = -1;

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
  /** What was sent last in this step. */
  private lastSent: unknown = null;

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
    const type = bytes[from]!;
    if (beginsStep[type] === true) this.lastSent = null;
    if (isPassed[type] === true || this.reported.size >= VIOLATIONS_MAX) return;
    const reader = this.reader.reset(bytes, from, to);
    if (type !== SEND && type !== DELIVER && type !== LOST && type !== SAVE) return this.note(readEvent(reader, seq, 0));
    reader.byte();
    reader.uint();
    if (type === SEND) this.send(seq, reader);
    else if (type === SAVE) this.saveRecords(seq, reader);
    else if (type === DELIVER) this.deliver(seq, reader);
    else this.packets.delete(reader.uint());
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

  private send(seq: number, reader: Reader): void {
    const node = reader.byte();
    const packet = reader.uint();
    const to = reader.byte();
    reader.uint();
    const kind = reader.byte();
    const length = reader.uint();
    const message = this.bodies.get(kind, reader.bytes, reader.at, reader.at + length, this.decode);
    if (this.heard[kind] === true) this.packets.set(packet, { from: node, message });
    if (message === this.lastSent) return;
    this.lastSent = message;
    this.observe({ seq, node, effect: { type: 'send', to, message } });
  }

  private readonly decode = (kind: number, from: number, to: number): unknown =>
    this.protocol.decode(kind, this.reader.reset(this.reader.bytes, from, to));

  private deliver(seq: number, reader: Reader): void {
    const node = reader.byte();
    const packet = reader.uint();
    const sent = this.packets.get(packet);
    if (sent === undefined) return;
    this.packets.delete(packet);
    this.observe({ seq, node, input: { type: 'message', from: sent.from, message: sent.message } });
  }

  private saveRecords(seq: number, reader: Reader): void {
    const node = reader.byte();
    this.lastSent = null;
    const saved = this.saves.get(RECORDS, reader.bytes, reader.at, reader.end, this.readSave);
    if (this.disks.saved(node, saved)) this.observe({ seq, node, effect: { type: 'save', records: saved.records } });
  }

  private readonly readSave = (): SavedRecords => {
    const { reader } = this;
    const writes: [string, string | null][] = [];
    const records = Array.from({ length: reader.uint() }, () => {
      const key = reader.text();
      const json = reader.text();
      writes.push([key, json === 'null' ? null : json]);
      return { key, value: JSON.parse(json) };
    });
    return { records, writes };
  };

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
      case 'chosen':
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
      const violation = this.checkers[i]!.observe(this.facts[i], fact);
      if (violation !== null) this.report(violation);
    }
  }

  private report(violation: Violation): void {
    const name = `${violation.check} ${violation.slot}`;
    if (this.reported.has(name) || this.reported.size >= VIOLATIONS_MAX) return;
    this.reported.add(name);
    this.news.push(violation);
  }
}

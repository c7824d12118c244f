/**
 * What a command of a script or an expectation of a scenario waits for: patterns over the event stream, as plain data
 * that `structuredClone` takes. An `Observer` reads every event once and keeps the little that patterns need to know
 * of those before it.
 */
import type { AnyProtocol, NodeId } from '../protocol/protocol.ts';
import { directionKey } from '../network/topology.ts';
import { describeResult } from '../protocol/machine/operation.ts';
import type { RunEvent } from './events.ts';

/** Something that can happen in a run. Where a node, a slot or a value is `null`, any will do. */
export type Pattern =
  /** A message of this kind (index into the protocol's `messages`) is sent, delivered or lost. */
  | {
      readonly type: 'message';
      readonly kind: number;
      readonly happens: 'sent' | 'delivered' | 'lost';
      readonly from: NodeId | null;
      readonly to: NodeId | null;
    }
  /** The first learner knows that a value is chosen in a slot. */
  | { readonly type: 'chosen'; readonly slot: number | null; readonly value: string | null }
  /** A node learns what is chosen in a slot. */
  | {
      readonly type: 'learns';
      readonly node: NodeId | null;
      readonly slot: number | null;
      readonly value: string | null;
    }
  /** A check fails: the one of this name, or any. */
  | { readonly type: 'violated'; readonly check: string | null }
  /** A second value is known to be chosen in one slot: Agreement is broken. */
  | { readonly type: 'conflict' }
  /** A node begins to lead: says so, or sends its first request of phase 2 since another node did, or of the run. */
  | { readonly type: 'leads'; readonly node: NodeId | null }
  /** The same, of whatever node, but for the first of the run. */
  | { readonly type: 'leader-changes' }
  /** A server's state machine takes in a slot; `null`: any. */
  | { readonly type: 'applies'; readonly node: NodeId | null; readonly slot: number | null }
  /** A client has an answer; `result` as a person reads it (protocol/machine/operation.ts), `null`: whatever it is. */
  | { readonly type: 'answered'; readonly node: NodeId | null; readonly result: string | null }
  /** A server is among the acceptors from some slot on, or no longer, and a node has learned it first. */
  | { readonly type: 'joins'; readonly node: NodeId }
  | { readonly type: 'leaves'; readonly node: NodeId }
  | { readonly type: 'crashes'; readonly node: NodeId | null }
  /** A node comes up again. */
  | { readonly type: 'restarts'; readonly node: NodeId | null }
  /** A node writes to its disk. */
  | { readonly type: 'saves'; readonly node: NodeId | null }
  /** A node is told that it was refused. */
  | { readonly type: 'refused'; readonly node: NodeId | null }
  /** The network was whole and is parted or cut; the network was not whole and is again. */
  | { readonly type: 'parted' }
  | { readonly type: 'healed' };

/** Comes true `plus` µs after the pattern has occurred `count` times. */
export interface Condition {
  readonly pattern: Pattern;
  /** At least 1. */
  readonly count: number;
  readonly plus: number;
}

interface PacketSeen {
  readonly kind: number;
  readonly from: NodeId;
  readonly to: NodeId;
}

/** What an observer remembers: plain data. */
export interface ObserverState {
  readonly packets: Map<number, PacketSeen>;
  /** The values known to be chosen, by slot. */
  readonly chosen: Map<number, string[]>;
  readonly started: Set<NodeId>;
  /** The latest change of members that a node has learned. */
  members: { readonly slot: number; readonly nodes: readonly NodeId[] } | null;
  /** Directions cut beside the islands. */
  readonly cuts: Set<number>;
  islands: number;
  /** The node that was last to begin to lead. */
  leader: NodeId | null;
}

/** What an event means beyond what stands in it. */
interface Meaning {
  /** The message that was sent, delivered or lost. */
  packet: PacketSeen | null;
  /** The value was not known to be chosen in its slot before. */
  news: boolean;
  conflict: boolean;
  /** The node that leads from now on; `null` when nothing changed. */
  leads: NodeId | null;
  /** It is not the first of the run. */
  changes: boolean;
  again: boolean;
  /** The members are others than those known before. */
  joined: readonly NodeId[];
  /** Those that were members, as far as is known; `null`: nobody knows who was. */
  before: readonly NodeId[] | null;
  parted: boolean;
  healed: boolean;
}

export class Observer {
  private readonly state: ObserverState;
  private readonly refusing: ReadonlySet<number>;
  /** The kind of message by which a leader asks for votes; -1 where leaders say themselves that they lead. */
  private readonly leading: number;
  private readonly meaning: Meaning = {
    packet: null,
    news: false,
    conflict: false,
    leads: null,
    changes: false,
    again: false,
    joined: [],
    before: [],
    parted: false,
    healed: false,
  };

  /** @param state what `save` gave; without it, nothing has happened yet. */
  constructor(protocol: AnyProtocol, state?: ObserverState) {
    const { messages } = protocol;
    this.refusing = new Set(messages.flatMap(({ family }, kind) => (family === 'refuse' ? [kind] : [])));
    this.leading = protocol.leaders ? -1 : messages.findIndex(({ family }) => family === 'phase2');
    this.state = copyOf(state ?? emptyState());
  }

  /** Plain data, independent of this observer. */
  save(): ObserverState {
    return copyOf(this.state);
  }

  /** Takes in the next event; `matches` is about this one from then on. Every event has to be given, in order. */
  take(event: RunEvent): void {
    const { state, meaning } = this;
    meaning.packet = null;
    meaning.news = meaning.conflict = meaning.changes = meaning.again = meaning.parted = meaning.healed = false;
    meaning.leads = null;
    meaning.joined = meaning.before = [];
    switch (event.type) {
      case 'send': {
        const packet = { kind: event.kind, from: event.node, to: event.to };
        state.packets.set(event.packet, packet);
        meaning.packet = packet;
        if (event.kind === this.leading) this.leads(event.node);
        break;
      }
      case 'lead':
        if (event.on) this.leads(event.node);
        break;
      case 'duplicate': {
        const original = state.packets.get(event.of);
        if (original !== undefined) state.packets.set(event.packet, original);
        break;
      }
      case 'deliver':
      case 'lost':
        meaning.packet = state.packets.get(event.packet) ?? null;
        state.packets.delete(event.packet);
        break;
      case 'chosen': {
        const values = state.chosen.get(event.slot);
        if (values === undefined) state.chosen.set(event.slot, [event.value]);
        else if (!values.includes(event.value)) values.push(event.value);
        else break;
        meaning.news = true;
        meaning.conflict = values !== undefined;
        break;
      }
      case 'members':
        if (state.members !== null && event.slot <= state.members.slot) break;
        meaning.joined = event.members;
        meaning.before = state.members?.nodes ?? null;
        state.members = { slot: event.slot, nodes: event.members };
        break;
      case 'start':
        meaning.again = state.started.has(event.node);
        state.started.add(event.node);
        break;
      case 'partition':
        this.reshape(() => (state.islands = event.groups.length));
        break;
      case 'cut':
        this.reshape(() => event.links.forEach(({ from, to }) => state.cuts.add(directionKey(from, to))));
        break;
      case 'mend':
        this.reshape(() => event.links.forEach(({ from, to }) => state.cuts.delete(directionKey(from, to))));
        break;
    }
  }

  /** Whether `event`, the one taken in last, is an occurrence of the pattern. */
  matches(pattern: Pattern, event: RunEvent): boolean {
    const { meaning } = this;
    switch (pattern.type) {
      case 'message':
        return (
          event.type === (({ sent: 'send', delivered: 'deliver', lost: 'lost' }) as const)[pattern.happens] &&
          meaning.packet !== null &&
          meaning.packet.kind === pattern.kind &&
          (pattern.from ?? meaning.packet.from) === meaning.packet.from &&
          (pattern.to ?? meaning.packet.to) === meaning.packet.to
        );
      case 'chosen':
        return event.type === 'chosen' && meaning.news && isOf(event, pattern);
      case 'learns':
        return event.type === 'chosen' && (pattern.node ?? event.node) === event.node && isOf(event, pattern);
      case 'conflict':
        return meaning.conflict;
      case 'leads':
        return meaning.leads !== null && (pattern.node ?? meaning.leads) === meaning.leads;
      case 'leader-changes':
        return meaning.changes;
      case 'applies':
        return (
          event.type === 'apply' &&
          (pattern.node ?? event.node) === event.node &&
          (pattern.slot === null || (event.from <= pattern.slot && pattern.slot <= event.to))
        );
      case 'answered':
        return (
          event.type === 'return' &&
          (pattern.node ?? event.node) === event.node &&
          (pattern.result === null || pattern.result === describeResult(JSON.parse(event.result)))
        );
      case 'joins':
        return event.type === 'members' && meaning.joined.includes(pattern.node) && !meaning.before?.includes(pattern.node);
      case 'leaves':
        return (
          event.type === 'members' &&
          meaning.joined.length > 0 &&
          !meaning.joined.includes(pattern.node) &&
          (meaning.before?.includes(pattern.node) ?? true)
        );
      case 'crashes':
        return event.type === 'crash' && (pattern.node ?? event.node) === event.node;
      case 'restarts':
        return event.type === 'start' && meaning.again && (pattern.node ?? event.node) === event.node;
      case 'saves':
        return event.type === 'save' && (pattern.node ?? event.node) === event.node;
      case 'refused':
        return (
          event.type === 'deliver' &&
          meaning.packet !== null &&
          this.refusing.has(meaning.packet.kind) &&
          (pattern.node ?? event.node) === event.node
        );
      case 'violated':
        return event.type === 'violation' && (pattern.check ?? event.check) === event.check;
      case 'parted':
        return meaning.parted;
      case 'healed':
        return meaning.healed;
    }
  }

  private leads(node: NodeId): void {
    const { state, meaning } = this;
    if (node === state.leader) return;
    meaning.leads = node;
    meaning.changes = state.leader !== null;
    state.leader = node;
  }

  private reshape(change: () => void): void {
    const before = isWhole(this.state);
    change();
    const after = isWhole(this.state);
    this.meaning.parted = before && !after;
    this.meaning.healed = after && !before;
  }
}

function isWhole({ islands, cuts }: ObserverState): boolean {
  return islands === 1 && cuts.size === 0;
}

function isOf(
  event: { readonly slot: number; readonly value: string },
  wanted: { readonly slot: number | null; readonly value: string | null },
): boolean {
  return (wanted.slot ?? event.slot) === event.slot && (wanted.value ?? event.value) === event.value;
}

function emptyState(): ObserverState {
  return { packets: new Map(), chosen: new Map(), started: new Set(), members: null, cuts: new Set(), islands: 1, leader: null };
}

function copyOf(state: ObserverState): ObserverState {
  return {
    ...state,
    packets: new Map(state.packets),
    chosen: new Map([...state.chosen].map(([slot, values]) => [slot, [...values]])),
    started: new Set(state.started),
    cuts: new Set(state.cuts),
  };
}

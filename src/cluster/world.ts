/**
 * The world view: what the events so far amount to. `applyEvent` folds one event into it, and live, scrubbed and
 * replayed screens are all this same fold. Plain data, changed in place; O(1) work per event, but for a crash.
 */
import type { Ballot } from '../protocol/ballot.ts';
import type { NodeId, View } from '../protocol/protocol.ts';
import { lossCauses, progressAt as packetProgress } from '../network/packet.ts';
import type { FaultSettings } from '../network/faults/fault.ts';
import { directionKey, whole, type Groups } from '../network/topology.ts';
import type { NetworkSettings } from '../network/settings.ts';
import type { ClientSettings } from './commands.ts';
import type { DiskAtStart, LossCause, RunEvent } from './events.ts';
import type { RunHeader } from './run.ts';

export { packetProgress };

/** Chosen slots that the world keeps; older ones are let go, so that a snapshot stays small however long a run is. */
export const CHOSEN_KEPT_MAX = 500;

export interface TimerWorld {
  readonly setAt: number;
  readonly due: number;
}

export interface NodeWorld {
  readonly node: NodeId;
  up: boolean;
  /** How often it has come up. */
  incarnation: number;
  /** Virtual time of the last of these, µs: what a fault froze before it is over. */
  startedAt: number;
  disk: DiskAtStart;
  /** The exception that ended its thread; `null` while up or after an ordinary crash. */
  error: string | null;
  readonly timers: Map<string, TimerWorld>;
  /** Settings of the node's faults that were ever set, by fault; they outlive a crash. */
  readonly faults: Map<string, FaultSettings>;
  /** When each of them was last set, µs. */
  readonly faultsAt: Map<string, number>;
  /** What the node last showed of itself; `null` before its first step. Kept over a crash: the last that was seen. */
  view: View | null;
}

export interface PacketWorld {
  readonly packet: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: number;
  readonly sentAt: number;
  readonly due: number;
  readonly body: Uint8Array;
  /** The packet this one is a copy of. */
  readonly duplicateOf: number | null;
  /** It moves evenly from this share of its way at this time (µs) to the end at `due`. */
  readonly goneAt: number;
  readonly gone: number;
  /** It stands still there. */
  readonly held: boolean;
}

/** Never changed in place: a later one takes its place, so that worlds of different moments can share it. */
export interface ChosenWorld {
  readonly slot: number;
  readonly value: string;
  readonly ballot: Ballot;
  /** The quorum first seen to have accepted it, and when (µs). */
  readonly quorum: readonly NodeId[];
  readonly at: number;
  readonly seq: number;
  /** Learners that know at this moment, with the time each learned it (µs); a crash forgets. */
  readonly knownTo: ReadonlyMap<NodeId, number>;
  /** A different value that a learner took to be chosen: Agreement is broken. */
  readonly conflict: { readonly value: string; readonly nodes: readonly NodeId[] } | null;
}

export interface Counters {
  sent: number;
  delivered: number;
  duplicated: number;
  lost: Record<LossCause, number>;
  /** Packets sent by kind: index into the protocol's messages. */
  byKind: number[];
}

export interface World {
  /** Number of events folded in; the next one has this `seq`. */
  seq: number;
  /** Virtual time of the last of them, µs. */
  at: number;
  readonly nodes: Map<NodeId, NodeWorld>;
  /** In flight, by packet number; those on their way to be lost are here too. */
  readonly packets: Map<number, PacketWorld>;
  groups: Groups;
  network: NetworkSettings;
  /** Settings of directions that have their own, by `directionKey`. */
  readonly links: Map<number, NetworkSettings>;
  /** Directions cut beside the partition into groups, by `directionKey`. */
  readonly cuts: Set<number>;
  /** Hold mode is on. */
  holding: boolean;
  client: ClientSettings;
  config: unknown;
  /** By slot, in the order in which they were first learned; the latest `CHOSEN_KEPT_MAX` of them. */
  readonly chosen: Map<number, ChosenWorld>;
  /** How many slots a learner has known to be chosen, those let go included. */
  chosenCount: number;
  /** The highest slot let go; what is learned later of it, or of one below it, is not shown. */
  chosenLetGo: number;
  /** Requests not answered yet: the node and what was asked. */
  readonly requests: Map<number, { readonly node: NodeId; readonly client: string; readonly body: string; readonly at: number }>;
  readonly counters: Counters;
}

/** The world before the first event. */
export function createWorld(header: RunHeader): World {
  return {
    seq: 0,
    at: 0,
    nodes: new Map(
      header.nodes.map((node) => [
        node,
        {
          node,
          up: false,
          incarnation: 0,
          startedAt: 0,
          disk: 'new',
          error: null,
          timers: new Map(),
          faults: new Map(),
          faultsAt: new Map(),
          view: null,
        },
      ]),
    ),
    packets: new Map(),
    groups: whole(header.nodes),
    network: header.network,
    links: new Map(),
    cuts: new Set(),
    holding: false,
    client: header.client,
    config: header.config,
    chosen: new Map(),
    chosenCount: 0,
    chosenLetGo: 0,
    requests: new Map(),
    counters: { sent: 0, delivered: 0, duplicated: 0, lost: Object.fromEntries(lossCauses.map((cause) => [cause, 0])) as Counters['lost'], byKind: [] },
  };
}

/**
 * Folds one event into the world.
 * @throws Error when the event does not follow the last one: a frame went missing.
 */
export function applyEvent(world: World, event: RunEvent): void {
  if (event.seq !== world.seq) throw new Error(`event ${event.seq} came after ${world.seq - 1}: events are missing`);
  world.seq = event.seq + 1;
  world.at = event.at;
  switch (event.type) {
    case 'start': {
      const node = nodeOf(world, event.node);
      node.up = true;
      node.incarnation = event.incarnation;
      node.startedAt = event.at;
      node.disk = event.disk;
      node.error = null;
      node.timers.clear();
      break;
    }
    case 'request':
      world.requests.set(event.request, { node: event.node, client: event.client, body: event.body, at: event.at });
      break;
    case 'deliver':
      world.packets.delete(event.packet);
      world.counters.delivered++;
      break;
    case 'timer':
      nodeOf(world, event.node).timers.delete(event.name);
      break;
    case 'send':
      world.packets.set(event.packet, {
        packet: event.packet,
        from: event.node,
        to: event.to,
        kind: event.kind,
        sentAt: event.at,
        due: event.due,
        body: event.body,
        duplicateOf: null,
        goneAt: event.at,
        gone: 0,
        held: false,
      });
      world.counters.sent++;
      world.counters.byKind[event.kind] = (world.counters.byKind[event.kind] ?? 0) + 1;
      break;
    case 'duplicate': {
      const original = world.packets.get(event.of);
      if (original === undefined) throw new Error(`packet ${event.of} was doubled after it had gone`);
      const { gone, goneAt } = whereAt(original, event.at);
      world.packets.set(event.packet, {
        ...original,
        packet: event.packet,
        due: event.due,
        duplicateOf: event.of,
        gone,
        goneAt,
        held: false,
      });
      world.counters.duplicated++;
      break;
    }
    case 'lost':
      world.packets.delete(event.packet);
      world.counters.lost[event.cause]++;
      break;
    case 'setTimer':
      nodeOf(world, event.node).timers.set(event.name, { setAt: event.at, due: event.due });
      break;
    case 'cancelTimer':
      nodeOf(world, event.node).timers.delete(event.name);
      break;
    case 'reply':
      world.requests.delete(event.request);
      break;
    case 'chosen':
      learn(world, event);
      break;
    case 'crash': {
      const node = nodeOf(world, event.node);
      node.up = false;
      node.error = event.error === '' ? null : event.error;
      node.timers.clear();
      for (const [id, request] of world.requests) if (request.node === event.node) world.requests.delete(id);
      // What a learner knows is in its memory; restarted, it has to learn anew.
      for (const chosen of world.chosen.values()) {
        if (!chosen.knownTo.has(event.node)) continue;
        const knownTo = new Map(chosen.knownTo);
        knownTo.delete(event.node);
        world.chosen.set(chosen.slot, { ...chosen, knownTo });
      }
      break;
    }
    case 'partition':
      world.groups = event.groups;
      break;
    case 'network':
      world.network = event.settings;
      break;
    case 'client':
      world.client = event.settings;
      break;
    case 'configure':
      world.config = event.config;
      break;
    case 'link': {
      const key = directionKey(event.from, event.to);
      if (event.settings === null) world.links.delete(key);
      else world.links.set(key, event.settings);
      break;
    }
    case 'cut':
      for (const { from, to } of event.links) world.cuts.add(directionKey(from, to));
      break;
    case 'mend':
      for (const { from, to } of event.links) world.cuts.delete(directionKey(from, to));
      break;
    case 'fault': {
      const node = nodeOf(world, event.node);
      node.faults.set(event.fault, event.settings);
      node.faultsAt.set(event.fault, event.at);
      break;
    }
    case 'hold':
      world.holding = event.on;
      break;
    case 'held': {
      const packet = packetOf(world, event.packet);
      world.packets.set(event.packet, { ...packet, gone: event.progress, goneAt: event.at, held: true });
      break;
    }
    case 'retimed': {
      const packet = packetOf(world, event.packet);
      world.packets.set(event.packet, { ...packet, ...whereAt(packet, event.at), due: event.due, held: false });
      break;
    }
    case 'save':
    case 'note':
    case 'synced':
      break;
  }
}

/** The same world, to go on from apart from this one. Shares what is never changed in place. */
export function forkWorld(world: World): World {
  return {
    ...world,
    nodes: new Map(
      [...world.nodes].map(([id, node]) => [
        id,
        { ...node, timers: new Map(node.timers), faults: new Map(node.faults), faultsAt: new Map(node.faultsAt) },
      ]),
    ),
    packets: new Map(world.packets),
    links: new Map(world.links),
    cuts: new Set(world.cuts),
    chosen: new Map(world.chosen),
    requests: new Map(world.requests),
    counters: { ...world.counters, lost: { ...world.counters.lost }, byKind: [...world.counters.byKind] },
  };
}

/** Puts in what a node showed of itself after its last step. Views are derived from events and not events themselves. */
export function applyView(world: World, node: NodeId, view: View): void {
  nodeOf(world, node).view = view;
}

function whereAt(packet: PacketWorld, at: number): { readonly gone: number; readonly goneAt: number } {
  return { gone: packetProgress(packet, at), goneAt: at };
}

function packetOf(world: World, packet: number): PacketWorld {
  const found = world.packets.get(packet);
  if (found === undefined) throw new Error(`packet ${packet} is not in flight`);
  return found;
}

function nodeOf(world: World, id: NodeId): NodeWorld {
  const node = world.nodes.get(id);
  if (node === undefined) throw new Error(`n${id} is not a node of this run`);
  return node;
}

function learn(world: World, event: Extract<RunEvent, { type: 'chosen' }>): void {
  const known = world.chosen.get(event.slot);
  if (known === undefined) {
    if (event.slot <= world.chosenLetGo) return;
    world.chosenCount++;
    letGo(world);
    world.chosen.set(event.slot, {
      slot: event.slot,
      value: event.value,
      ballot: event.ballot,
      quorum: event.quorum,
      at: event.at,
      seq: event.seq,
      knownTo: new Map([[event.node, event.at]]),
      conflict: null,
    });
    return;
  }
  world.chosen.set(event.slot, {
    ...known,
    conflict: conflictWith(known, event.value, event.node),
    quorum: known.quorum.length === 0 ? event.quorum : known.quorum,
    knownTo: known.knownTo.has(event.node) ? known.knownTo : new Map(known.knownTo).set(event.node, event.at),
  });
}

/** Which learners take another value to be chosen, now that `node` takes `value` to be. */
function conflictWith({ value: chosen, conflict }: ChosenWorld, value: string, node: NodeId): ChosenWorld['conflict'] {
  if (value === chosen) {
    if (conflict === null || !conflict.nodes.includes(node)) return conflict;
    // It has forgotten, and learned the first value this time. That the other was chosen stays true.
    return { ...conflict, nodes: conflict.nodes.filter((one) => one !== node) };
  }
  const before = conflict?.value === value ? conflict.nodes.filter((one) => one !== node) : [];
  return { value, nodes: [...before, node].sort((a, b) => a - b) };
}

/** Makes room for one more chosen slot. One in which Agreement is broken stays. */
function letGo(world: World): void {
  if (world.chosen.size < CHOSEN_KEPT_MAX) return;
  for (const chosen of world.chosen.values()) {
    if (chosen.conflict !== null) continue;
    world.chosen.delete(chosen.slot);
    world.chosenLetGo = Math.max(world.chosenLetGo, chosen.slot);
    return;
  }
}

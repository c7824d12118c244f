/**
 * The world view: what the events so far amount to. `applyEvent` folds one event into it, and live, scrubbed and
 * replayed screens are all this same fold. Plain data, changed in place; O(1) work per event, but for a crash.
 */
import { nameOf, type NodeId, type View } from '../protocol/protocol.ts';
import { lossCauses, progressAt as packetProgress } from '../network/packet.ts';
import { directionKey, directionOf, whole } from '../network/topology.ts';
import type { RunEvent } from './events.ts';
import { actorsOf, type RunHeader } from './run.ts';
import { forget, invoke, lead, learn, respond } from './world-log.ts';
import { VIOLATIONS_KEPT_MAX, type Counters, type NodeWorld, type PacketWorld, type World } from './world-types.ts';

export { packetProgress };
export * from './world-types.ts';

/** The world before the first event. */
export function createWorld(header: RunHeader): World {
  const actors = actorsOf(header);
  return {
    seq: 0,
    at: 0,
    nodes: new Map(actors.map((node) => [node, createNode(node)])),
    packets: new Map(),
    groups: whole(actors),
    network: header.network,
    links: new Map(),
    cuts: new Set(),
    holding: false,
    client: header.client,
    config: header.config,
    chosen: new Map(),
    chosenCount: 0,
    chosenLetGo: 0,
    terms: [],
    termBase: null,
    founders: header.nodes,
    members: null,
    special: new Map(),
    operations: new Map(),
    settled: new Set(),
    requests: new Map(),
    counters: {
      sent: 0,
      delivered: 0,
      duplicated: 0,
      lost: Object.fromEntries(lossCauses.map((cause) => [cause, 0])) as Counters['lost'],
      byKind: [],
      invoked: 0,
      returned: 0,
    },
    violations: [],
  };
}

function createNode(node: NodeId): NodeWorld {
  return {
    node,
    up: false,
    applied: 0,
    incarnation: 0,
    startedAt: 0,
    disk: 'new',
    error: null,
    timers: new Map(),
    faults: new Map(),
    faultsAt: new Map(),
    view: null,
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
      node.applied = 0;
      node.error = event.error === '' ? null : event.error;
      node.timers.clear();
      forget(world, event.node, event.at);
      break;
    }
    case 'apply':
      nodeOf(world, event.node).applied = event.to;
      break;
    case 'lead':
      lead(world, event);
      break;
    case 'members':
      if (world.members === null || event.slot > world.members.slot) {
        const before = world.members?.members ?? world.founders;
        world.members = { slot: event.slot, members: event.members, before };
      }
      break;
    case 'invoke':
      invoke(world, event);
      break;
    case 'return':
      respond(world, event);
      break;
    case 'added':
      world.nodes.set(event.node, createNode(event.node));
      world.groups = event.groups;
      break;
    case 'removed':
      world.nodes.delete(event.node);
      world.groups = event.groups;
      for (const kept of [world.cuts, world.links]) {
        for (const key of kept.keys()) {
          const { from, to } = directionOf(key);
          if (from === event.node || to === event.node) kept.delete(key);
        }
      }
      break;
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
    case 'violation': {
      const { seq, at, check, slot, text, events } = event;
      if (world.violations.length < VIOLATIONS_KEPT_MAX) world.violations = [...world.violations, { seq, at, check, slot, text, events }];
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
    special: new Map(world.special),
    operations: new Map(world.operations),
    settled: new Set(world.settled),
    requests: new Map(world.requests),
    counters: { ...world.counters, lost: { ...world.counters.lost }, byKind: [...world.counters.byKind] },
  };
}

/** Puts in what a node showed of itself after its last step. Views are derived from events and not events themselves. */
export function applyView(world: World, node: NodeId, view: View): void {
  const shown = world.nodes.get(node);
  // A server that was taken away meanwhile shows nothing any more.
  if (shown !== undefined) shown.view = view;
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
  if (node === undefined) throw new Error(`${nameOf(id)} is not a node of this run`);
  return node;
}

/** The log: one readable sentence per event. Pure; used by the window and by the command line alike. */
import { nameOf, type AnyProtocol, type NodeId } from '../protocol/protocol.ts';
import { describeOperation, describeResult } from '../protocol/machine/operation.ts';
import { formatBallot } from '../protocol/ballot.ts';
import { Reader } from '../protocol/codec.ts';
import type { FaultSettings } from '../network/faults/fault.ts';
import { nodeFaults } from '../network/faults/registry.ts';
import type { Direction } from '../network/topology.ts';
import type { DiskAtStart, RunEvent } from '../cluster/events.ts';
import type { PacketWorld, World } from '../cluster/world.ts';
import { latencyText } from './format.ts';

/** What a person filters the log by. */
export const logGroups = ['messages', 'decisions', 'faults', 'requests', 'disk', 'timers', 'notes', 'checks'] as const;
export type LogGroup = (typeof logGroups)[number];

export interface LogRow {
  readonly event: RunEvent;
  readonly group: LogGroup;
  /** Nodes the event is about; empty for the whole cluster. */
  readonly nodes: readonly NodeId[];
  /** The packet the event is about, which the world forgets once it has arrived. */
  readonly packet: PacketWorld | null;
}

/** The row of an event; `world` is the world *before* the event is folded in, or, for `send`, either. */
export function logRow(world: World, event: RunEvent): LogRow {
  switch (event.type) {
    case 'send':
      return { event, group: 'messages', nodes: [event.node, event.to], packet: null };
    case 'deliver':
    case 'lost':
      return packetRow(event, world.packets.get(event.packet) ?? null);
    case 'duplicate':
      return packetRow(event, world.packets.get(event.of) ?? null);
    case 'request':
    case 'reply':
      return { event, group: 'requests', nodes: [event.node], packet: null };
    case 'save':
      return { event, group: 'disk', nodes: [event.node], packet: null };
    case 'timer':
    case 'setTimer':
    case 'cancelTimer':
      return { event, group: 'timers', nodes: [event.node], packet: null };
    case 'chosen':
      return { event, group: 'decisions', nodes: [event.node], packet: null };
    case 'note':
      return { event, group: 'notes', nodes: [event.node], packet: null };
    case 'apply':
    case 'lead':
    case 'members':
      return { event, group: 'decisions', nodes: [event.node], packet: null };
    case 'invoke':
    case 'return':
      return { event, group: 'requests', nodes: [event.node], packet: null };
    case 'start':
    case 'crash':
    case 'fault':
    case 'added':
    case 'removed':
      return { event, group: 'faults', nodes: [event.node], packet: null };
    case 'violation':
      return { event, group: 'checks', nodes: [], packet: null };
    case 'synced':
      return { event, group: 'disk', nodes: [event.node], packet: null };
    case 'held':
    case 'retimed':
      return packetRow(event, world.packets.get(event.packet) ?? null);
    case 'link':
      return { event, group: 'faults', nodes: [event.from, event.to], packet: null };
    case 'cut':
    case 'mend': {
      const nodes = [...new Set(event.links.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
      return { event, group: 'faults', nodes, packet: null };
    }
    case 'hold':
    case 'partition':
    case 'network':
    case 'client':
    case 'configure':
      return { event, group: 'faults', nodes: [], packet: null };
  }
}

/** The sentence of a row. */
export function sentence(protocol: AnyProtocol, row: LogRow): string {
  const event = row.event;
  switch (event.type) {
    case 'start':
      return `${nameOf(event.node)} ${startText(event.incarnation, event.disk)}`;
    case 'request':
      return `${event.client} asked ${nameOf(event.node)}: ${protocol.describeRequest(JSON.parse(event.body))}`;
    case 'deliver':
      return `${nameOf(event.node)} got ${row.packet?.from === event.node ? 'its own' : sender(row.packet)} ${packetText(protocol, row.packet)}`;
    case 'violation':
      return `${event.check} is violated: ${event.text}`;
    case 'timer':
      return `${nameOf(event.node)} timer fired: ${protocol.describeTimer(event.name)}`;
    case 'send': {
      const message = protocol.decode(event.kind, new Reader(event.body));
      return `${nameOf(event.node)} → ${nameOf(event.to)} ${protocol.messages[event.kind]?.name}: ${protocol.describe(message)}`;
    }
    case 'save':
      return `${nameOf(event.node)} saved ${event.records.map((record) => protocol.describeSaved(record)).join('; ')}`;
    case 'setTimer':
      return `${nameOf(event.node)} set a timer: ${protocol.describeTimer(event.name)}, in ${latencyText(event.due - event.at)}`;
    case 'cancelTimer':
      return `${nameOf(event.node)} cancelled a timer: ${protocol.describeTimer(event.name)}`;
    case 'reply':
      return `${nameOf(event.node)} answered: ${event.reply.text}`;
    case 'chosen':
      return (
        `${nameOf(event.node)} learned that "${event.value}" is chosen in ${protocol.slotName} ${event.slot}, ` +
        (event.quorum.length === 0
          ? 'told by another learner'
          : `${formatBallot(event.ballot)} accepted by ${nodeList(event.quorum)}`)
      );
    case 'apply':
      return event.by === 'snapshot'
        ? `${nameOf(event.node)} took in a snapshot up to ${protocol.slotName} ${event.to}`
        : `${nameOf(event.node)} applied ${stretch(protocol.slotName, event.from, event.to)}`;
    case 'lead':
      return event.on
        ? `${nameOf(event.node)} leads with ${formatBallot(event.ballot)}`
        : `${nameOf(event.node)} no longer leads with ${formatBallot(event.ballot)}`;
    case 'members':
      return `${nameOf(event.node)} learned that from ${protocol.slotName} ${event.slot} on the acceptors are ${nodeList(event.members)}`;
    case 'invoke':
      return `${nameOf(event.node)} asks (${event.session}#${event.sequence}): ${describeOperation(JSON.parse(event.operation))}`;
    case 'return':
      return `${nameOf(event.node)} is answered (${event.session}#${event.sequence}): ${describeResult(JSON.parse(event.result))}`;
    case 'added':
      return `${nameOf(event.node)} was added`;
    case 'removed':
      return `${nameOf(event.node)} was taken away`;
    case 'note':
      return `${nameOf(event.node)} ${event.text}`;
    case 'duplicate':
      return `the network doubled ${sender(row.packet)} ${packetText(protocol, row.packet, true)}`;
    case 'lost':
      return `${lossText[event.cause]} ${sender(row.packet)} ${packetText(protocol, row.packet, true)}`;
    case 'crash':
      return event.error === ''
        ? `${nameOf(event.node)} crashed${event.point === 'now' ? '' : ` (${event.point.replace('-', ' ')})`}`
        : `${nameOf(event.node)} crashed by itself: ${event.error}`;
    case 'partition':
      return event.groups.length === 1
        ? 'the network is whole again'
        : `the network is parted: ${event.groups.map((group) => nodeList(group)).join(' | ')}`;
    case 'network':
      return 'the network was changed';
    case 'client':
      return event.settings.enabled
        ? `the client proposes about every ${latencyText(event.settings.interval)}`
        : 'the client stopped proposing';
    case 'configure':
      return 'the protocol was configured anew';
    case 'synced':
      return `${nameOf(event.node)}'s slow disk has synced its save`;
    case 'held':
      return `held: ${sender(row.packet)} ${packetText(protocol, row.packet, true)}`;
    case 'retimed':
      return `now due in ${latencyText(event.due - event.at)}: ${sender(row.packet)} ${packetText(protocol, row.packet, true)}`;
    case 'link':
      return event.settings === null
        ? `the link ${nameOf(event.from)} → ${nameOf(event.to)} behaves like the network again`
        : `the link ${nameOf(event.from)} → ${nameOf(event.to)} was changed`;
    case 'cut':
      return `cut: ${linkList(event.links)}`;
    case 'mend':
      return `mended: ${linkList(event.links)}`;
    case 'fault':
      return `${nameOf(event.node)} ${faultText(event.fault, event.settings)}`;
    case 'hold':
      return event.on ? 'every packet is held until it is delivered by hand' : 'packets are no longer held';
  }
}

/** `slot 3`, `slots 3 to 9`. */
function stretch(slotName: string, from: number, to: number): string {
  return from === to ? `${slotName} ${from}` : `${slotName}s ${from} to ${to}`;
}

/** `n1, n3 and n4`. */
export function nodeList(nodes: readonly NodeId[]): string {
  const names = nodes.map(nameOf);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

const lossText = {
  loss: 'lost on the link:',
  cut: 'lost at the cut:',
  dead: 'nobody was up to get',
  corrupt: 'dropped for its wrong checksum:',
  queue: 'dropped, the queue of the link is full:',
  dropped: 'dropped by hand:',
} as const;

const diskText = {
  kept: 'with its disk',
  'last-lost': 'without its last save: unsafe',
  'last-torn': 'with its last save torn: unsafe',
  erased: 'with an erased disk: unsafe',
} as const;

function startText(incarnation: number, disk: DiskAtStart): string {
  return disk === 'new' ? 'started' : `restarted (${incarnation}) ${diskText[disk]}`;
}

/** `n1 → n2, n2 ↔ n3`: both directions of a link together. */
function linkList(links: readonly Direction[]): string {
  const has = (a: NodeId, b: NodeId): boolean => links.some(({ from, to }) => from === a && to === b);
  return links
    .filter(({ from, to }) => from < to || !has(to, from))
    .map(({ from, to }) => `${nameOf(from)} ${has(to, from) ? '↔' : '→'} ${nameOf(to)}`)
    .join(', ');
}

/** What a node's fault does to it now, from the fault's own words. */
function faultText(name: string, settings: FaultSettings): string {
  return nodeFaults.find((fault) => fault.name === name)?.describe(settings) ?? `has the fault ${name}`;
}

function packetRow(event: RunEvent, packet: PacketWorld | null): LogRow {
  return { event, group: 'messages', nodes: packet === null ? [] : [packet.from, packet.to], packet };
}

function sender(packet: PacketWorld | null): string {
  return packet === null ? "somebody's" : `${nameOf(packet.from)}'s`;
}

/** `accepted: accepted 1.2 = "coral"`, `accepted to n3: …`. */
function packetText(protocol: AnyProtocol, packet: PacketWorld | null, receiver = false): string {
  if (packet === null) return 'packet';
  const message = protocol.decode(packet.kind, new Reader(packet.body));
  const name = protocol.messages[packet.kind]?.name;
  return `${name}${receiver ? ` to ${nameOf(packet.to)}` : ''}: ${protocol.describe(message)}`;
}

/**
 * The network between the nodes: what is in flight, and what becomes of it. Knows no threads and no events; the
 * scheduler asks it and writes down what it says. A packet is lost at a cut if its link was cut at any moment of its
 * flight: when it is sent across a cut it goes half the way, when a cut falls behind it, it ends where it is.
 */
import type { NodeId } from '../protocol/protocol.ts';
import { Link } from './link.ts';
import { earlier, type Packet } from './packet.ts';
import { MinQueue } from './queue.ts';
import { latencyMin, type NetworkSettings } from './settings.ts';
import { groupOf, whole, type Groups } from './topology.ts';

/** What a node hands over to be sent; the body is `bytes[start … end)`. */
export interface Outgoing {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: number;
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export class Router {
  private readonly links = new Map<number, Link>();
  private readonly flying = new MinQueue<Packet>(earlier);
  private readonly seed: number;
  private packets = 0;
  private islands: number[] = [];
  groups: Groups;
  settings: NetworkSettings;
  /** No packet sent from now on flies shorter than this, µs. */
  latencyMin: number;

  constructor(nodes: readonly NodeId[], seed: number, settings: NetworkSettings) {
    this.seed = seed;
    this.settings = settings;
    this.latencyMin = latencyMin(settings);
    this.groups = whole(nodes);
    this.index();
  }

  get inFlight(): number {
    return this.flying.size;
  }

  /** The packet to which something happens next. */
  next(): Packet | undefined {
    return this.flying.peek();
  }

  takeNext(): Packet | undefined {
    return this.flying.pop();
  }

  /** Puts back a packet that was taken for a node which then died before it could take it in. */
  putBack(packet: Packet): void {
    this.flying.push(packet);
  }

  /** A number for a packet that a node sends to itself: it does not enter the network. */
  numberForSelf(): number {
    return ++this.packets;
  }

  /** Sends; gives the packet, and the copy if the network made one. */
  send(outgoing: Outgoing): { readonly packet: Packet; readonly copy: Packet | null } {
    const link = this.link(outgoing.from, outgoing.to);
    const verdict = link.judge(this.settings, false);
    const packet = this.launch(outgoing, verdict.latency, verdict.lostAfter);
    if (!verdict.duplicated) return { packet, copy: null };
    const second = link.judge(this.settings, true);
    return { packet, copy: this.launch(outgoing, second.latency, second.lostAfter) };
  }

  /** Parts the network anew; gives the packets that a new cut has caught, in the order of their numbers. */
  part(groups: Groups): Packet[] {
    const before = this.islands;
    this.groups = groups;
    this.index();
    const caught = this.flying.extract(
      (packet) => before[packet.from] === before[packet.to] && this.islands[packet.from] !== this.islands[packet.to],
    );
    return caught.sort((a, b) => a.packet - b.packet);
  }

  /** New settings hold for packets sent from now on; those in flight keep what they drew. */
  change(settings: NetworkSettings): void {
    this.settings = settings;
    this.latencyMin = latencyMin(settings);
  }

  private launch(outgoing: Outgoing, latency: number, lostAfter: number | null): Packet {
    const { from, to, at } = outgoing;
    const due = at + latency;
    let doom: Packet['doom'] = null;
    if (this.islands[from] !== this.islands[to]) doom = { cause: 'cut', at: at + Math.floor(latency / 2) };
    else if (lostAfter !== null) doom = { cause: 'loss', at: at + Math.floor(latency * lostAfter) };
    const packet: Packet = {
      packet: ++this.packets,
      from,
      to,
      kind: outgoing.kind,
      sentAt: at,
      due,
      bytes: outgoing.bytes,
      start: outgoing.start,
      end: outgoing.end,
      doom,
      time: doom === null ? due : doom.at,
      place: doom === null ? to : 0,
    };
    this.flying.push(packet);
    return packet;
  }

  private link(from: NodeId, to: NodeId): Link {
    const key = from * 256 + to;
    let link = this.links.get(key);
    if (link === undefined) this.links.set(key, (link = new Link(this.seed, from, to)));
    return link;
  }

  private index(): void {
    const islands: number[] = [];
    for (const group of this.groups) for (const node of group) islands[node] = groupOf(this.groups, node);
    this.islands = islands;
  }
}

/** The share of its way, 0 to 1, that a packet has gone at a time. */
export function progressAt(packet: { readonly sentAt: number; readonly due: number }, at: number): number {
  if (packet.due <= packet.sentAt) return at < packet.sentAt ? 0 : 1;
  return Math.min(1, Math.max(0, (at - packet.sentAt) / (packet.due - packet.sentAt)));
}

/**
 * The network between the nodes: what is in flight, and what becomes of it. Knows no threads and no events; the
 * scheduler asks it and writes down what it says. A packet is lost at a cut if its link was cut at any moment of its
 * flight: when it is sent across a cut it goes half the way, when a cut falls behind it, it ends where it is.
 */
import { nameOf, type NodeId } from '../protocol/protocol.ts';
import { Link, type LinkState, type Verdict } from './link.ts';
import { turnOver, type Doom, type Packet } from './packet.ts';
import { Reach, type ReachState } from './reach.ts';
import { completeNetwork, completeOverride, latencyMin, type LinkOverride, type NetworkSettings } from './settings.ts';
import { directionKey, directionOf, joinsTwoOf, type Direction, type Groups } from './topology.ts';
import { retime, timeLeft, Traffic, type TrafficState } from './traffic.ts';

/** What a node hands over to be sent; the body is `bytes[start … end)`, the checksum its sender's, 32 bits. */
export interface Outgoing {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: number;
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly checksum: number;
}

/** The router as plain data. */
export interface RouterState {
  readonly packets: number;
  readonly settings: NetworkSettings;
  readonly overrides: readonly (readonly [direction: number, override: LinkOverride])[];
  readonly reach: ReachState;
  readonly holding: boolean;
  readonly links: readonly LinkState[];
  readonly traffic: TrafficState;
}

/** Why nothing can be done to a packet. */
export class PacketError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PacketError';
  }
}

export class Router {
  private nodes: readonly NodeId[];
  private readonly seed: number;
  /** By `directionKey`; those that have carried a packet. */
  private readonly links: (Link | undefined)[] = [];
  private readonly overrides = new Map<number, LinkOverride>();
  /** Complete settings of the directions that have an override. */
  private readonly overridden = new Map<number, NetworkSettings>();
  private traffic = new Traffic();
  private packets = 0;
  private reach: Reach;
  settings: NetworkSettings;
  /** Hold mode: every packet stands still where it is sent. */
  holding = false;
  /** No packet sent from now on flies shorter than this, µs; at least 1. */
  latencyMin = 1;

  constructor(nodes: readonly NodeId[], seed: number, settings: NetworkSettings) {
    this.nodes = nodes;
    this.seed = seed;
    this.settings = settings;
    this.reach = new Reach(nodes);
    this.settle();
  }

  /** A router that goes on exactly where another, of the same nodes and seed, was when it was saved. */
  static restore(nodes: readonly NodeId[], seed: number, state: RouterState): Router {
    const router = new Router(nodes, seed, state.settings);
    router.packets = state.packets;
    router.holding = state.holding;
    router.reach = new Reach(nodes, state.reach);
    for (const [key, override] of state.overrides) router.overrides.set(key, override);
    router.settle();
    for (const link of state.links) {
      const key = directionKey(link.from, link.to);
      router.links[key] = Link.restore(seed, link, router.settingsOf(key));
    }
    router.traffic = Traffic.restore(state.traffic);
    return router;
  }

  /** The router as plain data, independent of this one; bodies of packets are copied out of the event log. */
  save(): RouterState {
    return {
      packets: this.packets,
      settings: this.settings,
      overrides: [...this.overrides],
      reach: this.reach.save(),
      holding: this.holding,
      links: this.links.filter((link) => link !== undefined).map((link) => link.save()),
      traffic: this.traffic.save(),
    };
  }

  get groups(): Groups {
    return this.reach.groups;
  }

  get inFlight(): number {
    return this.traffic.size;
  }

  /** The packet to which something happens next. */
  next(): Packet | undefined {
    return this.traffic.next();
  }

  takeNext(): Packet | undefined {
    return this.traffic.takeNext();
  }

  /**
   * Puts back a packet that was taken for a node which then died before it could take it in. It comes to its end when
   * it was going to, but not before `now`, µs: it may have waited at its node for a while.
   */
  putBack(packet: Packet, now = packet.time): void {
    this.traffic.putBack(packet, now);
  }

  /** A number for a packet that a node sends to itself: it does not enter the network. */
  numberForSelf(): number {
    return ++this.packets;
  }

  /**
   * Sends; gives the packet, and the copy if the network made one. Each of them is in flight, or held, or, with the
   * doom `queue`, lost at once and not in flight at all. The body stays where the sender wrote it, except that a
   * corrupted one is a copy.
   */
  send(outgoing: Outgoing): { readonly packet: Packet; readonly copy: Packet | null } {
    const link = this.link(outgoing.from, outgoing.to);
    const bytes = outgoing.end - outgoing.start;
    const verdict = link.judge(outgoing.at, bytes, false);
    const { duplicated } = verdict;
    const packet = this.launch(outgoing, verdict);
    if (!duplicated) return { packet, copy: null };
    const second = link.judge(outgoing.at, bytes, true);
    return { packet, copy: second.overflow ? null : this.launch(outgoing, second) };
  }

  /** Parts the network anew; gives the packets that a new cut has caught, in the order of their numbers. */
  part(groups: Groups): Packet[] {
    const before = this.reach.openDirections();
    this.reach.part(groups);
    return this.caught(before);
  }

  /**
   * Other actors are there from now on, each in one of the groups. What is in flight goes on, to those who are gone too;
   * gives the packets that a cut has caught: those of a number which has come back, on another island.
   */
  populate(nodes: readonly NodeId[], groups: Groups): readonly Packet[] {
    const before = this.reach.openDirections(nodes);
    this.nodes = nodes;
    this.reach.populate(nodes, groups);
    for (const key of this.overrides.keys()) if (!joinsTwoOf(nodes, directionOf(key))) this.overrides.delete(key);
    this.settle();
    return this.caught(before);
  }

  /** Cuts directions beside the partition; gives those that were not cut before, and the packets caught. */
  cut(directions: readonly Direction[]): { readonly links: readonly Direction[]; readonly caught: readonly Packet[] } {
    const before = this.reach.openDirections();
    const links = this.reach.cut(directions);
    return { links, caught: this.caught(before) };
  }

  /** Mends directions that were cut, all of them by default; gives those that were. */
  mend(directions?: readonly Direction[]): readonly Direction[] {
    return this.reach.mend(directions);
  }

  /** New settings hold for packets sent from now on; those in flight keep what they drew. */
  change(settings: NetworkSettings): void {
    this.settings = settings;
    this.settle();
  }

  /**
   * Lays settings over those of the network for one direction; `null`: takes away all that were laid over.
   * @returns the complete settings of the direction; `null` when it has none of its own.
   * @throws SettingsError, and nothing has changed.
   */
  setLink(from: NodeId, to: NodeId, given: unknown): NetworkSettings | null {
    const key = directionKey(from, to);
    if (given === null) this.overrides.delete(key);
    else this.overrides.set(key, completeOverride(given, this.overrides.get(key) ?? null));
    this.settle();
    return this.overridden.get(key) ?? null;
  }

  /** The directions that have settings of their own, with all of their settings. */
  ownLinks(): readonly (Direction & { readonly settings: NetworkSettings })[] {
    return [...this.overridden].map(([key, settings]) => ({ ...directionOf(key), settings }));
  }

  /**
   * Hold mode on: all that moves stands still, and so does all that is sent from now on. Off: all that is held, singly
   * too, goes on. Gives the packets held now, or released, in the order of their numbers.
   */
  setHolding(on: boolean, now: number): readonly Packet[] {
    this.holding = on;
    const packets = this.traffic.takeAll({ moving: on, held: !on }, () => true);
    for (const packet of packets) {
      if (on) this.traffic.hold(packet, now);
      else this.goOn(packet, now, timeLeft(packet, now));
    }
    return packets;
  }

  /** Has one packet stand still. @throws PacketError */
  hold(number: number, now: number): Packet {
    const packet = this.find(number);
    if (packet.held) throw new PacketError(`packet ${number} is held already`);
    this.traffic.take(packet);
    this.traffic.hold(packet, now);
    return packet;
  }

  /** Has a packet that is held go on. @throws PacketError */
  release(number: number, now: number): Packet {
    const packet = this.find(number);
    if (!packet.held) throw new PacketError(`packet ${number} is not held`);
    this.traffic.take(packet);
    this.goOn(packet, now, timeLeft(packet, now));
    return packet;
  }

  /** Has a packet arrive now, even one that would have been lost by chance. @throws PacketError */
  deliver(number: number, now: number): Packet {
    const packet = this.find(number);
    const { from, to } = packet;
    if (!this.reach.open(from, to) || this.link(from, to).cutIn(now, now) !== null) {
      throw new PacketError(`packet ${number} cannot arrive: the link ${nameOf(from)} → ${nameOf(to)} is cut`);
    }
    if (packet.lot?.cause === 'cut') throw new PacketError(`packet ${number} was sent across a cut and ends there`);
    this.traffic.take(packet);
    packet.lot = null;
    this.goOn(packet, now, 0);
    return packet;
  }

  /** Takes a packet out of the network. @throws PacketError */
  drop(number: number): Packet {
    const packet = this.find(number);
    this.traffic.take(packet);
    return packet;
  }

  /**
   * Makes a second packet of one in flight. It goes on from where the first is, an eighth of its flight behind, so that
   * the two can be told apart; chance does not take it, a cut that the first was sent across does. In hold mode it
   * stands there. @throws PacketError
   */
  duplicate(number: number, now: number): Packet {
    const first = this.find(number);
    const copy: Packet = { ...first, packet: ++this.packets, lot: first.lot?.cause === 'cut' ? first.lot : null };
    this.goOn(copy, now, timeLeft(first, now) + Math.ceil((first.due - first.sentAt) / 8));
    if (this.holding) this.hold(copy.packet, now);
    return copy;
  }

  /** Has a packet arrive `by` µs later; one that is held stays so. @throws PacketError */
  delay(number: number, by: number, now: number): Packet {
    const packet = this.find(number);
    const left = timeLeft(packet, now) + by;
    if (packet.held) retime(packet, now, left);
    else {
      this.traffic.take(packet);
      this.goOn(packet, now, left);
    }
    return packet;
  }

  private find(number: number): Packet {
    const packet = this.traffic.find(number);
    if (packet === undefined) throw new PacketError(`packet ${number} is not in flight`);
    return packet;
  }

  /** Has a packet that was taken out of the traffic go on, `left` µs from its end. */
  private goOn(packet: Packet, now: number, left: number): void {
    retime(packet, now, left);
    packet.held = false;
    const cutAt = this.link(packet.from, packet.to).cutIn(now, packet.due);
    this.traffic.move(packet, sooner(packet.lot, cutAt, now, packet.due));
  }

  private launch(outgoing: Outgoing, verdict: Verdict): Packet {
    const { from, to, at } = outgoing;
    const { latency } = verdict;
    const due = at + latency;
    let lot: Doom | null = null;
    if (verdict.overflow) lot = { cause: 'queue', at };
    else if (!this.reach.open(from, to)) lot = { cause: 'cut', at: at + Math.floor(latency / 2) };
    else if (verdict.lost) lot = { cause: 'loss', at: at + Math.floor(latency * verdict.lostAfter) };
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
      checksum: outgoing.checksum,
      gone: 0,
      goneAt: at,
      held: false,
      lot,
      doom: lot,
      time: due,
      place: to,
    };
    if (verdict.flip !== null) turnOver(packet, verdict.flip);
    if (verdict.overflow) return packet;
    if (this.holding) this.traffic.hold(packet, at);
    else this.traffic.move(packet, sooner(lot, verdict.cutAt, at, due));
    return packet;
  }

  /** Takes out and gives the packets on directions that were open before and are not now, by their numbers. */
  private caught(before: ReadonlySet<number>): Packet[] {
    return this.traffic.takeAll(
      { moving: true, held: true },
      ({ from, to }) => before.has(directionKey(from, to)) && !this.reach.open(from, to),
    );
  }

  private link(from: NodeId, to: NodeId): Link {
    const key = directionKey(from, to);
    return (this.links[key] ??= new Link(this.seed, from, to, this.settingsOf(key)));
  }

  private settingsOf(key: number): NetworkSettings {
    return this.overridden.get(key) ?? this.settings;
  }

  /** Works out anew what follows from the settings and what is laid over them. */
  private settle(): void {
    this.overridden.clear();
    for (const [key, override] of this.overrides) this.overridden.set(key, completeNetwork(override, this.settings));
    for (const link of this.links) link?.change(this.settingsOf(directionKey(link.from, link.to)));
    const directions = this.nodes.length * (this.nodes.length - 1);
    this.latencyMin = Math.min(
      ...(directions > 0 && this.overridden.size === directions ? [] : [latencyMin(this.settings)]),
      ...[...this.overridden.values()].map(latencyMin),
    );
  }
}

/** What a packet runs into first: its lot, or a link that is down by the clock at `cutAt`; down now: half-way. */
function sooner(lot: Doom | null, cutAt: number | null, now: number, due: number): Doom | null {
  if (cutAt === null) return lot;
  const at = cutAt > now ? cutAt : now + Math.floor((due - now) / 2);
  return lot !== null && lot.at <= at ? lot : { cause: 'cut', at };
}

/** The packets in flight: those that move, by when they come to their end, and those that are held. */
import { copyPacket, earlier, progressAt, type Doom, type Packet } from './packet.ts';
import { MinQueue } from './queue.ts';

/** Traffic as plain data. */
export interface TrafficState {
  readonly moving: readonly Packet[];
  readonly held: readonly Packet[];
}

export class Traffic {
  private moving = new MinQueue<Packet>(earlier);
  /** By number. */
  private readonly held = new Map<number, Packet>();

  /** Traffic that goes on exactly where other traffic was when it was saved. */
  static restore(state: TrafficState): Traffic {
    const traffic = new Traffic();
    traffic.moving = MinQueue.restore(earlier, state.moving.map(copyPacket));
    for (const packet of state.held) traffic.held.set(packet.packet, copyPacket(packet));
    return traffic;
  }

  /** The traffic as plain data, independent of this. */
  save(): TrafficState {
    return { moving: this.moving.save().map(copyPacket), held: [...this.held.values()].map(copyPacket) };
  }

  get size(): number {
    return this.moving.size + this.held.size;
  }

  /** The packet to which something happens next. */
  next(): Packet | undefined {
    return this.moving.peek();
  }

  takeNext(): Packet | undefined {
    return this.moving.pop();
  }

  /** Puts a packet among those that move; it ends at its doom, or arrives. */
  move(packet: Packet, doom: Doom | null): void {
    packet.doom = doom;
    packet.time = doom === null ? packet.due : doom.at;
    packet.place = doom === null ? packet.to : 0;
    this.moving.push(packet);
  }

  /** A packet that comes to its end as it was going to, but not before `now`, µs. */
  putBack(packet: Packet, now: number): void {
    packet.time = Math.max(packet.time, now);
    this.moving.push(packet);
  }

  /** Has a packet, which is not among those that move, stand where it is. */
  hold(packet: Packet, now: number): void {
    packet.gone = progressAt(packet, now);
    packet.goneAt = now;
    packet.held = true;
    this.held.set(packet.packet, packet);
  }

  find(number: number): Packet | undefined {
    return this.held.get(number) ?? this.moving.find((packet) => packet.packet === number);
  }

  /** Takes a packet out, whether it moves or stands. */
  take(packet: Packet): void {
    if (!this.held.delete(packet.packet)) this.moving.extract((one) => one === packet);
  }

  /** Takes out all those that move, or all those held, or both; in the order of their numbers. */
  takeAll(which: { readonly moving: boolean; readonly held: boolean }, wanted: (packet: Packet) => boolean): Packet[] {
    const taken = which.moving ? this.moving.extract(wanted) : [];
    if (which.held) {
      for (const packet of this.held.values()) {
        if (!wanted(packet)) continue;
        this.held.delete(packet.packet);
        taken.push(packet);
      }
    }
    return taken.sort((a, b) => a.packet - b.packet);
  }
}

/**
 * Has a packet go on from where it is, with `left` µs of its way before it. Its lot stays at the same place of the way.
 */
export function retime(packet: Packet, now: number, left: number): void {
  const before = timeLeft(packet, now);
  const base = packet.held ? packet.goneAt : now;
  packet.gone = progressAt(packet, now);
  packet.goneAt = now;
  packet.due = now + left;
  if (packet.lot !== null) {
    const share = before === 0 ? 1 : Math.max(0, packet.lot.at - base) / before;
    packet.lot = { cause: packet.lot.cause, at: now + Math.round(left * share) };
  }
}

/** What is left of its way, µs. */
export function timeLeft(packet: Packet, now: number): number {
  return Math.max(0, packet.due - (packet.held ? packet.goneAt : now));
}

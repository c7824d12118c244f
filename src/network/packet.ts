/** A packet on its way between two nodes. Its body is opaque here: a stretch of bytes that only its receiver decodes. */
import type { NodeId } from '../protocol/protocol.ts';

/**
 * Why a packet was lost, by the numbers of a file (append only): by chance on the link; at a cut; because nobody was up
 * to receive it; its checksum was wrong; the link's queue was full; a person dropped it.
 */
export const lossCauses = ['loss', 'cut', 'dead', 'corrupt', 'queue', 'dropped'] as const;
export type LossCause = (typeof lossCauses)[number];

/** Why and when, µs, a packet is lost on its way. */
export interface Doom {
  readonly cause: LossCause;
  readonly at: number;
}

/** Where a packet is: it moves evenly from `gone` of its way at `goneAt` to its end at `due`, or stands at `gone`. */
export interface Motion {
  /** The share of its way, 0 to 1, that it had gone at virtual time `goneAt`, µs. */
  gone: number;
  goneAt: number;
  /** Virtual time at which it arrives, µs. */
  due: number;
  held: boolean;
}

/** Only the router changes it. */
export interface Packet extends Motion {
  /** Its number in the run, counted from 1 in the order of sending. */
  readonly packet: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: number;
  /** Virtual time, µs. */
  readonly sentAt: number;
  /** The body is `bytes[start … end)`: at first where the sender wrote it, then where the event log keeps it. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Of the body, by its sender; it travels with the body. */
  checksum: number;
  /** Its lot, drawn when it was sent; `null` for one that the link would bring to its end. */
  lot: Doom | null;
  /** Why and when it will be lost on its way, its lot or a link that goes down; `null` for one that will arrive. */
  doom: Doom | null;
  /** When something happens to it next: `due`, or the time of its loss. */
  time: number;
  /** Where it happens: the receiving node, or 0, the network, which comes before every node at the same time. */
  place: NodeId;
}

/** The order in which packets come to their end: time, then place, then number. */
export function earlier(a: Packet, b: Packet): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.place !== b.place) return a.place < b.place;
  return a.packet < b.packet;
}

/** The share of its way, 0 to 1, that a packet has gone at a time (µs) at or after its last change. */
export function progressAt({ gone, goneAt, due, held }: Readonly<Motion>, at: number): number {
  if (held || at <= goneAt) return gone;
  return at >= due ? 1 : gone + ((1 - gone) * (at - goneAt)) / (due - goneAt);
}

/** An independent packet in the same state, with a body of its own instead of a place in a shared buffer. */
export function copyPacket(packet: Packet): Packet {
  const bytes = packet.bytes.slice(packet.start, packet.end);
  return { ...packet, bytes, start: 0, end: bytes.length };
}

/** Turns over one bit of body and checksum, counted from the body's first; in a body of its own. */
export function turnOver(packet: Packet, bit: number): void {
  const length = packet.end - packet.start;
  if (bit >= length * 8) {
    packet.checksum = (packet.checksum ^ (1 << (bit - length * 8))) >>> 0;
    return;
  }
  packet.bytes = packet.bytes.slice(packet.start, packet.end);
  packet.start = 0;
  packet.end = length;
  packet.bytes[bit >> 3]! ^= 1 << (bit & 7);
}

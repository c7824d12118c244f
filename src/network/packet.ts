/** A packet on its way between two nodes. Its body is opaque here: a stretch of bytes that only its receiver decodes. */
import type { NodeId } from '../protocol/protocol.ts';

/**
 * Why a packet was lost, by the numbers of a file (append only): by chance on the link; at a cut; because nobody was up
 * to receive it; its checksum was wrong; the link's queue was full; a person dropped it.
 */
export const lossCauses = ['loss', 'cut', 'dead', 'corrupt', 'queue', 'dropped'] as const;
export type LossCause = (typeof lossCauses)[number];

export interface Packet {
  /** Its number in the run, counted from 1 in the order of sending. */
  readonly packet: number;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly kind: number;
  /** Virtual times, µs. */
  readonly sentAt: number;
  readonly due: number;
  /** The body is `bytes[start … end)`: at first where the sender wrote it, then where the event log keeps it. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Why and when it will be lost on its way; `null` for one that will arrive. */
  readonly doom: { readonly cause: LossCause; readonly at: number } | null;
  /** When something happens to it next: `due`, or the time of its loss. */
  readonly time: number;
  /** Where it happens: the receiving node, or 0, the network, which comes before every node at the same time. */
  readonly place: NodeId;
}

/** The order in which packets come to their end: time, then place, then number. */
export function earlier(a: Packet, b: Packet): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.place !== b.place) return a.place < b.place;
  return a.packet < b.packet;
}

/** What is done to single packets. */
import { Copy, Hand, Play, Send, Trash2 } from '@lucide/vue';
import type { Component } from 'vue';
import type { CommandPlace, PacketAction, PacketWorld, World } from '../../src/contract/index.ts';
import { useRun } from '../stores/run.ts';
import type { Action } from './action.ts';

/** Does something to a packet. `by`: how much later it arrives, µs, for `delay`. */
export function actOnPacket(packet: number, action: PacketAction, by?: number): Promise<CommandPlace | null> {
  const what = `${action[0]!.toUpperCase()}${action.slice(1)} the packet`;
  return useRun().command({ type: 'packet', packet, action, ...(by !== undefined && { by }) }, what);
}

/** An entry of a packet's menu. */
export interface PacketChoice {
  readonly action: Exclude<PacketAction, 'delay'>;
  readonly title: string;
  readonly icon: Component;
  readonly danger?: boolean;
}

const deliver: PacketChoice = { action: 'deliver', title: 'Deliver now', icon: Send };
const drop: PacketChoice = { action: 'drop', title: 'Drop', icon: Trash2, danger: true };
const duplicate: PacketChoice = { action: 'duplicate', title: 'Duplicate', icon: Copy };
const hold: PacketChoice = { action: 'hold', title: 'Hold', icon: Hand };
const release: PacketChoice = { action: 'release', title: 'Release', icon: Play };

/** What can be done to the packet now, besides delaying it. */
export function choicesFor(packet: PacketWorld): readonly PacketChoice[] {
  return [deliver, packet.held ? release : hold, duplicate, drop];
}

/** How much later a packet can be made to arrive from its menu, µs. */
export const delays = [100_000, 500_000, 1_000_000, 5_000_000, 30_000_000] as const;

/** The packet that has been held longest; `null` when none is held. Packets are numbered in the order of sending. */
export function nextHeld(world: World | null): PacketWorld | null {
  let next: PacketWorld | null = null;
  for (const packet of world?.packets.values() ?? []) {
    if (packet.held && (next === null || packet.packet < next.packet)) next = packet;
  }
  return next;
}

/** How many packets are held. */
export function heldCount(world: World | null): number {
  let count = 0;
  for (const packet of world?.packets.values() ?? []) if (packet.held) count++;
  return count;
}

export const packetActions: readonly Action[] = [
  {
    id: 'deliver-next',
    group: 'Network',
    title: 'Deliver the next held packet',
    meaning: 'Delivers the packet that was sent first of all that are held.',
    icon: Send,
    chords: ['D'],
    repeats: true,
    blocked: ({ run }) => (nextHeld(run.world) === null ? 'No packet is held.' : null),
    perform: ({ run }) => actOnPacket(nextHeld(run.world)!.packet, 'deliver'),
  },
];

/** Stretches of packed events, cut, and put beside the world in which they happened. */
import { readEvents, splitEvents, type PackedEvents } from '../../cluster/event-log.ts';
import type { RunEvent } from '../../cluster/events.ts';
import type { World } from '../../cluster/world.ts';
import type { Told } from './messages.ts';

/** The first `count` events, and the rest. */
export function parted(packed: PackedEvents, count: number): readonly [PackedEvents, PackedEvents] {
  const rest = splitEvents(packed, Math.min(count, packed.count), () => {});
  const bytes = packed.bytes.slice(0, packed.bytes.length - rest.bytes.length);
  return [{ ...packed, count: packed.count - rest.count, bytes }, rest];
}

/** An event with the packet it is about; `world`: the world before it. */
export function toldOf(world: World, event: RunEvent): Told {
  return { event, packet: world.packets.get(packetOf(event)) ?? null };
}

/** The event with this number, if the stretch has it; `world`: the world before it. */
export function toldAt(packed: PackedEvents, seq: number, world: World): Told | null {
  for (const event of readEvents(packed)) if (event.seq === seq) return toldOf(world, event);
  return null;
}

/** Number of the packet in flight that an event is about; 0 for none. */
function packetOf(event: RunEvent): number {
  switch (event.type) {
    case 'deliver':
    case 'lost':
    case 'held':
    case 'retimed':
      return event.packet;
    case 'duplicate':
      return event.of;
    default:
      return 0;
  }
}

/** What the person has in hand on the stage: a tool, a link or packet whose particulars are open. */
import { defineStore } from 'pinia';
import { shallowRef, watch } from 'vue';
import type { Direction } from '../../src/contract/index.ts';
import { useRun } from './run.ts';

/** A place in the window, CSS px. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

export const useStage = defineStore('stage', () => {
  const run = useRun();
  /** The knife is put away, out as long as its key is held, or out until it is put away. */
  const knife = shallowRef<'away' | 'held' | 'kept'>('away');
  /** The link whose particulars are open, the direction shown first, and where. */
  const link = shallowRef<(Direction & { readonly place: Place }) | null>(null);
  /** The packet whose menu is open, and where. */
  const packet = shallowRef<{ readonly packet: number; readonly place: Place } | null>(null);
  /** The direction chosen in the matrix of all links, while that is open. */
  const matrix = shallowRef<Direction | null>(null);

  /** Opens the particulars of a link. */
  function openLink(direction: Direction, place: Place): void {
    packet.value = null;
    link.value = { ...direction, place };
  }

  /** Opens the menu of a packet in flight. */
  function openPacket(number: number, place: Place): void {
    link.value = null;
    packet.value = { packet: number, place };
  }

  /** Opens the matrix of all links, at this direction or at the first. */
  function openMatrix(direction?: Direction): void {
    link.value = packet.value = null;
    const [from, to] = run.actors;
    if (direction !== undefined) matrix.value = direction;
    else if (from !== undefined && to !== undefined) matrix.value = { from, to };
  }

  // What is open is about a run that is over.
  watch(
    () => run.session?.run,
    () => {
      knife.value = 'away';
      link.value = packet.value = matrix.value = null;
    },
  );

  return { knife, link, packet, matrix, openLink, openPacket, openMatrix };
});

/** The cards of all nodes, once per committed frame; a card that has not changed is the same object as before. */
import { computed, shallowRef, watch } from 'vue';
import type { NodeId } from '../../src/contract/index.ts';
import { useRun } from '../stores/run.ts';
import { useSelection } from '../stores/selection.ts';
import { cardOf, slotInFocus, type NodeCard } from './cards.ts';
import { isFrozen } from './frost.ts';

/**
 * @param leaving the servers that are to go, each with what it waits for
 * @param learned is told when a node has come to know what is chosen in the instance in focus
 */
export function useCards(leaving: () => ReadonlyMap<NodeId, string>, learned: (node: NodeId) => void) {
  const run = useRun();
  const selection = useSelection();
  const cards = shallowRef<readonly NodeCard[]>([]);
  const slot = computed(() => (run.world === null ? 0 : slotInFocus(run.world, selection.slot)));

  let shownSlot = 0;

  function update(): void {
    const world = run.world;
    if (world === null) {
      cards.value = [];
      return;
    }
    const before = new Map(cards.value.map((card) => [card.node, card]));
    let changed = before.size !== world.nodes.size;
    const focus = { slot: slot.value, picked: selection.slot !== null, now: run.frameNow, leaving: leaving() };
    const next = run.actors.map((actor) => {
      const node = world.nodes.get(actor)!;
      const card = cardOf(world, node, focus);
      const old = before.get(node.node);
      if (old !== undefined && sameCard(old, card)) return old;
      changed = true;
      if (old?.chosen === '' && card.chosen !== '' && shownSlot === slot.value) learned(node.node);
      return card;
    });
    shownSlot = slot.value;
    if (changed) cards.value = next;
  }

  /** A node thaws by the clock, without an event. */
  const thawed = computed(() => [...(run.world?.nodes.values() ?? [])].filter((node) => isFrozen(node, run.frameNow)).length);

  watch([() => run.session?.run, () => run.world?.seq, slot, () => selection.slot, leaving, thawed], update, { immediate: true });

  return { cards, slot };
}

function sameCard(a: NodeCard, b: NodeCard): boolean {
  return (Object.keys(b) as (keyof NodeCard)[]).every((key) => a[key] === b[key]);
}

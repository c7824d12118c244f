/** What the person looks at: one node, one slot. Stage, log and panels all follow it. */
import { defineStore } from 'pinia';
import { shallowRef, watch } from 'vue';
import type { NodeId } from '../../src/contract/index.ts';
import { useRun } from './run.ts';

export const useSelection = defineStore('selection', () => {
  const run = useRun();
  const node = shallowRef<NodeId | null>(null);
  /** The instance in focus; `null`: the latest. */
  const slot = shallowRef<number | null>(null);
  const hoveredNode = shallowRef<NodeId | null>(null);

  /** Selects a node, or nothing; a node that is not in the run is nothing. */
  function selectNode(next: NodeId | null): void {
    node.value = next !== null && run.actors.includes(next) ? next : null;
  }

  function selectSlot(next: number | null): void {
    slot.value = next;
  }

  function hoverNode(next: NodeId | null): void {
    hoveredNode.value = next;
  }

  // A server that was taken away is looked at no more.
  watch(
    () => run.actors,
    () => {
      selectNode(node.value);
      if (hoveredNode.value !== null && !run.actors.includes(hoveredNode.value)) hoveredNode.value = null;
    },
  );
  watch(
    () => run.session?.run,
    () => {
      selectNode(node.value);
      slot.value = hoveredNode.value = null;
    },
  );

  return { node, slot, hoveredNode, selectNode, selectSlot, hoverNode };
});

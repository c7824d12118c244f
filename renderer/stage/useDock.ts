/** The dock at the edge of the stage: the spare server on its way in, and what is dropped on the bin. */
import { computed, shallowRef, type Ref } from 'vue';
import type { NodeId } from '../../src/contract/index.ts';
import { useMembers } from '../stores/members.ts';
import { useRun } from '../stores/run.ts';
import type { Drag, Outcome } from './drag.ts';
import type { useArrangement } from './useArrangement.ts';

/** Room that the dock takes at the right edge of the stage, px. */
export const DOCK_WIDTH = 62;

export function useDock(drag: Ref<Drag>, arrangement: ReturnType<typeof useArrangement>) {
  const run = useRun();
  const members = useMembers();
  /** A server that was dropped and that main has not added yet. */
  const dropped = shallowRef<NodeId | null>(null);
  /** The server that is to be seen although it is not there yet. */
  const ghost = computed<NodeId | null>(() => {
    const now = drag.value;
    if (now.phase === 'dragging' && now.grip.type === 'spare') return now.grip.node;
    return dropped.value !== null && !run.actors.includes(dropped.value) ? dropped.value : null;
  });

  /** Adds the spare server where it was dropped. */
  async function add({ node, beside, groups, at }: Extract<Outcome, { type: 'add' }>): Promise<void> {
    dropped.value = node;
    await arrangement.drop(groups, [node], at, () => members.place(node, beside));
    if (dropped.value === node) dropped.value = null;
  }

  return { ghost, add };
}

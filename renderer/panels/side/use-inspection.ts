/** The memory and disk of the selected node, looked at again whenever it has taken a step. */
import { onUnmounted, shallowRef, watch } from 'vue';
import type { NodeId, NodeInspection } from '../../../src/contract/index.ts';
import { useRun } from '../../stores/run.ts';
import { throttled } from '../../throttle.ts';
import { changedPaths, leavesOf } from './json-rows.ts';

/** At most four looks a second. */
const LOOK_EVERY_MS = 250;

/**
 * @param node the node to look at, `null` for none; called inside a watcher
 */
export function useInspection(node: () => NodeId | null) {
  const run = useRun();
  const inspection = shallowRef<NodeInspection | null>(null);
  /** Paths that changed with the last step, or the last look when there were several steps in between. */
  const changed = shallowRef<ReadonlySet<string>>(new Set());
  let leaves: Map<string, string> | null = null;
  let wasUp = false;
  let ended = false;

  const lookSoon = throttled<NodeId>(LOOK_EVERY_MS, (asked) => {
    if (ended) return;
    void run.inspect(asked).then((answer) => {
      if (ended || answer === null || node() !== asked) return;
      const next = leavesOf(answer);
      // With a crash all memory is gone at once, which is no change to look for.
      if (answer.up !== wasUp) leaves = null;
      wasUp = answer.up;
      const paths = leaves === null ? new Set<string>() : changedPaths(leaves, next);
      // A look that finds nothing new leaves the marks of the last step standing.
      if (leaves === null || paths.size > 0) changed.value = paths;
      leaves = next;
      inspection.value = answer;
    });
  });

  watch(
    [node, () => run.session?.run],
    () => {
      inspection.value = leaves = null;
      changed.value = new Set();
    },
    { flush: 'sync' },
  );
  // What differs between two distant moments is no change of the last step.
  watch(
    () => run.past?.seq,
    (now, before) => {
      if (now === undefined || before === undefined || Math.abs(now - before) > 1) leaves = null;
    },
    { flush: 'sync' },
  );
  // A node's view is a new object after every step it took; a crash and a restart show in the other two.
  watch(
    () => {
      const id = node();
      const world = id === null ? undefined : run.world?.nodes.get(id);
      return [id, world?.view, world?.up, world?.incarnation] as const;
    },
    ([id]) => {
      if (id !== null) lookSoon(id);
    },
    { immediate: true },
  );
  onUnmounted(() => (ended = true));

  return { inspection, changed };
}

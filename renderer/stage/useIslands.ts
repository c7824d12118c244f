/** The islands as they are shown: those there are, or those that letting go would make. */
import { computed, shallowRef, watch, type Ref } from 'vue';
import type { Groups, NodeId } from '../../src/contract/index.ts';
import { useRun } from '../stores/run.ts';
import { islandStatus } from './islands.ts';
import { islandKey, type Layout } from './layout.ts';
import { captionInPreview } from './look.ts';
import type { Shown } from './scene.ts';
import type { ShownIsland } from './shores.ts';
import type { usePreview } from './usePreview.ts';

export interface IslandOptions {
  readonly shown: Ref<Groups>;
  readonly layout: Ref<Layout | null>;
  readonly preview: ReturnType<typeof usePreview>;
  readonly held: Ref<readonly NodeId[]>;
  /** Islands for these groups; each goes on from the one before that it shares most nodes with. */
  readonly regroup: (groups: Groups) => readonly ShownIsland[];
}

export function useIslands({ shown, layout, preview, held, regroup }: IslandOptions) {
  const run = useRun();
  const shownIslands = shallowRef(regroup(shown.value));
  const islands = computed(() =>
    shownIslands.value.map((island): Shown => {
      const key = islandKey(island.nodes);
      const place = layout.value?.islands.find((candidate) => islandKey(candidate.nodes) === key);
      return {
        ...island,
        key,
        status: islandStatus(run.world!, island.nodes),
        captionForm: place?.captionForm ?? captionInPreview(island.nodes.length, layout.value?.look.form ?? 'full'),
        receives: preview.changes.value && held.value.some((node) => island.nodes.includes(node)),
      };
    }),
  );
  watch(preview.groups, (groups) => (shownIslands.value = regroup(groups)));
  watch(
    () => run.session?.run,
    () => (shownIslands.value = regroup(shown.value)),
  );
  return islands;
}

/** The quorums on the stage, followed from frame to frame. */
import { computed, watch } from 'vue';
import type { NodeId } from '../../src/contract/index.ts';
import { stableFacts } from '../stable.ts';
import { useQuorums } from '../stores/quorums.ts';
import { useRun } from '../stores/run.ts';
import { useSelection } from '../stores/selection.ts';
import { useUi } from '../stores/ui.ts';
import { marksOf, quorumFacts, quorumsShown } from './quorums.ts';

/** @param draw is told which quorums to draw, by phase; empty for none */
export function useQuorumsOnStage(draw: (phase1: readonly NodeId[], phase2: readonly NodeId[]) => void) {
  const run = useRun();
  const selection = useSelection();
  const ui = useUi();
  const quorums = useQuorums();

  /** A node counts as selected while it is in the inspector: otherwise the quorums are those of the cluster. */
  const from = computed(() => (ui.tab === 'node' ? selection.node : null));
  const facts = stableFacts(() =>
    quorums.shown && run.world !== null ? quorumFacts(run.world, from.value, selection.slot) : null,
  );
  const shown = computed(() => (facts.value === null ? null : quorumsShown(facts.value, quorums.steps)));

  watch(
    shown,
    (now) => draw(now?.phases[0].quorum ?? [], now?.phases[1].quorum ?? []),
    { immediate: true },
  );
  return { quorums: shown, marks: computed(() => marksOf(shown.value)) };
}

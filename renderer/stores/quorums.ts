/** Whether quorums are drawn on the stage, and which of them. */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import type { Phase } from '../../src/contract/index.ts';
import { hasQuorums } from '../stage/islands.ts';
import { useRun } from './run.ts';
import { useSelection } from './selection.ts';
import { useUi } from './ui.ts';

export const useQuorums = defineStore('quorums', () => {
  const run = useRun();
  const selection = useSelection();
  const ui = useUi();
  /** `selected`: with what is selected; the others are what the person has asked for since. */
  const mode = shallowRef<'selected' | 'always' | 'never'>('selected');
  /** How many quorums the person has gone on from the first, by phase. */
  const steps = shallowRef<Readonly<Record<Phase, number>>>({ 1: 0, 2: 0 });

  const isSelected = computed(() => selection.slot !== null || (ui.tab === 'node' && selection.node !== null));
  const shown = computed(
    () => hasQuorums(run.world?.config) && (mode.value === 'always' || (mode.value === 'selected' && isSelected.value)),
  );

  function toggle(): void {
    mode.value = shown.value ? 'never' : 'always';
  }

  /** On to another quorum of the phase, `by` further. */
  function step(phase: Phase, by: number): void {
    steps.value = { ...steps.value, [phase]: steps.value[phase] + by };
  }

  // Other quorums begin with the first.
  watch(
    () => [run.session?.run, selection.slot, selection.node],
    () => (steps.value = { 1: 0, 2: 0 }),
  );

  return { mode, steps, shown, toggle, step };
});

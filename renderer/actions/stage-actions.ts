/** Tools and modes of the stage. */
import { CircleDashed, Hand, Slice } from '@lucide/vue';
import { hasQuorums } from '../stage/islands.ts';
import { useQuorums } from '../stores/quorums.ts';
import { useStage } from '../stores/stage.ts';
import type { Action } from './action.ts';

export const stageActions: readonly Action[] = [
  {
    id: 'quorums',
    group: 'Network',
    title: 'Quorums',
    meaning: 'Draws a line around a quorum of each phase: of the node in the inspector, or of the whole cluster.',
    icon: CircleDashed,
    chords: ['Q'],
    looks: true,
    blocked: ({ run }) => (hasQuorums(run.world?.config) ? null : 'This protocol has no quorums to choose.'),
    perform: () => useQuorums().toggle(),
  },
  {
    id: 'hold-mode',
    group: 'Network',
    title: 'Hold mode',
    meaning: 'Nothing moves until you deliver it.',
    icon: Hand,
    chords: ['H'],
    perform: ({ run }) => run.command({ type: 'hold', on: run.world?.holding !== true }, 'Hold mode'),
  },
  {
    id: 'knife',
    group: 'Network',
    title: 'Knife',
    meaning:
      'Draw a stroke across links to cut them; with Shift only in the direction from the left of the stroke to its right. ' +
      'Hold the key for one stroke, or press it to keep the knife.',
    icon: Slice,
    chords: ['K'],
    perform: ({ key }) => {
      const stage = useStage();
      if (stage.knife === 'away') stage.knife = key === null ? 'kept' : 'held';
      else stage.knife = 'away';
    },
  },
];

import { FlaskConical, Radar } from '@lucide/vue';
import { explorableHere } from '../../src/contract/index.ts';
import type { Action } from './action.ts';

/** Looking for violations: at random, or everywhere in a small scope. */
export const labActions: readonly Action[] = [
  {
    id: 'lab',
    group: 'Run',
    title: 'Fuzz and search…',
    meaning: 'Looks for violations: in thousands of runs with random faults, or in every order of events of a small scope.',
    icon: FlaskConical,
    chords: ['Mod+E'],
    perform: ({ lab }) => lab.show(),
  },
  {
    id: 'explore-here',
    group: 'Run',
    title: 'Explore from here…',
    meaning: 'Searches everything that can come after the present state of this run, within a small scope.',
    icon: Radar,
    chords: ['Mod+Shift+E'],
    blocked: ({ run }) => run.locked ?? (explorableHere.includes(run.protocol.name) ? null : `${run.protocol.title} cannot be searched from a run on.`),
    perform: ({ lab }) => lab.showHere(),
  },
];

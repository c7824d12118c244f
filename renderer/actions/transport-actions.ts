import { CirclePause, CirclePlay, FastForward, Focus, Rewind, StepForward } from '@lucide/vue';
import { speeds } from '../../src/contract/index.ts';
import type { Action, Context } from './action.ts';

function changeSpeed({ run }: Context, by: 1 | -1): unknown {
  const at = speeds.indexOf(run.speed);
  // A speed from elsewhere (a scenario file) may stand between two of the list.
  const from = at >= 0 ? at : speeds.findIndex((speed) => speed === 'max' || speed > (run.speed as number)) - (by > 0 ? 1 : 0);
  const next = speeds[Math.min(speeds.length - 1, Math.max(0, from + by))]!;
  return run.setTransport({ speed: next });
}

function readOnly({ run }: Context): string | null {
  return (run.session?.readOnly ?? '') === '' ? null : run.locked;
}

/** How time runs, and what is looked at. */
export const transportActions: readonly Action[] = [
  {
    id: 'play-pause',
    group: 'Transport',
    title: ({ run }) => (run.playing ? 'Pause' : 'Play'),
    meaning: 'Lets virtual time run, or holds it.',
    icon: CirclePlay,
    chords: ['Space'],
    blocked: readOnly,
    perform: ({ run }) => run.setTransport({ playing: !run.playing }),
  },
  {
    id: 'step',
    group: 'Transport',
    title: 'One event',
    meaning: 'Pauses, and lets exactly one thing happen; in the past, goes one event on.',
    icon: StepForward,
    chords: ['.'],
    repeats: true,
    blocked: (context) => (context.run.past === null ? readOnly(context) : null),
    perform: ({ run, history }) => (run.past === null && history.aim === null ? run.step() : history.seek(history.position + 1)),
  },
  {
    id: 'slower',
    group: 'Transport',
    title: 'Slower',
    meaning: 'Virtual time runs at half the speed.',
    icon: Rewind,
    chords: ['['],
    blocked: ({ run }) => (run.speed === speeds[0] ? 'This is the slowest speed.' : null),
    perform: (context) => changeSpeed(context, -1),
  },
  {
    id: 'faster',
    group: 'Transport',
    title: 'Faster',
    meaning: 'Virtual time runs at twice the speed.',
    icon: FastForward,
    chords: [']'],
    blocked: ({ run }) => (run.speed === 'max' ? 'This is as fast as the threads go.' : null),
    perform: (context) => changeSpeed(context, 1),
  },
  {
    id: 'select-node',
    group: 'Node',
    title: 'Select a node',
    meaning: 'Shows its memory and its disk.',
    icon: Focus,
    chords: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    chordsText: '1 – 9',
    looks: true,
    perform: ({ selection, ui, key }) => {
      selection.selectNode(Number(key));
      if (selection.node !== null) ui.tab = 'node';
    },
  },
  {
    id: 'select-nothing',
    group: 'Node',
    title: 'Select nothing',
    meaning: 'Leaves the past; live, takes the focus from the selected node.',
    icon: CirclePause,
    chords: ['Escape'],
    looks: true,
    perform: ({ run, history, selection, ui }) => {
      if (run.past !== null) return history.goLive();
      selection.selectNode(null);
      ui.drawerOpen = false;
    },
  },
];

import { nextInteger, nextItem } from '../../protocol/random.ts';
import type { NodeFault } from './fault.ts';

const RATE_MAX = 16;

/** A clock that is too slow or too fast: timers set from then on take longer, or less, than they should. */
export const clock: NodeFault = {
  kind: 'node',
  unsafe: false,
  name: 'clock',
  label: 'Clock',
  letter: 'C',
  meaning: 'The clock of the node runs too slow or too fast, and so do the timers it sets from then on.',
  fields: {
    rate: {
      type: 'number',
      label: 'Clock rate',
      unit: '×',
      min: 1 / RATE_MAX,
      max: RATE_MAX,
      default: 1,
      meaning: 'How fast its clock runs: at ½ every timer takes twice its time, at 2 half of it.',
    },
  },
  offers: [
    { label: 'Slow clock: half speed', settings: { rate: 0.5 } },
    { label: 'Slow clock: one tenth', settings: { rate: 0.1 } },
    { label: 'Fast clock: double speed', settings: { rate: 2 } },
    { label: 'Fast clock: ten times', settings: { rate: 10 } },
  ],
  active: ({ rate }) => rate !== 1,
  describe: (settings) => `has a clock that runs at ${Math.round((settings.rate as number) * 1000) / 1000} times its speed`,
  apply(settings, conditions) {
    conditions.clockRate = settings.rate as number;
  },
  swarm: (random) => ({
    rate: nextItem(random, [1, nextInteger(random, 1, 16), 1 / nextInteger(random, 1, 16)]),
  }),
};

import { nextFloat, nextInteger } from '../../protocol/random.ts';
import type { NodeFault } from './fault.ts';

/** Every sync takes time. What a step does after its save waits for it, and so does all that comes in meanwhile. */
export const slowDisk: NodeFault = {
  kind: 'node',
  unsafe: false,
  name: 'slow-disk',
  label: 'Slow disk',
  letter: 'SD',
  meaning: 'Every save takes time until it is synced; until then the node does nothing else, and a crash loses it.',
  fields: {
    sync: {
      type: 'number',
      label: 'Sync time',
      unit: 'µs',
      min: 0,
      max: 60_000_000,
      default: 0,
      meaning: 'How long a sync takes; 0: no time.',
    },
  },
  offers: [
    { label: 'Slow disk: 0.3 s a sync', settings: { sync: 300_000 } },
    { label: 'Slow disk: 2 s a sync', settings: { sync: 2_000_000 } },
  ],
  active: ({ sync }) => (sync as number) > 0,
  describe: (settings) => `has a disk that takes ${(settings.sync as number) / 1_000_000} s to sync`,
  apply(settings, conditions) {
    conditions.diskDelay = settings.sync as number;
  },
  swarm: (random) => ({ sync: nextFloat(random) < 0.3 ? 0 : nextInteger(random, 1, 500_000) }),
};

import { nextFloat } from '../../protocol/random.ts';
import type { NodeFault } from './fault.ts';

/** The next save fails. A node that cannot save what it promised must not go on: it ends. */
export const fullDisk: NodeFault = {
  kind: 'node',
  unsafe: false,
  name: 'full-disk',
  label: 'Full disk',
  letter: 'FD',
  meaning: 'The next save fails, and the node, which must not go on without it, ends.',
  fields: {
    full: {
      type: 'choice',
      label: 'Disk',
      choices: [
        { value: 'no', label: 'Has room' },
        { value: 'yes', label: 'Full' },
      ],
      default: 'no',
      meaning: 'Whether there is room for another save.',
    },
  },
  offers: [{ label: 'Full disk', settings: { full: 'yes' } }],
  active: ({ full }) => full === 'yes',
  describe: ({ full }) => (full === 'yes' ? 'has a full disk' : 'has room on its disk'),
  apply(_settings, conditions) {
    conditions.diskFull = true;
  },
  swarm: (random) => ({ full: nextFloat(random) < 0.5 ? 'no' : 'yes' }),
};

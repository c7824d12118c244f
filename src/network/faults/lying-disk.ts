import { nextFloat } from '../../protocol/random.ts';
import type { NodeFault } from './fault.ts';

/**
 * The disk says that it has synced what is only in its cache, as drives with a volatile write cache have been caught
 * doing. A crash loses it, and with it promises that others rely on: Paxos is not safe on such a disk.
 */
export const lyingDisk: NodeFault = {
  kind: 'node',
  unsafe: true,
  name: 'lying-disk',
  label: 'Lying disk',
  letter: 'LD',
  meaning: 'The disk says it has synced what it has not, and a crash loses it. Paxos is not safe on such a disk.',
  fields: {
    lies: {
      type: 'choice',
      label: 'Sync',
      choices: [
        { value: 'no', label: 'Honest' },
        { value: 'yes', label: 'Lies' },
      ],
      default: 'no',
      meaning: 'Whether what the disk says it has synced can still be lost.',
    },
  },
  offers: [{ label: 'Disk that lies about syncs', settings: { lies: 'yes' } }],
  active: ({ lies }) => lies === 'yes',
  describe: ({ lies }) => (lies === 'yes' ? 'has a disk that lies about its syncs' : 'has an honest disk'),
  apply(_settings, conditions) {
    conditions.diskLies = true;
  },
  swarm: (random) => ({ lies: nextFloat(random) < 0.5 ? 'no' : 'yes' }),
};

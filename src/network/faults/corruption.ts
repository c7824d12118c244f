import { nextFloat } from '../../protocol/random.ts';
import type { LinkFault } from './fault.ts';

/** One bit of a packet is turned over on the way. The receiver's checksum finds it, and the packet is thrown away. */
export const corruption: LinkFault = {
  kind: 'link',
  name: 'corruption',
  label: 'Corruption',
  meaning: 'One bit of a packet is turned over; the receiver finds its checksum wrong and throws it away.',
  fields: {
    share: {
      type: 'number',
      label: 'Corruption',
      unit: 'share',
      min: 0,
      max: 1,
      default: 0,
      meaning: 'How many of the packets on a link arrive with a wrong bit.',
    },
  },
  active: ({ share }) => (share as number) > 0,
  judge(settings, random, judgement) {
    if (nextFloat(random) < (settings.share as number)) judgement.corrupted = true;
  },
  swarm: (random) => ({ share: nextFloat(random) < 0.6 ? 0 : nextFloat(random) * 0.3 }),
};

import { nextFloat } from '../../protocol/random.ts';
import type { LinkFault } from './fault.ts';

/** A packet is lost with a fixed probability, independent of every other. */
export const loss: LinkFault = {
  kind: 'link',
  name: 'loss',
  label: 'Loss',
  meaning: 'Packets are lost on the way, by chance and independent of each other.',
  fields: {
    probability: {
      type: 'number',
      label: 'Loss',
      unit: 'share',
      min: 0,
      max: 1,
      default: 0,
      meaning: 'How many of the packets on a link are lost on the way.',
    },
  },
  active: ({ probability }) => (probability as number) > 0,
  judge(settings, random, judgement) {
    if (nextFloat(random) < (settings.probability as number)) judgement.lost = true;
  },
  swarm: (random) => ({ probability: nextFloat(random) < 0.3 ? 0 : nextFloat(random) * 0.5 }),
};

import { nextFloat } from '../../protocol/random.ts';
import type { LinkFault } from './fault.ts';

/** A packet is sent twice with a fixed probability; the copy draws its own latency and can be lost by itself. */
export const duplication: LinkFault = {
  kind: 'link',
  name: 'duplication',
  label: 'Duplication',
  meaning: 'Packets arrive a second time, by chance and independent of each other.',
  fields: {
    probability: {
      type: 'number',
      label: 'Duplication',
      unit: 'share',
      min: 0,
      max: 1,
      default: 0,
      meaning: 'How many of the packets on a link arrive a second time.',
    },
  },
  active: ({ probability }) => (probability as number) > 0,
  judge(settings, random, judgement) {
    if (nextFloat(random) < (settings.probability as number)) judgement.duplicated = true;
  },
  swarm: (random) => ({ probability: nextFloat(random) < 0.3 ? 0 : nextFloat(random) * 0.4 }),
};

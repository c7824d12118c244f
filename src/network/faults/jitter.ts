import { nextFloat, nextInteger } from '../../protocol/random.ts';
import type { LinkFault } from './fault.ts';
import { LATENCY_MAX_US } from './latency.ts';

/** Every packet takes a little longer, each by a different time, drawn evenly. */
export const jitter: LinkFault = {
  kind: 'link',
  name: 'jitter',
  label: 'Jitter',
  meaning: 'Packets take longer than their latency, each by a different time.',
  fields: {
    max: {
      type: 'number',
      label: 'Jitter',
      unit: 'µs',
      min: 0,
      max: LATENCY_MAX_US,
      default: 0,
      meaning: 'The most that is added to the time of flight; how much is drawn evenly for each packet.',
    },
  },
  active: ({ max }) => (max as number) > 0,
  judge(settings, random, judgement) {
    judgement.latency += nextInteger(random, 0, settings.max as number);
  },
  swarm: (random) => ({ max: nextFloat(random) < 0.6 ? 0 : nextInteger(random, 1, 400_000) }),
};

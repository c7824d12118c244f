import { nextFloat, nextInteger } from '../../src/protocol/random.ts';
import type { LinkFault } from '../../src/network/faults/fault.ts';

/** A fault as somebody might add one: every so many packets of a direction, one takes a nap. */
export const naps: LinkFault<{ sent: number }> = {
  kind: 'link',
  name: 'naps',
  label: 'Naps',
  meaning: 'Now and then a packet takes a nap on its way.',
  fields: {
    every: {
      type: 'number',
      label: 'Every',
      unit: 'packets',
      min: 0,
      max: 100,
      default: 0,
      meaning: 'Which packets take a nap: every so many; 0: none.',
    },
    nap: {
      type: 'number',
      label: 'Nap',
      unit: 'µs',
      min: 0,
      max: 9_000_000,
      default: 1_000_000,
      meaning: 'How long a nap takes at least; some take a tenth more.',
    },
  },
  active: ({ every }) => (every as number) > 0,
  memory: () => ({ sent: 0 }),
  judge({ every, nap }, random, judgement, memory) {
    const longer = nextFloat(random) < 0.5 ? 1.1 : 1;
    if (++memory.sent % (every as number) === 0) judgement.latency += Math.round((nap as number) * longer);
  },
  swarm: (random) => ({ every: nextInteger(random, 1, 9), nap: 500_000 }),
};

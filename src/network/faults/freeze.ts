import { nextInteger } from '../../protocol/random.ts';
import type { NodeFault } from './fault.ts';

/** The node stands still, as in a long pause of a garbage collector or a stopped virtual machine, and then goes on. */
export const freeze: NodeFault = {
  kind: 'node',
  unsafe: false,
  name: 'freeze',
  label: 'Freeze',
  letter: 'F',
  meaning: 'The node stands still for a while and then goes on, without having noticed: a long pause.',
  fields: {
    duration: {
      type: 'number',
      label: 'Duration',
      unit: 'µs',
      min: 1000,
      max: 600_000_000,
      default: 5_000_000,
      meaning: 'How long it stands still, from the moment it is told to.',
    },
  },
  offers: [
    { label: 'Freeze for 2 s', settings: { duration: 2_000_000 } },
    { label: 'Freeze for 10 s', settings: { duration: 10_000_000 } },
  ],
  active: () => true,
  describe: (settings) => `stands still for ${(settings.duration as number) / 1_000_000} s`,
  apply() {},
  freeze: (settings) => settings.duration as number,
  swarm: (random) => ({ duration: nextInteger(random, 1000, 4_000_000) }),
};

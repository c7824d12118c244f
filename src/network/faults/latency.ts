import { nextFloat, nextInteger } from '../../protocol/random.ts';
import type { FaultSettings, LinkFault } from './fault.ts';

/** Longest latency of one packet: a minute. An exponential tail is cut here. */
export const LATENCY_MAX_US = 60_000_000;

/**
 * Time of flight. Packets overtake one another whenever a later one draws a shorter time: reordering is a consequence
 * of latency, not a fault of its own.
 */
export const latency: LinkFault = {
  kind: 'link',
  name: 'latency',
  label: 'Latency',
  meaning: 'Packets need time, and overtake one another whenever a later one needs less.',
  fields: {
    distribution: {
      type: 'choice',
      label: 'Latency',
      choices: [
        { value: 'constant', label: 'Constant' },
        { value: 'uniform', label: 'Uniform' },
        { value: 'exponential', label: 'Exponential' },
      ],
      default: 'uniform',
      meaning: 'How the times of flight are spread: all the same, evenly between two bounds, or mostly short with a long tail.',
    },
    min: {
      type: 'number',
      label: 'Shortest',
      unit: 'µs',
      min: 0,
      max: LATENCY_MAX_US,
      default: 400_000,
      meaning: 'The time of flight that every packet needs at least.',
    },
    max: {
      type: 'number',
      label: 'Longest',
      unit: 'µs',
      min: 0,
      max: LATENCY_MAX_US,
      default: 700_000,
      meaning: 'The longest time of flight.',
      when: { field: 'distribution', is: ['uniform'] },
    },
    mean: {
      type: 'number',
      label: 'Mean above shortest',
      unit: 'µs',
      min: 0,
      max: LATENCY_MAX_US,
      default: 150_000,
      meaning: 'What the exponential part adds on average.',
      when: { field: 'distribution', is: ['exponential'] },
    },
  },
  active: () => true,
  judge(settings, random, judgement) {
    judgement.latency += drawLatency(settings, nextFloat(random));
  },
  latencyMin: (settings) => settings.min as number,
  swarm(random) {
    const distribution = (['constant', 'uniform', 'exponential'] as const)[nextInteger(random, 0, 2)]!;
    const min = nextInteger(random, 0, 3) === 0 ? 0 : nextInteger(random, 1, 200_000);
    return { distribution, min, max: min + nextInteger(random, 0, 800_000), mean: nextInteger(random, 0, 400_000) };
  },
};

/** The latency, in whole µs, at quantile `u` in [0, 1). The panel draws its curve with the same function. */
export function drawLatency(settings: FaultSettings, u: number): number {
  const min = settings.min as number;
  switch (settings.distribution) {
    case 'uniform':
      return min + Math.floor(u * (Math.max(settings.max as number, min) - min + 1));
    case 'exponential':
      return Math.min(LATENCY_MAX_US, min + Math.floor(-Math.log(1 - u) * (settings.mean as number)));
    default:
      return min;
  }
}

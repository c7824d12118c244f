import { nextFloat, nextInteger, nextItem } from '../../protocol/random.ts';
import type { FaultSettings, LinkFault } from './fault.ts';
import { normalQuantile } from './normal.ts';

/** Longest latency that can be set or drawn for one packet: a minute. A long tail is cut here. */
export const LATENCY_MAX_US = 60_000_000;
const TRACE_LENGTH_MAX = 1000;

/** Where the trace goes on: for the packets of nodes, and for copies that the network makes. */
interface TraceMemory {
  next: number;
  nextCopy: number;
}

/**
 * Time of flight. Packets overtake one another whenever a later one draws a shorter time: reordering is a consequence
 * of latency, and a link without it is one whose `order` is kept.
 */
export const latency: LinkFault<TraceMemory> = {
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
        { value: 'log-normal', label: 'Log-normal' },
        { value: 'trace', label: 'Trace' },
      ],
      default: 'uniform',
      meaning: 'How the times of flight are spread: all alike, evenly, with a long tail, with a heavy tail, or as a list says.',
    },
    min: {
      type: 'number',
      label: 'Shortest',
      unit: 'µs',
      min: 0,
      max: LATENCY_MAX_US,
      default: 400_000,
      meaning: 'The time of flight that every packet needs at least.',
      when: { field: 'distribution', is: ['constant', 'uniform', 'exponential', 'log-normal'] },
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
    median: {
      type: 'number',
      label: 'Median above shortest',
      unit: 'µs',
      min: 0,
      max: LATENCY_MAX_US,
      default: 150_000,
      meaning: 'What the log-normal part adds to half of the packets at most.',
      when: { field: 'distribution', is: ['log-normal'] },
    },
    sigma: {
      type: 'number',
      label: 'Spread',
      unit: '',
      min: 0,
      max: 3,
      default: 0.5,
      meaning: 'How heavy the tail is: the standard deviation of the logarithm.',
      when: { field: 'distribution', is: ['log-normal'] },
    },
    trace: {
      type: 'numbers',
      label: 'Trace',
      unit: 'µs',
      min: 0,
      max: LATENCY_MAX_US,
      longest: TRACE_LENGTH_MAX,
      default: [400_000, 700_000],
      meaning: 'Times of flight, taken in turn on each direction of a link, and from the start again.',
      when: { field: 'distribution', is: ['trace'] },
    },
  },
  active: () => true,
  memory: () => ({ next: 0, nextCopy: 0 }),
  judge(settings, random, judgement, memory) {
    const u = nextFloat(random);
    if (settings.distribution !== 'trace') {
      judgement.latency += drawLatency(settings, u);
      return;
    }
    const trace = settings.trace as readonly number[];
    judgement.latency += trace[(judgement.copy ? memory.nextCopy++ : memory.next++) % trace.length]!;
  },
  latencyMin: (settings) =>
    settings.distribution === 'trace' ? Math.min(...(settings.trace as readonly number[])) : (settings.min as number),
  swarm(random) {
    const distribution = nextItem(random, ['constant', 'uniform', 'exponential', 'log-normal', 'trace']);
    const min = nextInteger(random, 0, 3) === 0 ? 0 : nextInteger(random, 1, 200_000);
    return {
      distribution,
      min,
      max: min + nextInteger(random, 0, 800_000),
      mean: nextInteger(random, 0, 400_000),
      median: nextInteger(random, 0, 300_000),
      sigma: nextInteger(random, 0, 150) / 100,
      trace: Array.from({ length: nextInteger(random, 1, 8) }, () => nextInteger(random, 1000, 600_000)),
    };
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
    case 'log-normal': {
      const factor = Math.exp((settings.sigma as number) * normalQuantile(u));
      return Math.min(LATENCY_MAX_US, min + Math.floor((settings.median as number) * factor));
    }
    case 'trace': {
      const sorted = [...(settings.trace as readonly number[])].sort((a, b) => a - b);
      return sorted[Math.floor(u * sorted.length)]!;
    }
    default:
      return min;
  }
}

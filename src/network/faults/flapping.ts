import { nextFloat, nextInteger } from '../../protocol/random.ts';
import type { FaultSettings, LinkFault } from './fault.ts';

/**
 * A link that goes down and comes up again by the clock: in every period it is up first, then down. Which it is depends
 * on nothing but virtual time. What is in flight when it goes down is lost where it is.
 */
export const flapping: LinkFault = {
  kind: 'link',
  name: 'flapping',
  label: 'Flapping',
  meaning: 'Links go down and come up again, over and over; what is on them when they go down is lost.',
  fields: {
    down: {
      type: 'number',
      label: 'Flapping',
      unit: 'share',
      min: 0,
      max: 1,
      default: 0,
      meaning: 'The share of the time that a link is down.',
    },
    period: {
      type: 'number',
      label: 'Period',
      unit: 'µs',
      min: 1000,
      max: 600_000_000,
      default: 4_000_000,
      meaning: 'How long it takes from one time the link goes down to the next.',
    },
    phase: {
      type: 'number',
      label: 'Phase',
      unit: 'share',
      min: 0,
      max: 1,
      default: 0,
      meaning: 'By which share of a period the link is ahead of one that comes up at time 0.',
    },
  },
  active: (settings) => downTime(settings) > 0,
  judge(settings, _random, judgement) {
    const { sentAt, latency } = judgement;
    judgement.cutAt = downIn(settings, sentAt, sentAt + latency);
  },
  down: (settings, at) => downIn(settings, at, at) !== null,
  swarm: (random) => ({
    down: nextFloat(random) < 0.7 ? 0 : nextFloat(random) * 0.5,
    period: nextInteger(random, 50_000, 10_000_000),
    phase: nextFloat(random),
  }),
};

function downTime(settings: FaultSettings): number {
  return Math.round((settings.down as number) * (settings.period as number));
}

/** When the link is down first in the stretch from `from`, included, up to `until`; `null` when it stays up. */
function downIn(settings: FaultSettings, from: number, until: number): number | null {
  const period = settings.period as number;
  const down = downTime(settings);
  if (down === 0) return null;
  const inPeriod = (from + Math.floor((settings.phase as number) * period)) % period;
  const up = period - down;
  if (inPeriod >= up) return from;
  const goesDown = from + up - inPeriod;
  return goesDown < until ? goesDown : null;
}

import { nextFloat } from '../../protocol/random.ts';
import type { LinkFault } from './fault.ts';

/** When the last packet of the direction is due, µs. */
interface OrderMemory {
  due: number;
}

/**
 * Whether packets may overtake one another. A link that keeps their order lets none arrive before one sent earlier, as
 * TCP does: a packet that would be too early waits for the one before it, even for one that is lost.
 */
export const order: LinkFault<OrderMemory> = {
  kind: 'link',
  name: 'order',
  label: 'Reordering',
  meaning: 'Packets overtake one another, or, on links that keep their order, never do.',
  fields: {
    ordering: {
      type: 'choice',
      label: 'Reordering',
      choices: [
        { value: 'free', label: 'Packets overtake' },
        { value: 'fifo', label: 'In order (FIFO)' },
      ],
      default: 'free',
      meaning: 'Whether a packet may arrive before one that was sent earlier on the same direction of a link.',
    },
  },
  active: ({ ordering }) => ordering === 'fifo',
  memory: () => ({ due: 0 }),
  judge(_settings, _random, judgement, memory) {
    if (judgement.overflow) return;
    judgement.latency = Math.max(judgement.latency, memory.due - judgement.sentAt);
    memory.due = judgement.sentAt + judgement.latency;
  },
  swarm: (random) => ({ ordering: nextFloat(random) < 0.7 ? 'free' : 'fifo' }),
};

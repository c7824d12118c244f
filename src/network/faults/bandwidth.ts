import { nextFloat, nextInteger } from '../../protocol/random.ts';
import type { LinkFault } from './fault.ts';

/** When each packet that is still at the sending end leaves it, µs, ascending. */
interface QueueMemory {
  leaves: number[];
}

/**
 * A link that carries so many bytes a second: packets leave one after the other, wait in a queue for their turn, and
 * are lost when the queue is full. Nothing is drawn.
 */
export const bandwidth: LinkFault<QueueMemory> = {
  kind: 'link',
  name: 'bandwidth',
  label: 'Bandwidth',
  meaning: 'Packets leave one after the other, each taking time for its bytes; when too many wait, the next are lost.',
  fields: {
    rate: {
      type: 'number',
      label: 'Bandwidth',
      unit: 'bytes/s',
      min: 0,
      max: 1_000_000_000,
      default: 0,
      meaning: 'Bytes that a link carries in a second, in each direction; 0: as many as come.',
    },
    queue: {
      type: 'number',
      label: 'Queue',
      unit: 'packets',
      min: 1,
      max: 10_000,
      default: 100,
      meaning: 'How many packets can be on their way out of the sender at a time; one more is lost at once.',
    },
  },
  active: ({ rate }) => (rate as number) > 0,
  memory: () => ({ leaves: [] }),
  judge(settings, _random, judgement, memory) {
    const { leaves } = memory;
    const { sentAt } = judgement;
    let gone = 0;
    while (gone < leaves.length && leaves[gone]! <= sentAt) gone++;
    if (gone > 0) leaves.splice(0, gone);
    if (leaves.length >= (settings.queue as number)) {
      judgement.overflow = true;
      return;
    }
    const from = leaves.at(-1) ?? sentAt;
    const left = from + Math.ceil((judgement.bytes * 1_000_000) / (settings.rate as number));
    leaves.push(left);
    judgement.latency += left - sentAt;
  },
  swarm: (random) => ({
    rate: nextFloat(random) < 0.7 ? 0 : nextInteger(random, 50, 5000),
    queue: nextInteger(random, 1, 30),
  }),
};

/** Commands at random conditions, for runs of random-run.ts. */
import type { Pattern } from '../../src/cluster/conditions.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import type { ConditionalCommand } from '../../src/cluster/script.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { createRandom, nextInteger, nextItem, type Random } from '../../src/protocol/random.ts';
import { randomCommand } from './random-run.ts';

/** Some commands that strike at conditions, most of which come true in some seconds; the same for the same seed. */
export function randomConditions(seed: number, header: RunHeader): ConditionalCommand[] {
  const random = createRandom(seed, 0xc0d);
  return Array.from({ length: nextInteger(random, 1, 6) }, () => ({
    when: {
      pattern: randomPattern(random, header),
      count: nextInteger(random, 1, 3),
      plus: nextInteger(random, 0, 2) === 0 ? nextInteger(random, 1, 600_000) : 0,
    },
    command: randomCommand(random, header),
  }));
}

function randomPattern(random: Random, header: RunHeader): Pattern {
  const node = nextInteger(random, 0, 3) === 0 ? nextItem(random, header.nodes) : null;
  switch (nextInteger(random, 0, 7)) {
    case 0:
      return { type: 'chosen', slot: null, value: null };
    case 1:
      return { type: 'learns', node, slot: null, value: null };
    case 2:
      return { type: 'saves', node };
    case 3:
      return node === null ? { type: 'leader-changes' } : { type: 'leads', node };
    case 4:
      return { type: nextItem(random, ['crashes', 'restarts', 'refused'] as const), node };
    default:
      return {
        type: 'message',
        kind: nextInteger(random, 0, protocolNamed(header.protocol).messages.length - 1),
        happens: nextItem(random, ['sent', 'delivered', 'lost'] as const),
        from: node,
        to: null,
      };
  }
}

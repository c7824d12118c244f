/** Draws quorums that are right: every one of phase 1 meets every one of phase 2. */
import type { NodeId } from '../../protocol/protocol.ts';
import { isQuorum, type QuorumSystem } from '../../protocol/quorum.ts';
import { nextFloat, nextInteger, nextItem, type Random } from '../../protocol/random.ts';

const WEIGHT_MAX = 3;

/** A quorum system for these acceptors, as a configuration names it; most often majorities. */
export function drawQuorum(random: Random, acceptors: readonly NodeId[]): QuorumSystem {
  const count = acceptors.length;
  switch (nextItem(random, ['majority', 'majority', 'majority', 'counted', 'counted', 'grid', 'weighted'] as const)) {
    case 'counted': {
      const phase1 = nextInteger(random, 1, count);
      return { type: 'counted', phase1, phase2: count + 1 - phase1 };
    }
    case 'grid':
      return count % 2 === 0 && count > 2 ? { type: 'grid', rows: 2, columns: count / 2 } : { type: 'majority' };
    case 'weighted': {
      const weights = Object.fromEntries(acceptors.map((node) => [node, nextInteger(random, 1, WEIGHT_MAX)]));
      const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
      const phase1 = nextInteger(random, 1, total);
      return { type: 'weighted', weights, phase1, phase2: total + 1 - phase1 };
    }
    case 'majority':
      return { type: 'majority' };
  }
}

/**
 * Some servers that go on without the others: as few as can be, or a few more, that have a quorum of either phase among
 * the acceptors.
 * @param needed whether these servers will do in other respects
 */
export function drawCore(
  random: Random,
  servers: readonly NodeId[],
  { quorum, acceptors }: { readonly quorum: QuorumSystem; readonly acceptors: readonly NodeId[] },
  needed: (core: readonly NodeId[]) => boolean = () => true,
): readonly NodeId[] {
  let core = servers;
  const most = nextInteger(random, 0, servers.length);
  for (const node of shuffled(random, servers).slice(0, most)) {
    const smaller = core.filter((one) => one !== node);
    const enough = isQuorum(quorum, 1, acceptors, smaller) && isQuorum(quorum, 2, acceptors, smaller);
    if (enough && needed(smaller)) core = smaller;
  }
  return core;
}

/** The same in a drawn order. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: nextFloat(random) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

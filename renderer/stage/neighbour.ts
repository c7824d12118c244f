/** Where an arrow key leads from a node. Pure. */
import type { NodeId } from '../../src/contract/index.ts';
import type { Point } from './geometry.ts';

const ways: Record<string, Point> = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
};

/** A node off the straight way counts as this much farther, per px aside. */
const ASIDE = 2;

/**
 * The nearest node in the direction of the key, within 45° to either side or else at all on that side.
 * @returns `null` when the key is no arrow or there is nothing that way
 */
export function neighbour(places: ReadonlyMap<NodeId, Point>, from: NodeId, key: string): NodeId | null {
  const way = ways[key];
  const start = places.get(from);
  if (way === undefined || start === undefined) return null;
  let best: NodeId | null = null;
  let least = Infinity;
  for (const [node, { x, y }] of places) {
    if (node === from) continue;
    const along = (x - start.x) * way.x + (y - start.y) * way.y;
    const aside = Math.abs((x - start.x) * way.y) + Math.abs((y - start.y) * way.x);
    if (along <= 1) continue;
    const cost = along + ASIDE * aside;
    if (cost < least) {
      least = cost;
      best = node;
    }
  }
  return best;
}

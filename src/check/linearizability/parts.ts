/**
 * A history falls into parts that have no object in common: it is linearizable if each of them is. (Herlihy and Wing's
 * locality; Horn and Kroening, *Faster Linearizability Checking via P-Compositionality*.)
 */
import type { Call } from './history.ts';
import type { Model } from './model.ts';

export interface Part {
  /** What its operations touch: `key x`, `#7`, `IDs`. */
  readonly objects: readonly string[];
  /** Its operations, by their index in the history, in the order of invocation. */
  readonly calls: readonly number[];
}

/** @param indices of the operations to be parted, in the order of invocation */
export function partsOf(model: Model<unknown>, calls: readonly Call[], indices: readonly number[]): Part[] {
  const objects = new Map<string, number>();
  const parents: number[] = [];
  const rootOf = (object: number): number => {
    let root = object;
    while (parents[root] !== root) root = parents[root] = parents[parents[root]!]!;
    return root;
  };
  const homes = indices.map((index) => {
    const { reads, writes } = model.touched(calls[index]!);
    const touched = [...reads, ...writes].map((name) => {
      const object = objects.get(name) ?? parents.push(parents.length) - 1;
      objects.set(name, object);
      return object;
    });
    for (const object of touched) parents[rootOf(object)] = rootOf(touched[0]!);
    return touched[0]!;
  });
  const parts = new Map<number, { objects: string[]; calls: number[] }>();
  for (const [name, object] of objects) {
    const root = rootOf(object);
    const part = parts.get(root);
    if (part === undefined) parts.set(root, { objects: [name], calls: [] });
    else part.objects.push(name);
  }
  for (const [i, index] of indices.entries()) parts.get(rootOf(homes[i]!))!.calls.push(index);
  return [...parts.values()];
}

/**
 * One order from orders of the parts: each operation at the earliest place where it can take effect, after those before
 * it in its part.
 */
export function merged(calls: readonly Call[], orders: readonly (readonly number[])[]): number[] {
  const placed = orders.flatMap((order) => {
    let place = 0;
    return order.map((index) => ({ index, place: (place = Math.max(place, calls[index]!.invoked)) }));
  });
  return placed.sort((a, b) => a.place - b.place).map(({ index }) => index);
}

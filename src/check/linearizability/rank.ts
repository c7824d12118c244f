/** Which of several operations is better tried first: any order of them is right, but a good guess is seldom taken back. */
import type { Call } from './history.ts';
import { sightings, valueName } from './seen.ts';

/**
 * Ranks, lower first. A swap goes before writes, for it needs the value that is there. Of writes, the one whose value
 * is seen first goes first, and before it those whose values nobody sees. What has no answer and no value goes last.
 */
export function ranksOf(calls: readonly Call[]): number[] {
  const seen = sightings(calls);
  const firstSeen = (key: string, value: string, from: number): number => {
    const places = seen.get(valueName(key, value)) ?? [];
    return places[lowerBound(places, from)] ?? 0;
  };
  const written = new Map<number, Map<string, string>>();
  for (const { operation } of calls) {
    if (operation.type !== 'write') continue;
    const values = written.get(operation.transaction) ?? new Map<string, string>();
    written.set(operation.transaction, values.set(operation.key, operation.value));
  }
  return calls.map(({ operation, result, invoked }) => {
    switch (operation.type) {
      case 'cas':
        return result?.type === 'swapped' ? -1 : firstSeen(operation.key, operation.value, invoked);
      case 'put':
        return firstSeen(operation.key, operation.value, invoked);
      case 'commit': {
        const times = [...(written.get(operation.transaction) ?? [])].map(([key, value]) => firstSeen(key, value, invoked));
        const some = times.filter((time) => time > 0);
        return some.length === 0 ? 0 : Math.min(...some);
      }
      default:
        return result === null ? Infinity : 0;
    }
  });
}

/** The index of the first that is not below `from`. */
function lowerBound(sorted: readonly number[], from: number): number {
  let low = 0;
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Computeds over the world, which changes with every frame. A list that says the same as before stays the same array,
 * so that whoever shows it is left alone.
 */
import { computed, type ComputedRef } from 'vue';

/** @param same whether two items say the same. @default identity */
export function stableList<T>(get: () => readonly T[], same: (a: T, b: T) => boolean = Object.is): ComputedRef<readonly T[]> {
  return computed<readonly T[]>((before) => {
    const now = get();
    return before !== undefined && now.length === before.length && now.every((item, i) => same(item, before[i]!)) ? before : now;
  });
}

/** The same object as before while all its fields are the same. */
export function stableFacts<T extends object>(get: () => T | null): ComputedRef<T | null> {
  return computed<T | null>((before) => {
    const now = get();
    if (before === undefined || before === null || now === null) return now;
    return Object.entries(now).every(([name, value]) => Object.is(value, before[name as keyof T])) ? before : now;
  });
}

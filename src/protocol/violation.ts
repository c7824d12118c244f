/** How checkers put a violation into words and numbers. */
import type { Violation } from './checker.ts';

/** In the place of the number of an event, when none tells of a fact. */
export const NO_EVENT = -1;

/** @param events that tell of the facts, in any order, some of them twice or `NO_EVENT`; the latest is the one now */
export function violationOf(check: string, slot: number, text: string, events: readonly number[]): Violation {
  const known = new Set(events.filter((seq) => seq !== NO_EVENT));
  return { check, slot, text, events: [...known].sort((a, b) => a - b) };
}

/** The first that is one. */
export function firstOf(...violations: readonly (Violation | null)[]): Violation | null {
  for (const violation of violations) if (violation !== null) return violation;
  return null;
}

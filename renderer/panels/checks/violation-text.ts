/** A violation in words: the two facts, and where in the run it came to light. */
import type { ViolationWorld } from '../../../src/contract/index.ts';
import { capital, countText, preciseTime } from '../../moment-text.ts';
import { useRun } from '../../stores/run.ts';

/** `instance 2 · 3.201 s · event 214`. */
export function usePlaceText(): (violation: ViolationWorld) => string {
  const run = useRun();
  return ({ slot, at, seq }) => {
    const where = slot === 0 ? '' : `${run.protocol.slotName} ${slot} · `;
    return `${where}${preciseTime(at)} · event ${countText(seq + 1)}`;
  };
}

/** The two facts as a sentence that begins and ends like one; the name of a node stays as it is. */
export function factsText({ text }: ViolationWorld): string {
  return `${/^[nc]\d/.test(text) ? text : capital(text)}.`;
}

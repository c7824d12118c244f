/** Where in a run a violation came to light, in words. */
import type { ViolationWorld } from '../../../src/contract/index.ts';
import { countText, preciseTime } from '../../moment-text.ts';
import { useRun } from '../../stores/run.ts';

/** `instance 2 · 3.201 s · event 214`. */
export function usePlaceText(): (violation: ViolationWorld) => string {
  const run = useRun();
  return ({ slot, at, seq }) => {
    const where = slot === 0 ? '' : `${run.protocol.slotName} ${slot} · `;
    return `${where}${preciseTime(at)} · event ${countText(seq + 1)}`;
  };
}

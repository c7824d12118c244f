/** A setting of the cluster that a person is changing: shown at once, sent at most ten times a second. */
import { computed, shallowRef, watch, type ShallowRef, type WritableComputedRef } from 'vue';
import type { CommandPlace } from '../../../src/contract/index.ts';
import { useRun } from '../../stores/run.ts';
import { throttled } from '../../throttle.ts';

const SEND_EVERY_MS = 100;

/**
 * @param read the setting as main says it is; called inside a computed
 * @param send changes it; `null` when that was refused
 * @returns what to show and to set: the person's own value until main's echo of the last command is on the screen
 */
export function useDraft<T>(read: () => T, send: (value: T) => Promise<CommandPlace | null>): WritableComputedRef<T> {
  const run = useRun();
  const draft: ShallowRef<{ readonly value: T } | null> = shallowRef(null);
  /** Number of events after which the echo of the last command is folded in. */
  let echoAt: number | null = null;

  const sendSoon = throttled<{ readonly value: T }>(SEND_EVERY_MS, (sent) => {
    void send(sent.value).then((place) => {
      if (draft.value !== sent) return;
      if (place === null) draft.value = null;
      else echoAt = place.seq + 1;
      settle();
    });
  });

  function settle(): void {
    if (echoAt === null || (run.world?.seq ?? 0) < echoAt) return;
    draft.value = echoAt = null;
  }

  watch(() => run.world?.seq, settle);
  // Another run has begun with settings of its own.
  watch(
    () => run.session,
    () => (draft.value = echoAt = null),
  );

  return computed({
    get: () => (draft.value === null ? read() : draft.value.value),
    set: (value) => {
      draft.value = { value };
      echoAt = null;
      sendSoon(draft.value);
    },
  });
}

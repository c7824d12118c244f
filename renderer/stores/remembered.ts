/** Small choices of the person that outlive the window. */
import { readonly, ref, watch, type Ref } from 'vue';

const PREFIX = 'synod.';

/**
 * A ref that is kept in localStorage.
 * @param key name, without prefix
 * @param first its value when nothing, or nothing valid, is kept
 * @param valid whether something kept by an earlier version is still of use
 */
export function remembered<T extends string | boolean | number>(
  key: string,
  first: T,
  valid: (given: unknown) => boolean,
): Ref<T> {
  const value = ref(read(key, first, valid)) as Ref<T>;
  watch(value, (next) => localStorage.setItem(PREFIX + key, JSON.stringify(next)), { flush: 'sync' });
  return value;
}

/** Whether a media query matches, now and later. */
export function mediaQuery(query: string): Readonly<Ref<boolean>> {
  const list = window.matchMedia(query);
  const matches = ref(list.matches);
  list.addEventListener('change', (event) => (matches.value = event.matches));
  return readonly(matches);
}

function read<T>(key: string, first: T, valid: (given: unknown) => boolean): T {
  const kept = localStorage.getItem(PREFIX + key);
  if (kept === null) return first;
  try {
    const given: unknown = JSON.parse(kept);
    return valid(given) ? (given as T) : first;
  } catch {
    return first;
  }
}

/** The window's keyboard: finds the action of a key in the registry and does it. */
import { onMounted, onUnmounted } from 'vue';
import { actions, useActions } from './actions.ts';
import { belongsToFocus, matches } from './keys.ts';

/** Listens while the component that calls this is mounted. */
export function useKeyboard(): void {
  const { perform } = useActions();

  function press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || belongsToFocus(event)) return;
    const action = actions.find(({ chords }) => chords?.some((chord) => matches(chord, event)));
    if (action === undefined) return;
    event.preventDefault();
    if (event.repeat && action.repeats !== true) return;
    perform(action.id, undefined, event.key);
  }

  onMounted(() => window.addEventListener('keydown', press));
  onUnmounted(() => window.removeEventListener('keydown', press));
}

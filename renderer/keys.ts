/** Keys and chords: how they are written down, shown, and recognised. */

/** A chord as the registry writes it: `Space`, `.`, `Shift+J`, `Mod+N`. `Mod` is Command on a Mac, Control elsewhere. */
export type Chord = string;

const isMac = (): boolean => navigator.platform.startsWith('Mac');

const shown: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc' };

/** The keys of a chord as a person finds them on the keyboard: `['Ctrl', 'Shift', 'L']`. */
export function keyNames(chord: Chord): string[] {
  return parts(chord).map((part) => {
    if (part === 'Mod') return isMac() ? '⌘' : 'Ctrl';
    if (part === 'Shift' && isMac()) return '⇧';
    return shown[part] ?? part;
  });
}

/** Whether this key press is the chord. Shift is part of `?` itself and is asked for only where it is written. */
export function matches(chord: Chord, event: KeyboardEvent): boolean {
  const wanted = parts(chord);
  const key = wanted.at(-1)!;
  if (wanted.includes('Mod') !== (isMac() ? event.metaKey : event.ctrlKey)) return false;
  if (event.altKey || (isMac() ? event.ctrlKey : event.metaKey)) return false;
  const letter = /^[A-Z0-9]$/.test(key);
  if ((letter || wanted.includes('Shift')) && wanted.includes('Shift') !== event.shiftKey) return false;
  if (key === 'Space') return event.key === ' ';
  return letter ? event.key.toUpperCase() === key : event.key === key;
}

/**
 * Whether a press of a key belongs to whatever has the focus and not to the window: typing in a field, moving in a
 * menu or dialog, or Space and Enter on a control that was reached with the keyboard. A control that was clicked gives
 * Space back to the window, so that Space pauses wherever the mouse was last.
 */
export function belongsToFocus(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches('textarea, select, input')) return true;
  const moving = ['Home', 'End', 'PageUp', 'PageDown'].includes(event.key);
  if (moving && target.closest('[role="slider"], [role="list"], [role="separator"]') !== null) return true;
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"], [role="alertdialog"]') !== null) return true;
  if (event.key === ' ' || event.key === 'Enter') {
    return target.matches(':focus-visible') && target.matches('button, a, [role="button"], [role="switch"], [tabindex="0"]:not([role="slider"])');
  }
  return false;
}

function parts(chord: Chord): string[] {
  return chord === '+' ? ['+'] : chord.split('+');
}

/** How moments, counts and names are written in the window. */

/** Virtual time (µs) to the millisecond: `12.402 s`, `3 min 5.120 s`. */
export function preciseTime(us: number): string {
  const ms = Math.floor(us / 1000);
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${((ms % 60_000) / 1000).toFixed(3)} s`;
  return minutes === 0 ? seconds : `${minutes} min ${seconds}`;
}

/** `3,117`. */
export function countText(count: number): string {
  return count.toLocaleString('en');
}

/** `Slot` for `slot`. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

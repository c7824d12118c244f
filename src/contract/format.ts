/** How times and numbers are written wherever a person reads them. */

/** A span of virtual time given in µs: `350 µs`, `12.5 ms`, `1.2 s`, `2 min 5 s`. */
export function latencyText(us: number): string {
  if (us < 1000) return `${us} µs`;
  if (us < 1_000_000) return `${trim(us / 1000)} ms`;
  if (us < 60_000_000) return `${trim(us / 1_000_000)} s`;
  const seconds = Math.round(us / 1_000_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A moment of virtual time given in µs, with fixed width: `00:12.345`. */
export function clockText(us: number): string {
  const ms = Math.floor(us / 1000);
  const minutes = Math.floor(ms / 60_000);
  return `${pad(minutes, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
}

function trim(value: number): string {
  return String(Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)));
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

const SEED_MAX = 0xffffffff;

/** The seed that was typed: an unsigned 32-bit integer; `null` when it is none. */
export function seedFrom(text: string): number | null {
  const typed = text.trim();
  if (!/^\d{1,10}$/.test(typed)) return null;
  const seed = Number(typed);
  return seed <= SEED_MAX ? seed : null;
}

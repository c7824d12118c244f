/** Times, shares and rates as people write them in files: `2 s`, `500 ms`, `30 %`, `64 kB/s`. */
import * as z from 'zod';

/** Longest virtual time a file may name: a day, in µs. */
export const TIME_MAX_US = 86_400_000_000;

const unitsUs: { readonly [unit: string]: number } = {
  µs: 1,
  us: 1,
  ms: 1000,
  s: 1_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
};

/**
 * A time in whole µs.
 * @param given `2 s`, `1.5 ms`, `10 min`, or a number of µs.
 * @returns null when it is no time.
 */
export function timeUs(given: number | string): number | null {
  if (typeof given === 'number') return Number.isInteger(given) ? given : null;
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*(µs|us|ms|s|min|h)$/.exec(given.trim());
  if (match === null) return null;
  return Math.round(Number(match[1]) * unitsUs[match[2]!]!);
}

/**
 * A share from 0 to 1.
 * @param given `30 %`, or a number.
 * @returns null when it is no share.
 */
export function share(given: number | string): number | null {
  if (typeof given === 'number') return given;
  const match = /^(\d{1,3}(?:\.\d{1,6})?)\s*%$/.exec(given.trim());
  return match === null ? null : Number(match[1]) / 100;
}

/** Bytes in a second, in the decimal units of networks. */
const unitsBytes: { readonly [unit: string]: number } = { B: 1, kB: 1000, MB: 1_000_000, GB: 1_000_000_000 };

/**
 * Bytes in a second.
 * @param given `64 kB/s`, or a number.
 * @returns null when it is no rate.
 */
export function rate(given: number | string): number | null {
  if (typeof given === 'number') return given;
  const match = /^(\d{1,12}(?:\.\d{1,9})?)\s*([kMG]?B)\/s$/.exec(given.trim());
  return match === null ? null : Number(match[1]) * unitsBytes[match[2]!]!;
}

/**
 * Schema of a time: a whole number of µs, or text with a unit; gives µs.
 * @param min fewest µs
 * @param max most µs
 * @param range the same bounds in words, e.g. `from 1 ms to 10 min`
 */
export function timeSchema(min: number, max: number, range: string) {
  const expected = `a time ${range} such as "2 s" or "500 ms", or a whole number of µs`;
  return z
    .union([z.number(), z.string().max(40)])
    .transform((given, context) => {
      const us = timeUs(given);
      if (us !== null && us >= min && us <= max) return us;
      context.addIssue({ code: 'invalid_value', values: [], message: expected });
      return z.NEVER;
    })
    .describe(expected);
}

/** A time given in whole µs as `timeUs` reads it, exactly: `2 s`, `1.25 s`, `500 ms`, `350 µs`. */
export function timeText(us: number): string {
  if (us >= 1_000_000) return `${us / 1_000_000} s`;
  if (us >= 1000) return `${us / 1000} ms`;
  return us === 0 ? '0 s' : `${us} µs`;
}

/** A share as `share` reads it, exactly: `30 %`, or a number when no percentage is exact. */
export function shareText(value: number): string | number {
  const text = `${Number((value * 100).toFixed(6))} %`;
  return share(text) === value ? text : value;
}

/** A rate in bytes a second as `rate` reads it, exactly: `64 kB/s`, or a number when no unit is exact. */
export function rateText(value: number): string | number {
  const largestFirst = Object.entries(unitsBytes).reverse();
  const found = largestFirst.find(([, bytes]) => value >= bytes && value % bytes === 0);
  return found === undefined ? value : `${value / found[1]} ${found[0]}/s`;
}

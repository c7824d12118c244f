/** Settings of faults as people write them in files, with units, and as the engine keeps them. */
import type { Field, FieldValue } from '../network/faults/fault.ts';
import { rate, rateText, share, shareText, timeText, timeUs } from './quantity.ts';

interface Fields {
  readonly [field: string]: Field;
}

/** Times, shares and rates turned into numbers; what is none of them stays, for the check to refuse. */
export function fromUnits(fields: Fields, given: { readonly [field: string]: unknown }): Record<string, unknown> {
  return mapped(given, (name, value) => {
    const field = Object.hasOwn(fields, name) ? fields[name]! : null;
    if (field === null || field.type === 'choice') return value;
    const convert = (one: unknown): unknown => (typeof one === 'string' ? (numberOf(field, one) ?? one) : one);
    return Array.isArray(value) ? value.map(convert) : convert(value);
  });
}

/** The same settings with units; `fromUnits` gives them back exactly. */
export function inUnits(fields: Fields, settings: { readonly [field: string]: unknown }): Record<string, unknown> {
  return mapped(settings, (name, value) => {
    const field = Object.hasOwn(fields, name) ? fields[name]! : null;
    if (field === null || field.type === 'choice') return value;
    const convert = (one: unknown): unknown => (typeof one === 'number' ? textOf(field, one) : one);
    return Array.isArray(value) ? value.map(convert) : convert(value);
  });
}

function numberOf({ unit }: Extract<Field, { unit: unknown }>, text: string): number | null {
  switch (unit) {
    case 'µs':
      return timeUs(text);
    case 'share':
      return share(text);
    case 'bytes/s':
      return rate(text);
    default:
      return null;
  }
}

function textOf({ unit }: Extract<Field, { unit: unknown }>, value: number): FieldValue {
  switch (unit) {
    case 'µs':
      return Number.isInteger(value) && value >= 0 ? timeText(value) : value;
    case 'share':
      return shareText(value);
    case 'bytes/s':
      return rateText(value);
    default:
      return value;
  }
}

function mapped(
  given: { readonly [name: string]: unknown },
  change: (name: string, value: unknown) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, change(name, value)]));
}

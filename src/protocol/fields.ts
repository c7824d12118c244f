/** Reading what a file or the window gave: each function returns it checked, or throws naming the field. */
import { ProtocolError } from './protocol.ts';

type Fields = { readonly [key: string]: unknown };

/**
 * The fields of an object; `known` lists those there may be (`null`: any).
 * @throws ProtocolError when it is none, or has another field.
 */
export function objectField(field: string, given: unknown, known: readonly string[] | null): Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ProtocolError(field, `must be an object, not ${show(given)}`);
  }
  for (const key of Object.keys(given)) {
    if (known && !known.includes(key)) throw new ProtocolError(`${field}.${key}`, 'there is no such field');
  }
  return given as Fields;
}

/** @throws ProtocolError when it is neither true nor false. */
export function flagField(field: string, given: unknown): boolean {
  if (typeof given !== 'boolean') throw new ProtocolError(field, `must be true or false, not ${show(given)}`);
  return given;
}

/**
 * A whole number from `min` to `max`; `unit` follows the bounds in the error.
 * @throws ProtocolError when it is none, or beyond them.
 */
export function integerField(field: string, given: unknown, min: number, max: number, unit: string): number {
  if (typeof given !== 'number' || !Number.isInteger(given) || given < min || given > max) {
    throw new ProtocolError(field, `must be a whole number from ${min} to ${max}${unit}, not ${show(given)}`);
  }
  return given;
}

/** @throws ProtocolError when it is no list, or has no or more than `max` items. */
export function listField(field: string, given: unknown, max: number): readonly unknown[] {
  if (!Array.isArray(given)) throw new ProtocolError(field, `must be a list, not ${show(given)}`);
  if (given.length < 1 || given.length > max) {
    throw new ProtocolError(field, `must have 1 to ${max} items, not ${given.length}`);
  }
  return given;
}

/** What was given, for the sentence of an error. */
export function show(given: unknown): string {
  if (given === undefined) return 'nothing';
  if (typeof given === 'string') return JSON.stringify(given);
  return typeof given === 'object' && given !== null ? (Array.isArray(given) ? 'a list' : 'an object') : String(given);
}

/** Checks settings of a fault against its fields: they come from panels, scenarios, run files and strangers. */
import type { Field, FaultSettings, FieldValue, NumberField, Unit } from './fault.ts';

/** A setting that is unknown or out of range. */
export class SettingsError extends Error {
  /** Path of the field, e.g. `network.loss.probability`. */
  readonly field: string;
  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.name = 'SettingsError';
    this.field = field;
  }
}

/** Units of which there are no halves. */
const wholeUnits: readonly Unit[] = ['µs', 'bytes/s', 'packets', 'count'];

/**
 * `given`, which may name only some fields, laid over `base`, and checked.
 * @param path of the fault, for the error.
 * @throws SettingsError naming the field that is unknown or out of range.
 */
export function completeSettings(
  path: string,
  fields: { readonly [field: string]: Field },
  given: unknown,
  base: FaultSettings,
): FaultSettings {
  const settings: Record<string, FieldValue> = { ...base };
  for (const [name, value] of Object.entries(plainObject(given, path))) {
    if (!Object.hasOwn(fields, name)) {
      const names = Object.keys(fields).join(', ');
      throw new SettingsError(`${path}.${name}`, `no such setting; there are ${names === '' ? 'none' : names}`);
    }
    settings[name] = checkField(`${path}.${name}`, fields[name]!, value);
  }
  return settings;
}

/** @throws SettingsError naming the path when the value is no object with settings. */
export function plainObject(value: unknown, path: string): { readonly [key: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SettingsError(path, 'an object with settings was expected');
  }
  return value as { readonly [key: string]: unknown };
}

function checkField(path: string, field: Field, value: unknown): FieldValue {
  switch (field.type) {
    case 'choice':
      if (!field.choices.some((choice) => choice.value === value)) {
        throw new SettingsError(path, `must be one of ${field.choices.map((choice) => choice.value).join(', ')}`);
      }
      return value as string;
    case 'numbers':
      if (!Array.isArray(value) || value.length === 0 || value.length > field.longest) {
        throw new SettingsError(path, `must be a list of 1 to ${field.longest} numbers`);
      }
      return value.map((one, i) => checkNumber(`${path}.${i}`, field, one));
    case 'number':
      return checkNumber(path, field, value);
  }
}

function checkNumber(path: string, range: Pick<NumberField, 'min' | 'max' | 'unit'>, value: unknown): number {
  const { min, max, unit } = range;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < min || value > max) {
    throw new SettingsError(path, `must be a number from ${min} to ${max}${unit === '' ? '' : ` (${unit})`}`);
  }
  if (wholeUnits.includes(unit) && !Number.isInteger(value)) {
    throw new SettingsError(path, `must be a whole number (${unit})`);
  }
  return value;
}

/** A register for each key: get, put, compare and swap. Keys have nothing to do with each other. */
import type { Call } from './history.ts';
import type { Model, Performed, Touched } from './model.ts';
import { sightings, valueName } from './seen.ts';

/** Values by key. */
type Values = ReadonlyMap<string, string>;

/** @param calls all are of a type that a register has */
export function registerModel(calls: readonly Call[]): Model<Values> {
  const seen = sightings(calls);
  return {
    initial: new Map(),
    perform,
    keyOf: (values) => JSON.stringify([...values].sort(([a], [b]) => (a < b ? -1 : 1))),
    touched,
    kindOf({ operation }) {
      if (!('value' in operation) || !seen.has(valueName(operation.key, operation.value))) return null;
      return JSON.stringify(operation);
    },
  };
}

function perform(values: Values, { operation }: Call): Performed<Values> {
  switch (operation.type) {
    case 'get':
      return { state: values, result: { type: 'value', value: values.get(operation.key) ?? null } };
    case 'put':
      return { state: new Map(values).set(operation.key, operation.value), result: { type: 'done' } };
    case 'cas': {
      const value = values.get(operation.key) ?? null;
      const swapped = value === operation.expected;
      const state = swapped ? new Map(values).set(operation.key, operation.value) : values;
      return { state, result: { type: 'swapped', swapped, value } };
    }
    default:
      throw new RangeError(`a register has no ${operation.type}`);
  }
}

function touched({ operation, result }: Call): Touched {
  const keys = 'key' in operation ? [`key ${operation.key}`] : [];
  const reads = operation.type === 'get' || (result?.type === 'swapped' && !result.swapped);
  return reads ? { reads: keys, writes: [] } : { reads: [], writes: keys };
}

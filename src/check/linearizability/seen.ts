/** Who has seen which value: what was never seen was overwritten before anybody looked, or never written. */
import type { Call } from './history.ts';

/** A value of a key; keys have no white space. */
export function valueName(key: string, value: string | null): string {
  return value === null ? key : `${key} ${value}`;
}

/** By value of a key, the places at which operations returned that saw it, or would have done something else had they. */
export function sightings(calls: readonly Call[]): Map<string, number[]> {
  const seen = new Map<string, number[]>();
  const note = (key: string, value: string | null, at: number): void => {
    const name = valueName(key, value);
    const places = seen.get(name);
    if (places === undefined) seen.set(name, [at]);
    else places.push(at);
  };
  for (const { operation, result, returned } of calls) {
    if (operation.type === 'cas') note(operation.key, operation.expected, returned);
    if ((operation.type === 'get' || operation.type === 'cas') && result !== null && 'value' in result) {
      note(operation.key, result.value, returned);
    }
  }
  for (const places of seen.values()) places.sort((a, b) => a - b);
  return seen;
}

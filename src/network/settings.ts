/** How the network behaves: the settings of every link fault, checked, and the presets of the panel. */
import type { Field, FieldValue, FaultSettings, Judgement } from './faults/fault.ts';
import { defaultsOf } from './faults/fault.ts';
import { linkFaults } from './faults/registry.ts';
import type { Random } from '../protocol/random.ts';

/** Settings by fault name. Complete: every fault and every field is present. */
export type NetworkSettings = { readonly [fault: string]: FaultSettings };

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

/** All faults at their defaults: the classroom. */
export function defaultNetwork(): NetworkSettings {
  return Object.fromEntries(linkFaults.map((fault) => [fault.name, defaultsOf(fault)]));
}

/**
 * `given`, which may name only some faults and fields, laid over `base`, and checked.
 * @throws SettingsError naming the field that is unknown or out of range.
 */
export function completeNetwork(given: unknown, base: NetworkSettings = defaultNetwork()): NetworkSettings {
  const faults = plainObject(given, 'network');
  for (const name of Object.keys(faults)) {
    if (!linkFaults.some((fault) => fault.name === name)) {
      throw new SettingsError(`network.${name}`, `no such fault; there are ${linkFaults.map((f) => f.name).join(', ')}`);
    }
  }
  const complete: Record<string, FaultSettings> = {};
  for (const fault of linkFaults) {
    const path = `network.${fault.name}`;
    const settings: Record<string, FieldValue> = { ...base[fault.name] };
    for (const [name, value] of Object.entries(plainObject(faults[fault.name] ?? {}, path))) {
      const field = fault.fields[name];
      if (!Object.hasOwn(fault.fields, name) || field === undefined) {
        throw new SettingsError(`${path}.${name}`, `no such setting; there are ${Object.keys(fault.fields).join(', ')}`);
      }
      settings[name] = checkField(`${path}.${name}`, field, value);
    }
    complete[fault.name] = settings;
  }
  return complete;
}

/** What the network does to one packet. Draws the same number of times whatever the settings. */
export function judge(settings: NetworkSettings, random: Random, judgement: Judgement): void {
  judgement.latency = 0;
  judgement.lost = false;
  judgement.duplicated = false;
  for (const fault of linkFaults) fault.judge(settings[fault.name]!, random, judgement, null);
}

/** The least time of flight, in µs, that a packet can have under these settings. */
export function latencyMin(settings: NetworkSettings): number {
  let least = 0;
  for (const fault of linkFaults) least += fault.latencyMin?.(settings[fault.name]!) ?? 0;
  return least;
}

export interface Preset {
  readonly name: string;
  readonly label: string;
  readonly meaning: string;
  readonly network: NetworkSettings;
}

const ms = 1000;

/** Networks to start from. */
export const presets: readonly Preset[] = [
  {
    name: 'classroom',
    label: 'Classroom',
    meaning: 'Half a second from node to node and nothing lost: slow enough to follow every packet.',
    network: completeNetwork({ latency: { distribution: 'uniform', min: 400 * ms, max: 700 * ms } }),
  },
  {
    name: 'lan',
    label: 'LAN',
    meaning: 'One building: about a millisecond, almost nothing lost.',
    network: completeNetwork({
      loss: { probability: 0.0001 },
      latency: { distribution: 'exponential', min: 0.3 * ms, mean: 0.5 * ms },
    }),
  },
  {
    name: 'wan',
    label: 'WAN',
    meaning: 'Between continents: about a tenth of a second, one packet in a hundred lost.',
    network: completeNetwork({
      loss: { probability: 0.01 },
      latency: { distribution: 'exponential', min: 80 * ms, mean: 30 * ms },
      duplication: { probability: 0.002 },
    }),
  },
  {
    name: 'terrible',
    label: 'Terrible',
    meaning: 'Three in ten packets lost, one in ten doubled, and late ones overtaken by many others.',
    network: completeNetwork({
      loss: { probability: 0.3 },
      latency: { distribution: 'exponential', min: 200 * ms, mean: 500 * ms },
      duplication: { probability: 0.1 },
    }),
  },
];

function plainObject(value: unknown, path: string): { readonly [key: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SettingsError(path, 'an object with settings was expected');
  }
  return value as { readonly [key: string]: unknown };
}

function checkField(path: string, field: Field, value: unknown): FieldValue {
  if (field.type === 'numbers') {
    if (!Array.isArray(value) || value.length === 0 || value.length > field.longest) {
      throw new SettingsError(path, `must be a list of 1 to ${field.longest} numbers`);
    }
    return value.map((one, i) => checkField(`${path}.${i}`, { ...field, type: 'number', default: 0 }, one) as number);
  }
  if (field.type === 'choice') {
    if (!field.choices.some((choice) => choice.value === value)) {
      throw new SettingsError(path, `must be one of ${field.choices.map((choice) => choice.value).join(', ')}`);
    }
    return value as string;
  }
  if (typeof value !== 'number' || !Number.isFinite(value) || value < field.min || value > field.max) {
    throw new SettingsError(path, `must be a number from ${field.min} to ${field.max} (${field.unit})`);
  }
  if (field.unit === 'µs' && !Number.isInteger(value)) throw new SettingsError(path, 'must be a whole number of µs');
  return value;
}

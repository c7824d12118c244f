/** How the network behaves: the settings of every link fault, checked, and the presets of the panel. */
import type { FaultSettings } from './faults/fault.ts';
import { defaultsOf } from './faults/fault.ts';
import { completeSettings, plainObject, SettingsError } from './faults/fields.ts';
import { linkFaults } from './faults/registry.ts';
import { LATENCY_MIN_US } from './link.ts';

export { SettingsError };

/** Settings by fault name. Complete: every fault and every field is present. */
export type NetworkSettings = { readonly [fault: string]: FaultSettings };

/** Settings of some faults and of some of their fields, laid over those of the network for one direction of a link. */
export type LinkOverride = { readonly [fault: string]: FaultSettings };

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
  return Object.fromEntries(
    linkFaults.map((fault) => {
      const before = base[fault.name] ?? defaultsOf(fault);
      return [fault.name, completeSettings(`network.${fault.name}`, fault.fields, faults[fault.name] ?? {}, before)];
    }),
  );
}

/**
 * An override with more laid over it, checked. @param before what was overridden so far; `null` for nothing.
 * @throws SettingsError naming the field that is unknown or out of range.
 */
export function completeOverride(given: unknown, before: LinkOverride | null): LinkOverride {
  const checked = completeNetwork(given);
  const override: Record<string, FaultSettings> = { ...before };
  for (const [name, settings] of Object.entries(given as LinkOverride)) {
    const fields = Object.keys(settings).map((field) => [field, checked[name]![field]!] as const);
    override[name] = { ...override[name], ...Object.fromEntries(fields) };
  }
  return override;
}

/** The least time of flight, in µs, that a packet can have under these settings: at least one tick of the clock. */
export function latencyMin(settings: NetworkSettings): number {
  let least = 0;
  for (const fault of linkFaults) least += fault.latencyMin?.(settings[fault.name]!) ?? 0;
  return Math.max(LATENCY_MIN_US, least);
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
      latency: { distribution: 'log-normal', min: 80 * ms, median: 12 * ms, sigma: 1 },
      jitter: { max: 5 * ms },
      duplication: { probability: 0.002 },
    }),
  },
  {
    name: 'terrible',
    label: 'Terrible',
    meaning: 'Three in ten packets lost, one in ten doubled, some with a wrong bit, and late ones overtaken by many others.',
    network: completeNetwork({
      loss: { probability: 0.3 },
      latency: { distribution: 'exponential', min: 200 * ms, mean: 500 * ms },
      duplication: { probability: 0.1 },
      corruption: { share: 0.02 },
    }),
  },
];

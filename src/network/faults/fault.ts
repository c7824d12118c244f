/**
 * The contract of a link fault: something that happens to packets between two nodes. One file per fault in this
 * folder, one line in registry.ts; the panel, scenarios and the fuzzer take it from there.
 */
import type { Random } from '../../protocol/random.ts';

/** One number a person can set. Values are kept in `unit` as it stands here: times in µs, shares from 0 to 1. */
export interface NumberField {
  readonly type: 'number';
  readonly label: string;
  readonly unit: 'share' | 'µs';
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** One sentence for the tooltip. */
  readonly meaning: string;
  /** Shown only while the choice field of this name has one of these values. */
  readonly when?: { readonly field: string; readonly is: readonly string[] };
}

/** One of several words. */
export interface ChoiceField {
  readonly type: 'choice';
  readonly label: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly default: string;
  readonly meaning: string;
}

export type Field = NumberField | ChoiceField;

/** Settings of one fault: a number or a word per field. */
export type FaultSettings = { readonly [field: string]: number | string };

/** What the faults make of one packet; each fault changes the parts it is about. */
export interface Judgement {
  /** Time of flight in µs, at least 0. */
  latency: number;
  /** The packet does not arrive. */
  lost: boolean;
  /** A second copy travels too. */
  duplicated: boolean;
}

export interface LinkFault {
  readonly name: string;
  readonly label: string;
  readonly fields: { readonly [field: string]: Field };
  /** Draws from `random` the same number of times whatever the settings, so that changing one setting leaves the
   * other draws of the run as they were. */
  judge(settings: FaultSettings, random: Random, judgement: Judgement): void;
  /** The least latency, in µs, that a packet can have; only for faults that set the latency. */
  latencyMin?(settings: FaultSettings): number;
  /** Settings for one run of the fuzzer, drawn from the seed. */
  swarm(random: Random): FaultSettings;
}

/** Default settings of a fault, from its fields. */
export function defaultsOf(fault: LinkFault): FaultSettings {
  return Object.fromEntries(Object.entries(fault.fields).map(([name, field]) => [name, field.default]));
}

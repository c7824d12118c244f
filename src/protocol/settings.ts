/** How the configuration of a protocol is shown: a description per field, kept beside the protocol. */

/** Units in which values are kept: times in µs, shares from 0 to 1, `×` for factors, sizes in bytes, counts, per cent. */
export type Unit = 'share' | 'µs' | '×' | 'bytes/s' | 'packets' | 'count' | 'percent' | '';

/** When a field is shown: while the choice field of this name has one of these values. */
export interface Conditional {
  readonly when?: { readonly field: string; readonly is: readonly string[] };
}

/** Why a field keeps its value for as long as a run lasts, one sentence; without it, it can be changed at any time. */
export interface Fixable {
  readonly fixed?: string;
}

/** A number within bounds, as far as a person sets it; a file may go beyond them. */
export interface NumberRange extends Conditional, Fixable {
  readonly type: 'number';
  readonly label: string;
  readonly unit: Unit;
  readonly min: number;
  readonly max: number;
  /** One sentence for the tooltip. */
  readonly meaning: string;
}

/** One of several words. */
export interface Choice extends Conditional, Fixable {
  readonly type: 'choice';
  readonly label: string;
  readonly choices: readonly {
    readonly value: string;
    readonly label: string;
    /** What it is to choose this, where the label does not say. */
    readonly meaning?: string;
    /** It breaks what clients rely on, unless something holds that nobody can be sure of: why. */
    readonly unsafe?: string;
  }[];
  readonly meaning: string;
}

/** On or off. */
export interface Flag extends Conditional, Fixable {
  readonly type: 'flag';
  readonly label: string;
  readonly meaning: string;
}

export type Setting = NumberRange | Choice | Flag;

/** Settings that belong together, by the name of their field in the configuration. */
export interface SettingGroup {
  /** What they are about; empty: they stand by themselves. */
  readonly title: string;
  readonly fields: { readonly [field: string]: Setting };
}

/** How the fields of a fault or a protocol are shown, typed and slid. Shares as per cent, times in milliseconds, the rest as they are. */
import type { FaultSettings, Field, FieldValue, ListField, NumberRange, Setting } from '../../../src/contract/index.ts';

type Unit = NumberRange['unit'];

interface Scale {
  /** As it stands behind the number. */
  readonly text: string;
  /** Shown number for each kept one. */
  readonly shown: number;
  /** Kept numbers are whole. */
  readonly whole: boolean;
  /** What may be typed behind a number, and what it makes of it, in kept units. */
  readonly typed: { readonly [suffix: string]: number };
}

const scales: Record<Unit, Scale> = {
  share: { text: '%', shown: 100, whole: false, typed: { '%': 0.01 } },
  µs: { text: 'ms', shown: 0.001, whole: true, typed: { ms: 1000, s: 1_000_000, µs: 1, us: 1 } },
  '×': { text: '×', shown: 1, whole: false, typed: { '×': 1, x: 1 } },
  'bytes/s': { text: 'B/s', shown: 1, whole: true, typed: { 'b/s': 1, 'kb/s': 1000, 'mb/s': 1_000_000, 'bytes/s': 1 } },
  packets: { text: '', shown: 1, whole: true, typed: { packets: 1, packet: 1 } },
  count: { text: '', shown: 1, whole: true, typed: {} },
  percent: { text: '%', shown: 1, whole: true, typed: { '%': 1 } },
  '': { text: '', shown: 1, whole: false, typed: {} },
};

/** First time on a slider after zero, µs; the same for other units that go over many powers of ten. */
const LEAST: Record<Unit, number> = { share: 0, µs: 100, '×': 0.01, 'bytes/s': 100, packets: 1, count: 1, percent: 1, '': 0.01 };
const SHARE_STEP = 0.005;
/** A range of whole numbers no longer than this has a stop for each. */
const EVERY_MAX = 200;

const stopsOfField = new WeakMap<NumberRange, readonly number[]>();

/**
 * The values a slider stops at, ascending. Shares go up evenly; the rest by the second digit (1.0, 1.1 … 9.9, 10, 11 …),
 * so that a tenth of a millisecond and ten seconds are set with the same care.
 */
export function stopsOf(field: NumberRange): readonly number[] {
  let stops = stopsOfField.get(field);
  if (stops === undefined) stopsOfField.set(field, (stops = makeStops(field)));
  return stops;
}

/** The stop nearest to a value. */
export function toSlider(field: NumberRange, value: number): number {
  const stops = stopsOf(field);
  let low = 0;
  let high = stops.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stops[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - stops[low - 1]! < stops[low]! - value ? low - 1 : low;
}

/** The number as it stands in its input, in the unit shown. */
export function toText(field: { readonly unit: Unit }, value: number): string {
  const { shown: factor, whole } = scales[field.unit];
  const shown = field.unit === 'µs' ? value / 1000 : value * factor;
  return String(whole && factor === 1 ? shown : Number(shown.toPrecision(shown < 1 ? 2 : 4)));
}

/** The number with its unit: `12.5 ms`, `30 %`. */
export function withUnit(field: { readonly unit: Unit }, value: number): string {
  return `${toText(field, value)} ${unitOf(field)}`.trim();
}

/** What was typed, brought into range; `null` when it is no number. A comma is taken for a point. */
export function fromText(field: NumberRange, text: string): number | null {
  const value = numberIn(field.unit, text.trim().replace(',', '.'));
  return value === null ? null : Math.min(field.max, Math.max(field.min, value));
}

/** A list as it stands in its input: `20, 35, 500`. */
export function listText(field: ListField, values: readonly number[]): string {
  return values.map((value) => toText(field, value)).join(', ');
}

/** What was typed as a list: its numbers, or what is wrong with it. Numbers are parted by commas, semicolons or spaces. */
export function listFromText(field: ListField, text: string): { readonly values: readonly number[] } | { readonly error: string } {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  if (words.length === 0) return { error: 'Give at least one number.' };
  if (words.length > field.longest) return { error: `At most ${field.longest} numbers; these are ${words.length}.` };
  const values: number[] = [];
  for (const [i, word] of words.entries()) {
    const value = numberIn(field.unit, word);
    if (value === null) return { error: `“${word}” is no number.` };
    if (value < field.min || value > field.max) {
      return { error: `Number ${i + 1}, ${word}, is not from ${toText(field, field.min)} to ${withUnit(field, field.max)}.` };
    }
    values.push(value);
  }
  return { values };
}

export function unitOf(field: { readonly unit: Unit }): string {
  return scales[field.unit].text;
}

/** Whether the field matters under these settings. */
export function applies(field: Field | Setting, settings: { readonly [field: string]: unknown }): boolean {
  return field.when === undefined || field.when.is.includes(String(settings[field.when.field]));
}

/**
 * The settings to send when one field of a fault changes. Where a fault has a `min` and a `max`, moving one beyond the
 * other takes the other along.
 */
export function patchOf(
  fault: { readonly fields: { readonly [field: string]: Field } },
  settings: FaultSettings,
  name: string,
  value: FieldValue,
): FaultSettings {
  const patch: Record<string, FieldValue> = { [name]: value };
  const { min, max } = settings;
  if (fault.fields.max === undefined || !applies(fault.fields.max, settings)) return patch;
  if (name === 'min' && value > max!) patch.max = value;
  if (name === 'max' && value < min!) patch.min = value;
  return patch;
}

/** Whether two settings of a fault say the same, as far as their fields matter. */
export function sameSettings(
  fault: { readonly fields: { readonly [field: string]: Field } },
  a: FaultSettings,
  b: FaultSettings,
): boolean {
  return Object.entries(fault.fields).every(([name, field]) => !applies(field, a) || String(a[name]) === String(b[name]));
}

/** A number with or without a unit behind it, in kept units; without one it is meant in the unit shown. */
function numberIn(unit: Unit, text: string): number | null {
  const { typed, shown, whole } = scales[unit];
  const [, digits = '', suffix = ''] = /^([-+\d.e]+)\s*(\D*)$/i.exec(text) ?? [];
  const value = Number(digits);
  if (digits === '' || !Number.isFinite(value)) return null;
  const factor = suffix === '' ? 1 / shown : typed[suffix.toLowerCase()];
  if (factor === undefined) return null;
  // 70 × 0.01 is 0.7 and nothing more.
  return whole ? Math.round(value * factor) : Number((value * factor).toPrecision(12));
}

function makeStops(field: NumberRange): number[] {
  const { min, max, unit } = field;
  if (unit === 'share') return evenStops(min, max, SHARE_STEP);
  const { whole } = scales[unit];
  if (whole && max - min <= EVERY_MAX) return evenStops(min, max, 1);
  const stops = [min];
  for (let decade = LEAST[unit]; decade < max; decade *= 10) {
    for (let tenth = 10; tenth < 100; tenth++) {
      const exact = (decade / 10) * tenth;
      const value = whole ? Math.round(exact) : Number(exact.toPrecision(3));
      if (value > stops.at(-1)! && value < max) stops.push(value);
    }
  }
  return [...stops, max];
}

function evenStops(min: number, max: number, step: number): number[] {
  const count = Math.round((max - min) / step);
  return Array.from({ length: count + 1 }, (_, i) => Number((min + i * step).toFixed(4)));
}

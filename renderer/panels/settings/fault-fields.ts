/** How the numbers of a link fault are shown, typed and slid. Shares as per cent, times in milliseconds. */
import type { Field, LinkFault, NumberField, FaultSettings } from '../../../src/contract/index.ts';

/** First time on a slider after zero, µs. */
const TIME_LEAST_US = 100;
const SHARE_STEP = 0.005;

const stopsOfField = new WeakMap<NumberField, readonly number[]>();

/**
 * The values a slider stops at, ascending. Shares go up evenly; times by their second digit (1.0, 1.1 … 9.9, 10, 11 …),
 * so that a tenth of a millisecond and ten seconds are set with the same care.
 */
export function stopsOf(field: NumberField): readonly number[] {
  let stops = stopsOfField.get(field);
  if (stops === undefined) stopsOfField.set(field, (stops = field.unit === 'share' ? evenStops(field) : timeStops(field)));
  return stops;
}

/** The stop nearest to a value. */
export function toSlider(field: NumberField, value: number): number {
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
export function toText(field: NumberField, value: number): string {
  const shown = field.unit === 'share' ? value * 100 : value / 1000;
  return String(Number(shown.toPrecision(shown < 1 ? 2 : 4)));
}

/** What was typed, brought into range; `null` when it is no number. A comma is taken for a point. */
export function fromText(field: NumberField, text: string): number | null {
  const typed = text.trim().replace(',', '.').replace(/\s*(%|ms)$/, '');
  const value = Number(typed);
  if (typed === '' || !Number.isFinite(value)) return null;
  return clamp(field, field.unit === 'share' ? value / 100 : Math.round(value * 1000));
}

export function unitOf(field: NumberField): string {
  return field.unit === 'share' ? '%' : 'ms';
}

/** Whether the field matters under these settings. */
export function applies(field: Field, settings: FaultSettings): boolean {
  return field.type === 'choice' || field.when === undefined || field.when.is.includes(String(settings[field.when.field]));
}

/**
 * The settings to send when one field of a fault changes. Where a fault has a `min` and a `max`, moving one beyond the
 * other takes the other along.
 */
export function patchOf(fault: LinkFault, settings: FaultSettings, name: string, value: number | string): FaultSettings {
  const patch: Record<string, number | string> = { [name]: value };
  const { min, max } = settings;
  if (fault.fields.max === undefined || !applies(fault.fields.max, settings)) return patch;
  if (name === 'min' && value > max!) patch.max = value;
  if (name === 'max' && value < min!) patch.min = value;
  return patch;
}

function clamp(field: NumberField, value: number): number {
  return Math.min(field.max, Math.max(field.min, value));
}

function evenStops({ min, max }: NumberField): number[] {
  const count = Math.round((max - min) / SHARE_STEP);
  return Array.from({ length: count + 1 }, (_, i) => Number((min + i * SHARE_STEP).toFixed(4)));
}

function timeStops({ min, max }: NumberField): number[] {
  const stops = [min];
  for (let decade = TIME_LEAST_US; decade < max; decade *= 10) {
    for (let tenth = 10; tenth < 100; tenth++) {
      const value = (decade / 10) * tenth;
      if (value > min && value < max) stops.push(value);
    }
  }
  return [...stops, max];
}

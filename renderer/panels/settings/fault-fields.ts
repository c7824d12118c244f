/** How the numbers of a link fault are shown, typed and slid. Shares as per cent, times in milliseconds. */
import type { Field, LinkFault, NumberField, FaultSettings } from '../../../src/contract/index.ts';

/** Where the slider of a time leaves zero, µs; from there to the end it is logarithmic. */
const TIME_LEAST_US = 100;
export const SLIDER_STEPS = 400;

/** Position of a value on its slider, 0 to `SLIDER_STEPS`. */
export function toSlider(field: NumberField, value: number): number {
  if (field.unit === 'share') return Math.round(((value - field.min) / (field.max - field.min)) * SLIDER_STEPS);
  if (value < TIME_LEAST_US) return 0;
  return Math.max(1, Math.round((Math.log(value / TIME_LEAST_US) / Math.log(field.max / TIME_LEAST_US)) * SLIDER_STEPS));
}

/** The value at a position of the slider, rounded to what a person would have said. */
export function fromSlider(field: NumberField, position: number): number {
  const share = position / SLIDER_STEPS;
  if (field.unit === 'share') return clamp(field, Math.round((field.min + share * (field.max - field.min)) * 200) / 200);
  if (position === 0) return field.min;
  return clamp(field, roundTo2(TIME_LEAST_US * (field.max / TIME_LEAST_US) ** share));
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

function roundTo2(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.round(value / unit) * unit;
}

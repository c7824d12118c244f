/** Which part of the log is in sight. Pure; lengths in CSS pixels, places in slots, slot s from s to s + 1. */

/** Widest column, and the one to begin with. */
export const SCALE_MAX = 40;
export const SCALE_FIRST = 14;
/** Of the room, at most this share is left free after the latest slot. */
const AHEAD_MAX = 0.3;

export interface Viewport {
  /** The place at the left edge. */
  readonly from: number;
  /** Pixels per slot. */
  readonly scale: number;
  readonly width: number;
}

/** The log as long as there is anything to see of it. */
export interface Extent {
  /** The highest slot of which anybody knows; 0 for none. */
  readonly latest: number;
  /** The last slot that may be proposed in now: shown as empty room. */
  readonly ahead: number;
}

export function xOf({ from, scale }: Viewport, place: number): number {
  return (place - from) * scale;
}

/** The slot at a distance from the left edge. */
export function slotAt({ from, scale }: Viewport, x: number): number {
  return Math.floor(from + x / scale);
}

/** The first and last slot in sight, however little of them. */
export function slotsIn({ from, scale, width }: Viewport): { readonly first: number; readonly last: number } {
  return { first: Math.max(1, Math.floor(from)), last: Math.ceil(from + width / scale) - 1 };
}

/** The place after the last slot that there is to see. */
function endOf({ latest, ahead }: Extent, scale: number, width: number): number {
  return latest + 1 + Math.min(Math.max(0, ahead - latest), (AHEAD_MAX * width) / scale);
}

/** The smallest scale: the whole log fits. */
export function scaleMin(extent: Extent, width: number): number {
  return Math.min(SCALE_MAX, Math.max(0, width) / Math.max(1, extent.latest, extent.ahead));
}

/** The scale as near to the wanted one as there is sense in. */
export function scaleWithin(scale: number, extent: Extent, width: number): number {
  return Math.max(Math.min(scaleMin(extent, width), SCALE_FIRST), Math.min(SCALE_MAX, scale));
}

/** The latest slots. A short log begins at the left, so that nothing moves until the room is full. */
export function followEnd(extent: Extent, scale: number, width: number): Viewport {
  return { from: Math.max(1, endOf(extent, scale, width) - width / scale), scale, width };
}

/** From about this place on, as far as there is something to see. */
export function lookAt(from: number, extent: Extent, scale: number, width: number): Viewport {
  return { from: Math.max(1, Math.min(from, followEnd(extent, scale, width).from)), scale, width };
}

/** The same with other columns; the place at `x` stays where it is. */
export function zoomed(view: Viewport, extent: Extent, scale: number, x: number): Viewport {
  const within = scaleWithin(scale, extent, view.width);
  return lookAt(view.from + x / view.scale - x / within, extent, within, view.width);
}

/** Whether what is in sight reaches the end of the log. */
export function isAtEnd(view: Viewport, extent: Extent): boolean {
  return view.from >= followEnd(extent, view.scale, view.width).from - 0.5;
}

/** The distance between the numbers of an axis: 1, 2 or 5 of some power of ten, at least `pixels` apart. */
export function tickEvery(scale: number, pixels: number): number {
  const least = pixels / scale;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= least) ?? 10 * power;
}

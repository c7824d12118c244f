/** Which part of a picture is in sight, and what is where on the screen. */
import type { Order, Picture } from './layout.ts';

/** Which part is in sight. */
export interface PictureView {
  /** The place at the left edge, right of the names. */
  readonly from: number;
  /** Pixels for a unit of places. */
  readonly scale: number;
  /** Pixels, with the names. */
  readonly width: number;
  readonly height: number;
  /** How far the lanes are scrolled down, pixels. */
  readonly scroll: number;
  readonly laneHeight: number;
}

export interface Drawn {
  readonly picture: Picture;
  readonly view: PictureView;
  /** The order to be shown; `null` for none. */
  readonly order: Order | null;
  /** On failure: the operations concerned, and the one that fits nowhere. */
  readonly failure: { readonly calls: ReadonlySet<number>; readonly blocked: number } | null;
  /** What comes after it lies in the future of the moment that is looked at; `null`: nothing does. */
  readonly moment: number | null;
  /** Index of the operation that is pointed at. */
  readonly pointed: number | null;
  /** How places are written on the axis. */
  readonly placeText: (place: number) => string;
}

/** Width of the names, and heights of the axis and of a row of faults, px. */
export const NAMES = 52;
export const AXIS = 20;
export const FAULT_ROW = 14;

/** Height of what stands above the lanes. */
export function headHeight({ faults }: Picture): number {
  return AXIS + faults.length * FAULT_ROW + (faults.length > 0 ? 3 : 0);
}

/** Height at which nothing is scrolled. */
export function fullHeight(picture: Picture, laneHeight: number): number {
  return headHeight(picture) + picture.lanes.length * laneHeight + 6;
}

export function xOf({ from, scale }: PictureView, place: number): number {
  return NAMES + (place - from) * scale;
}

export function placeAt({ from, scale }: PictureView, x: number): number {
  return from + (x - NAMES) / scale;
}

/** The lane at a height; -1 for none. */
export function laneAt(picture: Picture, { scroll, laneHeight }: PictureView, y: number): number {
  const head = headHeight(picture);
  const lane = Math.floor((y - head + scroll) / laneHeight);
  return y < head || lane >= picture.lanes.length ? -1 : lane;
}

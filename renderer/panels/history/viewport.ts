/** Which stretch of a history is in sight. Pure; lengths in CSS pixels, places as in the picture. */
import { pictureView, type Picture } from '../../../src/contract/index.ts';

export interface Stretch {
  /** The place at the left edge of the lanes. */
  readonly from: number;
  /** Pixels for a unit of places. */
  readonly scale: number;
}

/** Half of the bars are so wide at first. */
const BAR_FIRST = 96;
/** Heights of a lane. */
const LANE = { min: 26, max: 34 } as const;
/** Most pixels for a µs, or between two numbers. */
const SCALE_MAX = { time: 1, number: 400 } as const;
/** Share of the room that is left free at the end. */
const AHEAD = 0.06;

/** The extent of the lanes, px. */
export function roomIn(width: number): number {
  return Math.max(1, width - pictureView.NAMES);
}

/** All of the picture fits. */
export function scaleMin({ from, to }: Picture, width: number): number {
  return (roomIn(width) * (1 - AHEAD)) / Math.max(1, to - from);
}

/** The scale to begin with. */
export function scaleFirst(picture: Picture, width: number): number {
  const lengths = picture.bars.filter(({ open }) => !open).map(({ from, to }) => to - from).sort((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
  return scaleWithin(median <= 0 ? 0 : BAR_FIRST / median, picture, width);
}

export function scaleWithin(scale: number, picture: Picture, width: number): number {
  const least = scaleMin(picture, width);
  return Math.max(least, Math.min(scale, Math.max(least, SCALE_MAX[picture.axis])));
}

/** The end of the picture; a short one begins at the left. */
export function followEnd(picture: Picture, scale: number, width: number): Stretch {
  return { from: Math.max(picture.from, picture.to - (roomIn(width) * (1 - AHEAD)) / scale), scale };
}

/** From about this place on, as far as there is something to see. */
export function lookAt(from: number, picture: Picture, scale: number, width: number): Stretch {
  return { from: Math.max(picture.from, Math.min(from, followEnd(picture, scale, width).from)), scale };
}

/** The same with another scale; the place at `x` stays where it is. */
export function zoomed({ from, scale }: Stretch, picture: Picture, factor: number, width: number, x: number): Stretch {
  const next = scaleWithin(scale * factor, picture, width);
  const within = Math.max(0, x - pictureView.NAMES);
  return lookAt(from + within / scale - within / next, picture, next, width);
}

export function laneHeightIn(picture: Picture, height: number): number {
  const room = height - pictureView.headHeight(picture) - 6;
  return Math.max(LANE.min, Math.min(LANE.max, Math.floor(room / Math.max(1, picture.lanes.length))));
}

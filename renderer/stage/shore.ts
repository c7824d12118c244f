/**
 * The shore of an island: the convex outline around its nodes' discs and plates, kept as a *support function*, the
 * distance of the outline from the origin of the stage in each of `DIRECTIONS` directions. Blending two of them blends
 * their shapes (a Minkowski sum), so that a shore flows when a node leaves or comes. Px.
 */
import type { NodeId } from '../../src/contract/index.ts';
import type { Point, Rect } from './geometry.ts';
import type { Look } from './look.ts';
import { plateRect, reachOf, type Side } from './plate.ts';

export const DIRECTIONS = 72;

const cosines = Float64Array.from({ length: DIRECTIONS }, (_, i) => Math.cos((i / DIRECTIONS) * 2 * Math.PI));
const sines = Float64Array.from({ length: DIRECTIONS }, (_, i) => Math.sin((i / DIRECTIONS) * 2 * Math.PI));
const STEP_SINE = Math.sin((2 * Math.PI) / DIRECTIONS);

/** One actor on an island: its middle and the side of its plate. */
export interface Resident extends Point {
  readonly node: NodeId;
  readonly side: Side;
}

/** Directions to either side over which an outline is averaged: corners become bays. */
const SOFTNESS = 5;
/** Least room between what stands on an island and its shore, as a share of the pad. */
const NEAREST = 0.45;
/** Weights of the average: a raised cosine, its sum 1. */
const bell = Array.from({ length: 2 * SOFTNESS + 1 }, (_, j) => 1 + Math.cos(((j - SOFTNESS) / (SOFTNESS + 1)) * Math.PI)).map(
  (weight) => weight / (2 * SOFTNESS + 2),
);
const tight = new Float64Array(DIRECTIONS);

/** The outline around the residents, of which there is at least one; `radius` of a disc now. Written into `out`. */
export function outline(residents: readonly Resident[], look: Look, radius: number, out: Float64Array): void {
  const middle = middleOf(residents);
  tighten(residents, middle, look, radius);
  // An average of outlines is an outline again, but rounder: it cuts corners. The pad is as much larger as they have
  // lost, so that all that stands on the island stays on it.
  let lost = 0;
  for (let i = 0; i < DIRECTIONS; i++) {
    let sum = 0;
    for (let j = 0; j < bell.length; j++) sum += tight[(i + j - SOFTNESS + DIRECTIONS) % DIRECTIONS]! * bell[j]!;
    out[i] = sum;
    lost = Math.max(lost, tight[i]! - sum);
  }
  const pad = Math.max(look.pad, lost + look.pad * NEAREST);
  for (let i = 0; i < DIRECTIONS; i++) out[i] = out[i]! + pad + middle.x * cosines[i]! + middle.y * sines[i]!;
}

/** The tight outline around discs and plates, seen from `middle`, into `tight`. */
function tighten(residents: readonly Resident[], middle: Point, look: Look, radius: number): void {
  tight.fill(-Infinity);
  for (const resident of residents) {
    const x = resident.x - middle.x;
    const y = resident.y - middle.y;
    const plate = plateRect(look, { node: resident.node, x, y, side: resident.side }, radius);
    const disc = reachOf(resident.node, radius);
    for (let i = 0; i < DIRECTIONS; i++) {
      const c = cosines[i]!;
      const s = sines[i]!;
      let reach = x * c + y * s + disc;
      if (plate !== null) {
        reach = Math.max(reach, (c >= 0 ? plate.right : plate.left) * c + (s >= 0 ? plate.bottom : plate.top) * s);
      }
      if (reach > tight[i]!) tight[i] = reach;
    }
  }
}

function middleOf(residents: readonly Resident[]): Point {
  return {
    x: residents.reduce((sum, { x }) => sum + x, 0) / residents.length,
    y: residents.reduce((sum, { y }) => sum + y, 0) / residents.length,
  };
}

/** The rectangle around an outline. */
export function boxOf(shore: Float64Array): Rect {
  const quarter = DIRECTIONS / 4;
  return { left: -shore[2 * quarter]!, top: -shore[3 * quarter]!, right: shore[0]!, bottom: shore[quarter]! };
}

/** Whether `p` lies within the outline, or at most `margin` outside. */
export function contains(shore: Float64Array, p: Point, margin = 0): boolean {
  for (let i = 0; i < DIRECTIONS; i++) if (p.x * cosines[i]! + p.y * sines[i]! > shore[i]! + margin) return false;
  return true;
}

/** Moves `shore` the share `part` (0 to 1) of the way to `target`. @returns the largest way any of it has still to go */
export function blend(shore: Float64Array, target: Float64Array, part: number): number {
  let left = 0;
  for (let i = 0; i < DIRECTIONS; i++) {
    const gap = target[i]! - shore[i]!;
    shore[i] = shore[i]! + gap * part;
    left = Math.max(left, Math.abs(gap) * (1 - part));
  }
  return left;
}

/** The outline as a closed, smooth SVG path. */
export function shorePath(shore: Float64Array): string {
  let path = '';
  let previous = vertex(shore, DIRECTIONS - 1);
  for (let i = 0; i < DIRECTIONS; i++) {
    const next = vertex(shore, i);
    const knot = `${tenth((previous.x + next.x) / 2)} ${tenth((previous.y + next.y) / 2)}`;
    path += i === 0 ? `M${knot}` : `Q${tenth(previous.x)} ${tenth(previous.y)} ${knot}`;
    previous = next;
  }
  const first = vertex(shore, 0);
  const last = vertex(shore, DIRECTIONS - 1);
  return `${path}Q${tenth(last.x)} ${tenth(last.y)} ${tenth((last.x + first.x) / 2)} ${tenth((last.y + first.y) / 2)}Z`;
}

/** Where a caption hangs: the middle of the island's lower edge. */
export function footOf(shore: Float64Array): Point {
  return { x: (shore[0]! - shore[DIRECTIONS / 2]!) / 2, y: shore[DIRECTIONS / 4]! };
}

/** Where the edges of directions `i` and `i + 1` meet. */
function vertex(shore: Float64Array, i: number): Point {
  const j = (i + 1) % DIRECTIONS;
  return {
    x: (shore[i]! * sines[j]! - shore[j]! * sines[i]!) / STEP_SINE,
    y: (shore[j]! * cosines[i]! - shore[i]! * cosines[j]!) / STEP_SINE,
  };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

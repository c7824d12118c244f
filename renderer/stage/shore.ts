/**
 * The shore of an island: the convex outline around its nodes' discs and plates, kept as a *support function*, the
 * distance of the outline from the origin of the stage in each of `DIRECTIONS` directions. Blending two of them blends
 * their shapes (a Minkowski sum), so that a shore flows when a node leaves or comes. Pure; px.
 */
import type { NodeId } from '../../src/contract/index.ts';
import type { Point } from './geometry.ts';
import type { Look } from './look.ts';
import { plateRect, type Side } from './ring.ts';

export const DIRECTIONS = 72;

const cosines = Float64Array.from({ length: DIRECTIONS }, (_, i) => Math.cos((i / DIRECTIONS) * 2 * Math.PI));
const sines = Float64Array.from({ length: DIRECTIONS }, (_, i) => Math.sin((i / DIRECTIONS) * 2 * Math.PI));
const STEP_SINE = Math.sin((2 * Math.PI) / DIRECTIONS);

/** One node on an island: the middle of its disc and the side of its plate. */
export interface Resident extends Point {
  readonly node: NodeId;
  readonly side: Side;
}

/** The outline around the residents, of which there is at least one; `radius` of a disc now. Written into `out`. */
export function outline(residents: readonly Resident[], look: Look, radius: number, out: Float64Array): void {
  const round = radius + look.pad;
  const corner = Math.min(12, look.pad);
  out.fill(-Infinity);
  for (const resident of residents) {
    const plate = plateRect({ ...look, radius }, resident);
    for (let i = 0; i < DIRECTIONS; i++) {
      const c = cosines[i]!;
      const s = sines[i]!;
      let reach = resident.x * c + resident.y * s + round;
      if (plate !== null) {
        const across = (c >= 0 ? plate.right : plate.left) * c + (s >= 0 ? plate.bottom : plate.top) * s;
        // The plate's corners, rounded: what a circle of `corner` sweeps around a rectangle that much smaller, and the pad.
        const cut = corner * (Math.abs(c) + Math.abs(s) - 1);
        reach = Math.max(reach, across - cut + look.pad * 0.75);
      }
      if (reach > out[i]!) out[i] = reach;
    }
  }
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

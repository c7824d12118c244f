/** Puts rectangles next to each other without overlap, each as near as possible to where it is wanted. Pure. */
import { clamp, type Point, type Rect } from './geometry.ts';

export interface Parcel {
  readonly width: number;
  readonly height: number;
  /** Where its middle is wanted. */
  readonly wanted: Point;
  /** How hard it is to push away, 1 for an ordinary one. */
  readonly weight: number;
}

const ROUNDS_MAX = 90;
/** Above this share of the area, rectangles pushed about at random hardly ever come to fit. */
const FILL_MAX = 0.9;
/** Axis along which two overlapping parcels are pushed apart: the shorter way, or always the same. */
const ways = ['short', 'x', 'y'] as const;

/** Middles of the parcels after pushing them apart; `null` when that does not come to rest inside `area`. */
export function pushApart(parcels: readonly Parcel[], area: Rect, gap: number): Point[] | null {
  const width = area.right - area.left;
  const height = area.bottom - area.top;
  if (parcels.some((p) => p.width > width || p.height > height)) return null;
  const needed = parcels.reduce((sum, p) => sum + (p.width + gap) * (p.height + gap), 0);
  if (parcels.length > 1 && needed > FILL_MAX * (width + gap) * (height + gap)) return null;
  for (const way of ways) {
    const places = tryPushing(parcels, area, gap, way);
    if (places !== null) return places;
  }
  return null;
}

function tryPushing(parcels: readonly Parcel[], area: Rect, gap: number, way: (typeof ways)[number]): Point[] | null {
  const at = parcels.map((p) => ({ x: p.wanted.x, y: p.wanted.y }));
  const keepIn = (i: number) => {
    const p = parcels[i]!;
    at[i]!.x = clamp(at[i]!.x, area.left + p.width / 2, area.right - p.width / 2);
    at[i]!.y = clamp(at[i]!.y, area.top + p.height / 2, area.bottom - p.height / 2);
  };
  at.forEach((_, i) => keepIn(i));
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let moved = false;
    for (let i = 0; i < at.length; i++) {
      for (let j = i + 1; j < at.length; j++) {
        const a = parcels[i]!;
        const b = parcels[j]!;
        const dx = at[j]!.x - at[i]!.x;
        const dy = at[j]!.y - at[i]!.y;
        const overX = (a.width + b.width) / 2 + gap - Math.abs(dx);
        const overY = (a.height + b.height) / 2 + gap - Math.abs(dy);
        if (overX <= 0.01 || overY <= 0.01) continue;
        moved = true;
        const share = b.weight / (a.weight + b.weight);
        if (way === 'x' || (way === 'short' && overX <= overY)) {
          const push = (dx >= 0 ? 1 : -1) * (overX + 0.02);
          at[i]!.x -= push * share;
          at[j]!.x += push * (1 - share);
        } else {
          const push = (dy >= 0 ? 1 : -1) * (overY + 0.02);
          at[i]!.y -= push * share;
          at[j]!.y += push * (1 - share);
        }
        keepIn(i);
        keepIn(j);
      }
    }
    if (!moved) return at;
  }
  return null;
}

/** Middles of the parcels set in rows; `null` when they do not fit `area` so. Rows follow the wanted places if they can. */
export function setInRows(parcels: readonly Parcel[], area: Rect, gap: number): Point[] | null {
  const indices = parcels.map((_, i) => i);
  const byPlace = [...indices].sort((a, b) => parcels[a]!.wanted.y - parcels[b]!.wanted.y);
  const bySize = [...indices].sort((a, b) => parcels[b]!.height - parcels[a]!.height);
  return rows(parcels, byPlace, area, gap) ?? rows(parcels, bySize, area, gap);
}

function rows(parcels: readonly Parcel[], order: readonly number[], area: Rect, gap: number): Point[] | null {
  const width = area.right - area.left;
  const lines: number[][] = [];
  let used = Infinity;
  for (const i of order) {
    const parcel = parcels[i]!;
    if (parcel.width > width) return null;
    if (used + gap + parcel.width > width) {
      lines.push([]);
      used = -gap;
    }
    lines[lines.length - 1]!.push(i);
    used += gap + parcel.width;
  }
  const heights = lines.map((line) => Math.max(...line.map((i) => parcels[i]!.height)));
  const spare = area.bottom - area.top - heights.reduce((sum, h) => sum + h, 0) - gap * (lines.length - 1);
  if (spare < 0) return null;
  const places: Point[] = parcels.map((p) => p.wanted);
  let top = area.top + spare / (lines.length + 1);
  lines.forEach((line, row) => {
    line.sort((a, b) => parcels[a]!.wanted.x - parcels[b]!.wanted.x);
    const free = width - line.reduce((sum, i) => sum + parcels[i]!.width, 0) - gap * (line.length - 1);
    let left = area.left + free / (line.length + 1);
    for (const i of line) {
      places[i] = { x: left + parcels[i]!.width / 2, y: top + heights[row]! / 2 };
      left += parcels[i]!.width + gap + free / (line.length + 1);
    }
    top += heights[row]! + gap + spare / (lines.length + 1);
  });
  return places;
}

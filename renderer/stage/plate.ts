/** The room one node takes: its disc, and its plate beside it. Pure; px. */
import { shifted, type Rect } from './geometry.ts';
import type { Look } from './look.ts';

/** Where the plate of a node stands: outwards, so that no link inside the ring crosses it. */
export type Side = 'above' | 'below' | 'left' | 'right';

/** A node's disc, as the square around it. */
export function discRect(look: Look, x: number, y: number): Rect {
  return { left: x - look.radius, top: y - look.radius, right: x + look.radius, bottom: y + look.radius };
}

/** A node's plate, or `null` when the look has none; `radius` of the disc now. */
export function plateRect(
  look: Look,
  place: { readonly x: number; readonly y: number; readonly side: Side },
  radius = look.radius,
): Rect | null {
  if (look.plateWidth === 0) return null;
  const out = radius + look.plateGap;
  const w = look.plateWidth;
  const h = look.plateHeight;
  const at = {
    above: { left: -w / 2, top: -out - h },
    below: { left: -w / 2, top: out },
    left: { left: -out - w, top: -h / 2 },
    right: { left: out, top: -h / 2 },
  }[place.side];
  return shifted({ left: at.left, top: at.top, right: at.left + w, bottom: at.top + h }, place.x, place.y);
}

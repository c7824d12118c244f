/** The room one actor takes: its disc or square, and its plate beside it. Pure; px. */
import { isClient, type NodeId } from '../../src/contract/index.ts';
import { shifted, type Rect } from './geometry.ts';
import type { Form, Look } from './look.ts';

/** Where the plate of a node stands: outwards, so that no link inside the ring crosses it; a client's is below. */
export type Side = 'above' | 'below' | 'left' | 'right';

/** Half the side of a client's square, as a share of the radius of a disc, and the least of it. */
const CLIENT_SHARE = 0.58;
const CLIENT_LEAST = 11;

/** What a client waits for, below its square. */
const clientPlates: Record<Form, { readonly width: number; readonly height: number; readonly gap: number }> = {
  full: { width: 108, height: 30, gap: 5 },
  medium: { width: 78, height: 14, gap: 4 },
  small: { width: 0, height: 0, gap: 0 },
  tiny: { width: 0, height: 0, gap: 0 },
};

/** Who stands somewhere. */
interface Standing {
  readonly node: NodeId;
  readonly x: number;
  readonly y: number;
}

/** How far an actor reaches from its middle when discs have this radius. */
export function reachOf(node: NodeId, radius: number): number {
  return isClient(node) ? Math.max(CLIENT_LEAST, CLIENT_SHARE * radius) : radius;
}

/** An actor's disc or square, as the square around it. */
export function discRect(look: Look, { node, x, y }: Standing): Rect {
  const reach = reachOf(node, look.radius);
  return { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach };
}

/** An actor's plate, or `null` when the look has none; `radius` of a disc now. */
export function plateRect(look: Look, place: Standing & { readonly side: Side }, radius = look.radius): Rect | null {
  const own = isClient(place.node) ? clientPlates[look.form] : { width: look.plateWidth, height: look.plateHeight, gap: look.plateGap };
  if (own.width === 0) return null;
  const out = reachOf(place.node, radius) + own.gap;
  const w = own.width;
  const h = own.height;
  const at = {
    above: { left: -w / 2, top: -out - h },
    below: { left: -w / 2, top: out },
    left: { left: -out - w, top: -h / 2 },
    right: { left: out, top: -h / 2 },
  }[place.side];
  return shifted({ left: at.left, top: at.top, right: at.left + w, bottom: at.top + h }, place.x, place.y);
}

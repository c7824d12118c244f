/**
 * Where the clients of an island stand: ashore, outside the ring of servers, where they make the island grow least.
 * Pure; offsets in px from the middle of the ring.
 */
import { CLIENT_FIRST, type NodeId } from '../../src/contract/index.ts';
import type { Rect } from './geometry.ts';
import type { Look } from './look.ts';
import { discRect, plateRect, reachOf } from './plate.ts';
import type { Place } from './ring.ts';

/** Ways out of the middle that are tried. */
const WAYS = 36;
/** What a radian off its own corner costs a client, in radii of a disc; and a px off the middle, px. */
const HOME_WORTH = 0.5;
const NEARNESS_WORTH = 0.12;
/** The corner of each client, in eighths of a turn clockwise from the right: the lower corners first, then the upper. */
const corners = [3, 1, 5, 7, 2, 4, 0, 6];

/** The angle at which a client stands if it can, radians. */
export function homeOfClient(client: NodeId): number {
  return (corners[(client - CLIENT_FIRST) % corners.length]! * Math.PI) / 4;
}

/** Places for the clients of an island beside its servers; `aspect`: width to height that the island should keep to. */
export function landings(clients: readonly NodeId[], servers: readonly Place[], look: Look, aspect: number): Place[] {
  const taken = servers.flatMap((place) => rectsOf(look, place));
  const ring = ringAround(servers);
  const places: Place[] = [];
  for (const node of clients) {
    const place = landing(node, taken, ring, look, aspect);
    places.push(place);
    taken.push(...rectsOf(look, place));
  }
  return places;
}

function landing(node: NodeId, taken: readonly Rect[], ring: readonly [number, number], look: Look, aspect: number): Place {
  const at = (x: number, y: number): Place => ({ node, x, y, side: 'below' });
  if (taken.length === 0) return at(0, 0);
  const own = around(rectsOf(look, at(0, 0)));
  const box = around(taken);
  const reach = reachOf(node, look.radius);
  let best = at(0, 0);
  let least = Infinity;
  for (let i = 0; i < WAYS; i++) {
    const angle = (i / WAYS) * 2 * Math.PI;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const far = Math.max(beyond(ring, c, s) + reach, look.radius + reach + look.pad, way(taken, own, look.pad, c, s));
    const [x, y] = [c * far, s * far];
    const wide = Math.max(box.right, x + own.right) - Math.min(box.left, x + own.left);
    const high = Math.max(box.bottom, y + own.bottom) - Math.min(box.top, y + own.top);
    const off = Math.abs(Math.atan2(Math.sin(angle - homeOfClient(node)), Math.cos(angle - homeOfClient(node))));
    const cost = wide / aspect + high + NEARNESS_WORTH * far + HOME_WORTH * look.radius * off;
    // The margin keeps the first of equally good places, whatever rounding says.
    if (cost < least - 1e-6) {
      least = cost;
      best = at(x, y);
    }
  }
  return best;
}

/** How far along a way out of the middle something with the outline `own` is clear, px, of all that stands there. */
function way(taken: readonly Rect[], own: Rect, clearance: number, c: number, s: number): number {
  let far = 0;
  for (const rect of taken) {
    const x = slab(rect.left - own.right - clearance, rect.right - own.left + clearance, c);
    const y = slab(rect.top - own.bottom - clearance, rect.bottom - own.top + clearance, s);
    if (Math.max(x[0], y[0]) < Math.min(x[1], y[1])) far = Math.max(far, Math.min(x[1], y[1]));
  }
  return far;
}

/** From where to where a way lies between two parallel lines. */
function slab(from: number, to: number, slope: number): [number, number] {
  if (Math.abs(slope) < 1e-9) return from < 0 && to > 0 ? [-Infinity, Infinity] : [Infinity, -Infinity];
  return slope > 0 ? [from / slope, to / slope] : [to / slope, from / slope];
}

/** Half width and half height of the ring on which the servers stand. */
function ringAround(servers: readonly Place[]): [number, number] {
  return [Math.max(0, ...servers.map(({ x }) => Math.abs(x))), Math.max(0, ...servers.map(({ y }) => Math.abs(y)))];
}

/** How far the ring is from its middle, that way. */
function beyond([rx, ry]: readonly [number, number], c: number, s: number): number {
  if (rx === 0 || ry === 0) return 0;
  return 1 / Math.hypot(c / rx, s / ry);
}

function rectsOf(look: Look, place: Place): Rect[] {
  const plate = plateRect(look, place);
  return plate === null ? [discRect(look, place)] : [discRect(look, place), plate];
}

function around(rects: readonly Rect[]): Rect {
  return {
    left: Math.min(...rects.map(({ left }) => left)),
    top: Math.min(...rects.map(({ top }) => top)),
    right: Math.max(...rects.map(({ right }) => right)),
    bottom: Math.max(...rects.map(({ bottom }) => bottom)),
  };
}

/** The servers of one island in a ring around its middle, its clients ashore. Pure; offsets in px from the middle of the ring. */
import { isClient, type NodeId } from '../../src/contract/index.ts';
import { overlaps, type Rect } from './geometry.ts';
import { landings } from './landing.ts';
import type { Look } from './look.ts';
import { discRect, plateRect, type Side } from './plate.ts';
import { boxOf, DIRECTIONS, outline } from './shore.ts';

export interface Place {
  readonly node: NodeId;
  readonly x: number;
  readonly y: number;
  readonly side: Side;
}

export interface Ring {
  readonly places: readonly Place[];
  /** Around the shore. */
  readonly box: Rect;
}

/** Least room between two discs or plates, px. */
const CLEARANCE = 5;
const GROWTH = 1.05;
const GROWTH_STEPS_MAX = 60;

/**
 * The ring of the servers among `nodes` (ascending), and the clients outside it.
 * @param home angle at which each node stands when the cluster is whole, radians; the ring is turned to stay near it
 * @param spread room between neighbouring discs, in radii; at least this much
 * @param aspect width to height of the ring, 1 or more
 */
export function ringOf(
  nodes: readonly NodeId[],
  home: ReadonlyMap<NodeId, number>,
  look: Look,
  spread: number,
  aspect: number,
): Ring {
  const servers = nodes.filter((node) => !isClient(node));
  const ring = serverRing(servers, home, look, spread, aspect);
  return finish(look, [...ring, ...landings(nodes.filter(isClient), ring, look, aspect)]);
}

function serverRing(
  nodes: readonly NodeId[],
  home: ReadonlyMap<NodeId, number>,
  look: Look,
  spread: number,
  aspect: number,
): readonly Place[] {
  const count = nodes.length;
  if (count <= 1) return nodes.map((node) => ({ node, x: 0, y: 0, side: 'below' }));
  const chord = look.radius * (2 + spread);
  let size = chord / (2 * Math.sin(Math.PI / count));
  const turned = turn(nodes, home);
  for (let step = 0; ; step++) {
    const places = onEllipse(turned, size * Math.sqrt(aspect), count === 2 ? 0 : size / Math.sqrt(aspect));
    if (step === GROWTH_STEPS_MAX || isClear(look, places)) return places;
    size *= GROWTH;
  }
}

interface Turned {
  readonly order: readonly NodeId[];
  /** How far from the top the first in `order` stands, in steps from node to node: 0 or a half; 1.5, to the left, for two. */
  readonly start: number;
}

/** Of all turns that put a node or a gap at the top (two nodes: side by side), the one that keeps nodes nearest to their home angles. */
function turn(nodes: readonly NodeId[], home: ReadonlyMap<NodeId, number>): Turned {
  const count = nodes.length;
  const step = (2 * Math.PI) / count;
  let best: Turned = { order: nodes, start: 0 };
  let least = Infinity;
  for (const start of count === 2 ? [1.5] : [0, 0.5]) {
    for (let shift = 0; shift < count; shift++) {
      const order = nodes.map((_, i) => nodes[(i + shift) % count]!);
      const cost = order.reduce((sum, node, i) => sum + angleBetween(TOP + (start + i) * step, home.get(node) ?? TOP) ** 2, 0);
      // The margin keeps the first of equally good turns, whatever rounding says.
      if (cost < least - 1e-6) {
        least = cost;
        best = { order, start };
      }
    }
  }
  return best;
}

function angleBetween(a: number, b: number): number {
  return Math.atan2(Math.sin(a - b), Math.cos(a - b));
}

const SAMPLES = 240;
/** The angle at which the first node of a whole cluster stands, radians. */
export const TOP = -Math.PI / 2;

/** Evenly spaced along the ellipse, clockwise. Measured from the top, so that left and right mirror each other. */
function onEllipse(turned: Turned, rx: number, ry: number): Place[] {
  const count = turned.order.length;
  if (count === 2) {
    return turned.order.map((node, i) => ({ node, x: i === 0 ? -rx : rx, y: 0, side: 'below' as const }));
  }
  const at = (angle: number) => ({ x: rx * Math.cos(angle), y: ry * Math.sin(angle) });
  const lengths = [0];
  for (let i = 1; i <= SAMPLES; i++) {
    const a = at(TOP + ((i - 1) / SAMPLES) * 2 * Math.PI);
    const b = at(TOP + (i / SAMPLES) * 2 * Math.PI);
    lengths.push(lengths[i - 1]! + Math.hypot(b.x - a.x, b.y - a.y));
  }
  let sample = 0;
  return turned.order.map((node, i) => {
    const wanted = (lengths[SAMPLES]! * (i + turned.start)) / count;
    while (lengths[sample + 1]! < wanted) sample++;
    const part = (wanted - lengths[sample]!) / (lengths[sample + 1]! - lengths[sample]!);
    const angle = TOP + ((sample + part) / SAMPLES) * 2 * Math.PI;
    return { node, ...at(angle), side: sideAt(angle) };
  });
}

function sideAt(angle: number): Side {
  const across = Math.cos(angle);
  if (across > 0.82) return 'right';
  if (across < -0.82) return 'left';
  return Math.sin(angle) < 0 ? 'above' : 'below';
}

function isClear(look: Look, places: readonly Place[]): boolean {
  for (let i = 0; i < places.length; i++) {
    const a = places[i]!;
    const plateA = plateRect(look, a);
    for (let j = 0; j < places.length; j++) {
      if (i === j) continue;
      const b = places[j]!;
      if (Math.hypot(a.x - b.x, a.y - b.y) < 2 * look.radius + CLEARANCE) return false;
      if (plateA === null) continue;
      if (overlaps(plateA, discRect(look, b), CLEARANCE)) return false;
      const plateB = plateRect(look, b);
      if (j > i && plateB !== null && overlaps(plateA, plateB, CLEARANCE)) return false;
    }
  }
  return true;
}

function finish(look: Look, places: readonly Place[]): Ring {
  const shore = new Float64Array(DIRECTIONS);
  outline(places, look, look.radius, shore);
  return { places, box: boxOf(shore) };
}

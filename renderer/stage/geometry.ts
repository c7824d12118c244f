/** Plane geometry of the stage. Pure; all lengths in CSS pixels, y grows downwards. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Whether two rectangles come nearer to each other than `gap`. */
export function overlaps(a: Rect, b: Rect, gap = 0): boolean {
  return a.left < b.right + gap && b.left < a.right + gap && a.top < b.bottom + gap && b.top < a.bottom + gap;
}

export function shifted(rect: Rect, dx: number, dy: number): Rect {
  return { left: rect.left + dx, top: rect.top + dy, right: rect.right + dx, bottom: rect.bottom + dy };
}

/** The smallest rectangle around `rects`, of which there is at least one. */
export function bounds(rects: readonly Rect[]): Rect {
  return {
    left: Math.min(...rects.map((r) => r.left)),
    top: Math.min(...rects.map((r) => r.top)),
    right: Math.max(...rects.map((r) => r.right)),
    bottom: Math.max(...rects.map((r) => r.bottom)),
  };
}

/** The rectangle between two opposite corners, in any order. */
export function rectBetween(a: Point, b: Point): Rect {
  return {
    left: Math.min(a.x, b.x),
    top: Math.min(a.y, b.y),
    right: Math.max(a.x, b.x),
    bottom: Math.max(a.y, b.y),
  };
}

export function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value;
}

/** Convex hull, clockwise on the screen (Andrew's monotone chain). Fewer than three points come back as they are. */
export function convexHull(points: readonly Point[]): Point[] {
  if (points.length < 3) return [...points];
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const p of ordered) {
      while (chain.length >= 2 && turn(chain[chain.length - 2]!, chain[chain.length - 1]!, p) <= 0) chain.pop();
      chain.push(p);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/** Whether `p` lies in the convex polygon `hull`, whichever way round that goes. */
export function insideHull(hull: readonly Point[], p: Point): boolean {
  let sign = 0;
  for (let i = 0; i < hull.length; i++) {
    const side = Math.sign(turn(hull[i]!, hull[(i + 1) % hull.length]!, p));
    if (side === 0) continue;
    if (sign !== 0 && side !== sign) return false;
    sign = side;
  }
  return hull.length >= 3;
}

/** A closed SVG path that runs smoothly along the polygon: its corners are the control points, its edges' middles the knots. */
export function smoothPath(hull: readonly Point[]): string {
  if (hull.length < 3) return '';
  const last = hull[hull.length - 1]!;
  let path = `M${middle(last, hull[0]!)}`;
  hull.forEach((p, i) => {
    path += `Q${round(p.x)} ${round(p.y)} ${middle(p, hull[(i + 1) % hull.length]!)}`;
  });
  return `${path}Z`;
}

function middle(a: Point, b: Point): string {
  return `${round((a.x + b.x) / 2)} ${round((a.y + b.y) / 2)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const ARC = Array.from({ length: 16 }, (_, i) => {
  const angle = (i * Math.PI) / 8;
  return { x: Math.cos(angle), y: Math.sin(angle) };
});

/** Points around a circle, for a hull. */
export function circlePoints(x: number, y: number, radius: number): Point[] {
  return ARC.map((p) => ({ x: x + p.x * radius, y: y + p.y * radius }));
}

/** Points around a rectangle with round corners, for a hull. */
export function roundedPoints(rect: Rect, radius: number): Point[] {
  const r = Math.min(radius, (rect.right - rect.left) / 2, (rect.bottom - rect.top) / 2);
  return ARC.map((p) => ({
    x: (p.x >= 0 ? rect.right - r : rect.left + r) + p.x * r,
    y: (p.y >= 0 ? rect.bottom - r : rect.top + r) + p.y * r,
  }));
}

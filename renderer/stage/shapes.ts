/** The shapes of packets, as paths around the origin: for sprites on the canvas and for the legend. Pure. */
import type { MessageKind } from '../../src/contract/index.ts';

export type Shape = MessageKind['shape'];

/** Corners of each shape but the circle, for a packet of radius 1; all look about equally large. */
const corners: Record<Exclude<Shape, 'circle'>, readonly (readonly [number, number])[]> = {
  square: [
    [-0.86, -0.86],
    [0.86, -0.86],
    [0.86, 0.86],
    [-0.86, 0.86],
  ],
  diamond: [
    [0, -1.18],
    [1.18, 0],
    [0, 1.18],
    [-1.18, 0],
  ],
  triangle: [
    [0, -1.2],
    [1.16, 0.82],
    [-1.16, 0.82],
  ],
  hexagon: [
    [-0.54, -0.94],
    [0.54, -0.94],
    [1.08, 0],
    [0.54, 0.94],
    [-0.54, 0.94],
    [-1.08, 0],
  ],
  cross: [
    [-0.36, -0.98],
    [0.36, -0.98],
    [0.36, -0.36],
    [0.98, -0.36],
    [0.98, 0.36],
    [0.36, 0.36],
    [0.36, 0.98],
    [-0.36, 0.98],
    [-0.36, 0.36],
    [-0.98, 0.36],
    [-0.98, -0.36],
    [-0.36, -0.36],
  ],
};

const DIAGONAL = Math.SQRT1_2;

/** An SVG path of the shape around the origin, `radius` px large. */
export function shapePath(shape: Shape, radius: number): string {
  const r = round(radius);
  if (shape === 'circle') return `M${-r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 ${-r} 0Z`;
  const points = corners[shape].map(([x, y]) => {
    // A cross that refuses stands on its diagonal.
    const [px, py] = shape === 'cross' ? [(x - y) * DIAGONAL, (x + y) * DIAGONAL] : [x, y];
    return `${round(px * radius)} ${round(py * radius)}`;
  });
  return `M${points.join('L')}Z`;
}

/** Where the letter stands, below the middle, in radii: a triangle's is low. */
export function letterDrop(shape: Shape): number {
  return shape === 'triangle' ? 0.22 : 0.04;
}

/** A cross says by itself what its letter says. */
export function hasLetter(shape: Shape): boolean {
  return shape !== 'cross';
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Draws the track: the line, what lies behind, the marks, and where branches leave. */
import { markLooks, type MarkShape } from './mark-looks.ts';
import { placeOf, TRACK_PAD, type Cluster } from './clusters.ts';

export const TRACK_HEIGHT = 34;
const MIDDLE = TRACK_HEIGHT / 2;
/** Middles of the two lanes. */
const ABOVE = 9;
const BELOW = 25;
const TAU = 2 * Math.PI;
/** Its points, for one of radius 1. */
const CROWN = [
  [-1.1, -0.7],
  [-0.45, -0.1],
  [0, -1.1],
  [0.45, -0.1],
  [1.1, -0.7],
  [1, 0.75],
] as const;

export interface TrackPicture {
  readonly width: number;
  readonly total: number;
  /** The moment that is shown. */
  readonly position: number;
  readonly clusters: readonly Cluster[];
  /** Where branches leave this one: numbers of events. */
  readonly forks: readonly number[];
  /** Events that stand out: what is behind a violation. */
  readonly marked: readonly number[];
  /** Value of a design token. */
  readonly colour: (token: string) => string;
  /** The past is shown. */
  readonly past: boolean;
}

export function paintTrack(context: CanvasRenderingContext2D, picture: TrackPicture): void {
  const { width, total, position, clusters, forks, marked, colour, past } = picture;
  context.clearRect(0, 0, width, TRACK_HEIGHT);
  const here = placeOf(position, total, width);
  bar(context, TRACK_PAD, width - TRACK_PAD, colour('--line-strong'));
  bar(context, TRACK_PAD, here, colour(past ? '--past' : '--accent'));
  for (const seq of marked) paintMarked(context, placeOf(seq + 1, total, width), colour('--danger'));
  for (const fork of forks) paintFork(context, placeOf(fork, total, width), colour('--past'));
  for (const cluster of clusters) {
    const look = markLooks[cluster.kind];
    context.globalAlpha = past && cluster.x > here + 1 ? 0.4 : 1;
    context.fillStyle = context.strokeStyle = colour(look.colour);
    if (look.shape === 'dot') paintDots(context, cluster);
    else paintShape(context, look.shape, cluster.x, look.lane === 'above' ? ABOVE : BELOW, cluster.count > 1);
  }
  context.globalAlpha = 1;
}

function bar(context: CanvasRenderingContext2D, from: number, to: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(from, MIDDLE - 1.5, Math.max(0, to - from), 3, 1.5);
  context.fill();
}

/** One decision is a dot; many together are a bar that stands higher the more there are. */
function paintDots(context: CanvasRenderingContext2D, { x, count }: Cluster): void {
  const height = 5 + Math.min(7, 2 * Math.log2(count));
  context.beginPath();
  context.roundRect(x - 2.5, MIDDLE - 4.5 - height, 5, height, 2.5);
  context.fill();
}

/** `more`: it stands for several, and is a little stronger. */
function paintShape(context: CanvasRenderingContext2D, shape: MarkShape, x: number, y: number, more: boolean): void {
  const r = more ? 4.5 : 3.8;
  context.lineWidth = more ? 2.2 : 1.7;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  switch (shape) {
    case 'cross':
      line(context, x - r, y - r, x + r, y + r);
      line(context, x - r, y + r, x + r, y - r);
      break;
    case 'up':
      line(context, x - r, y + 2, x, y - r + 1);
      line(context, x, y - r + 1, x + r, y + 2);
      break;
    case 'gap':
      line(context, x - 2, y - r, x - 2, y + r);
      line(context, x + 2, y - r, x + 2, y + r);
      break;
    case 'bridge':
      context.arc(x, y + 2.5, r, Math.PI, TAU);
      break;
    case 'tick':
      line(context, x, y - 3, x, y + 3);
      break;
    case 'diamond':
    case 'alarm':
      context.moveTo(x, y - r - 0.6);
      context.lineTo(x + r + 0.6, shape === 'alarm' ? y + r : y);
      if (shape === 'diamond') context.lineTo(x, y + r + 0.6);
      context.lineTo(x - r - 0.6, shape === 'alarm' ? y + r : y);
      context.closePath();
      context.fill();
      return;
    case 'crown':
      context.moveTo(x - r, y + 3);
      for (const [dx, dy] of CROWN) context.lineTo(x + dx * r, y + dy * r);
      context.closePath();
      context.fill();
      return;
    case 'pair':
      context.arc(x - 2.4, y, 2.1, 0, TAU);
      context.moveTo(x + 4.5, y);
      context.arc(x + 2.4, y, 2.1, 0, TAU);
      context.fill();
      return;
    case 'dot':
      context.arc(x, y, 2.5, 0, TAU);
      context.fill();
      return;
  }
  context.stroke();
}

/** A flag: a pole over both lanes. */
function paintMarked(context: CanvasRenderingContext2D, x: number, colour: string): void {
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1.25;
  context.beginPath();
  line(context, x, 4, x, TRACK_HEIGHT - 2);
  context.stroke();
  context.beginPath();
  context.moveTo(x, 2);
  context.lineTo(x + 6, 5);
  context.lineTo(x, 8);
  context.closePath();
  context.fill();
}

function paintFork(context: CanvasRenderingContext2D, x: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, MIDDLE);
  context.bezierCurveTo(x + 5, MIDDLE, x + 3, MIDDLE + 7, x + 9, MIDDLE + 7);
  context.stroke();
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, MIDDLE, 2.6, 0, TAU);
  context.fill();
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
}

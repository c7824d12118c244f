/** Draws the part of a picture that is in sight: what is too small to be told apart is drawn once. */
import { describeOperation, describeResult } from '../../../protocol/machine/operation.ts';
import type { Call } from '../history.ts';
import { drawFaults, drawFaultShades } from './draw-faults.ts';
import { firstFrom, lowerBound, type Bar, type Lane, type Picture } from './layout.ts';
import { fitted, textWidth, type Shape } from './shapes.ts';
import { AXIS, headHeight, NAMES, placeAt, xOf, type Drawn } from './view.ts';

/** Between the last number of a lane and the next, px. */
const NUMBER_GAP = 4;
/** With more points in sight than this the line through them would be a blot. */
const POINTS_MAX = 600;
/** With more than these it is paler. */
const CROWDED = 40;
/** In lower lanes there is no room for numbers, px. */
const NUMBERS_FROM = 22;
const TICK_GAP = 90;
const TEXT = 11;
const CLIENT_INKS = 8;
/** Stands before what fits nowhere. */
const BLOCKED = '✕ ';

export function drawPicture(drawn: Drawn): Shape[] {
  const { picture, view, moment } = drawn;
  const head = headHeight(picture);
  const shapes: Shape[] = [{ type: 'clip', x: NAMES, y: 0, width: view.width - NAMES, height: view.height }];
  shapes.push(...drawFaultShades(drawn, head), ...axis(drawn));
  shapes.push(...drawFaults(drawn, AXIS));
  shapes.push({ type: 'clip', x: NAMES, y: head, width: view.width - NAMES, height: view.height - head });
  shapes.push(...picture.lanes.flatMap((lane, i) => laneShapes(drawn, lane, i)));
  shapes.push(...orderShapes(drawn));
  shapes.push(...blockedShapes(drawn));
  if (moment !== null) shapes.push(...momentShapes(drawn, moment));
  shapes.push({ type: 'clip', x: 0, y: head, width: view.width, height: view.height - head });
  shapes.push(...picture.lanes.flatMap((lane, i) => nameShapes(drawn, lane, i)));
  return shapes;
}

/** Steps of 1, 2 or 5 of some power of ten. */
export function tickStep(scale: number): number {
  const least = TICK_GAP / scale;
  const power = 10 ** Math.floor(Math.log10(least));
  return Math.max(1, [1, 2, 5, 10].map((step) => step * power).find((step) => step >= least)!);
}

function axis({ picture, view, placeText }: Drawn): Shape[] {
  const shapes: Shape[] = [];
  const step = tickStep(view.scale);
  for (let place = Math.max(0, Math.ceil(view.from / step) * step); xOf(view, place) < view.width; place += step) {
    const x = xOf(view, place);
    shapes.push({ type: 'line', points: [[x, AXIS - 3], [x, view.height]], stroke: '--line', width: 1 });
    const text = place === 0 ? '0' : placeText(place);
    if (x + textWidth(text, 10) / 2 < view.width) shapes.push({ type: 'text', x, y: 9, text, ink: '--text-3', size: 10, align: x < NAMES + 20 ? 'start' : 'middle' });
  }
  const head = headHeight(picture);
  shapes.push({ type: 'line', points: [[NAMES, head], [view.width, head]], stroke: '--line', width: 1 });
  return shapes;
}

/** Of a lane, the height of its top. */
function topOf({ picture, view }: Drawn, lane: number): number {
  return headHeight(picture) - view.scroll + lane * view.laneHeight;
}

/** Within a lane: room for numbers, and the bar. */
function barBox(drawn: Drawn, lane: number): { readonly y: number; readonly height: number } {
  const { laneHeight } = drawn.view;
  const numbers = laneHeight >= NUMBERS_FROM ? 11 : 5;
  return { y: topOf(drawn, lane) + numbers, height: laneHeight - numbers - 3 };
}

function nameShapes(drawn: Drawn, { client, first }: Lane, lane: number): Shape[] {
  const top = topOf(drawn, lane);
  const { view } = drawn;
  const shapes: Shape[] = [];
  if (first && lane > 0) shapes.push({ type: 'line', points: [[0, top], [view.width, top]], stroke: '--line', width: 1 });
  if (!first) return shapes;
  const { y, height } = barBox(drawn, lane);
  shapes.push({ type: 'dot', x: 14, y: y + height / 2, radius: 4, fill: inkOf(drawn.picture, client) });
  shapes.push({ type: 'text', x: 23, y: y + height / 2, text: fitted(client, TEXT, NAMES - 25), ink: '--text-2', size: TEXT, bold: true });
  return shapes;
}

/** Clients of a run are the actors from 16 on; those of other histories follow one another. */
function inkOf({ lanes }: Picture, client: string): string {
  const number = Number(/^c([1-8])$/.exec(client)?.[1] ?? 1 + ([...new Set(lanes.map((lane) => lane.client))].indexOf(client) % CLIENT_INKS));
  return `--node-${15 + number}`;
}

function laneShapes(drawn: Drawn, lane: Lane, index: number): Shape[] {
  const shapes: Shape[] = [];
  const { y, height } = barBox(drawn, index);
  if (y + height < 0 || y > drawn.view.height) return shapes;
  for (const bar of barsInSight(drawn, lane)) shapes.push(...barShapes(drawn, bar, y, height));
  return shapes;
}

/** At most one for each pixel. */
function* barsInSight({ view, pointed, failure }: Drawn, { bars }: Lane): Generator<Bar> {
  const last = placeAt(view, view.width);
  const pixel = 1 / view.scale;
  for (let i = firstFrom(bars, view.from); i < bars.length && bars[i]!.from <= last; ) {
    const bar = bars[i]!;
    yield bar;
    const next = bar.to - bar.from >= pixel ? i + 1 : Math.max(i + 1, firstFrom(bars, bar.from + pixel));
    for (let j = i + 1; j < next; j++) if (bars[j]!.index === pointed || bars[j]!.index === failure?.blocked) yield bars[j]!;
    i = next;
  }
}

function barShapes(drawn: Drawn, bar: Bar, y: number, height: number): Shape[] {
  const { view, failure, order } = drawn;
  const x = Math.max(NAMES - 8, xOf(view, bar.from));
  const end = Math.min(view.width + 8, xOf(view, bar.to));
  const width = Math.max(2, end - x);
  const blocked = failure?.blocked === bar.index;
  const aside = failure !== null && !failure.calls.has(bar.index);
  const look = lookOf(drawn, bar, blocked);
  const opacity = aside ? 0.35 : 1;
  const box = { x, y, width, height, radius: Math.min(4, width / 2) };
  const shapes: Shape[] = [];
  if (width < 4) return [{ type: 'rect', ...box, fill: look.stroke, opacity: aside ? 0.3 : 0.75 }];
  const edge = { stroke: look.stroke, strokeWidth: blocked || drawn.pointed === bar.index ? 2 : 1 };
  shapes.push({ type: 'rect', ...box, fill: look.fill, ...edge, opacity, ...(bar.open && { dash: 3 }) });
  const place = order?.positions.get(bar.index);
  const taken = place === undefined ? bar.to : order!.places[place]!;
  // Nobody knows when it takes effect, if ever.
  if (bar.open) {
    const until = Math.max(end + 14, xOf(view, taken));
    shapes.push({ type: 'line', points: [[end, y + height / 2], [until, y + height / 2]], stroke: look.stroke, width: 1.5, dash: 3, opacity });
  }
  const mark = blocked ? BLOCKED : '';
  const left = Math.max(x, NAMES);
  const room = Math.min(end, view.width) - left - 8;
  const text = barText(bar, mark, room);
  if (text !== '') shapes.push({ type: 'text', x: left + 5, y: y + height / 2 + 0.5, text, ink: look.ink, size: Math.min(TEXT, height - 1), bold: blocked, opacity });
  return shapes;
}

function barText({ call }: Bar, mark: string, room: number): string {
  const operation = describeOperation(call.operation);
  const all = mark + wholeText(call);
  return fitted(textWidth(all, TEXT) <= room ? all : textWidth(`${mark}${operation}`, TEXT) <= room ? `${mark}${operation}` : all, TEXT, room);
}

/** `get x → old`. */
function wholeText({ operation, result }: Call): string {
  return `${describeOperation(operation)} → ${result === null ? '?' : describeResult(result)}`;
}

function lookOf({ pointed }: Drawn, { call, index }: Bar, blocked: boolean): { readonly fill: string; readonly stroke: string; readonly ink: string } {
  if (blocked) return { fill: '--danger-soft', stroke: '--danger', ink: '--danger' };
  const reads = call.operation.type === 'get';
  if (index === pointed) return { fill: reads ? '--surface-2' : '--accent-soft', stroke: '--text', ink: '--text' };
  if (call.result?.type === 'refused') return { fill: '--warn-soft', stroke: '--warn', ink: '--text' };
  if (reads) return { fill: '--surface-2', stroke: '--line-strong', ink: '--text' };
  return { fill: '--accent-soft', stroke: '--accent', ink: '--text' };
}

/** The line through the points of the order, and the numbers at them. */
function orderShapes(drawn: Drawn): Shape[] {
  const { order, picture, view } = drawn;
  if (order === null) return [];
  const { places, calls } = order;
  const place = (i: number): number => places[i]!;
  const first = Math.max(0, lowerBound(places.length, place, view.from) - 1);
  const end = Math.min(places.length, lowerBound(places.length, place, placeAt(view, view.width)) + 1);
  if (end - first > POINTS_MAX) return [];
  const points = Array.from({ length: end - first }, (_, i): [number, number] => {
    return [xOf(view, places[first + i]!), barBox(drawn, picture.bars[calls[first + i]!]!.lane).y];
  });
  const shapes: Shape[] = [{ type: 'line', points, stroke: '--past', width: 1.5, opacity: points.length > CROWDED ? 0.3 : 0.55 }];
  const written = new Map<number, number>();
  for (const [i, [x, y]] of points.entries()) {
    shapes.push({ type: 'dot', x, y, radius: 3, fill: '--past', stroke: '--surface' });
    const { lane } = picture.bars[calls[first + i]!]!;
    const text = String(first + i + 1);
    const width = textWidth(text, 10) + NUMBER_GAP;
    if (view.laneHeight < NUMBERS_FROM || x - width / 2 < (written.get(lane) ?? -Infinity)) continue;
    written.set(lane, x + width / 2);
    shapes.push({ type: 'text', x: x + 5, y: y - 5, text, ink: '--past-text', size: 10, bold: true });
  }
  return shapes;
}

/** What fits nowhere is named in full above its bar, if there is no room within. */
function blockedShapes(drawn: Drawn): Shape[] {
  const { failure, picture, view } = drawn;
  const bar = failure === null ? undefined : picture.bars[failure.blocked];
  if (bar === undefined || view.laneHeight < NUMBERS_FROM) return [];
  const text = BLOCKED + wholeText(bar.call);
  const [left, right] = [xOf(view, bar.from), xOf(view, bar.to)];
  if (textWidth(text, TEXT) <= right - left - 8) return [];
  const x = Math.max(NAMES + 2, Math.min(left, view.width - textWidth(text, TEXT) - 8));
  return [{ type: 'text', x, y: barBox(drawn, bar.lane).y - 6, text, ink: '--danger', size: TEXT, bold: true }];
}

/** What comes after the moment is there, but pale. */
function momentShapes({ picture, view }: Drawn, moment: number): Shape[] {
  const x = xOf(view, moment);
  const top = headHeight(picture);
  const left = Math.max(NAMES, x);
  return [
    { type: 'rect', x: left, y: top, width: Math.max(0, view.width - left), height: view.height - top, fill: '--surface', opacity: 0.66 },
    { type: 'line', points: [[x, 0], [x, view.height]], stroke: '--past', width: 2 },
  ];
}

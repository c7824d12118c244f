/**
 * Draws the log, a row a server. How high a slot is filled says how far it has got, at any width of the columns: a third
 * for accepted, two for chosen, all of it for applied; what is in the snapshot only is hatched. Work is bounded by what
 * is in sight, not by the length of the log: stretches of applied slots are one rectangle where columns are narrow.
 */
import type { World } from '../../../src/contract/index.ts';
import type { Colour } from '../../tokens.ts';
import { paintAxis, AXIS_HEIGHT } from './axis-painter.ts';
import { openStretches, stateOf, type ServerRow, type Stretch } from './server-rows.ts';
import { slotsIn, xOf, type Viewport } from './viewport.ts';

/** From this width of a column on, each slot is drawn apart. */
const APART = 5;
/** From this width on, what a slot holds is told by a sign. */
const SIGNS = 9;

export interface SlotsPicture {
  readonly world: World;
  readonly rows: readonly ServerRow[];
  readonly view: Viewport;
  /** Of a row, pixels. */
  readonly rowHeight: number;
  /** The leader's row, and the slots that it may propose in. */
  readonly window: { readonly row: ServerRow; readonly first: number; readonly last: number } | null;
  readonly selected: number | null;
  /** Under the pointer, or in focus. */
  readonly pointed: { readonly row: number; readonly slot: number } | null;
  readonly colour: Colour;
}

type Context = CanvasRenderingContext2D;

export function paintSlots(context: Context, picture: SlotsPicture): void {
  const { rows, view, rowHeight, colour } = picture;
  const height = AXIS_HEIGHT + rows.length * rowHeight;
  context.clearRect(0, 0, view.width, height);
  paintColumn(context, picture, picture.pointed?.slot ?? null, colour('--sunken'), height);
  paintColumn(context, picture, picture.selected, colour('--accent-soft'), height);
  rows.forEach((row, index) => {
    context.globalAlpha = row.up ? 1 : 0.4;
    paintRow(context, picture, row, AXIS_HEIGHT + index * rowHeight);
  });
  context.globalAlpha = 1;
  paintWindow(context, picture);
  paintAxis(context, picture);
  paintFrame(context, picture);
}

function paintColumn(context: Context, { view }: SlotsPicture, slot: number | null, colour: string, height: number): void {
  if (slot === null) return;
  context.fillStyle = colour;
  const width = Math.max(3, view.scale);
  context.fillRect(xOf(view, slot + 0.5) - width / 2, AXIS_HEIGHT, width, height - AXIS_HEIGHT);
}

/** Top and bottom of what a row's slots are drawn in. */
function bandOf(y: number, rowHeight: number): { readonly top: number; readonly high: number } {
  const pad = rowHeight >= 18 ? 3 : 1.5;
  return { top: y + pad, high: rowHeight - 2 * pad };
}

function paintRow(context: Context, picture: SlotsPicture, row: ServerRow, y: number): void {
  const { world, view, rowHeight, colour } = picture;
  const { first, last } = slotsIn(view);
  const { top, high } = bandOf(y, rowHeight);
  context.fillStyle = colour('--line');
  context.fillRect(0, y + rowHeight - 1, view.width, 1);

  if (row.snapshot >= first) paintSnapshot(context, picture, first, Math.min(row.snapshot, last), top, high);
  const from = Math.max(first, row.snapshot + 1);
  const to = Math.min(row.applied, last);
  if (from <= to) paintApplied(context, picture, from, to, top, high);
  for (const stretch of openStretches(world, row, Math.max(first, row.applied + 1), last)) {
    if (stretch.state === 'hole') paintHole(context, picture, stretch, top, high);
    else paintOpen(context, picture, stretch, top, high);
  }
  paintSpecial(context, picture, row, top, high);
}

function paintSnapshot(context: Context, { view, colour }: SlotsPicture, first: number, last: number, top: number, high: number): void {
  const left = Math.max(0, xOf(view, first));
  const right = xOf(view, last + 1);
  const alpha = context.globalAlpha;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, high);
  context.clip();
  context.globalAlpha = alpha * 0.12;
  context.fillStyle = colour('--text-3');
  context.fillRect(left, top, right - left, high);
  context.globalAlpha = alpha * 0.4;
  context.strokeStyle = colour('--text-3');
  context.lineWidth = 1;
  context.beginPath();
  // The hatch is tied to the log, so that it moves with it.
  const offset = ((view.from * view.scale) % 6) + high;
  for (let x = left - (left % 6) - offset; x < right; x += 6) {
    context.moveTo(x, top + high);
    context.lineTo(x + high, top);
  }
  context.stroke();
  context.restore();
}

function paintApplied(context: Context, { view, colour }: SlotsPicture, first: number, last: number, top: number, high: number): void {
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * 0.5;
  context.fillStyle = colour('--accent');
  if (view.scale < APART) {
    context.fillRect(xOf(view, first), top, (last - first + 1) * view.scale, high);
  } else {
    context.beginPath();
    for (let slot = first; slot <= last; slot++) context.rect(xOf(view, slot) + 0.5, top, view.scale - 1, high);
    context.fill();
  }
  context.globalAlpha = alpha;
}

/** A slot that is not applied yet. */
function paintOpen(context: Context, { view, colour }: SlotsPicture, { first, state }: Stretch, top: number, high: number): void {
  const gap = view.scale < APART ? 0 : 0.5;
  const x = xOf(view, first) + gap;
  const width = Math.max(1, view.scale - 2 * gap);
  const share = state === 'chosen' ? 2 / 3 : 1 / 3;
  context.fillStyle = context.strokeStyle = colour(state === 'chosen' ? '--accent' : '--family-phase2');
  context.fillRect(x, top + high * (1 - share), width, high * share);
  if (width < APART) return;
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, top + 0.5, width - 1, high - 1);
}

/** Slots that the server has missed: nothing after them can be applied. */
function paintHole(context: Context, { view, colour }: SlotsPicture, { first, last }: Stretch, top: number, high: number): void {
  context.strokeStyle = colour('--danger');
  context.lineWidth = 1.25;
  context.setLineDash([2, 2]);
  context.beginPath();
  const step = view.scale < APART ? last - first + 1 : 1;
  for (let slot = first; slot <= last; slot += step) {
    context.rect(xOf(view, slot) + 1, top + 0.75, Math.max(0.5, view.scale * step - 2), high - 1.5);
  }
  context.stroke();
  context.setLineDash([]);
}

/** A stroke through a slot that holds nothing, a diamond in one that changes the members. */
function paintSpecial(context: Context, { world, view, colour }: SlotsPicture, row: ServerRow, top: number, high: number): void {
  const { first, last } = slotsIn(view);
  const middle = top + high / 2;
  for (const [slot, sort] of world.special) {
    if (slot < first || slot > Math.min(last, row.highest)) continue;
    const state = stateOf(world, row, slot);
    if (state === 'unknown' || state === 'hole') continue;
    const x = xOf(view, slot + 0.5);
    const r = Math.min(high / 2, view.scale / 2) - 1;
    if (sort === 'no-op') {
      context.strokeStyle = colour(view.scale < SIGNS ? '--surface' : '--text');
      context.lineWidth = 1.5;
      if (view.scale < SIGNS) line(context, x, top, x, top + high);
      else line(context, x - r, middle + r, x + r, middle - r);
      continue;
    }
    const size = Math.max(2.5, Math.min(5, r));
    context.fillStyle = colour('--text');
    context.beginPath();
    context.moveTo(x, middle - size);
    context.lineTo(x + size, middle);
    context.lineTo(x, middle + size);
    context.lineTo(x - size, middle);
    context.fill();
  }
}

/** What the leader may have in flight: a bracket around its own row. */
function paintWindow(context: Context, { rows, view, rowHeight, window, colour }: SlotsPicture): void {
  if (window === null) return;
  const index = rows.indexOf(window.row);
  const left = xOf(view, window.first);
  const right = Math.min(view.width + 4, xOf(view, window.last + 1));
  if (index < 0 || right < 0 || left > view.width) return;
  context.strokeStyle = colour(`--node-${window.row.node}`);
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(left - 0.5, AXIS_HEIGHT + index * rowHeight + 0.75, right - left + 1, rowHeight - 2.5, 3);
  context.stroke();
}

/** Where the log begins that is still one, the slot in focus, and the one under the pointer. */
function paintFrame(context: Context, { rows, view, rowHeight, selected, pointed, colour }: SlotsPicture): void {
  rows.forEach((row, index) => {
    if (row.snapshot === 0) return;
    const x = xOf(view, row.snapshot + 1);
    if (x < -4 || x > view.width + 4) return;
    const y = AXIS_HEIGHT + index * rowHeight;
    context.globalAlpha = row.up ? 1 : 0.4;
    context.fillStyle = colour('--text-2');
    context.fillRect(x - 1, y + 1, 2, rowHeight - 3);
    context.beginPath();
    context.moveTo(x - 4, y + 0.5);
    context.lineTo(x + 4, y + 0.5);
    context.lineTo(x, y + 5);
    context.fill();
    context.globalAlpha = 1;
  });
  if (selected !== null) {
    // Around the whole column: behind filled slots it would not be seen.
    const width = Math.max(4, view.scale + 1);
    context.strokeStyle = colour('--focus');
    context.lineWidth = 1.5;
    context.strokeRect(xOf(view, selected + 0.5) - width / 2, AXIS_HEIGHT - 1, width, rows.length * rowHeight);
  }
  if (pointed === null || pointed.row < 0) return;
  const width = Math.max(3, view.scale);
  context.strokeStyle = colour('--focus');
  context.lineWidth = 1.5;
  context.strokeRect(xOf(view, pointed.slot + 0.5) - width / 2, AXIS_HEIGHT + pointed.row * rowHeight + 0.75, width, rowHeight - 2.5);
}

function line(context: Context, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

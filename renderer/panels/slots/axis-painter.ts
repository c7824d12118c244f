/** The head of the slots: their numbers, and in which ballot each was chosen, where that is still known. */
import { sameBallot, type ChosenWorld } from '../../../src/contract/index.ts';
import type { SlotsPicture } from './slots-painter.ts';
import { slotsIn, tickEvery, xOf } from './viewport.ts';

export const AXIS_HEIGHT = 24;
/** Of the strip of ballots, below the numbers. */
const STRIP = 4;
/** Numbers are at least so far apart, pixels. */
const TICK_GAP = 56;
/** Half of a number's width at most: nearer to an edge it would be cut. */
const HALF = 16;

type Context = CanvasRenderingContext2D;

export function paintAxis(context: Context, picture: SlotsPicture): void {
  const { view, colour } = picture;
  const { first, last } = slotsIn(view);
  context.font = `11px ${colour('--font-sans')}`;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.fillStyle = colour('--text-2');
  const step = tickEvery(view.scale, TICK_GAP);
  for (let slot = Math.max(1, Math.ceil(first / step) * step); slot <= last; slot += step) {
    const x = xOf(view, slot + 0.5);
    if (x > HALF && x < view.width - HALF) context.fillText(String(slot), x, 8);
  }
  for (const stretch of ballotStretches(picture, first, last)) paintStretch(context, picture, stretch);
}

interface Stretch {
  readonly first: number;
  last: number;
  readonly chosen: ChosenWorld;
}

/** Neighbouring slots that were chosen in the same ballot. */
export function ballotStretches({ world }: Pick<SlotsPicture, 'world'>, first: number, last: number): Stretch[] {
  const stretches: Stretch[] = [];
  let open: Stretch | null = null;
  for (let slot = Math.max(first, world.chosenLetGo + 1); slot <= last; slot++) {
    const chosen = world.chosen.get(slot);
    if (chosen === undefined) open = null;
    else if (open !== null && sameBallot(open.chosen.ballot, chosen.ballot)) open.last = slot;
    else stretches.push((open = { first: slot, last: slot, chosen }));
  }
  return stretches;
}

function paintStretch(context: Context, { view, colour, rows, rowHeight }: SlotsPicture, { first, last, chosen }: Stretch): void {
  const left = Math.max(0, xOf(view, first));
  const right = xOf(view, last + 1);
  context.fillStyle = colour(`--node-${chosen.ballot.node}`);
  context.fillRect(left + 0.5, AXIS_HEIGHT - STRIP - 2, Math.max(1, right - left - 1), STRIP);
  // Of instances, each for itself, nearly every one begins a ballot.
  if (left <= 0 || view.scale < 1 || rows.every(({ standing }) => standing === null)) return;
  // A new ballot begins here: seen in every row, faintly.
  context.globalAlpha = 0.35;
  context.fillRect(left - 0.5, AXIS_HEIGHT, 1, rows.length * rowHeight);
  context.globalAlpha = 1;
}

/** The picture of a history in a file of its own: all of it, or of a long one the part that matters. */
import type { Verdict } from '../check.ts';
import type { FaultSpan } from '../faults.ts';
import type { History } from '../history.ts';
import { countOf, failureText, verdictText } from '../sentences.ts';
import { drawPicture } from './draw.ts';
import { layOut, placeOrder, type Picture } from './layout.ts';
import type { Shape } from './shapes.ts';
import { lightInks, svgOf } from './svg.ts';
import { fullHeight, NAMES, type Drawn, type PictureView } from './view.ts';

/** Most operations drawn; what was before those is left out, or of a violation, what is farther from it. */
const CALLS_DRAWN = 400;
/** Pixels. */
const WIDTH = { min: 800, max: 24_000 } as const;
const BAR_WIDTH = 110;
const LANE_HEIGHT = 30;
const CAPTION_LINE = 18;

/** @param placeText how times are written */
export function pictureText(history: History, faults: readonly FaultSpan[], verdict: Verdict, placeText: (us: number) => string): string {
  const picture = layOut(history, faults);
  const failure = verdict.type === 'violation' ? verdict.failure : null;
  const partial = failure?.longest[0] ?? null;
  const shown = verdict.type === 'linearizable' ? verdict.order : (partial?.order ?? null);
  const { from, to, drawn } = stretchOf(picture, partial?.blocked ?? null);
  const view = viewOf(picture, from, to);
  const texts = [
    verdictText(verdict),
    ...(partial === null ? [] : [failureText(history.calls, partial)]),
    ...(drawn === history.calls.length ? [] : [`${countOf(drawn, 'operation')} of ${history.calls.length}`]),
  ];
  const shapes = drawPicture({
    picture,
    view,
    order: shown === null ? null : placeOrder(picture, shown),
    failure: failure === null || partial === null ? null : { calls: new Set(failure.calls), blocked: partial.blocked },
    moment: null,
    pointed: null,
    placeText: picture.axis === 'time' ? placeText : String,
  } satisfies Drawn);
  const height = view.height + CAPTION_LINE * texts.length + 8;
  const options = { width: view.width, height, title: texts.join('. '), ink: (token: string) => lightInks[token] ?? 'none' };
  return svgOf([...shapes, ...caption(texts, view, failure !== null, height)], options);
}

function caption(texts: readonly string[], { width, height }: PictureView, failed: boolean, bottom: number): Shape[] {
  const lines = texts.map((text, i): Shape => {
    const y = height + CAPTION_LINE * (i + 0.5);
    return { type: 'text', x: 10, y, text, ink: i === 0 && failed ? '--danger' : '--text', size: 12, bold: i === 0 };
  });
  return [{ type: 'clip', x: 0, y: height, width, height: bottom - height }, ...lines];
}

/** The stretch that is drawn, and how many operations begin in it. */
function stretchOf({ bars, from, to }: Picture, blocked: number | null): { readonly from: number; readonly to: number; readonly drawn: number } {
  if (bars.length <= CALLS_DRAWN) return { from, to, drawn: bars.length };
  const sorted = [...bars].sort((a, b) => a.from - b.from);
  const last = blocked === null ? sorted.length : Math.min(sorted.length, sorted.findIndex(({ index }) => index === blocked) + CALLS_DRAWN / 4);
  const part = sorted.slice(Math.max(0, last - CALLS_DRAWN), last);
  return { from: part[0]!.from, to: sorted[last]?.from ?? to, drawn: part.length };
}

/** Half of the bars are at least so wide, unless the picture would become too wide. */
function viewOf(picture: Picture, from: number, to: number): PictureView {
  const lengths = picture.bars.map((bar) => bar.to - bar.from).filter((length) => length > 0).sort((a, b) => a - b);
  const median = lengths[Math.floor(lengths.length / 2)] ?? 1;
  const span = Math.max(1, to - from) * 1.04;
  const width = Math.max(WIDTH.min, Math.min(WIDTH.max, NAMES + (span * BAR_WIDTH) / median));
  return { from, scale: (width - NAMES) / span, width, height: fullHeight(picture, LANE_HEIGHT), scroll: 0, laneHeight: LANE_HEIGHT };
}

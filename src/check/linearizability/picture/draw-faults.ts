/** Faults in a picture: named in rows of their own; what parts the network, and a client that is down, is a shade besides. */
import type { FaultSpan } from '../faults.ts';
import { fitted, type Shape } from './shapes.ts';
import { FAULT_ROW, headHeight, NAMES, xOf, type Drawn, type PictureView } from './view.ts';

/** The rows. @param top of the first */
export function drawFaults({ picture, view }: Drawn, top: number): Shape[] {
  return picture.faults.flatMap((row, i) => row.flatMap((span) => spanShapes(view, span, top + i * FAULT_ROW)));
}

/** What lies behind the lanes. @param top of the first lane */
export function drawFaultShades({ picture, view }: Drawn, top: number): Shape[] {
  const shapes: Shape[] = [];
  for (const span of picture.faults.flat()) {
    const { left, right } = edges(view, span);
    if (right < NAMES || left > view.width) continue;
    if (span.kind === 'partition' || span.kind === 'cut') {
      shapes.push({ type: 'rect', x: left, y: top, width: right - left, height: view.height - top, fill: '--warn-soft', opacity: 0.55 });
    }
    for (const [i, lane] of picture.lanes.entries()) {
      if (span.kind !== 'down' || lane.client !== span.node) continue;
      const y = headHeight(picture) - view.scroll + i * view.laneHeight;
      shapes.push({ type: 'rect', x: left, y, width: right - left, height: view.laneHeight, fill: '--danger-soft', opacity: 0.7 });
    }
  }
  return shapes;
}

function edges(view: PictureView, { from, to }: FaultSpan): { readonly left: number; readonly right: number } {
  const left = Math.max(NAMES - 8, xOf(view, from));
  return { left, right: Math.max(left + 2, to === null ? view.width + 8 : Math.min(view.width + 8, xOf(view, to))) };
}

function spanShapes(view: PictureView, span: FaultSpan, y: number): Shape[] {
  const { left, right } = edges(view, span);
  if (right < NAMES || left > view.width) return [];
  const ink = span.kind === 'down' ? '--danger' : '--warn';
  const box = { x: left, y: y + 1, width: right - left, height: FAULT_ROW - 2 };
  const text = fitted(span.text, 10, Math.min(right, view.width) - Math.max(left, NAMES) - 8);
  return [
    { type: 'rect', ...box, radius: 2, fill: `${ink}-soft`, stroke: ink },
    ...(text === '' ? [] : [{ type: 'text', x: Math.max(left, NAMES) + 4, y: y + FAULT_ROW / 2 + 0.5, text, ink, size: 10 } as const]),
  ];
}

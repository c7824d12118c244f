/** Paints the shapes of a picture on a canvas. */
import type { Shape } from '../../../src/contract/index.ts';
import type { Colour } from '../../tokens.ts';

const TAU = 2 * Math.PI;

export function paintShapes(context: CanvasRenderingContext2D, shapes: readonly Shape[], colour: Colour): void {
  const font = colour('--font-sans');
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.save();
  for (const shape of shapes) {
    if (shape.type === 'clip') {
      context.restore();
      context.save();
      context.beginPath();
      context.rect(shape.x, shape.y, shape.width, shape.height);
      context.clip();
      continue;
    }
    context.globalAlpha = shape.opacity ?? 1;
    context.setLineDash('dash' in shape && shape.dash !== undefined ? [shape.dash, shape.dash] : []);
    paint(context, shape, colour, font);
  }
  context.restore();
  context.globalAlpha = 1;
  context.setLineDash([]);
}

function paint(context: CanvasRenderingContext2D, shape: Exclude<Shape, { type: 'clip' }>, colour: Colour, font: string): void {
  switch (shape.type) {
    case 'text':
      context.font = `${shape.bold === true ? '600 ' : ''}${shape.size}px ${font}`;
      context.textAlign = shape.align === 'middle' ? 'center' : (shape.align ?? 'start');
      context.fillStyle = colour(shape.ink);
      context.fillText(shape.text, shape.x, shape.y);
      return;
    case 'line':
      context.beginPath();
      for (const [x, y] of shape.points) context.lineTo(x, y);
      context.strokeStyle = colour(shape.stroke);
      context.lineWidth = shape.width;
      context.stroke();
      return;
    case 'dot':
      context.beginPath();
      context.arc(shape.x, shape.y, shape.radius, 0, TAU);
      break;
    case 'rect':
      context.beginPath();
      context.roundRect(shape.x, shape.y, shape.width, shape.height, shape.radius ?? 0);
  }
  if (shape.fill !== undefined) {
    context.fillStyle = colour(shape.fill);
    context.fill();
  }
  if (shape.stroke === undefined) return;
  context.strokeStyle = colour(shape.stroke);
  context.lineWidth = 'strokeWidth' in shape ? (shape.strokeWidth ?? 1) : 1;
  context.stroke();
}

/** Packets drawn once, on one off-screen canvas, and copied from there by the thousand. */
import type { MessageKind } from '../../src/contract/index.ts';
import type { Palette } from './palette.ts';
import { hasLetter, letterDrop, shapePath } from './shapes.ts';

/** How a packet is drawn: whole, as a copy the network made, or as a dot when there are too many to read. */
const variants = ['plain', 'duplicate', 'dot'] as const;
export type Variant = (typeof variants)[number];

/** Room for one sprite in radii, from its middle to its edge. */
const REACH = 1.7;
const DOT_RADIUS = 0.42;

export class Sprites {
  readonly canvas: HTMLCanvasElement;
  /** Side of one sprite, device px and CSS px. */
  private readonly cell: number;
  private readonly size: number;

  /**
   * @param radius of a packet, CSS px
   * @param ratio device pixels per CSS pixel
   */
  constructor(kinds: readonly MessageKind[], palette: Palette, radius: number, ratio: number) {
    this.cell = Math.ceil(2 * REACH * radius * ratio);
    this.size = this.cell / ratio;
    this.canvas = document.createElement('canvas');
    this.canvas.width = this.cell * Math.max(1, kinds.length);
    this.canvas.height = this.cell * variants.length;
    const context = this.canvas.getContext('2d');
    if (context === null) return;
    kinds.forEach((kind, column) => {
      variants.forEach((variant, row) => {
        context.setTransform(ratio, 0, 0, ratio, (column + 0.5) * this.cell, (row + 0.5) * this.cell);
        drawPacket(context, kind, palette, radius, variant);
      });
    });
  }

  /** Copies a packet to (x, y) in CSS px. */
  draw(context: CanvasRenderingContext2D, kind: number, variant: Variant, x: number, y: number): void {
    const half = this.size / 2;
    const row = variant === 'plain' ? 0 : variant === 'duplicate' ? 1 : 2;
    context.drawImage(
      this.canvas,
      kind * this.cell,
      row * this.cell,
      this.cell,
      this.cell,
      x - half,
      y - half,
      this.size,
      this.size,
    );
  }
}

function drawPacket(
  context: CanvasRenderingContext2D,
  kind: MessageKind,
  palette: Palette,
  radius: number,
  variant: Variant,
): void {
  const colour = palette.families[kind.family];
  context.fillStyle = colour;
  if (variant === 'dot') {
    context.fill(new Path2D(shapePath('circle', radius * DOT_RADIUS)));
    return;
  }
  const path = new Path2D(shapePath(kind.shape, radius));
  context.lineJoin = 'round';
  if (variant === 'duplicate') {
    // A second outline behind it, as of a sheet lying under another.
    context.save();
    context.translate(radius * 0.42, -radius * 0.42);
    context.lineWidth = 1.5;
    context.strokeStyle = colour;
    context.fillStyle = palette.island;
    context.fill(path);
    context.stroke(path);
    context.restore();
  }
  // A thin shore keeps packets apart that overlap.
  context.lineWidth = 3;
  context.strokeStyle = palette.island;
  context.stroke(path);
  context.lineWidth = 1;
  context.strokeStyle = colour;
  context.fill(path);
  context.stroke(path);
  if (!hasLetter(kind.shape)) return;
  context.fillStyle = palette.onNode;
  context.font = `650 ${Math.round(radius * 1.22 * 10) / 10}px ${palette.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(kind.letter, 0, radius * letterDrop(kind.shape) + radius * 0.06);
}

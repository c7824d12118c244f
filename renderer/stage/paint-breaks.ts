/** Lost packets on the canvas: each falls to pieces where it was lost, and for a moment the cause stands beside it. */
import type { LossCause, MessageKind, World } from '../../src/contract/index.ts';
import type { Loss } from '../feed.ts';
import { ageOf, BREAK_MS, brokeAt, type Lanes } from './flight.ts';
import { cross } from './paint-links.ts';
import type { Palette } from './palette.ts';

const FRAGMENTS = 6;
/** The newest are named; more words at a time could not be read. */
const NAMED_MAX = 6;

/** The cause in a word or two. */
export const causeWords: Record<LossCause, string> = {
  loss: 'lost',
  cut: 'cut',
  dead: 'nobody up',
  corrupt: 'wrong checksum',
  queue: 'queue full',
  dropped: 'dropped',
};

export interface BreakScene {
  readonly world: World;
  readonly losses: readonly Loss[];
  /** Wall time, ms. */
  readonly wall: number;
  readonly reducedMotion: boolean;
}

export class BreakPainter {
  private readonly context: CanvasRenderingContext2D;
  private readonly kinds: readonly MessageKind[];
  private readonly lanes: Lanes;
  private readonly spot = { x: 0, y: 0 };

  constructor(context: CanvasRenderingContext2D, kinds: readonly MessageKind[], lanes: Lanes) {
    this.context = context;
    this.kinds = kinds;
    this.lanes = lanes;
  }

  /** @param radius of a packet, px */
  paint({ world, losses, wall, reducedMotion }: BreakScene, palette: Palette, radius: number): void {
    const c = this.context;
    const spot = this.spot;
    for (let n = 0; n < losses.length; n++) {
      const { packet, at, cause, ...rest } = losses[n]!;
      const age = ageOf(at, wall, BREAK_MS);
      if (age >= 1 || packet.from === packet.to || !world.nodes.has(packet.from) || !world.nodes.has(packet.to)) continue;
      this.lanes.point(packet.from, packet.to, brokeAt({ cause, ...rest }), spot);
      c.fillStyle = palette.families[this.kinds[packet.kind]?.family ?? 'other'];
      c.globalAlpha = (1 - age) ** 1.4;
      const flown = reducedMotion ? radius : radius * (0.45 + 2.1 * ease(age));
      const size = radius * 0.42 * (1 - 0.5 * age);
      for (let i = 0; i < FRAGMENTS; i++) {
        // From the packet's number, so that each breaks in its own way and the same way in every frame.
        const angle = ((packet.packet * 2.399 + i) * 2 * Math.PI) / FRAGMENTS;
        const far = flown * (0.75 + 0.5 * ((packet.packet * 7 + i * 13) % 5) * 0.25);
        this.paintFragment(spot.x + Math.cos(angle) * far, spot.y + Math.sin(angle) * far, size, angle + 3 * age);
      }
      c.strokeStyle = palette.danger;
      c.lineWidth = 1.75;
      cross(c, spot, radius * 0.45);
      if (n >= losses.length - NAMED_MAX) this.name(causeWords[cause], palette, radius);
    }
    c.globalAlpha = 1;
  }

  /** Over a halo of land, so that it can be read on a link. */
  private name(text: string, palette: Palette, radius: number): void {
    const c = this.context;
    const { x, y } = this.spot;
    c.font = `600 10.5px ${palette.font}`;
    c.textAlign = 'center';
    c.textBaseline = 'bottom';
    c.lineWidth = 3;
    c.lineJoin = 'round';
    c.strokeStyle = palette.island;
    c.strokeText(text, x, y - radius - 3);
    c.fillStyle = palette.danger;
    c.fillText(text, x, y - radius - 3);
    c.lineJoin = 'miter';
  }

  private paintFragment(x: number, y: number, size: number, angle: number): void {
    const c = this.context;
    c.beginPath();
    for (let i = 0; i < 3; i++) c.lineTo(x + Math.cos(angle + i * 2.1) * size, y + Math.sin(angle + i * 2.1) * size);
    c.fill();
  }
}

function ease(t: number): number {
  return 1 - (1 - t) ** 3;
}

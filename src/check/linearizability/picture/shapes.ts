/** What a picture is drawn with: the same on a canvas and in a file. Lengths in pixels; an ink is a design token, `--text`. */
export type Shape =
  | {
      readonly type: 'rect';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly radius?: number;
      readonly fill?: string;
      readonly stroke?: string;
      readonly strokeWidth?: number;
      /** @default 1 */
      readonly opacity?: number;
      /** Lengths of dash and gap. @default none */
      readonly dash?: number;
    }
  | {
      readonly type: 'line';
      readonly points: readonly (readonly [x: number, y: number])[];
      readonly stroke: string;
      readonly width: number;
      readonly opacity?: number;
      readonly dash?: number;
    }
  | { readonly type: 'dot'; readonly x: number; readonly y: number; readonly radius: number; readonly fill: string; readonly stroke?: string; readonly opacity?: number }
  | {
      readonly type: 'text';
      readonly x: number;
      /** Of its middle. */
      readonly y: number;
      readonly text: string;
      readonly ink: string;
      readonly size: number;
      readonly bold?: boolean;
      /** @default start */
      readonly align?: 'start' | 'middle' | 'end';
      readonly opacity?: number;
    }
  /** What follows is seen only within, until the next. */
  | { readonly type: 'clip'; readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Width of a letter on average, as a share of the size of the type: a guess, for nothing can be measured here. */
const LETTER = 0.54;

export function textWidth(text: string, size: number): number {
  return text.length * size * LETTER;
}

/** As much of a text as there is room for; empty if that is next to nothing. */
export function fitted(text: string, size: number, room: number): string {
  if (textWidth(text, size) <= room) return text;
  const letters = Math.floor(room / (size * LETTER)) - 1;
  return letters < 2 ? '' : `${text.slice(0, letters).trimEnd()}…`;
}

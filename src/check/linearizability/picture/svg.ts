/** Shapes as an SVG file. */
import type { Shape } from './shapes.ts';

export interface SvgOptions {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, for those who do not see it. */
  readonly title: string;
  /** The value of a design token, `--text`. */
  readonly ink: (token: string) => string;
}

/** The tokens of the light theme that pictures are drawn with: renderer/design/colours.css. */
export const lightInks: { readonly [token: string]: string } = {
  '--surface': '#ffffff',
  '--surface-2': '#f4f6f7',
  '--line': '#e1e6e8',
  '--line-strong': '#c3ccd1',
  '--text': '#141a1e',
  '--text-2': '#48565f',
  '--text-3': '#5d6b74',
  '--accent': '#0f766e',
  '--accent-soft': '#dcf0ed',
  '--danger': '#b42332',
  '--danger-soft': '#fbe7e8',
  '--warn': '#8a5300',
  '--warn-soft': '#fbf0dc',
  '--past': '#5b4fc4',
  '--past-text': '#4a3fa8',
  '--node-16': '#3d5a73',
  '--node-17': '#6b5344',
  '--node-18': '#4f6147',
  '--node-19': '#6a4c66',
  '--node-20': '#63603f',
  '--node-21': '#3f6466',
  '--node-22': '#6f4a4f',
  '--node-23': '#545072',
};

const FONT = 'Inter, system-ui, sans-serif';

export function svgOf(shapes: readonly Shape[], { width, height, title, ink }: SvgOptions): string {
  const clips: string[] = [];
  const parts: string[] = [];
  for (const shape of shapes) {
    if (shape.type !== 'clip') {
      parts.push(elementOf(shape, ink));
      continue;
    }
    if (clips.length > 0) parts.push('</g>');
    parts.push(`<g clip-path="url(#clip${clips.length})">`);
    clips.push(`<clipPath id="clip${clips.length}"><rect ${numbers({ x: shape.x, y: shape.y, width: shape.width, height: shape.height })}/></clipPath>`);
  }
  if (clips.length > 0) parts.push('</g>');
  const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${FONT}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<defs>${clips.join('')}</defs>`,
    `<rect width="100%" height="100%" fill="${ink('--surface')}"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function elementOf(shape: Exclude<Shape, { type: 'clip' }>, ink: (token: string) => string): string {
  const opacity: { readonly [name: string]: number } = shape.opacity === undefined ? {} : { opacity: shape.opacity };
  switch (shape.type) {
    case 'rect': {
      const { x, y, width, height, radius = 0, strokeWidth = 1 } = shape;
      const fill = ` fill="${shape.fill === undefined ? 'none' : ink(shape.fill)}"`;
      const stroke = shape.stroke === undefined ? '' : ` stroke="${ink(shape.stroke)}" stroke-width="${strokeWidth}"`;
      return `<rect ${numbers({ x, y, width, height, rx: radius, ...opacity })}${fill}${stroke}${dashed(shape.dash)}/>`;
    }
    case 'line': {
      const points = shape.points.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');
      return `<polyline points="${points}" fill="none" stroke="${ink(shape.stroke)}" ${numbers({ 'stroke-width': shape.width, ...opacity })}${dashed(shape.dash)}/>`;
    }
    case 'dot': {
      const stroke = shape.stroke === undefined ? '' : ` stroke="${ink(shape.stroke)}"`;
      return `<circle ${numbers({ cx: shape.x, cy: shape.y, r: shape.radius, ...opacity })} fill="${ink(shape.fill)}"${stroke}/>`;
    }
    case 'text': {
      const { x, y, size, align = 'start', bold = false } = shape;
      const look = `fill="${ink(shape.ink)}" text-anchor="${align}" dominant-baseline="central"${bold ? ' font-weight="600"' : ''}`;
      return `<text ${numbers({ x, y, 'font-size': size, ...opacity })} ${look}>${escaped(shape.text)}</text>`;
    }
  }
}

function dashed(length: number | undefined): string {
  return length === undefined ? '' : ` stroke-dasharray="${length} ${length}"`;
}

function numbers(values: { readonly [name: string]: number }): string {
  return Object.entries(values).map(([name, value]) => `${name}="${round(value)}"`).join(' ');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Also without what XML has no place for at all. */
function escaped(text: string): string {
  const entities: { readonly [sign: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '\ufffd').replace(/[&<>"]/g, (sign) => entities[sign]!);
}

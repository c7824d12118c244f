/** Contrast of both themes, after WCAG 2.2: 4.5 for text, 3 for marks. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLIENTS_MAX, NODES_MAX } from '../../../src/contract/index.ts';

const css = readFileSync('renderer/design/colours.css', 'utf8');

type Theme = Readonly<Record<string, string>>;

function variables(block: string): Theme {
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
}

const [light, dark] = css.split(":root[data-theme='dark']").map(variables) as [Theme, Theme];
const themes: [string, Theme][] = [
  ['light', light],
  ['dark', dark],
];

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const grounds = ['bg', 'surface', 'surface-2', 'sunken'];
const nodes = Array.from({ length: NODES_MAX + CLIENTS_MAX }, (_, i) => `node-${i + 1}`);
const families = ['phase1', 'phase2', 'learn', 'refuse', 'other'].map((family) => `family-${family}`);

describe.each(themes)('%s theme', (_name, theme) => {
  it.each(['text', 'text-2', 'text-3'])('%s can be read on every ground', (text) => {
    for (const ground of grounds) expect(contrast(theme[text]!, theme[ground]!), ground).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['accent', 'danger', 'warn', 'ok'])('%s can be read on its own soft ground, and on a surface', (name) => {
    const text = theme[name === 'accent' ? 'accent-text' : name]!;
    expect(contrast(text, theme[`${name}-soft`]!)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(text, theme.surface!)).toBeGreaterThanOrEqual(4.5);
  });

  it('text can be read on the accent, also when it is pointed at', () => {
    expect(contrast(theme['on-accent']!, theme.accent!)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(theme['on-accent']!, theme['accent-strong']!)).toBeGreaterThanOrEqual(4.5);
  });

  it.each([...nodes, ...families])('%s carries text, and stands out from sea and island', (name) => {
    expect(contrast(theme[name]!, theme['on-node']!)).toBeGreaterThanOrEqual(4.5);
    for (const ground of ['sea', 'island']) expect(contrast(theme[name]!, theme[ground]!), ground).toBeGreaterThanOrEqual(3);
  });

  it.each(nodes)('%s can be read in a sentence of the log', (name) => {
    for (const ground of ['surface', 'surface-2']) expect(contrast(theme[name]!, theme[ground]!), ground).toBeGreaterThanOrEqual(4.5);
  });

  it('has no two nodes of one colour', () => expect(new Set(nodes.map((name) => theme[name])).size).toBe(nodes.length));

  it('says every colour that the other says', () => expect(Object.keys(theme)).toEqual(Object.keys(light)));
});

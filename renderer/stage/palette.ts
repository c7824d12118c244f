/** The design tokens a canvas needs, read from the style sheet once per theme. */
import { CLIENTS_MAX, NODES_MAX, type MessageKind } from '../../src/contract/index.ts';

export interface Palette {
  readonly sea: string;
  readonly island: string;
  readonly line: string;
  readonly accent: string;
  readonly danger: string;
  readonly ok: string;
  readonly warn: string;
  readonly frost: string;
  readonly text: string;
  readonly onNode: string;
  readonly families: Readonly<Record<MessageKind['family'], string>>;
  /** By number of the actor; index 0 is not used. */
  readonly nodes: readonly string[];
  readonly font: string;
}

const families = ['phase1', 'phase2', 'learn', 'refuse', 'other'] as const;

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    sea: token('sea'),
    island: token('island'),
    line: token('line-strong'),
    accent: token('accent'),
    danger: token('danger'),
    ok: token('ok'),
    warn: token('warn'),
    frost: token('frost'),
    text: token('text'),
    onNode: token('on-node'),
    families: Object.fromEntries(families.map((family) => [family, token(`family-${family}`)])) as Palette['families'],
    nodes: Array.from({ length: NODES_MAX + CLIENTS_MAX + 1 }, (_, node) => (node === 0 ? '' : token(`node-${node}`))),
    font: token('font-sans'),
  };
}

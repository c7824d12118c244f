/** Sentences of rows, made when they are first seen and kept as long as the row is. */
import { sentence, type AnyProtocol, type LogRow } from '../../../src/contract/index.ts';

export function sentenceCache(protocol: () => AnyProtocol): (row: LogRow) => string {
  const made = new WeakMap<LogRow, string>();
  return (row) => {
    let text = made.get(row);
    if (text === undefined) made.set(row, (text = sentence(protocol(), row)));
    return text;
  };
}

/** A stretch of a sentence: plain, the name of a node, or a value in quotation marks. */
export interface Stretch {
  readonly text: string;
  readonly node: number | null;
  readonly value: boolean;
}

/** Takes a sentence apart, to set off the nodes and values it speaks of. */
export function stretches(text: string): Stretch[] {
  const found: Stretch[] = [];
  let from = 0;
  for (const match of text.matchAll(/\bn(\d{1,2})\b|"[^"]*"/g)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), node: null, value: false });
    found.push({ text: match[0], node: match[1] === undefined ? null : Number(match[1]), value: match[1] === undefined });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), node: null, value: false });
  return found;
}

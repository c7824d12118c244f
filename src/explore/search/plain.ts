/**
 * A protocol's state as plain data, looked at from outside: its canonical text, by which states that differ in nothing
 * that matters are one, and the same with nodes and values renamed. What a field means follows from its name alone, so
 * that a protocol that was broken on purpose, and keeps something more in its state, is taken for what it is.
 */
import type { NodeId } from '../../protocol/protocol.ts';

/** What fields of these names mean, wherever they are. */
export interface Vocabulary {
  /** A node, or a list of nodes. */
  readonly nodes: ReadonlySet<string>;
  /** A value that clients ask for. */
  readonly values: ReadonlySet<string>;
  /** A list whose order says nothing. A list in a list `x` is called `x[]`. */
  readonly unordered: ReadonlySet<string>;
  /** What cannot matter where time is not looked at, or never changes. */
  readonly ignored: ReadonlySet<string>;
}

/** Who and what takes whose place. */
export interface Renaming {
  /** By node; index 0 is nobody. */
  readonly nodes: readonly NodeId[];
  readonly values: ReadonlyMap<string, string>;
}

const NOTHING: Vocabulary = { nodes: new Set(), values: new Set(), unordered: new Set(), ignored: new Set() };

/** A text that is the same for two pieces of plain data if and only if they differ in nothing that matters. */
export function canonical(data: unknown, words: Vocabulary, name = ''): string {
  if (data === undefined) return '';
  if (typeof data !== 'object' || data === null) return JSON.stringify(data);
  if (Array.isArray(data)) return listText(data, words, name);
  const entries = data instanceof Map ? [...(data as Map<string | number, unknown>)] : Object.entries(data);
  const parts: string[] = [];
  for (const [key, value] of entries) {
    if (data instanceof Map || !words.ignored.has(String(key))) parts.push(`${key}:${canonical(value, words, String(key))}`);
  }
  return `{${parts.sort().join(',')}}`;
}

function listText(list: readonly unknown[], words: Vocabulary, name: string): string {
  const parts: string[] = [];
  const sorted = words.unordered.has(name);
  // Lists with large gaps are common (paged.ts): only what is there is written.
  for (const [at, value] of list.entries()) {
    if (value !== undefined) parts.push(sorted ? canonical(value, words, `${name}[]`) : `${at}=${canonical(value, words, `${name}[]`)}`);
  }
  return `[${(sorted ? parts.sort() : parts).join(',')}]`;
}

/** An independent copy with other names. What is ignored is copied as it is. */
export function renamed<T>(data: T, words: Vocabulary, renaming: Renaming): T {
  return copy(data, words, renaming, '') as T;
}

function copy(data: unknown, words: Vocabulary, renaming: Renaming, name: string): unknown {
  if (typeof data === 'number') return words.nodes.has(name) ? (renaming.nodes[data] ?? data) : data;
  if (typeof data === 'string') return words.values.has(name) ? (renaming.values.get(data) ?? data) : data;
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return data;
  // Elements of a list of nodes are nodes; lists in lists have a name of their own.
  if (Array.isArray(data)) return data.map((value) => copy(value, words, renaming, Array.isArray(value) ? `${name}[]` : name));
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [key, copy(value, words, renaming, String(key))]));
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      copy(value, words.ignored.has(key) ? NOTHING : words, renaming, key),
    ]),
  );
}

/** Two trees of the same shape, memory and disk, as rows to lay side by side. */
import type { Json, NodeInspection } from '../../../src/contract/index.ts';

export interface TreeRow {
  /** Position in both trees, e.g. `acceptor.4.promised`. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  /** Has rows of its own below it. */
  readonly branch: boolean;
  readonly open: boolean;
  /** What is there, in short; `null` when that tree has nothing there. */
  readonly memory: string | null;
  readonly disk: string | null;
  /** Memory and disk say different things. */
  readonly differs: boolean;
}

type Tree = { readonly [key: string]: Json };

/** Branches with more rows than this begin closed, but for their newest. */
const OPEN_MAX = 3;

/**
 * @param isOpen whether a branch shows what is below it, `undefined` for a branch nobody has touched
 */
export function treeRows(
  { memory, disk }: Pick<NodeInspection, 'memory' | 'disk'>,
  isOpen: (path: string) => boolean | undefined,
): TreeRow[] {
  const rows: TreeRow[] = [];
  walk(memory ?? undefined, disk ?? undefined, '', 0, isOpen, rows, memory !== null);
  return rows;
}

/** Every leaf of both trees by path, to find what changed between two looks. */
export function leavesOf({ memory, disk }: Pick<NodeInspection, 'memory' | 'disk'>): Map<string, string> {
  const leaves = new Map<string, string>();
  visit(memory, '', (path, text) => leaves.set(path, text));
  visit(disk, '', (path, text) => leaves.set(path, `${leaves.get(path) ?? ''} | ${text}`));
  return leaves;
}

function visit(value: Json, path: string, leaf: (path: string, text: string) => void): void {
  if (!isTree(value)) leaf(path, leafText(value));
  else for (const key of Object.keys(value)) visit(value[key]!, path === '' ? key : `${path}.${key}`, leaf);
}

/** Paths that differ between two looks, with every branch above them. */
export function changedPaths(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Set<string> {
  const changed = new Set<string>();
  const mark = (path: string): void => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) changed.add(path.slice(0, end));
  };
  for (const [path, text] of after) if (before.get(path) !== text) mark(path);
  for (const path of before.keys()) if (!after.has(path)) mark(path);
  return changed;
}

function walk(
  memory: Json | undefined,
  disk: Json | undefined,
  path: string,
  depth: number,
  isOpen: (path: string) => boolean | undefined,
  rows: TreeRow[],
  up: boolean,
): void {
  const keys = keysOf(memory, disk);
  keys.forEach((name, index) => {
    const at = path === '' ? name : `${path}.${name}`;
    const inMemory = isTree(memory) ? memory[name] : undefined;
    const onDisk = isTree(disk) ? disk[name] : undefined;
    const branch = isFilled(inMemory) || isFilled(onDisk);
    const open = branch && (isOpen(at) ?? (depth === 0 || keys.length <= OPEN_MAX || index === 0));
    rows.push({
      path: at,
      name,
      depth,
      branch,
      open,
      memory: inMemory === undefined ? null : shortText(inMemory, open),
      disk: onDisk === undefined ? null : shortText(onDisk, open),
      differs: up && onDisk !== undefined && isDifferent(inMemory, onDisk),
    });
    if (open) walk(inMemory, onDisk, at, depth + 1, isOpen, rows, up);
  });
}

/** Names of both trees; numbers newest first, which is where things happen. */
function keysOf(memory: Json | undefined, disk: Json | undefined): string[] {
  const keys = new Set([...(isTree(memory) ? Object.keys(memory) : []), ...(isTree(disk) ? Object.keys(disk) : [])]);
  const numbers = [...keys].filter((key) => /^\d+$/.test(key)).sort((a, b) => Number(b) - Number(a));
  return [...[...keys].filter((key) => !/^\d+$/.test(key)), ...numbers];
}

/** Whether what is on disk is not what is in memory. Memory may hold more: not everything belongs on disk. */
function isDifferent(memory: Json | undefined, disk: Json): boolean {
  if (!isTree(disk)) return memory === undefined || leafText(memory) !== leafText(disk);
  if (!isTree(memory)) return true;
  return Object.keys(disk).some((key) => isDifferent(memory[key], disk[key]!));
}

function isTree(value: Json | undefined): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFilled(value: Json | undefined): boolean {
  return isTree(value) && Object.keys(value).length > 0;
}

/** A leaf in full; an open branch says nothing, a closed one what is in it, in short. */
function shortText(value: Json, open: boolean): string {
  if (!isTree(value)) return leafText(value);
  const keys = Object.keys(value);
  if (keys.length === 0) return 'none';
  if (open) return '';
  if (keys.every((key) => isTree(value[key]))) return `${keys.length} entries`;
  // A vote repeats the ballot of its promise more often than not; in short, once is enough.
  return [...new Set(keys.flatMap((key) => leafTexts(value[key]!)))].join(' · ');
}

function leafTexts(value: Json): string[] {
  return isTree(value) ? Object.values(value).flatMap(leafTexts) : [leafText(value)];
}

function leafText(value: Json): string {
  if (value === null) return '–';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((item) => itemText(item as Json)).join(', ');
  return isTree(value) ? shortText(value, false) : String(value);
}

function itemText(value: Json): string {
  return isTree(value) ? Object.values(value).map((part) => leafText(part)).join(' by ') : leafText(value);
}

/** The tree of forks laid out as rows and columns: a branch is a row, and stands in a column right of its parent's. */
import type { Branch } from '../../../src/contract/index.ts';

export interface TreeRow {
  readonly branch: Branch;
  /** 0 is the leftmost. */
  readonly column: number;
  /** Row of its parent; `null` for a branch that has none. */
  readonly parentRow: number | null;
}

/**
 * Parents before their children; of siblings the one that left last comes first, so that lines never cross. A branch
 * whose parent is gone stands by itself.
 */
export function treeRows(branches: readonly Branch[]): TreeRow[] {
  const ids = new Set(branches.map(({ id }) => id));
  const children = new Map<number | null, Branch[]>();
  for (const branch of branches) {
    const parent = branch.parent !== null && ids.has(branch.parent) ? branch.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), branch]);
  }
  const rows: TreeRow[] = [];
  const place = (branch: Branch, column: number, parentRow: number | null): void => {
    const row = rows.length;
    rows.push({ branch, column, parentRow });
    const below = [...(children.get(branch.id) ?? [])].sort((a, b) => (b.forkedAt?.seq ?? 0) - (a.forkedAt?.seq ?? 0) || b.id - a.id);
    for (const child of below) place(child, column + 1, row);
  };
  for (const root of children.get(null) ?? []) place(root, 0, null);
  return rows;
}

/**
 * Keys for the rows in sight of a long list: a row that stays keeps its key, and one that comes gets that of one that
 * went. Its elements are written on again then, which costs a fraction of making them anew.
 */
export function recycledKeys<Id>(): (ids: readonly Id[]) => ReadonlyMap<Id, number> {
  let keys: ReadonlyMap<Id, number> = new Map();
  let fresh = 0;

  return (ids) => {
    const shown = new Set(ids);
    const free = [...keys].filter(([id]) => !shown.has(id)).map(([, key]) => key);
    keys = new Map(ids.map((id) => [id, keys.get(id) ?? free.pop() ?? fresh++]));
    return keys;
  };
}

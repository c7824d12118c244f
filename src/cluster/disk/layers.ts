/**
 * Records of which many moments are kept: a map in layers. Only the top one is ever written to; to keep a moment is to
 * freeze it and to begin another, so that what did not change between two moments is shared by them. Layers below are
 * merged so that each is at least twice the size of the one above it, as in a log-structured merge tree (O'Neil et al.
 * 1996): there are never more than a few, and keeping a moment costs, over time, what has changed since the last.
 */

/** What was written over the layers below; null deletes. Never changed once it is frozen. */
export type Layer = ReadonlyMap<string, string | null>;

export class Layers {
  /** The lowest first. */
  private frozen: readonly Layer[];
  private top = new Map<string, string | null>();

  /** @param layers as `freeze` gave them. */
  constructor(layers: readonly Layer[] = []) {
    this.frozen = layers;
  }

  get(key: string): string | null {
    let value = this.top.get(key);
    for (let i = this.frozen.length - 1; value === undefined && i >= 0; i--) value = this.frozen[i]!.get(key);
    return value ?? null;
  }

  set(key: string, value: string | null): void {
    // Where there is nothing below that a deletion would hide, nothing is left of it.
    if (value === null && this.frozen.length === 0) this.top.delete(key);
    else this.top.set(key, value);
  }

  clear(): void {
    this.frozen = [];
    this.top = new Map();
  }

  /** This moment; costs no copy of what was there before the last one. */
  freeze(): readonly Layer[] {
    if (this.top.size === 0) return this.frozen;
    const layers: Layer[] = [...this.frozen, this.top];
    this.top = new Map();
    while (layers.length > 1 && layers.at(-1)!.size * 2 > layers.at(-2)!.size) {
      const above = layers.pop()!;
      layers.push(merge(layers.pop()!, above, layers.length === 0));
    }
    this.frozen = layers;
    return layers;
  }

  /** All records. */
  all(): Map<string, string> {
    const all = new Map<string, string>();
    for (const layer of [...this.frozen, this.top]) {
      for (const [key, value] of layer) {
        if (value === null) all.delete(key);
        else all.set(key, value);
      }
    }
    return all;
  }
}

/** @param lowest there is nothing below that a deletion would hide. */
function merge(below: Layer, above: Layer, lowest: boolean): Layer {
  const merged = new Map(below);
  for (const [key, value] of above) merged.set(key, value);
  if (lowest) for (const [key, value] of merged) if (value === null) merged.delete(key);
  return merged;
}

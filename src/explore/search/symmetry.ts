/**
 * Symmetry (Ip & Dill, *Better verification through symmetry*): nodes that hold the same roles and do not propose can take
 * each other's place, and so can the values, since every proposer may be asked for each. Of all states that are the same
 * but for that, the search looks at one: the one whose numbers come first.
 */
import type { NodeId } from '../../protocol/protocol.ts';
import type { Locals } from './locals.ts';
import type { Model } from './model.ts';
import type { Renaming } from './plain.ts';

/** Larger groups cost more than they save. */
const GROUP_MAX = 48;

interface Turn {
  readonly renaming: Renaming;
  /** By place: where its node stands afterwards. */
  readonly places: readonly number[];
  /** By local state: the one it becomes. */
  readonly locals: Int32Array[];
}

const UNKNOWN = -1;
const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;

export class Symmetry {
  readonly #locals: Locals;
  /** All but the one that changes nothing. */
  readonly #turns: readonly Turn[];
  readonly #candidate: Int32Array;
  /** Every renaming leaves the initial state as it is. */
  readonly whole: boolean;

  /** @param initial the state that must stay as it is */
  constructor(locals: Locals, initial: Int32Array) {
    this.#locals = locals;
    this.#candidate = new Int32Array(initial.length);
    const turns = renamingsOf(locals.model).map((renaming) => turnOf(locals.model, renaming));
    this.#turns = turns.length < GROUP_MAX ? turns.filter((turn) => this.#keeps(turn, initial)) : [];
    this.whole = this.#turns.length === turns.length;
  }

  /** How many states can be one: the size of the group. */
  get size(): number {
    return this.#turns.length + 1;
  }

  /**
   * Turns the state into the one that stands for it.
   * @param nodes places, as bits
   * @returns those places afterwards
   */
  settle(state: Int32Array, nodes: number): number {
    let moved = nodes;
    const original = this.#turns.length > 0 ? Int32Array.from(state) : state;
    for (const turn of this.#turns) {
      this.#apply(turn, original, this.#candidate);
      if (!before(this.#candidate, state)) continue;
      state.set(this.#candidate);
      moved = movedBits(turn, nodes);
    }
    return moved;
  }

  /** How many states it stands for. */
  orbit(state: Int32Array): number {
    const seen = new Set([state.join()]);
    for (const turn of this.#turns) {
      this.#apply(turn, state, this.#candidate);
      seen.add(this.#candidate.join());
    }
    return seen.size;
  }

  #keeps(turn: Turn, initial: Int32Array): boolean {
    this.#apply(turn, initial, this.#candidate);
    return this.#candidate.every((local, at) => local === initial[at]);
  }

  #apply(turn: Turn, state: Int32Array, into: Int32Array): void {
    for (let place = 0; place < state.length; place++) into[turn.places[place]!] = this.#turned(turn, state[place]!);
  }

  #turned(turn: Turn, local: number): number {
    const page = (turn.locals[local >> PAGE_BITS] ??= new Int32Array(PAGE).fill(UNKNOWN));
    const known = page[local & (PAGE - 1)]!;
    if (known !== UNKNOWN) return known;
    return (page[local & (PAGE - 1)] = this.#locals.renamed(local, turn.renaming));
  }
}

function before(a: Int32Array, b: Int32Array): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return a[at]! < b[at]!;
  return false;
}

function movedBits({ places }: Turn, nodes: number): number {
  let moved = 0;
  for (let place = 0; place < places.length; place++) if ((nodes >> place) & 1) moved |= 1 << places[place]!;
  return moved;
}

function turnOf({ nodes }: Model, renaming: Renaming): Turn {
  return { renaming, places: nodes.map((node) => nodes.indexOf(renaming.nodes[node]!)), locals: [] };
}

/** All but the one that changes nothing. */
function renamingsOf({ nodes, alike, values }: Model): Renaming[] {
  const highest = Math.max(...nodes);
  let maps: NodeId[][] = [Array.from({ length: highest + 1 }, (_, node) => node)];
  for (const group of alike) {
    maps = maps.flatMap((map) =>
      permutations(group).map((order) => map.map((node, at) => (group.includes(at) ? order[group.indexOf(at)]! : node))),
    );
  }
  const all = maps.flatMap((map) =>
    permutations(values).map((order) => ({ nodes: map, values: new Map(values.map((value, at) => [value, order[at]!])) })),
  );
  return all.slice(1);
}

/** All orders, the given one first. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

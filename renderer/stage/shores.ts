/** The islands on the screen from one moment to the next: which one goes on from which, and how their shores flow. */
import type { Groups, NodeId } from '../../src/contract/index.ts';
import type { Look } from './look.ts';
import type { Motion } from './motion.ts';
import type { Side } from './plate.ts';
import { blend, DIRECTIONS, outline, type Resident } from './shore.ts';

export interface ShownIsland {
  /** Stays the same while an island gains and loses nodes. */
  readonly id: number;
  readonly nodes: readonly NodeId[];
}

/** Share of the way to its new outline that a shore flows in one second, as the exponent of a decay. */
const FLOW = 20;
/** A shore this near to where it should be, px, is there. */
const REST = 0.2;

interface Flowing extends ShownIsland {
  readonly shore: Float64Array;
}

export class Shores {
  private islands: readonly Flowing[] = [];
  private readonly target = new Float64Array(DIRECTIONS);
  private nextId = 1;
  private settled = false;

  /** The islands for these groups, in their order. Each goes on from the one it shares most nodes with. */
  regroup(groups: Groups): readonly ShownIsland[] {
    const claims = groups.flatMap((nodes, group) =>
      this.islands.map((island) => ({
        group,
        island,
        shared: nodes.filter((node) => island.nodes.includes(node)).length,
      })),
    );
    claims.sort((a, b) => b.shared - a.shared);
    const heirs = new Map<number, Flowing>();
    const taken = new Set<number>();
    for (const { group, island, shared } of claims) {
      if (shared === 0 || heirs.has(group) || taken.has(island.id)) continue;
      heirs.set(group, island);
      taken.add(island.id);
    }
    this.islands = groups.map((nodes, group): Flowing => {
      const heir = heirs.get(group);
      return heir === undefined
        ? { id: this.nextId++, nodes, shore: new Float64Array(DIRECTIONS).fill(NaN) }
        : { id: heir.id, nodes, shore: heir.shore };
    });
    this.settled = false;
    return this.islands;
  }

  /**
   * Lets every shore flow towards the nodes that stand on it, for `seconds`.
   * @param moved whether any node has moved since the last time
   * @returns whether any shore has changed
   */
  flow(
    motion: Motion,
    look: Look,
    sideOf: (node: NodeId) => Side,
    seconds: number,
    moved: boolean,
    atOnce: boolean,
  ): boolean {
    if (this.settled && !moved) return false;
    let left = 0;
    for (const island of this.islands) {
      const residents = island.nodes.map(
        (node): Resident => ({ node, x: motion.x[node]!, y: motion.y[node]!, side: sideOf(node) }),
      );
      outline(residents, look, motion.radius, this.target);
      if (Number.isNaN(island.shore[0])) {
        // A new island rises out of the sea from a little below its final size.
        outline(residents, { ...look, pad: 0 }, motion.radius, island.shore);
      }
      left = Math.max(left, blend(island.shore, this.target, atOnce ? 1 : 1 - Math.exp(-FLOW * seconds)));
    }
    this.settled = left < REST;
    return true;
  }

  /** The shore of an island; see shore.ts. */
  shoreOf(id: number): Float64Array | undefined {
    return this.islands.find((island) => island.id === id)?.shore;
  }
}

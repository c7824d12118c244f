/** The outlines around one quorum of each phase, and how they flow from one quorum to the next. */
import type { NodeId, Phase } from '../../src/contract/index.ts';
import type { Look } from './look.ts';
import type { Motion } from './motion.ts';
import type { Side } from './plate.ts';
import { blend, DIRECTIONS, outline, shorePath } from './shore.ts';

/** Share of the way to its new outline that a hull flows in one second, as the exponent of a decay. */
const FLOW = 14;
/** A hull this near to where it should be, px, is there. */
const REST = 0.2;
/** Room between what a hull holds and its line, as a share of the room on an island: side by side, never on its shore. */
const pads: Readonly<Record<Phase, number>> = { 1: 0.66, 2: 0.3 };

interface Hull {
  members: readonly NodeId[];
  /** Where it is now; NaN before it has been anywhere. */
  readonly line: Float64Array;
}

export class QuorumHulls {
  private readonly hulls: Readonly<Record<Phase, Hull>> = { 1: emptyHull(), 2: emptyHull() };
  private readonly target = new Float64Array(DIRECTIONS);
  private settled = true;

  /** Draws these quorums from now on; an empty one not at all. */
  aim(phase1: readonly NodeId[], phase2: readonly NodeId[]): void {
    for (const [phase, members] of [[1, phase1], [2, phase2]] as const) {
      const hull = this.hulls[phase];
      // One that comes anew does not flow from where an old one was.
      if (hull.members.length === 0) hull.line.fill(NaN);
      hull.members = members;
    }
    this.settled = false;
  }

  /**
   * Lets both flow towards the nodes they hold, for `seconds`.
   * @param moved whether any node has moved since the last time
   * @returns whether either has changed
   */
  flow(motion: Motion, look: Look, sideOf: (node: NodeId) => Side, seconds: number, moved: boolean, atOnce: boolean): boolean {
    if (this.settled && !moved) return false;
    let left = 0;
    for (const phase of [1, 2] as const) {
      const { members, line } = this.hulls[phase];
      if (members.length === 0) continue;
      const residents = members.map((node) => ({ node, x: motion.x[node]!, y: motion.y[node]!, side: sideOf(node) }));
      outline(residents, { ...look, pad: look.pad * pads[phase] }, motion.radius, this.target);
      const part = atOnce || Number.isNaN(line[0]) ? 1 : 1 - Math.exp(-FLOW * seconds);
      if (part === 1) line.set(this.target);
      else left = Math.max(left, blend(line, this.target, part));
    }
    this.settled = left < REST;
    return true;
  }

  /** The line of a phase as an SVG path; empty for none. */
  pathOf(phase: Phase): string {
    const { members, line } = this.hulls[phase];
    return members.length === 0 || Number.isNaN(line[0]) ? '' : shorePath(line);
  }
}

function emptyHull(): Hull {
  return { members: [], line: new Float64Array(DIRECTIONS).fill(NaN) };
}

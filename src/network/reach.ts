/** Which directions are open: both ends stand on one island, and the direction itself is not cut. */
import type { NodeId } from '../protocol/protocol.ts';
import { directionKey, directionOf, directionsWhere, groupOf, joinsTwoOf, whole, type Direction, type Groups } from './topology.ts';

/** Reach as plain data. */
export interface ReachState {
  readonly groups: Groups;
  readonly cuts: readonly Direction[];
}

export class Reach {
  private nodes: readonly NodeId[];
  /** Directions cut beside the partition, by `directionKey`. */
  private readonly cuts = new Set<number>();
  private islands: number[] = [];
  groups: Groups;

  constructor(nodes: readonly NodeId[], { groups, cuts }: ReachState = { groups: whole(nodes), cuts: [] }) {
    this.nodes = nodes;
    this.groups = groups;
    this.part(groups);
    this.cut(cuts);
  }

  save(): ReachState {
    return { groups: this.groups, cuts: this.cutDirections() };
  }

  /** Nothing is cut off from who is not there: a packet gets where that was, and finds nobody. */
  open(from: NodeId, to: NodeId): boolean {
    const [here, there] = [this.islands[from], this.islands[to]];
    if (here !== there && here !== undefined && there !== undefined) return false;
    return !(this.cuts.size > 0 && this.cuts.has(directionKey(from, to)));
  }

  /** Other actors are there from now on, each in one of the groups. Cuts of those that are gone are forgotten. */
  populate(nodes: readonly NodeId[], groups: Groups): void {
    this.nodes = nodes;
    for (const link of this.cutDirections()) {
      if (!joinsTwoOf(nodes, link)) this.cuts.delete(directionKey(link.from, link.to));
    }
    this.part(groups);
  }

  part(groups: Groups): void {
    this.groups = groups;
    this.islands = [];
    for (const group of groups) for (const node of group) this.islands[node] = groupOf(groups, node);
  }

  /** Cuts directions; gives those that were not cut before, each once, ascending. */
  cut(directions: readonly Direction[]): Direction[] {
    const fresh = unique(directions).filter(({ from, to }) => !this.cuts.has(directionKey(from, to)));
    for (const { from, to } of fresh) this.cuts.add(directionKey(from, to));
    return fresh;
  }

  /** Mends directions, all that are cut by default; gives those that were cut, each once, ascending. */
  mend(directions: readonly Direction[] = this.cutDirections()): Direction[] {
    return unique(directions).filter(({ from, to }) => this.cuts.delete(directionKey(from, to)));
  }

  /** All directions that are open between these nodes, by default those that are there; by `directionKey`. */
  openDirections(nodes: readonly NodeId[] = this.nodes): Set<number> {
    const open = directionsWhere(nodes, (from, to) => this.open(from, to));
    return new Set(open.map(({ from, to }) => directionKey(from, to)));
  }

  private cutDirections(): Direction[] {
    return [...this.cuts].sort((a, b) => a - b).map(directionOf);
  }
}

/** Each direction once, ascending. */
function unique(directions: readonly Direction[]): Direction[] {
  return [...new Set(directions.map(({ from, to }) => directionKey(from, to)))].sort((a, b) => a - b).map(directionOf);
}

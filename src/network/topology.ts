/**
 * Who can reach whom. The cluster is parted into groups (islands); packets travel only inside a group. Pure functions
 * over plain data: the scheduler cuts links by them, and the window previews a drop with the same ones.
 */
import { isClient, nameOf, type NodeId } from '../protocol/protocol.ts';

/** Every node in exactly one group; nodes ascending in each, groups ascending by their first node. */
export type Groups = readonly (readonly NodeId[])[];

/** One direction of a link. */
export interface Direction {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** A direction as one number, for maps and sets: actors are numbered to 23. */
export function directionKey(from: NodeId, to: NodeId): number {
  return from * 32 + to;
}

/** The direction of a key. */
export function directionOf(key: number): Direction {
  return { from: key >> 5, to: key & 31 };
}

/** Whether both of its ends are among the nodes. */
export function joinsTwoOf(nodes: readonly NodeId[], { from, to }: Direction): boolean {
  return nodes.includes(from) && nodes.includes(to);
}

/** All directions between two different nodes for which the test holds, ascending by `from`, then `to`. */
export function directionsWhere(nodes: readonly NodeId[], test: (from: NodeId, to: NodeId) => boolean): Direction[] {
  return nodes.flatMap((from) => nodes.filter((to) => to !== from && test(from, to)).map((to) => ({ from, to })));
}

/** A partition that is not one. */
export class TopologyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TopologyError';
  }
}

/** All nodes together. */
export function whole(nodes: readonly NodeId[]): Groups {
  return normalise([nodes]);
}

/** The same groups in their one standard order, empty ones left out. */
export function normalise(groups: Groups): Groups {
  return groups
    .filter((group) => group.length > 0)
    .map((group) => [...group].sort((a, b) => a - b))
    .sort((a, b) => a[0]! - b[0]!);
}

/**
 * Checks that every node stands in exactly one group.
 * @throws TopologyError naming the node that does not.
 */
export function checkGroups(groups: Groups, nodes: readonly NodeId[]): Groups {
  const seen = new Set<NodeId>();
  for (const group of groups) {
    for (const node of group) {
      if (!nodes.includes(node)) throw new TopologyError(`${nameOf(node)} is not a node of this cluster`);
      if (seen.has(node)) throw new TopologyError(`${nameOf(node)} stands in two groups`);
      seen.add(node);
    }
  }
  for (const node of nodes) if (!seen.has(node)) throw new TopologyError(`${nameOf(node)} stands in no group`);
  return normalise(groups);
}

/**
 * The groups with the clients that were not named put into the largest group, the first of equals: whoever parts the
 * servers need not think of them.
 */
export function withClients(groups: Groups, actors: readonly NodeId[]): Groups {
  const named = new Set(groups.flat());
  const others = actors.filter((node) => isClient(node) && !named.has(node));
  const largest = groups.reduce<readonly NodeId[]>((best, group) => (group.length > best.length ? group : best), []);
  if (others.length === 0 || largest.length === 0) return groups;
  return groups.map((group) => (group === largest ? [...group, ...others] : group));
}

/** Position of a node's group in `groups`; -1 when it is in none. */
export function groupOf(groups: Groups, node: NodeId): number {
  return groups.findIndex((group) => group.includes(node));
}

export function connected(groups: Groups, a: NodeId, b: NodeId): boolean {
  return groupOf(groups, a) === groupOf(groups, b);
}

/** The nodes moved onto a new island of their own. */
export function isolate(groups: Groups, moved: readonly NodeId[]): Groups {
  return normalise([...groups.map((group) => group.filter((node) => !moved.includes(node))), [...moved]]);
}

/** The nodes moved onto the island of `host`. */
export function join(groups: Groups, moved: readonly NodeId[], host: NodeId): Groups {
  return normalise(
    groups.map((group) => {
      const rest = group.filter((node) => !moved.includes(node));
      return group.includes(host) ? [...new Set([...rest, host, ...moved])] : rest;
    }),
  );
}

/** Pairs (lower node first) that are connected in `before` and not in `after`: the links a drop would cut. */
export function cutLinks(before: Groups, after: Groups): [NodeId, NodeId][] {
  const nodes = before.flat().sort((a, b) => a - b);
  const links: [NodeId, NodeId][] = [];
  nodes.forEach((a, i) => {
    for (const b of nodes.slice(i + 1)) if (connected(before, a, b) && !connected(after, a, b)) links.push([a, b]);
  });
  return links;
}

/** Pairs that are connected in `after` and not in `before`: the links a drop would heal. */
export function healedLinks(before: Groups, after: Groups): [NodeId, NodeId][] {
  return cutLinks(after, before);
}

export function sameGroups(a: Groups, b: Groups): boolean {
  return a.length === b.length && a.every((group, i) => group.length === b[i]!.length && group.every((n, j) => n === b[i]![j]));
}

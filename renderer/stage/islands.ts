/** What an island can do, and what a drop would do to it, in words. Pure. */
import {
  cutLinks,
  directionKey,
  healedLinks,
  isClient,
  isQuorum,
  majorityOf,
  nodeList,
  type Groups,
  type NodeId,
  type QuorumSystem,
  type Role,
  type World,
} from '../../src/contract/index.ts';

const allRoles: readonly Role[] = ['proposer', 'acceptor', 'learner'];

/** The roles of a node: as it shows them, else as configured, else all. */
export function rolesOf(world: World, node: NodeId): readonly Role[] {
  const shown = world.nodes.get(node)?.view?.roles;
  if (shown !== undefined) return shown;
  const configured = (world.config as { readonly roles?: readonly (readonly Role[])[] } | null)?.roles;
  return configured?.[[...world.nodes.keys()].indexOf(node)] ?? allRoles;
}

/** Whether the configuration of a protocol says what its quorums are. */
export function hasQuorums(config: unknown): config is { readonly quorum: QuorumSystem } {
  return typeof config === 'object' && config !== null && 'quorum' in config;
}

/** The quorum system of the run; majorities where its protocol does not say. */
export function quorumsOf(world: World): QuorumSystem {
  return hasQuorums(world.config) ? world.config.quorum : { type: 'majority' };
}

/** Who votes now, ascending: the members of a replicated log as far as is known, else who has the role. */
export function acceptorsOf(world: World): readonly NodeId[] {
  if (world.members !== null) return world.members.members;
  return [...world.nodes.keys()].filter((node) => !isClient(node) && rolesOf(world, node).includes('acceptor'));
}

export interface IslandStatus {
  /** Acceptors that are up on this island, and all acceptors of the cluster. */
  readonly acceptors: number;
  readonly ofAcceptors: number;
  readonly canChoose: boolean;
  /** `3 of 5 acceptors` */
  readonly count: string;
  /** `3 of 5` */
  readonly countShort: string;
  /** `majority, can choose` */
  readonly verdict: string;
}

/** What the nodes of an island can do together. Only nodes that are up count. */
export function islandStatus(world: World, nodes: readonly NodeId[]): IslandStatus {
  const acceptorsAll = acceptorsOf(world);
  const up = nodes.filter((node) => world.nodes.get(node)?.up);
  const acceptorsUp = up.filter((node) => acceptorsAll.includes(node));
  const acceptors = acceptorsUp.length;
  const ofAcceptors = acceptorsAll.length;
  const has = (phase: 1 | 2, present: readonly NodeId[]) => isQuorum(quorumsOf(world), phase, acceptorsAll, present);
  const [phase1, phase2] = [has(1, acceptorsUp), has(2, acceptorsUp)];
  const proposers = up.filter((node) => rolesOf(world, node).includes('proposer'));
  const proposer = proposers.length > 0;
  // A promise has to come back; a vote counts even if nobody hears of it.
  const joined = proposers.some((from) => {
    const heard = acceptorsUp.filter((to) => isOpen(world, from, to));
    return has(2, heard) && has(1, heard.filter((to) => isOpen(world, to, from)));
  });
  return {
    acceptors,
    ofAcceptors,
    canChoose: phase1 && phase2 && joined,
    count: `${acceptors} of ${ofAcceptors} ${ofAcceptors === 1 ? 'acceptor' : 'acceptors'}`,
    countShort: `${acceptors} of ${ofAcceptors}`,
    verdict: phase1 && phase2 && proposer && !joined ? 'cuts leave no quorum' : verdict(acceptors, ofAcceptors, phase1, phase2, proposer),
  };
}

/** Whether this direction is not cut beside the islands. A node always reaches itself. */
function isOpen({ cuts }: World, from: NodeId, to: NodeId): boolean {
  return !cuts.has(directionKey(from, to));
}

function verdict(acceptors: number, of: number, phase1: boolean, phase2: boolean, proposer: boolean): string {
  if (!phase2) return 'cannot choose';
  if (!phase1) return 'phase 2 only';
  const quorum = acceptors >= majorityOf(of) ? 'majority' : 'quorum';
  return proposer ? `${quorum}, can choose` : `${quorum}, but no proposer`;
}

/** What parting the network from `before` to `after` does: `cuts 4 links · leaves 4 of 5 acceptors together`. */
export function dropText(world: World, before: Groups, after: Groups): string {
  const cuts = cutLinks(before, after).length;
  const heals = healedLinks(before, after).length;
  if (cuts === 0 && heals === 0) return 'changes no link';
  const changes = [
    ...(cuts > 0 ? [`cuts ${links(cuts)}`] : []),
    ...(heals > 0 ? [`heals ${links(heals)}`] : []),
  ];
  const statuses = after.map((group) => islandStatus(world, group));
  const largest = statuses.reduce((best, status) => (status.acceptors > best.acceptors ? status : best));
  changes.push(
    statuses.some((status) => status.canChoose)
      ? `${cuts > 0 ? 'leaves' : 'brings'} ${largest.count} together`
      : 'no island can choose',
  );
  return changes.join(' · ');
}

/** The island of a node, for its accessible name: `island of n1, n2 and n3`. */
export function islandText(groups: Groups, node: NodeId): string {
  const group = groups.find((g) => g.includes(node)) ?? [node];
  return group.length === 1 ? 'alone on its island' : `island of ${nodeList(group)}`;
}

function links(count: number): string {
  return count === 1 ? '1 link' : `${count} links`;
}

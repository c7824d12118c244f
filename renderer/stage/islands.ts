/** What an island can do, and what a drop would do to it, in words. Pure. */
import {
  compareBallots,
  cutLinks,
  directionKey,
  healedLinks,
  isClient,
  isQuorum,
  nameOf,
  nodeList,
  type Ballot,
  type Groups,
  type NodeId,
  type Phase,
  type QuorumSystem,
  type Role,
  type World,
} from '../../src/contract/index.ts';
import { membershipOf } from './in-force.ts';

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

/** Who votes now, ascending: the members of a replicated log that are in force, else who began with the role. */
export function acceptorsOf(world: World): readonly NodeId[] {
  const { members } = membershipOf(world);
  return world.members === null ? members.filter((node) => rolesOf(world, node).includes('acceptor')) : members;
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

/** The acceptors among these actors that vote now: those that are up, and not only learning. */
export function votersOf(world: World, nodes: readonly NodeId[]): readonly NodeId[] {
  return acceptorsOf(world).filter((node) => {
    const shown = world.nodes.get(node);
    const standing = shown?.view?.replica?.standing ?? 'member';
    return shown?.up === true && nodes.includes(node) && standing === 'member';
  });
}

/** Which of the acceptors hear an actor, and which of those it hears in turn, by the links that are cut beside the islands. */
export function hearersOf(
  world: World,
  from: NodeId,
  acceptors: readonly NodeId[],
): { readonly heard: readonly NodeId[]; readonly answering: readonly NodeId[] } {
  const heard = acceptors.filter((to) => isOpen(world, from, to));
  return { heard, answering: heard.filter((to) => isOpen(world, to, from)) };
}

/** What the nodes of an island can do together. Only nodes that are up count. */
export function islandStatus(world: World, nodes: readonly NodeId[]): IslandStatus {
  const all = acceptorsOf(world);
  const voters = votersOf(world, nodes);
  const proposers = nodes.filter((node) => world.nodes.get(node)?.up === true && rolesOf(world, node).includes('proposer'));
  const able = abilitiesOf(world, voters, proposers);
  return {
    acceptors: voters.length,
    ofAcceptors: all.length,
    canChoose: able.phase2 && ((able.phase1 && able.joined) || able.leader !== null),
    count: `${voters.length} of ${all.length} ${all.length === 1 ? 'acceptor' : 'acceptors'}`,
    countShort: `${voters.length} of ${all.length}`,
    verdict: verdict(able, quorumsOf(world).type === 'majority' ? 'majority' : 'both phases'),
  };
}

interface Abilities {
  /** Whether there is a quorum of the phase at all. */
  readonly phase1: boolean;
  readonly phase2: boolean;
  readonly proposer: boolean;
  /** Whether the links let some proposer through both phases. */
  readonly joined: boolean;
  /** Who has phase 1 behind it for all slots to come, and needs phase 2 only. */
  readonly leader: NodeId | null;
}

function abilitiesOf(world: World, voters: readonly NodeId[], proposers: readonly NodeId[]): Abilities {
  const all = acceptorsOf(world);
  const has = (phase: Phase, present: readonly NodeId[]) => isQuorum(quorumsOf(world), phase, all, present);
  const leader = proposers.find((from) => {
    const { heard } = hearersOf(world, from, voters);
    return leads(world, from) && has(2, heard.filter((to) => follows(world, to, from)));
  });
  return {
    phase1: has(1, voters),
    phase2: has(2, voters),
    proposer: proposers.length > 0,
    // A promise has to come back; a vote counts even if nobody hears of it.
    joined: proposers.some((from) => {
      const { heard, answering } = hearersOf(world, from, voters);
      return has(1, answering) && has(2, heard);
    }),
    leader: leader ?? null,
  };
}

/** Whether the server leads a replicated log, as it believes. */
function leads(world: World, node: NodeId): boolean {
  const view = world.nodes.get(node)?.view;
  return view?.replica !== undefined && view.leading;
}

/** Whether the acceptor has promised nothing above the leader's ballot. */
function follows(world: World, node: NodeId, leader: NodeId): boolean {
  const promised = (of: NodeId): Ballot | null => world.nodes.get(of)?.view?.replica?.promised ?? null;
  const [own, its] = [promised(node), promised(leader)];
  return own === null || (its !== null && compareBallots(own, its) <= 0);
}

/** Whether this direction is not cut beside the islands. A node always reaches itself. */
function isOpen({ cuts }: World, from: NodeId, to: NodeId): boolean {
  return !cuts.has(directionKey(from, to));
}

function verdict({ phase1, phase2, proposer, joined, leader }: Abilities, quorum: string): string {
  if (!phase2) return phase1 ? 'phase 1 only' : 'cannot choose';
  if (!phase1) return leader === null ? 'phase 2 only' : `phase 2, ${nameOf(leader)} leads`;
  if (!proposer) return `${quorum}, but no proposer`;
  return joined || leader !== null ? `${quorum}, can choose` : 'cuts leave no quorum';
}

/** What parting the network from `before` to `after` does: `cuts 4 links · leaves 4 of 5 acceptors together`. */
export function dropText(world: World, before: Groups, after: Groups): string {
  const cuts = linksIn(cutLinks(before, after));
  const heals = linksIn(healedLinks(before, after));
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

/** How many of these pairs have a link: clients do not talk to each other. */
function linksIn(pairs: readonly (readonly [NodeId, NodeId])[]): number {
  return pairs.filter(([a, b]) => !isClient(a) || !isClient(b)).length;
}

function links(count: number): string {
  return count === 1 ? '1 link' : `${count} links`;
}

/** What is written on and beside a node, worked out from the world once per frame. Pure. */
import {
  formatBallot,
  type Ballot,
  type NodeId,
  type NodeWorld,
  type Role,
  type SlotView,
  type World,
} from '../../src/contract/index.ts';
import { islandText, rolesOf } from './islands.ts';

/** Everything a node shows. Strings, numbers and flags only, so that a node whose card is the same need not be drawn again. */
export interface NodeCard {
  readonly node: NodeId;
  readonly up: boolean;
  readonly leading: boolean;
  /** Letters of the roles it has, `PAL`. */
  readonly roles: string;
  readonly status: string;
  /** Highest ballot promised in the instance in focus; empty for none. */
  readonly promised: string;
  /** Its last vote in the instance in focus; empty for none. */
  readonly acceptedBallot: string;
  readonly acceptedValue: string;
  /** What it knows to be chosen in the instance in focus; empty for nothing. */
  readonly chosen: string;
  readonly incarnation: number;
  /** The exception that ended its thread; empty otherwise. */
  readonly error: string;
  readonly diskErased: boolean;
  /** The accessible name. */
  readonly name: string;
}

const letters: Record<Role, string> = { proposer: 'P', acceptor: 'A', learner: 'L' };

/**
 * The instance on the stage: the chosen one, or else the latest that any node has begun.
 * @returns 0 when nothing has begun
 */
export function slotInFocus(world: World, selected: number | null): number {
  if (selected !== null) return selected;
  let latest = 0;
  for (const node of world.nodes.values()) {
    const slots = node.view?.slots ?? [];
    for (const slot of slots) if (slot.slot > latest && isBegun(slot)) latest = slot.slot;
  }
  for (const slot of world.chosen.keys()) if (slot > latest) latest = slot;
  return latest;
}

function isBegun(slot: SlotView): boolean {
  return slot.promised !== null || slot.accepted !== null || slot.proposing !== null || slot.chosen !== null;
}

/** The card of a node for the instance `slot`. */
export function cardOf(world: World, node: NodeWorld, slot: number): NodeCard {
  const view = node.view?.slots.find((candidate) => candidate.slot === slot);
  const roles = rolesOf(world, node.node);
  const card = {
    node: node.node,
    up: node.up,
    leading: node.up && (node.view?.leading ?? false),
    roles: roles.map((role) => letters[role]).join(''),
    status: node.up ? (node.view?.status ?? '') : '',
    promised: ballotText(view?.promised ?? null),
    acceptedBallot: ballotText(view?.accepted?.ballot ?? null),
    acceptedValue: view?.accepted?.value ?? '',
    chosen: knownTo(world, node, slot) ?? view?.chosen?.value ?? '',
    incarnation: node.incarnation,
    error: node.error ?? '',
    diskErased: node.disk === 'erased',
  };
  return { ...card, name: nameOf(world, card, roles) };
}

function knownTo(world: World, node: NodeWorld, slot: number): string | undefined {
  const chosen = world.chosen.get(slot);
  if (chosen === undefined || !chosen.knownTo.has(node.node)) return undefined;
  return chosen.conflict?.node === node.node ? chosen.conflict.value : chosen.value;
}

function ballotText(ballot: Ballot | null): string {
  return ballot === null ? '' : formatBallot(ballot);
}

function nameOf(world: World, card: Omit<NodeCard, 'name'>, roles: readonly Role[]): string {
  const parts = [
    `n${card.node}`,
    roles.join(' '),
    card.up ? 'up' : 'crashed',
    ...(card.error === '' ? [] : [card.error]),
    ...(card.leading ? ['leading'] : []),
    ...(card.incarnation > 1 ? [`started ${card.incarnation} times`] : []),
    ...(card.promised === '' ? [] : [`promised ${card.promised}`]),
    ...(card.acceptedBallot === '' ? [] : [`accepted ${card.acceptedBallot} ${card.acceptedValue}`]),
    ...(card.chosen === '' ? [] : [`knows ${card.chosen} is chosen`]),
    islandText(world.groups, card.node),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** What is written on and beside a node, worked out from the world once per frame. Pure. */
import {
  formatBallot,
  type Ballot,
  type FaultSettings,
  type NodeFault,
  type NodeId,
  type NodeWorld,
  type Role,
  type SlotView,
  type World,
} from '../../src/contract/index.ts';
import { actingFaults, isFrozen } from './frost.ts';
import { islandText, rolesOf } from './islands.ts';

/** Everything a node shows. Strings, numbers and flags only, so that a node whose card is the same need not be drawn again. */
export interface NodeCard {
  readonly node: NodeId;
  readonly up: boolean;
  readonly leading: boolean;
  /** Letters of the roles it has, `PAL`. */
  readonly roles: string;
  readonly status: string;
  /**
   * Two rows about the instance in focus, each a word, a ballot and a value, empty for none. An acceptor shows what it
   * has promised and accepted; a node that is none shows what it proposes, or what it has learned.
   */
  readonly what1: string;
  readonly ballot1: string;
  readonly what2: string;
  readonly ballot2: string;
  readonly value2: string;
  /** What it knows to be chosen in the instance in focus; empty for nothing. */
  readonly chosen: string;
  readonly incarnation: number;
  /** The exception that ended its thread; empty otherwise. */
  readonly error: string;
  /** What was wrong with the disk it came up with, and that this is unsafe; empty otherwise. */
  readonly diskText: string;
  /** Frozen just now. */
  readonly frozen: boolean;
  /** Its other faults that act now, one a line: what stands for it, and what it does in words. */
  readonly faults: string;
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

/** The card of a node for the instance `slot` at virtual time `now`, µs. */
export function cardOf(world: World, node: NodeWorld, slot: number, now: number): NodeCard {
  const view = node.view?.slots.find((candidate) => candidate.slot === slot);
  const roles = rolesOf(world, node.node);
  const card = {
    node: node.node,
    up: node.up,
    leading: node.up && (node.view?.leading ?? false),
    roles: roles.map((role) => letters[role]).join(''),
    status: node.up ? (node.view?.status ?? '') : '',
    ...rowsOf(roles, view),
    chosen: knownTo(world, node, slot) ?? view?.chosen?.value ?? '',
    incarnation: node.incarnation,
    error: node.error ?? '',
    diskText: diskTexts[node.disk],
    frozen: isFrozen(node, now),
    faults: actingFaults(node, now)
      .filter(({ fault }) => fault.freeze === undefined)
      .map(({ fault, settings }) => `${badgeOf(fault, settings)} ${fault.describe(settings)}${fault.unsafe ? ': unsafe' : ''}`)
      .join('\n'),
  };
  return { ...card, name: nameOf(world, card, roles) };
}

const diskTexts: Record<NodeWorld['disk'], string> = {
  new: '',
  kept: '',
  'last-lost': 'without its last save, unsafe',
  'last-torn': 'with its last save torn, unsafe',
  erased: 'with an erased disk, unsafe',
};

/** What stands for a fault on the disc: how much, where that is a factor, or its letters. */
function badgeOf(fault: NodeFault, settings: FaultSettings): string {
  const factor = Object.entries(fault.fields).find(([, field]) => field.type === 'number' && field.unit === '×')?.[0];
  return factor === undefined ? fault.letter : `×${Number((settings[factor] as number).toPrecision(2))}`;
}

type Rows = Pick<NodeCard, 'what1' | 'ballot1' | 'what2' | 'ballot2' | 'value2'>;

function rowsOf(roles: readonly Role[], view: SlotView | undefined): Rows {
  if (roles.includes('acceptor')) {
    return {
      what1: 'promised',
      ballot1: ballotText(view?.promised ?? null),
      what2: 'accepted',
      ballot2: ballotText(view?.accepted?.ballot ?? null),
      value2: view?.accepted?.value ?? '',
    };
  }
  if (roles.includes('proposer')) {
    const attempt = view?.proposing ?? null;
    return {
      what1: 'tries',
      ballot1: ballotText(attempt?.ballot ?? null),
      what2: 'proposes',
      ballot2: '',
      value2: attempt?.value ?? attempt?.wanted ?? '',
    };
  }
  return { what1: 'learned', ballot1: ballotText(view?.chosen?.ballot ?? null), what2: '', ballot2: '', value2: '' };
}

function knownTo(world: World, node: NodeWorld, slot: number): string | undefined {
  const chosen = world.chosen.get(slot);
  if (chosen === undefined || !chosen.knownTo.has(node.node)) return undefined;
  return chosen.conflict?.nodes.includes(node.node) ? chosen.conflict.value : chosen.value;
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
    card.diskText,
    ...(card.frozen ? ['frozen'] : []),
    ...card.faults.split('\n').map((fault) => fault.slice(fault.indexOf(' ') + 1)),
    ...rowTexts(card),
    ...(card.chosen === '' ? [] : [`knows ${card.chosen} is chosen`]),
    islandText(world.groups, card.node),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** The rows in words, without the empty ones: `promised 3.1`, `accepted 2.3 red`. */
export function rowTexts(rows: Rows): string[] {
  return [
    ...(rows.ballot1 === '' ? [] : [`${rows.what1} ${rows.ballot1}`]),
    ...(rows.ballot2 === '' && rows.value2 === '' ? [] : [`${rows.what2} ${rows.ballot2} ${rows.value2}`.replace('  ', ' ')]),
  ];
}

/** What is written on and beside a node, worked out from the world once per frame. Pure. */
import {
  compareBallots,
  formatBallot,
  isClient,
  nameOf,
  type Ballot,
  type FaultSettings,
  type NodeFault,
  type NodeId,
  type NodeWorld,
  type ReplicaView,
  type Role,
  type SlotView,
  type Term,
  type World,
} from '../../src/contract/index.ts';
import { actingFaults, isFrozen } from './frost.ts';
import { islandText, rolesOf } from './islands.ts';

/** Everything a node shows. Strings, numbers and flags only, so that a node whose card is the same need not be drawn again. */
export interface NodeCard {
  readonly node: NodeId;
  readonly up: boolean;
  readonly leading: boolean;
  /** The ballot of its term of office, where the protocol has terms; empty otherwise. */
  readonly term: string;
  /** Who leads with a higher ballot than it does, in words; empty when nobody does. */
  readonly outdated: string;
  /** What keeps a server from having a vote, or that it is to go, in one word; empty for a member that stays. */
  readonly standing: '' | 'joining' | 'rebuilding' | 'removed' | 'leaving';
  /** What a server that is to go waits for; empty when it is not to go. */
  readonly leaving: string;
  /** What a client waits for: an operation a line, the one that has waited longest first; empty for a server. */
  readonly waits: string;
  /** Letters of the roles it has, `PAL`. */
  readonly roles: string;
  readonly status: string;
  /**
   * Two rows about the instance in focus, each a word, a ballot and a value, empty for none. An acceptor shows what it
   * has promised and accepted; a node that is none shows what it proposes, or what it has learned; a replica of a log
   * how far it has applied that, unless one slot of it is looked at; a client what it waits for, and from whom.
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

/** What the cards are about. */
export interface Focus {
  /** The instance; 0 before the first. */
  readonly slot: number;
  /** It was picked by the person, and is not just the latest. */
  readonly picked: boolean;
  /** Virtual time, µs. */
  readonly now: number;
  /** The servers that are to go, each with what it waits for. */
  readonly leaving: ReadonlyMap<NodeId, string>;
}

/** The card of an actor. */
export function cardOf(world: World, node: NodeWorld, { slot, picked, now, leaving }: Focus): NodeCard {
  const view = node.view?.slots.find((candidate) => candidate.slot === slot);
  const roles = rolesOf(world, node.node);
  const replica = node.view?.replica;
  const term = node.up ? termOf(world, node.node) : null;
  // In a log, one slot more is chosen all the time: only of one that was picked it is worth saying.
  const isNews = replica === undefined || picked;
  const card = {
    node: node.node,
    up: node.up,
    leading: node.up && (term !== null || (node.view?.leading ?? false)),
    term: term === null ? '' : formatBallot(term.ballot),
    outdated: term === null ? '' : outdatedText(world, term),
    standing: standingOf(node, leaving),
    leaving: leaving.get(node.node) ?? '',
    waits: waitsOf(node),
    roles: replica === undefined ? roles.map((role) => letters[role]).join('') : '',
    status: node.up ? (node.view?.status ?? '') : '',
    ...(isClient(node.node) ? clientRows(node) : replica === undefined || picked ? rowsOf(roles, view) : logRows(replica)),
    chosen: isNews ? (knownTo(world, node, slot) ?? view?.chosen?.value ?? '') : '',
    incarnation: node.incarnation,
    error: node.error ?? '',
    diskText: diskTexts[node.disk],
    frozen: isFrozen(node, now),
    faults: actingFaults(node, now)
      .filter(({ fault }) => fault.freeze === undefined)
      .map(({ fault, settings }) => `${badgeOf(fault, settings)} ${fault.describe(settings)}${fault.unsafe ? ': unsafe' : ''}`)
      .join('\n'),
  };
  return { ...card, name: accessibleName(world, card, roles) };
}

/** The term of office that a node is in; `null` for none. */
function termOf(world: World, node: NodeId): Term | null {
  return world.terms.findLast((term) => term.node === node && term.until === null) ?? null;
}

/** `n4 leads with 4.4`: who is in a term of a higher ballot, at the same time. */
function outdatedText(world: World, own: Term): string {
  const other = world.terms.findLast(
    ({ node, ballot, until }) => until === null && world.nodes.get(node)?.up === true && compareBallots(ballot, own.ballot) > 0,
  );
  return other === undefined ? '' : `${nameOf(other.node)} leads with ${formatBallot(other.ballot)}`;
}

function standingOf({ node, view }: NodeWorld, leaving: Focus['leaving']): NodeCard['standing'] {
  if (leaving.has(node)) return 'leaving';
  const standing = view?.replica?.standing ?? 'member';
  return standing === 'member' ? '' : standing;
}

/** How far a replica has got with the log. */
function logRows({ promised, applied, highest }: ReplicaView): Rows {
  return {
    what1: 'promised',
    ballot1: ballotText(promised),
    what2: 'applied',
    ballot2: '',
    value2: highest > applied ? `${applied} of ${highest}` : String(applied),
  };
}

function clientRows({ up, view }: NodeWorld): Rows {
  const client = view?.client;
  const first = client?.waiting[0];
  const rows = { ballot1: '', ballot2: '' };
  if (!up || client === undefined) return { ...rows, what1: '', what2: '', value2: '' };
  if (first === undefined) return { ...rows, what1: '', what2: `${client.done} done`, value2: '' };
  const more = client.waitingCount > 1 ? ` +${client.waitingCount - 1}` : '';
  return { ...rows, what1: first.text, what2: `asks ${nameOf(first.server)}`, value2: `${first.attempts > 1 ? `again, ${first.attempts}×` : ''}${more}` };
}

function waitsOf({ up, view }: NodeWorld): string {
  if (!up) return '';
  return (view?.client?.waiting ?? [])
    .map(({ text, server, attempts }) => `${text}, asked of ${nameOf(server)}${attempts > 1 ? `, ${attempts} times` : ''}`)
    .join('\n');
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

function accessibleName(world: World, card: Omit<NodeCard, 'name'>, roles: readonly Role[]): string {
  const parts = [
    nameOf(card.node),
    isClient(card.node) ? 'client' : roles.join(' '),
    card.up ? 'up' : 'crashed',
    ...(card.error === '' ? [] : [card.error]),
    ...(card.leading ? [`leading${card.term === '' ? '' : ` with ${card.term}`}`] : []),
    ...(card.outdated === '' ? [] : [`outdated: ${card.outdated}`]),
    card.standing,
    card.leaving,
    ...(card.incarnation > 1 ? [`started ${card.incarnation} times`] : []),
    card.diskText,
    ...(card.frozen ? ['frozen'] : []),
    ...card.faults.split('\n').map((fault) => fault.slice(fault.indexOf(' ') + 1)),
    ...(isClient(card.node) ? card.waits.split('\n').map((text) => (text === '' ? '' : `waits for ${text}`)) : rowTexts(card)),
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

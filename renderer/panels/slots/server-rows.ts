/** What each server has of the log, slot by slot. Pure; nothing here grows with the length of the log. */
import {
  isClient,
  type Ballot,
  type NodeId,
  type NodeWorld,
  type SlotView,
  type Standing,
  type View,
  type World,
} from '../../../src/contract/index.ts';

/**
 * How far a slot has got at a server. `snapshot`: applied, and kept in the snapshot only; `hole`: the server knows
 * nothing of it, but of a later one, so that it cannot apply that (only in a log); `unknown`: nothing else is known.
 */
export type SlotState = 'snapshot' | 'applied' | 'chosen' | 'accepted' | 'hole' | 'unknown';

export interface ServerRow {
  readonly node: NodeId;
  readonly up: boolean;
  /** It leads, if only in its own opinion. */
  readonly leading: boolean;
  /** `null` where the protocol has no members. */
  readonly standing: Standing | null;
  /** As far as the log is in the snapshot only, in the state machine, known at all; 0 for not at all. */
  readonly snapshot: number;
  readonly applied: number;
  readonly highest: number;
  /** What it knows of the slots after `applied` … */
  readonly slots: ReadonlyMap<number, SlotView>;
  /** … up to this one: of more than some hundreds it does not show the rest. */
  readonly shown: number;
}

/** Kept with the view they were made of: most nodes show the same from frame to frame. */
const made = new WeakMap<View, Omit<ServerRow, 'node' | 'up'>>();

const nothing: Omit<ServerRow, 'node' | 'up'> = {
  leading: false,
  standing: null,
  snapshot: 0,
  applied: 0,
  highest: 0,
  slots: new Map(),
  shown: 0,
};

/** The servers, ascending. Of one that is down: what was last seen of it. */
export function serverRows(world: World): ServerRow[] {
  return [...world.nodes.values()]
    .filter(({ node }) => !isClient(node))
    .sort((a, b) => a.node - b.node)
    .map(rowOf);
}

function rowOf({ node, up, view }: NodeWorld): ServerRow {
  if (view === null) return { node, up, ...nothing };
  let row = made.get(view);
  if (row === undefined) made.set(view, (row = readView(view)));
  return { node, up, ...row, leading: up && row.leading };
}

function readView({ leading, slots, replica }: View): Omit<ServerRow, 'node' | 'up'> {
  return {
    leading,
    standing: replica?.standing ?? null,
    snapshot: replica?.snapshot ?? 0,
    applied: replica?.applied ?? 0,
    highest: Math.max(replica?.highest ?? 0, slots.at(-1)?.slot ?? 0),
    slots: new Map(slots.map((view) => [view.slot, view])),
    shown: slots.at(-1)?.slot ?? 0,
  };
}

/** What has become of a slot at a server. */
export function stateOf(world: World, row: ServerRow, slot: number): SlotState {
  if (slot <= row.snapshot) return 'snapshot';
  if (slot <= row.applied) return 'applied';
  const view = row.slots.get(slot);
  if (view !== undefined && view.chosen !== null) return 'chosen';
  // Without a state machine nothing is ever applied, and what was chosen long ago is no longer shown by the nodes.
  if (row.standing === null && world.chosen.get(slot)?.knownTo.has(row.node) === true) return 'chosen';
  if (view !== undefined && view.accepted !== null) return 'accepted';
  return row.standing !== null && slot <= row.shown && slot < row.highest ? 'hole' : 'unknown';
}

/** Slots next to each other in the same state; but for holes, one slot each. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly state: SlotState;
}

/**
 * The slots from `first` to `last` of which the server knows something or has missed something, ascending; `first` lies
 * after what it has applied. As many steps as it knows slots, however many it has missed.
 */
export function* openStretches(world: World, row: ServerRow, first: number, last: number): Generator<Stretch> {
  let next = first;
  for (const slot of knownSlots(world, row)) {
    if (slot < next) continue;
    if (slot > last) break;
    const state = stateOf(world, row, slot);
    if (state === 'hole' || state === 'unknown') continue;
    if (slot > next && row.standing !== null) yield { first: next, last: slot - 1, state: 'hole' };
    yield { first: slot, last: slot, state };
    next = slot + 1;
  }
  const end = row.standing === null ? 0 : Math.min(last, row.shown, row.highest - 1);
  if (next <= end) yield { first: next, last: end, state: 'hole' };
}

/** Ascending. */
function* knownSlots(world: World, row: ServerRow): Generator<number> {
  if (row.standing !== null) yield* row.slots.keys();
  // Instances, each for itself: none is missed because a later one is known.
  else for (let slot = world.chosenLetGo + 1; slot <= row.highest; slot++) yield slot;
}

/** The highest slot of which any of them knows, and the furthest applied. */
export function reach(rows: readonly ServerRow[]): { readonly highest: number; readonly applied: number } {
  let highest = 0;
  let applied = 0;
  for (const row of rows) {
    highest = Math.max(highest, row.highest);
    applied = Math.max(applied, row.applied);
  }
  return { highest, applied };
}

/** Of those who lead, if only in their own opinion, the one with the highest ballot and its row. */
export function leaderOf(world: World, rows: readonly ServerRow[]): { readonly row: ServerRow; readonly ballot: Ballot | null } | null {
  const term = world.terms.findLast(({ node, until }) => until === null && rows.some((row) => row.node === node && row.leading));
  const row = rows.find((each) => (term === undefined ? each.leading : each.node === term.node));
  return row === undefined ? null : { row, ballot: term?.ballot ?? null };
}

/** How many slots a leader may have in flight; 0 where the protocol sets no bound. */
export function windowOf(world: World): number {
  const { window } = (world.config ?? {}) as { readonly window?: unknown };
  return typeof window === 'number' ? window : 0;
}

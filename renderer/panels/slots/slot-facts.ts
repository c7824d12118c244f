/** What there is to say about one slot, put together over the cluster. Pure. */
import {
  compareBallots,
  formatBallot,
  nodeList,
  nameOf,
  type Ballot,
  type NodeId,
  type ValueSort,
  type World,
} from '../../../src/contract/index.ts';
import { stateOf, type ServerRow, type SlotState } from './server-rows.ts';

export interface SlotFacts {
  readonly slot: number;
  /** What is chosen there or, before that, what was accepted with the highest ballot; `null` when nobody shows it. */
  readonly value: string | null;
  readonly sort: ValueSort | null;
  readonly ballot: Ballot | null;
  readonly chosen: boolean;
  /** Who accepted it, as far as anybody still knows: those who show it, and the quorum that was counted; ascending. */
  readonly accepted: readonly NodeId[];
  /** Whose state machine holds it, ascending. */
  readonly applied: readonly NodeId[];
}

export const stateTexts: Readonly<Record<SlotState, string>> = {
  snapshot: 'in the snapshot only',
  applied: 'applied',
  chosen: 'known to be chosen, not applied',
  accepted: 'accepted',
  hole: 'missed: nothing after it can be applied',
  unknown: 'nothing known',
};

export function factsOf(world: World, rows: readonly ServerRow[], slot: number): SlotFacts {
  const known = world.chosen.get(slot);
  const accepted = new Set(known?.quorum ?? []);
  let vote: { readonly ballot: Ballot; readonly value: string } | null = null;
  for (const row of rows) {
    const shown = row.slots.get(slot)?.accepted ?? null;
    if (shown === null) continue;
    accepted.add(row.node);
    if (vote === null || compareBallots(shown.ballot, vote.ballot) > 0) vote = shown;
  }
  const applied = rows.filter((row) => row.applied >= slot).map(({ node }) => node);
  return {
    slot,
    value: known?.value ?? vote?.value ?? null,
    sort: known?.sort ?? world.special.get(slot) ?? null,
    ballot: known?.ballot ?? vote?.ballot ?? null,
    chosen: known !== undefined || applied.length > 0,
    accepted: [...accepted].sort((a, b) => a - b),
    applied,
  };
}

/** All of it in one sentence, and what it is at one server. */
export function factsText(facts: SlotFacts, slotName: string, row: ServerRow | undefined, state: SlotState): string {
  const { slot, value, ballot, chosen, accepted, applied } = facts;
  const at = row === undefined ? '' : `${nameOf(row.node)}${row.up ? '' : ' (down)'}: ${stateTexts[state]}. `;
  const what = value === null ? (chosen ? 'its value is no longer kept here' : 'nobody has accepted anything') : value;
  const how = ballot === null ? '' : `, ${chosen ? 'chosen' : 'accepted'} in ballot ${formatBallot(ballot)}`;
  const by = accepted.length === 0 ? '' : `; accepted by ${nodeList(accepted)}`;
  const where = applied.length === 0 ? '' : `; applied by ${nodeList(applied)}`;
  return `${slotName} ${slot}, ${at}${what}${how}${by}${where}`;
}

/** One server's whole row in one sentence. */
export function rowText(row: ServerRow, furthest: number, slotName: string): string {
  const { node, up, leading, standing, snapshot, applied, highest } = row;
  const who = `${nameOf(node)}${leading ? ', leader' : ''}${up ? '' : ', down; last seen'}`;
  if (standing === null) return `${who}: knows of ${slotName} ${highest} at most`;
  const state = standing === 'member' ? '' : `${standing}, without a vote; `;
  const lag = furthest > applied ? `, ${furthest - applied} behind` : '';
  const edge = snapshot > 0 ? `; up to ${snapshot} in the snapshot only` : '';
  return `${who}: ${state}applied up to ${slotName} ${applied}${lag}, knows of ${highest}${edge}`;
}

/** What stateOf says of a slot at a row, for one that may not be there. */
export function stateAt(world: World, row: ServerRow | undefined, slot: number): SlotState {
  return row === undefined ? 'unknown' : stateOf(world, row, slot);
}

/**
 * The learner: what is chosen, and the state machine that takes it in, slot by slot. (*Paxos Made Simple*, section 3:
 * a server executes command s when it knows every one below; *Paxos Made Live*, section 4.2: catch-up.)
 *
 * A follower learns from the slot up to which its leader says that all is chosen. Its own vote in such a slot is what is
 * chosen *if it was cast at the ballot of that leader*, who proposes one command in a slot and knows of none chosen at a
 * higher ballot, or it would not lead; a vote at another ballot says nothing, and it has to ask.
 */
import { compareBallots, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { applyOperation } from '../machine/database.ts';
import { getPaged, setPaged } from '../paged.ts';
import type { NodeId } from '../protocol.ts';
import { ask, behind } from './catchup.ts';
import { onChangeApplied } from './changes.ts';
import { textOf } from './command.ts';
import { onMembersChanged, overtake } from './election.ts';
import { isAcceptor, nodesOf } from './members.ts';
import type { Learned, SlotItem } from './messages.ts';
import { answerPending } from './queue.ts';
import { becomeMember } from './joining.ts';
import { takeSnapshot } from './snapshots.ts';
import type { Out, ServerState } from './state.ts';

/** From now on the slot is known to be chosen, by the acceptors `quorum`; by hearsay if there are none. */
export function know(state: ServerState, { slot, ballot, command }: SlotItem, quorum: readonly NodeId[], out: Out): void {
  setPaged(state.chosen, slot, { ballot, command });
  if (slot > state.highest) state.highest = slot;
  state.term?.proposals.delete(slot);
  out.push({ type: 'chosen', slot, value: textOf(command), ballot, quorum });
}

/**
 * Takes every slot into the state machine that has all below it there.
 * @returns whether there was any.
 */
export function advance(state: ServerState, out: Out): boolean {
  const from = state.applied + 1;
  let to = state.applied;
  while (getPaged(state.chosen, to + 1) !== undefined) to++;
  if (to < from) return false;
  out.push({ type: 'apply', from, to, by: 'log' });
  const { configs } = state;
  const before = configs.length;
  const [inForce] = configs;
  for (let slot = from; slot <= to; slot++) apply(state, slot, out);
  if (state.applied >= state.known) state.asked = false;
  // A change of members is on the disk before it matters: whoever comes up again must know whom to ask.
  const changed = configs.length > before || configs[0] !== inForce;
  const records = changed && isAcceptor(state) ? becomeMember(state, out) : [];
  const { snapshotEvery } = state.config;
  const due = snapshotEvery > 0 && state.applied - (state.snapshot?.upTo ?? 0) >= snapshotEvery;
  if (due || changed) takeSnapshot(state, due, records, out);
  if (changed) onMembersChanged(state, out);
  return true;
}

function apply(state: ServerState, slot: number, out: Out): void {
  const { ballot, command } = getPaged(state.chosen, slot)!;
  state.applied = slot;
  state.term?.reported.delete(slot);
  if (compareBallots(ballot, state.appliedBallot) > 0) state.appliedBallot = ballot;
  if (command.type === 'operation') {
    const { client, session, sequence, operation } = command;
    const result = applyOperation(state.database, client, session, sequence, operation);
    answerPending(state, client, session, sequence, result, out);
  } else if (command.type === 'members') {
    const from = slot + state.config.window;
    state.configs.push({ from, members: command.members });
    out.push({ type: 'members', slot: from, members: nodesOf(command.members) });
    onChangeApplied(state, command.members, from, out);
  }
  // What is in force in the next slot stands first.
  while (state.configs.length > 1 && state.configs[1]!.from <= slot + 1) state.configs.shift();
}

/** What somebody says who leads, or did: every slot up to `upTo` is chosen. */
export function absorb(state: ServerState, from: NodeId, ballot: Ballot, upTo: number, out: Out): void {
  for (let slot = state.applied + 1; slot <= upTo; slot++) {
    if (getPaged(state.chosen, slot) !== undefined) continue;
    const vote = getPaged(state.votes, slot);
    if (vote === undefined || !sameBallot(vote.ballot, ballot)) break;
    know(state, { slot, ballot, command: vote.command }, [], out);
  }
  advance(state, out);
  behind(state, from, upTo, out);
}

/** Told by another server. What was chosen at a higher ballot than its own shows a leader that it leads no more. */
export function onLearned(state: ServerState, from: NodeId, { items, more }: Learned, out: Out): void {
  for (const item of items) {
    if (item.slot <= state.applied || getPaged(state.chosen, item.slot) !== undefined) continue;
    overtake(state, item.ballot, out);
    know(state, item, [], out);
  }
  // Only after news: a copy of an answer must not make two askers of one.
  if (advance(state, out) && more) ask(state, from, out);
}

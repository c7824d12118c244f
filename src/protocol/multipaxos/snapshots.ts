/**
 * Snapshots: the state machine after a slot, on the disk, in place of the log up to it (*Paxos Made Live*, section 5.5).
 * Whoever asks for slots that are no longer in the log is given the snapshot.
 *
 * One is taken whenever the members change, too, and when a change comes into force: which slots are chosen is not on
 * the disk, and a server that comes up again could otherwise know an older configuration only, and ask acceptors about
 * its slots that are long gone.
 */
import { loadDatabase, saveDatabase } from '../machine/database.ts';
import { compareBallots } from '../ballot.ts';
import { deletePaged, getPaged, pagedEntries } from '../paged.ts';
import type { NodeId, Saved } from '../protocol.ts';
import { behind } from './catchup.ts';
import { onMembersChanged, overtake } from './election.ts';
import { becomeMember } from './joining.ts';
import { isAcceptor, nodesOf } from './members.ts';
import type { Snapshot } from './messages.ts';
import { logRecord, snapshotRecord } from './records.ts';
import { answerAll } from './queue.ts';
import { note } from './state.ts';
import type { Out, SavedSnapshot, ServerState } from './state.ts';

/**
 * Takes a snapshot of what is applied; `truncate`: and lets the log go but for the slots to be kept. It is saved together
 * with `others`.
 */
export function takeSnapshot(state: ServerState, truncate: boolean, others: readonly Saved[], out: Out): void {
  const { applied: upTo, appliedBallot: ballot, configs, database } = state;
  const snapshot: SavedSnapshot = { upTo, ballot, configs: [...configs], database: saveDatabase(database) };
  state.snapshot = snapshot;
  const records: Saved[] = [snapshotRecord(snapshot), ...others];
  if (truncate) records.push(...forgetLog(state, upTo - state.config.snapshotKeep));
  out.push({ type: 'save', records });
  const gone = state.edge > 0 ? `; the log up to slot ${state.edge} is gone` : '';
  note(`takes a snapshot after slot ${upTo}${gone}`, out);
}

/** Lets go of the log up to a slot. @returns the records by which the disk does. */
export function forgetLog(state: ServerState, upTo: number): Saved[] {
  const records: Saved[] = [];
  for (let slot = state.edge + 1; slot <= upTo; slot++) {
    if (getPaged(state.votes, slot) !== undefined) records.push(logRecord(slot, null));
    deletePaged(state.votes, slot);
    deletePaged(state.chosen, slot);
  }
  state.edge = Math.max(state.edge, upTo);
  return records;
}

/** Another's state machine is further: it takes the place of this one, and of the log up to there. */
export function onSnapshot(state: ServerState, from: NodeId, message: Snapshot, out: Out): void {
  const { upTo, ballot, configs } = message;
  if (upTo <= state.applied) return;
  overtake(state, ballot, out);
  const snapshot: SavedSnapshot = { upTo, ballot, configs, database: JSON.parse(message.database) };
  const first = state.applied + 1;
  install(state, snapshot);
  const born = isAcceptor(state) ? becomeMember(state, out) : [];
  const records: Saved[] = [snapshotRecord(snapshot), ...born, ...forgetVotes(state, upTo)];
  out.push({ type: 'save', records }, { type: 'apply', from: first, to: upTo, by: 'snapshot' });
  note(`takes over a snapshot after slot ${upTo}, in place of slots ${first} to ${upTo}`, out);
  for (const config of configs) out.push({ type: 'members', slot: config.from, members: nodesOf(config.members) });
  answerAll(state, out);
  onMembersChanged(state, out);
  // What there is above it comes out of the log again.
  state.asked = false;
  behind(state, from, state.known, out);
}

/** Takes a snapshot into the state machine. */
export function install(state: ServerState, snapshot: SavedSnapshot): void {
  const { upTo, ballot, configs, database } = snapshot;
  state.snapshot = snapshot;
  state.applied = upTo;
  state.configs = [...configs];
  state.database = loadDatabase(database);
  if (compareBallots(ballot, state.appliedBallot) > 0) state.appliedBallot = ballot;
  state.highest = Math.max(state.highest, upTo);
  state.known = Math.max(state.known, upTo);
  const { term } = state;
  if (term === null) return;
  for (const slot of [...term.proposals.keys()]) if (slot <= upTo) term.proposals.delete(slot);
  for (const slot of [...term.reported.keys()]) if (slot <= upTo) term.reported.delete(slot);
}

/** Lets go of all there is of the log up to a slot, which may be far above: only what is there is looked at. */
function forgetVotes(state: ServerState, upTo: number): Saved[] {
  const records: Saved[] = [];
  for (const [slot] of pagedEntries(state.votes)) {
    if (slot > upTo) break;
    records.push(logRecord(slot, null));
    deletePaged(state.votes, slot);
  }
  for (const [slot] of pagedEntries(state.chosen)) {
    if (slot > upTo) break;
    deletePaged(state.chosen, slot);
  }
  state.edge = upTo;
  return records;
}

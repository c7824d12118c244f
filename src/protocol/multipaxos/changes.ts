/**
 * Changes of members, as the leader makes them: one at a time, so that each is judged by the members it changes
 * (members.ts says when one holds). An operator asks any server, which passes it on.
 */
import { nameOf } from '../protocol.ts';
import type { NodeId } from '../protocol.ts';
import { describeQuorums, holdsFor } from '../quorum.ts';
import { textOf } from './command.ts';
import type { Member } from './command.ts';
import { latestConfig, nodesOf } from './members.ts';
import type { Answer, Change, Join } from './messages.ts';
import { HOPS_MAX } from './queue.ts';
import { note, send } from './state.ts';
import type { Asker, Out, ServerState, Term } from './state.ts';

/** The operator asks this server. */
export function onChangeRequest(
  state: ServerState,
  id: number,
  add: readonly NodeId[],
  remove: readonly NodeId[],
  out: Out,
): void {
  state.changes.push(id);
  onChange(state, { type: 'change', server: state.node, id, add, remove, hops: 0 }, out);
}

/** A change on its way to the leader. */
export function onChange(state: ServerState, change: Change, out: Out): void {
  const leader = state.leader?.node ?? 0;
  if (state.mode === 'leader') considerChange(state, state.term!, change, out);
  else if (leader === 0 || leader === state.node) tell(state, change, false, 'nobody leads; ask again later', out);
  else if (change.hops >= HOPS_MAX) tell(state, change, false, `passed on ${HOPS_MAX} times; ask again later`, out);
  else send(leader, { ...change, hops: change.hops + 1 }, out);
}

/** The leader's answer, for the operator who asked this server. */
export function onAnswer(state: ServerState, { id, ok, text }: Answer, out: Out): void {
  const at = state.changes.indexOf(id);
  if (at < 0) return;
  state.changes.splice(at, 1);
  out.push({ type: 'reply', id, reply: { ok, text } });
}

function tell(state: ServerState, { server, id }: Asker, ok: boolean, text: string, out: Out): void {
  if (server === state.node) onAnswer(state, { type: 'answer', id, ok, text }, out);
  else send(server, { type: 'answer', id, ok, text }, out);
}

function considerChange(state: ServerState, term: Term, change: Change, out: Out): void {
  const { members: before } = latestConfig(state);
  const kept = before.filter(({ node }) => !change.remove.includes(node));
  const added = change.add.filter((node) => !kept.some((member) => member.node === node));
  const members = [...kept, ...added.map((node): Member => ({ node, epoch: 1 }))].sort((a, b) => a.node - b.node);
  const why = whyNot(state, term, members);
  if (why !== null) tell(state, change, false, why, out);
  else if (sameMembers(before, members)) tell(state, change, true, `the members are ${namesOf(members)} already`, out);
  else start(term, members, { server: change.server, id: change.id }, out);
}

/** A server asks for a vote, in the epoch of the disk it has: it takes the place of its old self, if that was a member. */
export function considerJoin(state: ServerState, { node, epoch }: Join, out: Out): void {
  const { term } = state;
  const { members: before } = latestConfig(state);
  const old = before.find((member) => member.node === node);
  if (term === null || (old !== undefined && old.epoch >= epoch)) return;
  const members = [...before.filter((member) => member.node !== node), { node, epoch }].sort((a, b) => a.node - b.node);
  // It will ask again.
  if (whyNot(state, term, members) === null) start(term, members, null, out);
}

/** Why the members cannot be changed to these now; `null`: they can. */
function whyNot(state: ServerState, term: Term, members: readonly Member[]): string | null {
  const before = latestConfig(state);
  if (state.applied < term.reportedUpTo) return 'the slots of earlier leaders are not finished yet; ask again later';
  if (term.change !== null) return 'another change of members is under way; ask again later';
  if (before.from > state.applied + 1) {
    return `another change of members is in the window: it holds from slot ${before.from} on; ask again later`;
  }
  if (members.length === 0) return 'at least one server must stay';
  if (!holdsFor(state.config.quorum, nodesOf(members), nodesOf(before.members))) {
    const quorums = describeQuorums(state.config.quorum, nodesOf(members));
    return `the quorums would not do for ${namesOf(members)}: ${quorums}`;
  }
  return null;
}

function start(term: Term, members: readonly Member[], asker: Asker | null, out: Out): void {
  term.change = { members, asker, proposed: false };
  note(`wants ${textOf({ type: 'members', members })}`, out);
}

/** A change has been taken in; from `slot` on it holds. */
export function onChangeApplied(state: ServerState, members: readonly Member[], slot: number, out: Out): void {
  const { term } = state;
  if (term === null || term.change === null) return;
  const { change } = term;
  term.change = null;
  if (change.asker === null) return;
  const done = sameMembers(members, change.members);
  const text = `${textOf({ type: 'members', members })}, from slot ${slot} on`;
  tell(state, change.asker, done, done ? text : `another change came first: ${text}`, out);
}

/** The leader that was asked leads no more. */
export function refuseChange(state: ServerState, term: Term, text: string, out: Out): void {
  const { change } = term;
  term.change = null;
  if (change !== null && change.asker !== null) tell(state, change.asker, false, text, out);
}

function sameMembers(a: readonly Member[], b: readonly Member[]): boolean {
  return a.length === b.length && a.every(({ node, epoch }, i) => b[i]!.node === node && b[i]!.epoch === epoch);
}

function namesOf(members: readonly Member[]): string {
  return members.map(({ node }) => nameOf(node)).join(', ');
}

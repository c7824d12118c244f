/** What must hold of the log, of what servers make of it, and of what clients are told. */
import { compareBallots } from '../ballot.ts';
import { resultOf } from '../machine/database.ts';
import { describeOperation, describeResult } from '../machine/operation.ts';
import type { Operation, OperationResult } from '../machine/operation.ts';
import { nameOf } from '../protocol.ts';
import type { Effect, NodeId, ReplicaView } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { sortOf, textOf } from './command.ts';
import { advance, formatVote, membersAt, remember, serverOf, slotOf, tallyAt } from './facts.ts';
import type { MultiPaxosFacts, Violation, Vote } from './facts.ts';
import type { MultiPaxosMessage, SlotItem } from './messages.ts';

type Of<Type extends Effect<MultiPaxosMessage>['type']> = Extract<Effect<MultiPaxosMessage>, { type: Type }>;

/** Agreement, ChosenStays and Validity, of a command that a quorum accepted or somebody learned. */
export function markChosen(facts: MultiPaxosFacts, slot: number, vote: Vote, how: string): Violation | null {
  const record = slotOf(facts, slot);
  const { chosen } = record;
  const name = `in slot ${slot}, ${formatVote(vote)} ${how}`;
  if (chosen) {
    if (chosen.text === vote.text) return null;
    return { invariant: 'Agreement', slot, text: `${name}, but ${formatVote(chosen)} ${chosen.how}` };
  }
  record.chosen = { ...vote, how };
  const other = record.proposals.find(({ ballot, text }) => compareBallots(ballot, vote.ballot) > 0 && text !== vote.text);
  advance(facts);
  if (other) return { invariant: 'ChosenStays', slot, text: `${name}, but ${formatVote(other)} is proposed there` };
  if (sortOf(vote.text) !== 'command' || facts.asked.has(vote.text)) return null;
  return { invariant: 'Validity', slot, text: `${name}, but no client asked for that` };
}

/** ChosenByQuorum, of a server that says what is chosen. */
export function onChosen(facts: MultiPaxosFacts, node: NodeId, effect: Of<'chosen'>): Violation | null {
  const { slot, ballot, value, quorum } = effect;
  const vote = { ballot, text: value };
  const record = facts.slots.get(slot);
  // Long chosen, and forgotten.
  if (!record && slot <= facts.reference.applied) return null;
  const { voters } = tallyAt(slotOf(facts, slot), ballot);
  const members = membersAt(facts, slot);
  const counts = (member: NodeId): boolean =>
    members.some((one) => one.node === member && voters.some((voter) => voter.node === member && voter.epoch === one.epoch));
  const absent = quorum.find((member) => !counts(member));
  if (absent !== undefined) {
    const text = `${nameOf(node)} learned ${formatVote(vote)} in slot ${slot} by the vote of ${nameOf(absent)}, which is none of a member of that slot`;
    return { invariant: 'ChosenByQuorum', slot, text };
  }
  const { quorum: system } = serverOf(facts, ballot.node).config;
  const enough = quorum.length === 0 || isQuorum(system, 2, members.map((member) => member.node), quorum);
  return checkLearned(facts, node, slot, vote, enough);
}

/** ChosenByQuorum and Agreement, of what a server tells another. */
export function onLearned(facts: MultiPaxosFacts, node: NodeId, items: readonly SlotItem[]): Violation | null {
  for (const { slot, ballot, command } of items) {
    const violation = checkLearned(facts, node, slot, { ballot, text: textOf(command) }, true);
    if (violation) return violation;
  }
  return null;
}

function checkLearned(facts: MultiPaxosFacts, node: NodeId, slot: number, vote: Vote, enough: boolean): Violation | null {
  const chosen = facts.slots.get(slot)?.chosen;
  const name = `${nameOf(node)} learned ${formatVote(vote)} in slot ${slot}`;
  if (!chosen && slot <= facts.reference.applied) return null;
  if (!chosen || !enough) {
    return { invariant: 'ChosenByQuorum', slot, text: `${name}, but no quorum of that slot’s members had accepted it` };
  }
  if (chosen.text === vote.text) return null;
  return { invariant: 'Agreement', slot, text: `${name}, but ${formatVote(chosen)} ${chosen.how}` };
}

/** ChosenByQuorum, of a leader that says how far everything is chosen. */
export function onUpTo(facts: MultiPaxosFacts, node: NodeId, upTo: number): Violation | null {
  const { applied } = facts.reference;
  if (upTo <= applied) return null;
  const text = `${nameOf(node)} said that all up to slot ${upTo} is chosen, but slot ${applied + 1} is not`;
  return { invariant: 'ChosenByQuorum', slot: applied + 1, text };
}

/** AppliedInOrder. */
export function onApply(facts: MultiPaxosFacts, node: NodeId, { from, to }: Of<'apply'>): Violation | null {
  const server = serverOf(facts, node);
  const before = server.applied;
  server.applied = Math.max(before, to);
  const name = `${nameOf(node)} applied the slots ${from} to ${to}`;
  if (from !== before + 1) {
    const last = before === 0 ? 'had applied none' : `had applied those up to ${before}`;
    return { invariant: 'AppliedInOrder', slot: from, text: `${name}, but it ${last}` };
  }
  const { applied } = facts.reference;
  if (to <= applied) return null;
  return { invariant: 'AppliedInOrder', slot: applied + 1, text: `${name}, but slot ${applied + 1} is not chosen` };
}

/** OnlyMembersVote, of who the members are. */
export function onMembers(facts: MultiPaxosFacts, node: NodeId, slot: number, members: readonly NodeId[]): Violation | null {
  const known = facts.reference.configs.find((config) => config.from === slot);
  const expected = known?.members.map((member) => member.node);
  if (!expected || expected.join() === members.join()) return null;
  const text = `${nameOf(node)} takes ${members.map(nameOf).join(', ')} for the members from slot ${slot} on, but the log says ${expected.map(nameOf).join(', ')}`;
  return { invariant: 'OnlyMembersVote', slot, text };
}

/** SameState: what a server shows is what the log makes of the slots that it has applied. */
export function onReplica(facts: MultiPaxosFacts, node: NodeId, { applied, database }: ReplicaView): Violation | null {
  const expected = facts.reference.views.get(applied);
  if (expected === undefined) return null;
  const shown = JSON.stringify(database);
  if (shown === expected) return null;
  const text = `${nameOf(node)} has applied the slots up to ${applied} and shows ${shown}, but they make ${expected}`;
  return { invariant: 'SameState', slot: applied, text };
}

export function onInvoke(facts: MultiPaxosFacts, node: NodeId, session: number, sequence: number, operation: string): null {
  const command = { type: 'operation', client: node, session, sequence, operation: JSON.parse(operation) as Operation } as const;
  remember(facts.asked, () => facts.asked.add(textOf(command)));
  const highestId = facts.highestId.get(node) ?? 0;
  remember(facts.waiting, () => facts.waiting.set(`${node} ${session}`, { sequence, operation, highestId }));
  return null;
}

/** OnceInEffect, IdsUnique and IdsNeverFall. Reads need not go through the log; of them linearizability decides. */
export function onReturn(facts: MultiPaxosFacts, node: NodeId, session: number, sequence: number, json: string): Violation | null {
  const waiting = facts.waiting.get(`${node} ${session}`);
  const result = JSON.parse(json) as OperationResult;
  const name = `${nameOf(node)}.${session}#${sequence}`;
  if (waiting?.sequence !== sequence) {
    return { invariant: 'OnceInEffect', slot: 0, text: `${name} was answered ${describeResult(result)}, but was not waited for` };
  }
  facts.waiting.delete(`${node} ${session}`);
  const operation = JSON.parse(waiting.operation) as Operation;
  const violation = result.type === 'begun' ? checkId(facts, node, name, result.transaction, waiting.highestId) : null;
  if (violation || operation.type === 'get') return violation;
  const expected = resultOf(facts.reference.database, node, session, sequence);
  const asked = `${name} ${describeOperation(operation)} was answered ${describeResult(result)}`;
  if (!expected) return { invariant: 'OnceInEffect', slot: 0, text: `${asked}, but had not been chosen` };
  if (describeResult(expected) === describeResult(result)) return null;
  return { invariant: 'OnceInEffect', slot: 0, text: `${asked}, but came to ${describeResult(expected)}` };
}

function checkId(facts: MultiPaxosFacts, node: NodeId, name: string, id: number, before: number): Violation | null {
  const earlier = facts.ids.get(id);
  if (earlier !== undefined) {
    return { invariant: 'IdsUnique', slot: 0, text: `${name} was given transaction #${id}, which ${earlier} had been given` };
  }
  remember(facts.ids, () => facts.ids.set(id, name));
  facts.highestId.set(node, Math.max(facts.highestId.get(node) ?? 0, id));
  if (id > before) return null;
  const text = `${name} was given transaction #${id}, but ${nameOf(node)} had been given #${before} before it asked`;
  return { invariant: 'IdsNeverFall', slot: 0, text };
}

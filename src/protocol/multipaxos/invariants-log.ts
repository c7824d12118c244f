/** What must hold of the log, and of what servers make of it. */
import { compareBallots, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { getBounded } from '../bounded.ts';
import type { Violation } from '../checker.ts';
import { getPaged } from '../paged.ts';
import { nameOf } from '../protocol.ts';
import type { Effect, NodeId } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { violationOf } from '../violation.ts';
import { sortOf, textOf } from './command.ts';
import type { LogCommand } from './command.ts';
import { advance, configAt, formatVote, isMember, proposalAt, serverOf, sessionKey, SNAPSHOTS_MAX } from './facts.ts';
import type { ChosenFact, MultiPaxosFacts, SlotFacts, Vote, Voter } from './facts.ts';
import type { MultiPaxosMessage, SlotItem } from './messages.ts';
import type { SavedSnapshot } from './state.ts';

type Of<Type extends Effect<MultiPaxosMessage>['type']> = Extract<Effect<MultiPaxosMessage>, { type: Type }>;

/** Agreement, ChosenStays and Validity, of a command that a quorum accepted. */
export function markChosen(
  facts: MultiPaxosFacts,
  seq: number,
  slot: number,
  record: SlotFacts,
  vote: Vote,
  nodes: readonly NodeId[],
  voters: readonly Voter[],
): Violation | null {
  const { chosen } = record;
  if (chosen?.text === vote.text) return null;
  const seqs = voters.map((voter) => voter.seq);
  const own: ChosenFact = { ...vote, nodes, seqs };
  const name = (): string => `in slot ${slot}, ${chosenText(own)}`;
  if (chosen) return violationOf('Agreement', slot, `${name()}, but ${chosenText(chosen)}`, [...chosen.seqs, ...seqs, seq]);
  record.chosen = own;
  const other = record.proposals.find(({ ballot, text }) => compareBallots(ballot, vote.ballot) > 0 && text !== vote.text);
  const command = proposalAt(record, vote.ballot)?.command;
  advance(facts);
  if (other) {
    return violationOf('ChosenStays', slot, `${name()}, but ${formatVote(other)} is proposed there`, [other.seq, ...seqs, seq]);
  }
  if (sortOf(vote.text) !== 'command' || (command && wasAsked(facts, command, vote.text))) return null;
  return violationOf('Validity', slot, `${name()}, but no client asked for that`, [...seqs, seq]);
}

/** Whether a client asked for it, or may have: the last operations of each session are known. */
function wasAsked(facts: MultiPaxosFacts, command: LogCommand, wanted: string): boolean {
  if (command.type !== 'operation') return false;
  const { client, session, sequence } = command;
  const known = getBounded(facts.sessions, sessionKey(client, session));
  if (known === undefined) return facts.sessions.first > 0;
  return sequence < known.asked[0]!.sequence || known.asked.some(({ text }) => text === wanted);
}

export function chosenText(chosen: ChosenFact): string {
  return `${formatVote(chosen)} is accepted by ${chosen.nodes.map(nameOf).join(', ')}`;
}

/** ChosenByQuorum, of a server that says what is chosen. */
export function onChosen(facts: MultiPaxosFacts, seq: number, node: NodeId, effect: Of<'chosen'>): Violation | null {
  const { slot, ballot, value, quorum } = effect;
  const record = getPaged(facts.slots, slot);
  // Long chosen, and forgotten.
  if (record === undefined && slot <= facts.reference.applied) return null;
  const voters = votersAt(record, ballot);
  const config = configAt(facts, slot);
  for (const member of quorum) {
    if (voters.some((voter) => voter.node === member && isMember(config, member, voter.epoch))) continue;
    const vote = formatVote({ ballot, text: value });
    const text = `${nameOf(node)} learned ${vote} in slot ${slot} by the vote of ${nameOf(member)}, which is none of a member of that slot`;
    return violationOf('ChosenByQuorum', slot, text, [...voters.map((voter) => voter.seq), config.seq, seq]);
  }
  const { quorum: system } = serverOf(facts, ballot.node).config;
  const enough = quorum.length === 0 || isQuorum(system, 2, config.nodes, quorum);
  return checkLearned(facts, seq, node, slot, { ballot, text: value }, enough);
}

function votersAt(record: SlotFacts | undefined, ballot: Ballot): readonly Voter[] {
  return record?.tallies.find((tally) => sameBallot(tally.ballot, ballot))?.voters ?? [];
}

/** ChosenByQuorum and Agreement, of what a server tells another. */
export function onLearned(facts: MultiPaxosFacts, seq: number, node: NodeId, items: readonly SlotItem[]): Violation | null {
  for (const { slot, ballot, command } of items) {
    const violation = checkLearned(facts, seq, node, slot, { ballot, text: textOf(command) }, true);
    if (violation !== null) return violation;
  }
  return null;
}

function checkLearned(
  facts: MultiPaxosFacts,
  seq: number,
  node: NodeId,
  slot: number,
  vote: Pick<Vote, 'ballot' | 'text'>,
  enough: boolean,
): Violation | null {
  const record = getPaged(facts.slots, slot);
  const chosen = record?.chosen ?? null;
  if (chosen !== null && enough && chosen.text === vote.text) return null;
  const name = `${nameOf(node)} learned ${formatVote(vote)} in slot ${slot}`;
  if (chosen === null && slot <= facts.reference.applied) return null;
  if (chosen === null || !enough) {
    const seqs = votersAt(record, vote.ballot).map((voter) => voter.seq);
    return violationOf('ChosenByQuorum', slot, `${name}, but no quorum of that slot’s members had accepted it`, [...seqs, seq]);
  }
  return violationOf('Agreement', slot, `${name}, but ${chosenText(chosen)}`, [...chosen.seqs, seq]);
}

/** ChosenByQuorum, of a leader that says how far everything is chosen. */
export function onUpTo(facts: MultiPaxosFacts, seq: number, node: NodeId, upTo: number): Violation | null {
  const { applied, appliedSeq } = facts.reference;
  if (upTo <= applied) return null;
  const text = `${nameOf(node)} said that all up to slot ${upTo} is chosen, but slot ${applied + 1} is not`;
  return violationOf('ChosenByQuorum', applied + 1, text, [appliedSeq, seq]);
}

/** AppliedInOrder. */
export function onApply(facts: MultiPaxosFacts, seq: number, node: NodeId, { from, to }: Of<'apply'>): Violation | null {
  const server = serverOf(facts, node);
  const { applied: before, appliedSeq } = server;
  server.applied = Math.max(before, to);
  server.appliedSeq = seq;
  const { reference } = facts;
  if (from === before + 1 && to <= reference.applied) return null;
  const name = `${nameOf(node)} applied the slots ${from} to ${to}`;
  if (from !== before + 1) {
    const last = before === 0 ? 'had applied none' : `had applied those up to ${before}`;
    return violationOf('AppliedInOrder', from, `${name}, but it ${last}`, [appliedSeq, seq]);
  }
  const next = reference.applied + 1;
  return violationOf('AppliedInOrder', next, `${name}, but slot ${next} is not chosen`, [reference.appliedSeq, seq]);
}

/** OnlyMembersVote, of who the members are. */
export function onMembers(facts: MultiPaxosFacts, seq: number, node: NodeId, { slot, members }: Of<'members'>): Violation | null {
  const known = facts.reference.configs.find((config) => config.from === slot);
  if (known === undefined || known.nodes.join() === members.join()) return null;
  const text = `${nameOf(node)} takes ${members.map(nameOf).join(', ')} for the members from slot ${slot} on, but the log says ${known.nodes.map(nameOf).join(', ')}`;
  return violationOf('OnlyMembersVote', slot, text, [known.seq, seq]);
}

/** SameState: a snapshot holds the same as the first one of the same slots. */
export function checkSnapshot(facts: MultiPaxosFacts, seq: number, node: NodeId, { upTo, database }: SavedSnapshot): Violation | null {
  const own = { upTo, node, database: JSON.stringify(database), seq };
  const first = facts.snapshots.find((snapshot) => snapshot.upTo === upTo);
  if (first === undefined) {
    facts.snapshots = [...facts.snapshots, own].slice(-SNAPSHOTS_MAX);
    return null;
  }
  if (first.database === own.database) return null;
  const text = `${nameOf(node)} has applied the slots up to ${upTo} and saved ${own.database}, but ${nameOf(first.node)} saved ${first.database}`;
  return violationOf('SameState', upTo, text, [first.seq, seq]);
}

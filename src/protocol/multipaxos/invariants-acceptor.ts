/** What must hold of acceptors: their promises, their votes, and what their disks keep of them. */
import { NO_BALLOT, compareBallots, formatBallot, isBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { nameOf } from '../protocol.ts';
import type { NodeId, Saved } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { textOf, textOfMember } from './command.ts';
import { firstOf, formatVote, membersAt, proposalAt, serverOf, slotOf, tallyAt } from './facts.ts';
import type { MultiPaxosFacts, ServerFacts, Violation, Vote } from './facts.ts';
import { markChosen } from './invariants-log.ts';
import { onProposal } from './invariants-proposer.ts';
import type { Accepted, Alive, Promised } from './messages.ts';
import { readRecord, slotOfRecord } from './records.ts';
import type { Vote as LogVote } from './state.ts';

/**
 * A server comes up. With the disk it had, that must hold what others were told; with a new one it is another acceptor,
 * of which nothing is known.
 */
export function onStart(facts: MultiPaxosFacts, node: NodeId, stored: readonly Saved[]): Violation | null {
  const server = serverOf(facts, node);
  server.incarnation++;
  server.candidacy = { ballot: NO_BALLOT, promises: [] };
  server.saved = NO_BALLOT;
  server.round = 0;
  server.cast.clear();
  let epoch = server.incarnation;
  let edge = 0;
  for (const record of stored) {
    const fact = readRecord(record);
    if (fact?.type === 'born') epoch = fact.epoch;
    else if (fact?.type === 'snapshot') edge = fact.snapshot.upTo;
    else note(server, record);
  }
  // What the snapshot holds, it takes in anew.
  server.applied = 0;
  if (epoch === server.epoch) return checkDisk(node, server, edge);
  server.epoch = epoch;
  server.told = NO_BALLOT;
  server.toldVotes.clear();
  return null;
}

/** PromisedNeverFalls and VoteDurable, over a restart. @param edge the last slot of the snapshot */
function checkDisk(node: NodeId, { saved, told, cast, toldVotes }: ServerFacts, edge: number): Violation | null {
  const name = nameOf(node);
  if (compareBallots(saved, told) < 0) {
    const left = isBallot(saved) ? `only a promise of ${formatBallot(saved)}` : 'no promise';
    return { invariant: 'PromisedNeverFalls', slot: 0, text: `${name} had promised ${formatBallot(told)}, and restarts with ${left} on its disk` };
  }
  for (const [slot, vote] of toldVotes) {
    const left = cast.get(slot);
    if (slot <= edge || (left && compareBallots(left.ballot, vote.ballot) >= 0)) continue;
    const found = left ? `its vote for ${formatVote(left)}` : 'no vote there';
    const text = `${name} had told of its vote for ${formatVote(vote)} in slot ${slot}, and restarts with ${found} on its disk`;
    return { invariant: 'VoteDurable', slot, text };
  }
  return null;
}

/** Takes what a record says into what is known of the disk. */
function note(server: ServerFacts, record: Saved): void {
  const fact = readRecord(record);
  if (fact?.type === 'ballot') server.saved = fact.ballot;
  else if (fact?.type === 'round') server.round = fact.round;
  else if (fact?.type === 'vote') server.cast.set(fact.slot, { ballot: fact.vote.ballot, text: textOf(fact.vote.command) });
  else if (record.value === null) server.cast.delete(slotOfRecord(record));
}

/**
 * PromisedNeverFalls, while running; P1a, since a vote is cast when it is saved. A proposer's promise of its own ballot
 * and its votes for its own proposals are sent to nobody: they count from when they are saved.
 */
export function onSave(facts: MultiPaxosFacts, node: NodeId, records: readonly Saved[]): Violation | null {
  const server = serverOf(facts, node);
  const before = server.saved;
  const violations: (Violation | null)[] = [];
  for (const record of records) {
    const fact = readRecord(record);
    note(server, record);
    if (fact?.type === 'vote') violations.push(onVoteSaved(facts, node, fact.slot, fact.vote));
    else if (fact?.type === 'ballot') {
      if (compareBallots(fact.ballot, before) < 0) violations.push(fell(node, before, `promised ${formatBallot(fact.ballot)}`));
      if (fact.ballot.node === node) promiseItself(server, node, fact.ballot);
    }
  }
  return firstOf(violations);
}

function onVoteSaved(facts: MultiPaxosFacts, node: NodeId, slot: number, { ballot, command }: LogVote): Violation | null {
  const server = serverOf(facts, node);
  const vote = { ballot, text: textOf(command) };
  const violation = checkVote(node, server, slot, vote);
  if (ballot.node !== node) return violation;
  tell(server, slot, vote);
  return firstOf([violation, onProposal(facts, node, slot, ballot, command), countVote(facts, node, server.epoch, slot, vote)]);
}

/** What the acceptor of a candidate reports to it, of every slot. */
function promiseItself(server: ServerFacts, node: NodeId, ballot: Ballot): void {
  if (compareBallots(ballot, server.told) > 0) server.told = ballot;
  if (sameBallot(ballot, server.candidacy.ballot)) return;
  const own = { node, epoch: server.epoch, from: 1, next: 0, edge: 0, votes: new Map(server.cast) };
  server.candidacy = { ballot, promises: [own] };
}

/** From now on others count on this vote. To vote at a ballot is to promise it. */
function tell(server: ServerFacts, slot: number, vote: Vote): void {
  if (compareBallots(vote.ballot, server.told) > 0) server.told = vote.ballot;
  server.toldVotes.set(slot, vote);
}

/** P1a: no vote below a promise. */
function checkVote(node: NodeId, { saved, told }: Pick<ServerFacts, 'saved' | 'told'>, slot: number, vote: Vote): Violation | null {
  const promised = compareBallots(told, saved) > 0 ? told : saved;
  if (compareBallots(vote.ballot, promised) >= 0) return null;
  const text = `${nameOf(node)} accepted ${formatVote(vote)} in slot ${slot} after it had promised ${formatBallot(promised)}`;
  return { invariant: 'P1a', slot, text };
}

function fell(node: NodeId, from: Ballot, what: string): Violation {
  const text = `${nameOf(node)} ${what} after it had promised ${formatBallot(from)}`;
  return { invariant: 'PromisedNeverFalls', slot: 0, text };
}

/** OnlyMembersVote, of the disk: an acceptor is who it was only as long as it has the disk it had. */
function checkEpoch(node: NodeId, { epoch }: ServerFacts, said: number, slot: number, what: string): Violation | null {
  if (said === epoch) return null;
  const text = `${nameOf(node)} ${what} as ${textOfMember({ node, epoch: said })}, but the disk it has is that of ${textOfMember({ node, epoch })}`;
  return { invariant: 'OnlyMembersVote', slot, text };
}

/** PromisedNeverFalls and PromiseTruthful. */
export function onPromise(facts: MultiPaxosFacts, node: NodeId, message: Promised): Violation | null {
  const server = serverOf(facts, node);
  const { ballot, epoch } = message;
  const { told, saved } = server;
  const name = formatBallot(ballot);
  if (compareBallots(ballot, told) > 0) server.told = ballot;
  if (compareBallots(ballot, told) < 0) return fell(node, told, `promised ${name}`);
  if (compareBallots(saved, ballot) < 0) {
    const text = `${nameOf(node)} promised ${name}, but the promise on its disk is ${formatBallot(saved)}`;
    return { invariant: 'PromiseTruthful', slot: 0, text };
  }
  return checkEpoch(node, server, epoch, 0, `promised ${name}`) ?? checkReports(node, server, message);
}

/** PromiseTruthful: it reports its last vote in each slot that it speaks of, and no vote that it has not cast. */
function checkReports(node: NodeId, server: ServerFacts, message: Promised): Violation | null {
  const { ballot, from, items, next, edge } = message;
  const name = `${nameOf(node)} promised ${formatBallot(ballot)}`;
  const lie = (slot: number, text: string): Violation => ({ invariant: 'PromiseTruthful', slot, text });
  const reported = new Map(items.map((item) => [item.slot, { ballot: item.ballot, text: textOf(item.command) }]));
  for (const [slot, vote] of reported) {
    const cast = server.cast.get(slot);
    if (cast?.text === vote.text && sameBallot(cast.ballot, vote.ballot)) continue;
    const other = cast ? `its last vote there was for ${formatVote(cast)}` : 'it had not voted there';
    return lie(slot, `${name} and reported ${formatVote(vote)} in slot ${slot}, but ${other}`);
  }
  for (const [slot, vote] of server.toldVotes) {
    const asked = slot >= from && slot > edge && (next === 0 || slot < next);
    if (!asked || reported.has(slot) || compareBallots(vote.ballot, ballot) >= 0) continue;
    return lie(slot, `${name} and reported nothing in slot ${slot}, though it had accepted ${formatVote(vote)}`);
  }
  return null;
}

/** P1a, VoteDurable and OnlyMembersVote; counts the vote, and checks Agreement when it makes a quorum. */
export function onAccepted(facts: MultiPaxosFacts, node: NodeId, message: Accepted): Violation | null {
  const { ballot, slot, epoch } = message;
  const server = serverOf(facts, node);
  const { told } = server;
  const record = slotOf(facts, slot);
  const proposal = proposalAt(record, ballot);
  const name = `${nameOf(node)} told of its vote at ${formatBallot(ballot)} in slot ${slot}`;
  if (!proposal) {
    if (slot <= facts.reference.applied) return null;
    return { invariant: 'VoteDurable', slot, text: `${name}, at which nothing was proposed there` };
  }
  const vote: Vote = { ballot, text: proposal.text };
  tell(server, slot, vote);
  const violation = checkVote(node, { saved: server.saved, told }, slot, vote);
  const cast = server.cast.get(slot);
  const durable = cast !== undefined && compareBallots(cast.ballot, ballot) >= 0;
  return firstOf([
    violation,
    durable ? null : { invariant: 'VoteDurable', slot, text: `${name}, which it had not saved` },
    checkEpoch(node, server, epoch, slot, `voted in slot ${slot}`),
    countVote(facts, node, epoch, slot, vote),
  ]);
}

function countVote(facts: MultiPaxosFacts, node: NodeId, epoch: number, slot: number, vote: Vote): Violation | null {
  const { voters } = tallyAt(slotOf(facts, slot), vote.ballot);
  if (voters.some((voter) => voter.node === node && voter.epoch === epoch)) return null;
  voters.push({ node, epoch });
  const members = membersAt(facts, slot);
  const counted = members.filter((member) => voters.some((voter) => voter.node === member.node && voter.epoch === member.epoch));
  const { quorum } = serverOf(facts, vote.ballot.node).config;
  const nodes = counted.map((member) => member.node);
  if (!isQuorum(quorum, 2, members.map((member) => member.node), nodes)) return null;
  return markChosen(facts, slot, vote, `is accepted by ${nodes.map(nameOf).join(', ')}`);
}

/** PromisedNeverFalls: whoever goes along with a leader has promised nobody higher. */
export function onAlive(facts: MultiPaxosFacts, node: NodeId, { ballot, epoch }: Alive): Violation | null {
  const server = serverOf(facts, node);
  if (compareBallots(ballot, server.told) < 0) return fell(node, server.told, `went along with ${formatBallot(ballot)}`);
  return checkEpoch(node, server, epoch, 0, `went along with ${formatBallot(ballot)}`);
}

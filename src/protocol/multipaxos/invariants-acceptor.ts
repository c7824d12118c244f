/** What must hold of acceptors: their promises, their votes, and what their disks keep of them. */
import { NO_BALLOT, compareBallots, formatBallot, isBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import type { Violation } from '../checker.ts';
import { clearPaged, deletePaged, forkPaged, getPaged, pagedEntries, setPaged } from '../paged.ts';
import { nameOf } from '../protocol.ts';
import type { NodeId, Saved } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { firstOf, NO_EVENT, violationOf } from '../violation.ts';
import { textOf, textOfMember } from './command.ts';
import { configAt, formatVote, isMember, proposalAt, serverOf, slotOf, tallyAt } from './facts.ts';
import type { MultiPaxosFacts, ServerFacts, SlotFacts, Vote } from './facts.ts';
import { checkSnapshot, markChosen } from './invariants-log.ts';
import { onProposal } from './invariants-proposer.ts';
import type { Accepted, Alive, Promised } from './messages.ts';
import { readRecord, slotOfRecord } from './records.ts';
import type { StoredFact } from './records.ts';
import type { Vote as LogVote } from './state.ts';

/**
 * A server comes up. With the disk it had, that must hold what others were told; with a new one it is another acceptor,
 * of which nothing is known.
 */
export function onStart(facts: MultiPaxosFacts, seq: number, node: NodeId, stored: readonly Saved[]): Violation | null {
  const server = serverOf(facts, node);
  server.incarnation++;
  server.startSeq = seq;
  server.candidacy = { ballot: NO_BALLOT, promises: [] };
  server.saved = NO_BALLOT;
  server.savedSeq = server.roundSeq = seq;
  server.round = 0;
  clearPaged(server.cast);
  let epoch = server.incarnation;
  let edge = 0;
  for (const record of stored) {
    const read = readOnce(record);
    const { fact } = read;
    if (fact?.type === 'born') epoch = fact.epoch;
    else if (fact?.type === 'snapshot') edge = fact.snapshot.upTo;
    else note(server, seq, record, read);
  }
  // What the snapshot holds, it takes in anew.
  server.applied = 0;
  server.appliedSeq = seq;
  if (epoch === server.epoch) return checkDisk(node, server, seq, edge);
  server.epoch = epoch;
  server.told = NO_BALLOT;
  server.toldSeq = NO_EVENT;
  clearPaged(server.toldVotes);
  return null;
}

/** PromisedNeverFalls and VoteDurable, over a restart. @param edge the last slot of the snapshot */
function checkDisk(node: NodeId, { saved, told, toldSeq, cast, toldVotes }: ServerFacts, seq: number, edge: number): Violation | null {
  const name = nameOf(node);
  if (compareBallots(saved, told) < 0) {
    const left = isBallot(saved) ? `only a promise of ${formatBallot(saved)}` : 'no promise';
    const text = `${name} had promised ${formatBallot(told)}, and restarts with ${left} on its disk`;
    return violationOf('PromisedNeverFalls', 0, text, [toldSeq, seq]);
  }
  for (const [slot, vote] of pagedEntries(toldVotes, edge + 1)) {
    const left = getPaged(cast, slot);
    if (left !== undefined && compareBallots(left.ballot, vote.ballot) >= 0) continue;
    const found = left === undefined ? 'no vote there' : `its vote for ${formatVote(left)}`;
    const text = `${name} had told of its vote for ${formatVote(vote)} in slot ${slot}, and restarts with ${found} on its disk`;
    return violationOf('VoteDurable', slot, text, [vote.seq, seq]);
  }
  return null;
}

/** What a record says, and the text of the command in it. */
interface Read {
  readonly fact: StoredFact | null;
  readonly text: string;
}

/** By the record: many acceptors save the same, and whoever tells of it gives the same object. */
const lately = new WeakMap<Saved, Read>();

function readOnce(record: Saved): Read {
  let read = lately.get(record);
  if (read === undefined) {
    const fact = readRecord(record);
    read = { fact, text: fact?.type === 'vote' ? textOf(fact.vote.command) : '' };
    lately.set(record, read);
  }
  return read;
}

/** Takes what a record says into what is known of the disk. */
function note(server: ServerFacts, seq: number, record: Saved, { fact, text }: Read): void {
  if (fact?.type === 'ballot') {
    server.saved = fact.ballot;
    server.savedSeq = seq;
  } else if (fact?.type === 'round') {
    server.round = fact.round;
    server.roundSeq = seq;
  } else if (fact?.type === 'vote') {
    setPaged(server.cast, fact.slot, { ballot: fact.vote.ballot, text, seq });
  } else if (record.value === null) deletePaged(server.cast, slotOfRecord(record));
}

/**
 * PromisedNeverFalls, while running; P1a, since a vote is cast when it is saved; SameState, of snapshots. A proposer's
 * promise of its own ballot and its votes for its own proposals are sent to nobody: they count from when they are saved.
 */
export function onSave(facts: MultiPaxosFacts, seq: number, node: NodeId, records: readonly Saved[]): Violation | null {
  const server = serverOf(facts, node);
  const before = server.saved;
  const beforeSeq = server.savedSeq;
  let violation: Violation | null = null;
  for (const record of records) {
    const read = readOnce(record);
    const { fact } = read;
    note(server, seq, record, read);
    if (fact?.type === 'vote') {
      const found = onVoteSaved(facts, seq, node, fact.slot, fact.vote);
      violation ??= found;
    } else if (fact?.type === 'ballot') {
      if (compareBallots(fact.ballot, before) < 0) {
        violation ??= fell(node, before, `promised ${formatBallot(fact.ballot)}`, [beforeSeq, seq]);
      }
      if (fact.ballot.node === node) promiseItself(server, seq, node, fact.ballot);
    } else if (fact?.type === 'snapshot') {
      const found = checkSnapshot(facts, seq, node, fact.snapshot);
      violation ??= found;
    }
  }
  return violation;
}

function onVoteSaved(facts: MultiPaxosFacts, seq: number, node: NodeId, slot: number, { ballot, command }: LogVote): Violation | null {
  const server = serverOf(facts, node);
  const vote = getPaged(server.cast, slot)!;
  const violation = checkVote(seq, node, server, slot, vote);
  if (ballot.node !== node) return violation;
  tell(server, slot, vote);
  const proposed = onProposal(facts, seq, node, slot, ballot, command);
  return firstOf(violation, proposed, countVote(facts, seq, node, server.epoch, slot, slotOf(facts, slot), vote));
}

/** What the acceptor of a candidate reports to it, of every slot. */
function promiseItself(server: ServerFacts, seq: number, node: NodeId, ballot: Ballot): void {
  if (compareBallots(ballot, server.told) > 0) {
    server.told = ballot;
    server.toldSeq = seq;
  }
  if (sameBallot(ballot, server.candidacy.ballot)) return;
  const own = { node, epoch: server.epoch, from: 1, next: 0, edge: 0, votes: forkPaged(server.cast), seq };
  server.candidacy = { ballot, promises: [own] };
}

/** From now on others count on this vote. To vote at a ballot is to promise it. */
function tell(server: ServerFacts, slot: number, vote: Vote): void {
  if (compareBallots(vote.ballot, server.told) > 0) {
    server.told = vote.ballot;
    server.toldSeq = vote.seq;
  }
  setPaged(server.toldVotes, slot, vote);
}

/** P1a: no vote below a promise. */
function checkVote(
  seq: number,
  node: NodeId,
  { saved, savedSeq, told, toldSeq }: Pick<ServerFacts, 'saved' | 'savedSeq' | 'told' | 'toldSeq'>,
  slot: number,
  vote: Vote,
): Violation | null {
  const bySaying = compareBallots(told, saved) > 0;
  const promised = bySaying ? told : saved;
  if (compareBallots(vote.ballot, promised) >= 0) return null;
  const text = `${nameOf(node)} accepted ${formatVote(vote)} in slot ${slot} after it had promised ${formatBallot(promised)}`;
  return violationOf('P1a', slot, text, [bySaying ? toldSeq : savedSeq, seq]);
}

function fell(node: NodeId, from: Ballot, what: string, events: readonly number[]): Violation {
  return violationOf('PromisedNeverFalls', 0, `${nameOf(node)} ${what} after it had promised ${formatBallot(from)}`, events);
}

/** OnlyMembersVote, of the disk: an acceptor is who it was only as long as it has the disk it had. */
function checkEpoch(
  seq: number,
  node: NodeId,
  { epoch, startSeq }: ServerFacts,
  said: number,
  slot: number,
  what: () => string,
): Violation | null {
  if (said === epoch) return null;
  const disk = textOfMember({ node, epoch });
  const text = `${nameOf(node)} ${what()} as ${textOfMember({ node, epoch: said })}, but the disk it has is that of ${disk}`;
  return violationOf('OnlyMembersVote', slot, text, [startSeq, seq]);
}

/** PromisedNeverFalls and PromiseTruthful. */
export function onPromise(facts: MultiPaxosFacts, seq: number, node: NodeId, message: Promised): Violation | null {
  const server = serverOf(facts, node);
  const { ballot, epoch } = message;
  const { told, toldSeq, saved, savedSeq } = server;
  const name = `promised ${formatBallot(ballot)}`;
  if (compareBallots(ballot, told) > 0) {
    server.told = ballot;
    server.toldSeq = seq;
  }
  if (compareBallots(ballot, told) < 0) return fell(node, told, name, [toldSeq, seq]);
  if (compareBallots(saved, ballot) < 0) {
    const text = `${nameOf(node)} ${name}, but the promise on its disk is ${formatBallot(saved)}`;
    return violationOf('PromiseTruthful', 0, text, [savedSeq, seq]);
  }
  return checkEpoch(seq, node, server, epoch, 0, () => name) ?? checkReports(seq, node, server, message);
}

/** PromiseTruthful: it reports its last vote in each slot that it speaks of, and no vote that it has not cast. */
function checkReports(seq: number, node: NodeId, server: ServerFacts, message: Promised): Violation | null {
  const { ballot, from, items, next, edge } = message;
  const name = `${nameOf(node)} promised ${formatBallot(ballot)}`;
  const reported = new Set<number>();
  for (const { slot, ballot: at, command } of items) {
    reported.add(slot);
    const cast = getPaged(server.cast, slot);
    const text = textOf(command);
    if (cast?.text === text && sameBallot(cast.ballot, at)) continue;
    const other = cast ? `its last vote there was for ${formatVote(cast)}` : 'it had not voted there';
    const lie = `${name} and reported ${formatVote({ ballot: at, text })} in slot ${slot}, but ${other}`;
    return violationOf('PromiseTruthful', slot, lie, [cast?.seq ?? NO_EVENT, seq]);
  }
  for (const [slot, vote] of pagedEntries(server.toldVotes, Math.max(from, edge + 1))) {
    if (next !== 0 && slot >= next) break;
    if (reported.has(slot) || compareBallots(vote.ballot, ballot) >= 0) continue;
    const lie = `${name} and reported nothing in slot ${slot}, though it had accepted ${formatVote(vote)}`;
    return violationOf('PromiseTruthful', slot, lie, [vote.seq, seq]);
  }
  return null;
}

/** P1a, VoteDurable and OnlyMembersVote; counts the vote, and checks Agreement when it makes a quorum. */
export function onAccepted(facts: MultiPaxosFacts, seq: number, node: NodeId, message: Accepted): Violation | null {
  const { ballot, slot, epoch } = message;
  const server = serverOf(facts, node);
  const { saved, savedSeq, told, toldSeq } = server;
  const known = getPaged(facts.slots, slot);
  const proposal = known === undefined ? null : proposalAt(known, ballot);
  const name = (): string => `${nameOf(node)} told of its vote at ${formatBallot(ballot)} in slot ${slot}`;
  if (proposal === null) {
    if (slot <= facts.reference.applied) return null;
    return violationOf('VoteDurable', slot, `${name()}, at which nothing was proposed there`, [seq]);
  }
  const vote: Vote = { ballot, text: proposal.text, seq };
  tell(server, slot, vote);
  const violation = checkVote(seq, node, { saved, savedSeq, told, toldSeq }, slot, vote);
  const cast = getPaged(server.cast, slot);
  const durable = cast !== undefined && compareBallots(cast.ballot, ballot) >= 0;
  return firstOf(
    violation,
    durable ? null : violationOf('VoteDurable', slot, `${name()}, which it had not saved`, [cast?.seq ?? NO_EVENT, seq]),
    checkEpoch(seq, node, server, epoch, slot, () => `voted in slot ${slot}`),
    countVote(facts, seq, node, epoch, slot, slotOf(facts, slot), vote),
  );
}

function countVote(
  facts: MultiPaxosFacts,
  seq: number,
  node: NodeId,
  epoch: number,
  slot: number,
  record: SlotFacts,
  vote: Vote,
): Violation | null {
  const { voters } = tallyAt(record, vote.ballot);
  for (const voter of voters) if (voter.node === node && voter.epoch === epoch) return null;
  voters.push({ node, epoch, seq });
  if (record.chosen?.text === vote.text) return null;
  const config = configAt(facts, slot);
  const counted: NodeId[] = [];
  for (const voter of voters) if (isMember(config, voter.node, voter.epoch)) counted.push(voter.node);
  if (!isQuorum(serverOf(facts, vote.ballot.node).config.quorum, 2, config.nodes, counted)) return null;
  return markChosen(facts, seq, slot, record, vote, counted, voters);
}

/** PromisedNeverFalls: whoever goes along with a leader has promised nobody higher. */
export function onAlive(facts: MultiPaxosFacts, seq: number, node: NodeId, { ballot, epoch }: Alive): Violation | null {
  const server = serverOf(facts, node);
  const what = (): string => `went along with ${formatBallot(ballot)}`;
  if (compareBallots(ballot, server.told) < 0) return fell(node, server.told, what(), [server.toldSeq, seq]);
  return checkEpoch(seq, node, server, epoch, 0, what);
}

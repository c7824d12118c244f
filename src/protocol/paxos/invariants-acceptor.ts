/** What must hold of acceptors: their promises, their votes, and what their disks keep of them. */
import { NO_BALLOT, compareBallots, formatBallot, isBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import type { Violation } from '../checker.ts';
import { pagedEntries } from '../paged.ts';
import type { NodeId, Saved } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { firstOf, violationOf } from '../violation.ts';
import { acceptorOf, instanceOf, tallyFor, voteAt, voteFor } from './facts.ts';
import type { AcceptorFacts, InstanceFacts, PaxosFacts } from './facts.ts';
import { checkAgreement } from './invariants-learner.ts';
import { checkOneValue } from './invariants-proposer.ts';
import { formatVote } from './messages.ts';
import type { Accepted, Promised } from './messages.ts';
import { readRecord } from './state.ts';

/** PromisedNeverFalls, over a restart: the disk must still hold what others were told. Its votes are certain now. */
export function onStart(facts: PaxosFacts, seq: number, node: NodeId, stored: readonly Saved[]): Violation | null {
  const found = new Map<number, Ballot>();
  let violation: Violation | null = null;
  facts.incarnations[node] = (facts.incarnations[node] ?? 0) + 1;
  facts.rounds[node] = { round: 0, seq };
  for (const record of stored) {
    const fact = readRecord(record);
    if (fact.type === 'round') facts.rounds[node] = { round: fact.round, seq };
    if (fact.type !== 'slot') continue;
    const { instance, slot } = fact;
    found.set(instance, slot.promised);
    if (!isBallot(slot.acceptedBallot)) continue;
    const known = instanceOf(facts, instance);
    if (known === null) continue;
    const clash = confirmVote(facts, seq, node, instance, known, slot.acceptedBallot, slot.acceptedValue);
    violation ??= clash;
  }
  for (const [instance, { acceptors }] of [...pagedEntries(facts.instances.records)]) {
    const acceptor = acceptors[node];
    if (acceptor === undefined) continue;
    const promised = found.get(instance) ?? NO_BALLOT;
    const { told, toldSeq } = acceptor;
    if (!sameBallot(acceptor.saved, promised)) findOnDisk(facts, seq, node, instance, promised);
    if (compareBallots(promised, told) >= 0) continue;
    const left = isBallot(promised) ? `only a promise of ${formatBallot(promised)}` : 'no promise';
    const text = `n${node} had promised ${formatBallot(told)} in instance ${instance}, and restarts with ${left} on its disk`;
    violation ??= violationOf('PromisedNeverFalls', instance, text, [toldSeq, seq]);
  }
  return violation;
}

function findOnDisk(facts: PaxosFacts, seq: number, node: NodeId, instance: number, promised: Ballot): void {
  const acceptor = acceptorOf(instanceOf(facts, instance)!, node);
  acceptor.saved = promised;
  acceptor.savedSeq = seq;
}

/** Of each record that was written. */
export function onSave(facts: PaxosFacts, seq: number, node: NodeId, records: readonly Saved[]): Violation | null {
  let violation: Violation | null = null;
  for (const record of records) {
    const found = onRecord(facts, seq, node, record);
    violation ??= found;
  }
  return violation;
}

/** PromisedNeverFalls, while running; P1a, since a vote is cast when it is saved. */
function onRecord(facts: PaxosFacts, seq: number, node: NodeId, record: Saved): Violation | null {
  if (record.value === null) return null;
  const fact = readRecord(record);
  if (fact.type === 'round') {
    facts.rounds[node] = { round: fact.round, seq };
    return null;
  }
  const { instance, slot } = fact;
  const known = instanceOf(facts, instance);
  if (known === null) return null;
  const acceptor = acceptorOf(known, node);
  const { saved, savedSeq } = acceptor;
  const { promised, acceptedBallot, acceptedValue } = slot;
  let violation: Violation | null = null;
  if (isBallot(acceptedBallot) && voteAt(acceptor, acceptedBallot) === null) {
    violation = checkVote(seq, node, instance, acceptor, acceptedBallot, acceptedValue);
    acceptor.votes.push({ ballot: acceptedBallot, value: acceptedValue, seq, certain: false });
  }
  if (compareBallots(promised, saved) < 0) {
    violation ??= promiseFell(node, instance, saved, promised, [savedSeq, seq]);
  }
  acceptor.saved = promised;
  acceptor.savedSeq = seq;
  return violation;
}

function promiseFell(node: NodeId, instance: number, from: Ballot, to: Ballot, events: readonly number[]): Violation {
  const earlier = formatBallot(from);
  const text = `n${node} promised ${formatBallot(to)} in instance ${instance} after it had promised ${earlier}`;
  return violationOf('PromisedNeverFalls', instance, text, events);
}

/** P1a: no vote below a promise. */
function checkVote(
  seq: number,
  node: NodeId,
  instance: number,
  { saved, savedSeq, told, toldSeq }: AcceptorFacts,
  ballot: Ballot,
  value: string,
): Violation | null {
  const bySaying = compareBallots(told, saved) > 0;
  const promised = bySaying ? told : saved;
  if (compareBallots(ballot, promised) >= 0) return null;
  const vote = formatVote(ballot, value);
  const text = `n${node} accepted ${vote} in instance ${instance} after it had promised ${formatBallot(promised)}`;
  return violationOf('P1a', instance, text, [bySaying ? toldSeq : savedSeq, seq]);
}

/** PromiseTruthful. */
export function onPromise(facts: PaxosFacts, seq: number, node: NodeId, message: Promised): Violation | null {
  const { instance, ballot, acceptedBallot, acceptedValue } = message;
  const record = instanceOf(facts, instance);
  if (record === null) return null;
  const acceptor = acceptorOf(record, node);
  const { told, toldSeq } = acceptor;
  notePromise(record, { node, ballot, acceptedBallot, acceptedValue, seq });
  if (compareBallots(ballot, told) > 0) {
    acceptor.told = ballot;
    acceptor.toldSeq = seq;
  }
  if (compareBallots(ballot, told) < 0) return promiseFell(node, instance, told, ballot, [toldSeq, seq]);
  return checkReport(seq, node, acceptor, message);
}

function notePromise({ promises }: InstanceFacts, promise: InstanceFacts['promises'][number]): void {
  const { node, ballot } = promise;
  const at = promises.findIndex((other) => other.node === node && sameBallot(other.ballot, ballot));
  if (at >= 0) promises[at] = promise;
  else promises.push(promise);
}

function checkReport(seq: number, node: NodeId, acceptor: AcceptorFacts, message: Promised): Violation | null {
  const { instance, ballot, acceptedBallot, acceptedValue } = message;
  if (compareBallots(acceptor.saved, ballot) < 0) {
    const text = `${promiseName(node, message)}, but the promise on its disk is ${formatBallot(acceptor.saved)}`;
    return violationOf('PromiseTruthful', instance, text, [acceptor.savedSeq, seq]);
  }
  if (isBallot(acceptedBallot) && voteFor(acceptor, acceptedBallot, acceptedValue) === null) {
    const other = voteAt(acceptor, acceptedBallot);
    const text = `${promiseName(node, message)} and reported ${formatVote(acceptedBallot, acceptedValue)}, for which it had not voted`;
    return violationOf('PromiseTruthful', instance, text, [...(other ? [other.seq] : []), seq]);
  }
  for (const vote of acceptor.votes) {
    const between = compareBallots(vote.ballot, acceptedBallot) > 0 && compareBallots(vote.ballot, ballot) < 0;
    if (!vote.certain || !between) continue;
    const reported = `reported ${formatVote(acceptedBallot, acceptedValue)}`;
    const text = `${promiseName(node, message)} and ${reported}, though it had accepted ${formatVote(vote.ballot, vote.value)}`;
    return violationOf('PromiseTruthful', instance, text, [vote.seq, seq]);
  }
  return null;
}

function promiseName(node: NodeId, { ballot, instance }: Promised): string {
  return `n${node} promised ${formatBallot(ballot)} in instance ${instance}`;
}

/** OneValuePerBallot, VoteDurable, Agreement. */
export function onAccepted(facts: PaxosFacts, seq: number, node: NodeId, message: Accepted): Violation | null {
  const { instance, ballot, value } = message;
  const record = instanceOf(facts, instance);
  if (record === null) return null;
  const acceptor = acceptorOf(record, node);
  let violation = checkOneValue(record, seq, node, 'accepted', message);
  if (voteFor(acceptor, ballot, value) === null) {
    const text = `n${node} told of its vote for ${formatVote(ballot, value)} in instance ${instance}, which it had not saved`;
    const below = checkVote(seq, node, instance, acceptor, ballot, value);
    violation = firstOf(below, violation, violationOf('VoteDurable', instance, text, [acceptor.savedSeq, seq]));
  }
  // To vote at a ballot is to promise it.
  if (compareBallots(ballot, acceptor.told) > 0) {
    acceptor.told = ballot;
    acceptor.toldSeq = seq;
  }
  return confirmVote(facts, seq, node, instance, record, ballot, value) ?? violation;
}

/** A vote is certain: counts it, and checks Agreement when it makes a quorum. */
function confirmVote(
  facts: PaxosFacts,
  seq: number,
  node: NodeId,
  instance: number,
  record: InstanceFacts,
  ballot: Ballot,
  value: string,
): Violation | null {
  const acceptor = acceptorOf(record, node);
  const cast = voteFor(acceptor, ballot, value);
  if (cast !== null) cast.certain = true;
  else acceptor.votes.push({ ballot, value, seq, certain: true });
  const { voters, seqs } = tallyFor(record, ballot, value);
  if (voters.includes(node)) return null;
  voters.push(node);
  seqs.push(seq);
  const { config, acceptors } = facts.configs[node]!;
  if (!isQuorum(config.quorum, 2, acceptors, voters)) return null;
  return checkAgreement(record, seq, instance, { ballot, value }, voters, seqs);
}

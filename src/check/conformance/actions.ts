/**
 * The actions of the specification, taken by a cluster that runs: each says whether it could be taken, by the same rules
 * as the search (../spec/actions.ts), and takes it in any case: what has happened has happened. What was there already is
 * a stutter. What is forgotten is not judged.
 */
import type { Violation } from '../../protocol/checker.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import { isQuorumMask, type QuorumSystem } from '../../protocol/quorum.ts';
import { NO_EVENT, violationOf } from '../../protocol/violation.ts';
import { afterPromise, answersFrom, proposesAny, proposesFrom, votesFrom } from '../spec/actions.ts';
import { LAMPORTS_RULES } from '../spec/rules.ts';
import { addPrepared, addProposal, lastVote, maxBalOf, nameOfAcceptor, nameOfBallot, nodeOf, NONE, preparedAt, proposalAt } from './state.ts';
import type { Phase1, Phase2, Prepared, Proposal } from './state.ts';

const rules = LAMPORTS_RULES;

/** What is compared with the specification, each with its meaning in one sentence. */
export const checks = [
  { name: 'Phase1a', meaning: 'Every prepare is the action Phase1a of the specification, or says the same again.' },
  {
    name: 'Phase1b',
    meaning: 'Every promise is the action Phase1b: it answers a prepare of a higher ballot than the acceptor’s, with its last vote.',
  },
  {
    name: 'Phase2a',
    meaning: 'Every proposal is the action Phase2a: the only one at its ballot, and shown safe by a phase-1 quorum of promises.',
  },
  { name: 'Phase2b', meaning: 'Every vote is the action Phase2b: for what was proposed, at a ballot not below the acceptor’s.' },
  { name: 'Stutter', meaning: 'Whatever else happens changes nothing: a restart finds the promises and votes that were there.' },
  { name: 'Consensus', meaning: 'Every step chooses the first value, by the votes of a phase-2 quorum, or changes nothing of what is chosen.' },
] as const;

/** How values are compared and written, and what the place is called that they are chosen in. */
export interface Language<Value> {
  /** Of values that are not the same object. */
  same(one: Value, other: Value): boolean;
  text(value: Value): string;
  /** `instance`, `slot`. */
  readonly place: string;
}

/** Who the acceptors of a slot are; ascending, and as servers. */
export interface Electorate {
  readonly acceptors: readonly number[];
  readonly nodes: readonly NodeId[];
}

/** Phase1a(b). */
export function phase1a(phase1: Phase1, slot: number, node: NodeId, ballot: number, seq: number): Violation | null {
  if (ballot === NONE) return violationOf('Phase1a', slot, `n${node} prepared no ballot, of which there is no Phase1a`, [seq]);
  if (ballot > phase1.forgotten && preparedAt(phase1, ballot) === null) addPrepared(phase1, ballot, seq);
  return null;
}

function placeOf(place: string, slot: number): string {
  return slot === 0 ? '' : ` in ${place} ${slot}`;
}

/** Phase1b(a, b): the promise is on its disk. What it reports are its votes, and needs no look. */
export function phase1b(phase1: Phase1, place: string, slot: number, acceptor: number, ballot: number, seq: number): Violation | null {
  const own = maxBalOf(phase1, acceptor);
  const known = preparedAt(phase1, ballot);
  const { ballot: before, seq: since } = own;
  own.ballot = afterPromise(rules, before, ballot);
  own.seq = seq;
  if (ballot <= phase1.forgotten && known === null) return null;
  const { acceptors, seqs } = known ?? addPrepared(phase1, ballot, NO_EVENT);
  if (!acceptors.includes(acceptor)) {
    acceptors.push(acceptor);
    seqs.push(seq);
  }
  const isAnswer = ballot >= answersFrom(rules, before);
  if (known !== null && isAnswer) return null;
  const name = `${nameOfAcceptor(acceptor)} promised ${nameOfBallot(ballot)}${placeOf(place, slot)}, which is no Phase1b`;
  if (known === null) return violationOf('Phase1b', slot, `${name}: no 1a of that ballot was sent`, [seq]);
  const text = `${name}: its maxBal was ${nameOfBallot(before)}, and only a higher ballot is answered`;
  return violationOf('Phase1b', slot, text, [since, known.seq, seq]);
}

/**
 * Phase1b(a, b) of a log, when its votes have brought the acceptor to b before the prepare came. In the slots in which it
 * has not voted at b, its maxBal is lower still, as no message there says otherwise; in the others b has its 2a already,
 * and nothing follows from a 1b.
 */
export function lateAnswer(phase1: Phase1, acceptor: number, ballot: number, seq: number): void {
  const known = maxBalOf(phase1, acceptor).ballot === ballot ? preparedAt(phase1, ballot) : null;
  if (known === null || known.acceptors.includes(acceptor)) return;
  known.acceptors.push(acceptor);
  known.seqs.push(seq);
}

/** A 1b is sent: one that is there since it was saved. */
export function sent1b(phase1: Phase1, place: string, slot: number, acceptor: number, ballot: number, seq: number): Violation | null {
  if (preparedAt(phase1, ballot)?.acceptors.includes(acceptor) === true || ballot <= phase1.forgotten) return null;
  const own = maxBalOf(phase1, acceptor);
  const text = `${nameOfAcceptor(acceptor)} told of a promise of ${nameOfBallot(ballot)}${placeOf(place, slot)}, which is no Phase1b: the maxBal on its disk is ${nameOfBallot(own.ballot)}, and it had not saved that promise`;
  return violationOf('Phase1b', slot, text, [own.seq, seq]);
}

/** Phase2a(b, v), of which the quorums are those of `quorum` over the acceptors of the slot. */
export function phase2a<Value>(
  language: Language<Value>,
  phase1: Phase1,
  phase2: Phase2<Value>,
  slot: number,
  node: NodeId,
  ballot: number,
  value: Value,
  quorum: QuorumSystem,
  electorate: Electorate,
  seq: number,
): Violation | null {
  const first = proposalAt(phase2, ballot);
  if (first !== null && first.seq !== NO_EVENT) {
    if (rules.proposesOnce && !isSame(language, first.value, value)) {
      const name = nameProposal(language, slot, node, ballot, value);
      const text = `${name}: ${language.text(first.value)} was proposed at that ballot`;
      return violationOf('Phase2a', slot, text, [first.seq, seq]);
    }
    return null;
  }
  if (ballot <= phase2.forgotten) return null;
  addProposal(phase2, ballot, value, seq);
  const promised = preparedAt(phase1, ballot);
  if (promised === null && ballot <= phase1.forgotten) return null;
  if (promised !== null && showsSafe(language, promised, phase2, value, quorum, electorate)) return null;
  const reports = promised === null ? [] : promised.acceptors.map((acceptor) => nameReport(language, phase2, acceptor, ballot));
  const name = nameProposal(language, slot, node, ballot, value);
  const shown = reports.length > 0 ? reports.join(', ') : 'none';
  const text = `${name}: no phase-1 quorum shows that it is safe; the promises of ${nameOfBallot(ballot)}: ${shown}`;
  return violationOf('Phase2a', slot, text, [...(promised?.seqs ?? []), seq]);
}

function nameProposal<Value>(language: Language<Value>, slot: number, node: NodeId, ballot: number, value: Value): string {
  return `n${node} proposed ${nameVote(language, ballot, value)} in ${language.place} ${slot}, which is no Phase2a`;
}

function nameReport<Value>(language: Language<Value>, phase2: Phase2<Value>, acceptor: number, ballot: number): string {
  const last = lastVote(phase2, acceptor, ballot);
  return `${nameOfAcceptor(acceptor)} reports ${last === null ? 'no vote' : nameVote(language, last.ballot, last.value)}`;
}

/**
 * `ShowsSafeAt`: of all quorums whose highest report is of the same ballot, it is enough to look at the largest set: what a
 * smaller one shows, that shows as well.
 */
function showsSafe<Value>(
  language: Language<Value>,
  { ballot, acceptors }: Prepared,
  phase2: Phase2<Value>,
  value: Value,
  quorum: QuorumSystem,
  electorate: Electorate,
): boolean {
  const reports: Proposal<Value>[] = [];
  const reporters: number[] = [];
  let silent = 0;
  for (let i = 0; i < acceptors.length; i++) {
    const acceptor = acceptors[i]!;
    if (!electorate.acceptors.includes(acceptor)) continue;
    const last = lastVote(phase2, acceptor, ballot);
    if (last === null) {
      // Its vote may be one of those forgotten.
      if (phase2.forgotten !== NONE) return true;
      silent |= 1 << nodeOf(acceptor);
    } else {
      reports.push(last);
      reporters.push(1 << nodeOf(acceptor));
    }
  }
  if (isQuorumMask(quorum, 1, electorate.nodes, silent)) return true;
  return reports.some(({ ballot: highest }) => {
    const isIn = (one: Proposal<Value>): boolean => one.ballot <= highest;
    const set = reports.reduce((all, one, i) => (isIn(one) ? all | reporters[i]! : all), silent);
    if (!isQuorumMask(quorum, 1, electorate.nodes, set)) return false;
    if (proposesAny(rules, highest)) return true;
    return reports.some((one) => isIn(one) && one.ballot >= proposesFrom(rules, highest) && isSame(language, one.value, value));
  });
}

/** Phase2b(a, b, v): the vote is on its disk. */
export function phase2b<Value>(
  language: Language<Value>,
  phase1: Phase1,
  phase2: Phase2<Value>,
  slot: number,
  acceptor: number,
  ballot: number,
  value: Value,
  quorum: QuorumSystem,
  electorate: Electorate,
  seq: number,
): Violation | null {
  const own = maxBalOf(phase1, acceptor);
  const { ballot: before, seq: since } = own;
  const first = proposalAt(phase2, ballot);
  own.ballot = ballot;
  own.seq = seq;
  if (first === null && ballot <= phase2.forgotten) return null;
  const isProposed = first !== null && first.seq !== NO_EVENT && isSame(language, first.value, value);
  const vote = isProposed ? first : votedFor(language, phase2, ballot, value);
  if (!vote.acceptors.includes(acceptor)) {
    vote.acceptors.push(acceptor);
    vote.seqs.push(seq);
  }
  if (isProposed && ballot >= votesFrom(rules, before)) return choose(language, phase2, slot, vote, quorum, electorate, seq);
  const name = `${nameOfAcceptor(acceptor)} voted for ${nameVote(language, ballot, value)} in ${language.place} ${slot}, which is no Phase2b`;
  if (isProposed) return violationOf('Phase2b', slot, `${name}: its maxBal was ${nameOfBallot(before)}`, [since, seq]);
  const other = first === null || first.seq === NO_EVENT ? 'no 2a of that ballot was sent' : `the 2a of that ballot is for ${language.text(first.value)}`;
  return violationOf('Phase2b', slot, `${name}: ${other}`, [first?.seq ?? NO_EVENT, seq]);
}

/** What was voted for without having been proposed. */
function votedFor<Value>(language: Language<Value>, phase2: Phase2<Value>, ballot: number, value: Value): Proposal<Value> {
  const known = phase2.proposals.find((one) => one.ballot === ballot && one.seq === NO_EVENT && isSame(language, one.value, value));
  return known ?? addProposal(phase2, ballot, value, NO_EVENT);
}

/** A 2b is sent: one that is there since the vote was saved. @param told the value, if the message says it */
export function sent2b<Value>(
  language: Language<Value>,
  phase2: Phase2<Value>,
  slot: number,
  acceptor: number,
  ballot: number,
  told: Value | null,
  seq: number,
): Violation | null {
  for (const proposal of phase2.proposals) {
    if (proposal.ballot !== ballot || !proposal.acceptors.includes(acceptor)) continue;
    if (told === null || isSame(language, proposal.value, told)) return null;
  }
  if (ballot <= phase2.forgotten) return null;
  const last = lastVote(phase2, acceptor, Infinity);
  const vote = told === null ? nameOfBallot(ballot) : nameVote(language, ballot, told);
  const saved = last === null ? 'no vote' : nameVote(language, last.ballot, last.value);
  const text = `${nameOfAcceptor(acceptor)} told of a vote at ${vote} in ${language.place} ${slot}, which is no Phase2b: its last vote there, as saved, is ${saved}`;
  return violationOf('Phase2b', slot, text, [last?.seqs[last.acceptors.indexOf(acceptor)] ?? NO_EVENT, seq]);
}

/** Whether the vote makes its value chosen; and that it is the only one (the module `Consensus`). */
function choose<Value>(
  language: Language<Value>,
  phase2: Phase2<Value>,
  slot: number,
  vote: Proposal<Value>,
  quorum: QuorumSystem,
  electorate: Electorate,
  seq: number,
): Violation | null {
  const { chosen } = phase2;
  if (chosen !== null && isSame(language, chosen.value, vote.value)) return null;
  let set = 0;
  for (let i = 0; i < vote.acceptors.length; i++) {
    if (electorate.acceptors.includes(vote.acceptors[i]!)) set |= 1 << nodeOf(vote.acceptors[i]!);
  }
  if (!isQuorumMask(quorum, 2, electorate.nodes, set)) return null;
  if (chosen === null) {
    phase2.chosen = { ...vote, acceptors: vote.acceptors.slice(), seqs: vote.seqs.slice() };
    return null;
  }
  const [before, now] = [chosen, vote].map((one) => `${nameVote(language, one.ballot, one.value)} by ${one.acceptors.map(nameOfAcceptor).join(', ')}`);
  const text = `in ${language.place} ${slot} a second value is chosen, which is no step of Consensus: ${now}, after ${before}`;
  return violationOf('Consensus', slot, text, [...chosen.seqs, ...vote.seqs, seq]);
}

/** Whether a promise of the acceptor reports its last vote below the ballot; or, sent again, what it has voted for at it. */
export function isTrueReport<Value>(
  language: Language<Value>,
  phase2: Phase2<Value>,
  acceptor: number,
  ballot: number,
  reported: number,
  value: Value | null,
): boolean {
  const last = reported === ballot ? lastVote(phase2, acceptor, ballot + 1) : lastVote(phase2, acceptor, ballot);
  if (last === null) return reported === NONE || phase2.forgotten !== NONE;
  return last.ballot === reported && value !== null && isSame(language, last.value, value);
}

/** That it does not. */
export function falseReport<Value>(
  language: Language<Value>,
  phase2: Phase2<Value>,
  slot: number,
  acceptor: number,
  ballot: number,
  reported: number,
  value: Value | null,
  seq: number,
): Violation {
  const last = lastVote(phase2, acceptor, ballot);
  const told = value === null ? 'no vote' : nameVote(language, reported, value);
  const cast = last === null ? 'it has cast none below that ballot' : `its last vote is ${nameVote(language, last.ballot, last.value)}`;
  const text = `${nameOfAcceptor(acceptor)} promised ${nameOfBallot(ballot)} and reported ${told} in ${language.place} ${slot}, which is no Phase1b: ${cast}`;
  return violationOf('Phase1b', slot, text, [last?.seqs[last.acceptors.indexOf(acceptor)] ?? NO_EVENT, seq]);
}

export function isSame<Value>(language: Language<Value>, one: Value, other: Value): boolean {
  return one === other || language.same(one, other);
}

/** `2.3 "red"`. */
export function nameVote<Value>(language: Language<Value>, ballot: number, value: Value): string {
  return `${nameOfBallot(ballot)} ${language.text(value)}`;
}

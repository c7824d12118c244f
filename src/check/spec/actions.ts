/**
 * When the actions of Paxos can be taken, and what they do to an acceptor: said once, for the specifications, which are
 * searched, and for the implementation, which is held against them while it runs (../conformance). Ballots are numbers
 * here, in their order; −1 is none. Which messages were sent, and what makes a quorum, each of the two knows in its way.
 */
import type { PaxosRules } from './rules.ts';

/** Phase1b(a, b): the lowest ballot, of those with a 1a, that an acceptor answers. */
export function answersFrom({ answers }: Pick<PaxosRules, 'answers'>, maxBal: number): number {
  if (answers === 'all') return 0;
  return answers === 'higher' ? maxBal + 1 : Math.max(0, maxBal);
}

/** Phase1b(a, b): its maxBal afterwards. */
export function afterPromise({ recordsPromise }: Pick<PaxosRules, 'recordsPromise'>, maxBal: number, ballot: number): number {
  return recordsPromise ? ballot : maxBal;
}

/** Phase2b(a, b, v): the lowest ballot, of those with a 2a, that an acceptor votes at. Its maxBal is that ballot then. */
export function votesFrom({ keepsPromise }: Pick<PaxosRules, 'keepsPromise'>, maxBal: number): number {
  return keepsPromise ? Math.max(0, maxBal) : 0;
}

/** Phase2a(b, v): whether it can be taken for any v, by the highest ballot at which a quorum of promises reports a vote. */
export function proposesAny({ proposes }: Pick<PaxosRules, 'proposes'>, highest: number): boolean {
  return highest < 0 || proposes === 'its own';
}

/** Phase2a(b, v): if not for any, the lowest ballot at which one of the quorum's promises must report v. */
export function proposesFrom({ proposes }: Pick<PaxosRules, 'proposes'>, highest: number): number {
  return proposes === 'highest' ? highest : 0;
}

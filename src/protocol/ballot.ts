/**
 * Ballots: (round, node), ordered lexicographically, so that two proposers never share one.
 * (*Paxos Made Simple*, section 2.2: "different proposers choose their numbers from disjoint sets of numbers".)
 */
import type { NodeId } from './protocol.ts';

export interface Ballot {
  /** 1 or more; 0 only in `NO_BALLOT`. */
  readonly round: number;
  readonly node: NodeId;
}

/** Lower than every ballot a proposer can use. */
export const NO_BALLOT: Ballot = Object.freeze({ round: 0, node: 0 });

/** Negative when a < b, zero when equal, positive when a > b. */
export function compareBallots(a: Ballot, b: Ballot): number {
  return a.round - b.round || a.node - b.node;
}

export function sameBallot(a: Ballot, b: Ballot): boolean {
  return a.round === b.round && a.node === b.node;
}

export function isBallot(b: Ballot): boolean {
  return b.round > 0;
}

/** `3.1`: round 3 of node 1; `–` for no ballot. */
export function formatBallot(b: Ballot | null): string {
  return b === null || b.round === 0 ? '–' : `${b.round}.${b.node}`;
}

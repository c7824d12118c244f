/** What is checked of each protocol, live: its invariants. */
import type { AnyChecker } from '../protocol/checker.ts';
import { multipaxosInvariants } from '../protocol/multipaxos/invariants.ts';
import { paxosInvariants } from '../protocol/paxos/invariants.ts';

const checkers: { readonly [protocol: string]: readonly AnyChecker[] } = {
  paxos: [paxosInvariants],
  multipaxos: [multipaxosInvariants],
};

/** The checkers of a protocol, by its name; of one that nobody knows, none. */
export function checkersOf(protocol: string): readonly AnyChecker[] {
  return checkers[protocol] ?? [];
}

/** What is checked of each protocol, live: its invariants, and that it follows its specification. */
import type { AnyChecker, Check } from '../protocol/checker.ts';
import { multipaxosInvariants } from '../protocol/multipaxos/invariants.ts';
import { paxosInvariants } from '../protocol/paxos/invariants.ts';
import { multipaxosConformance } from './conformance/multipaxos.ts';
import { paxosConformance } from './conformance/paxos.ts';

/** What the monitor itself makes sure of, in every protocol: else nothing can be checked. */
export const wellFormed: Check = { name: 'WellFormed', meaning: 'What nodes save and say can be read.' };

const checkers: { readonly [protocol: string]: readonly AnyChecker[] } = {
  paxos: [paxosInvariants, paxosConformance],
  multipaxos: [multipaxosInvariants, multipaxosConformance],
};

/** The checkers of a protocol, by its name; of one that nobody knows, none. */
export function checkersOf(protocol: string): readonly AnyChecker[] {
  return checkers[protocol] ?? [];
}

/** What a run is checked for, and whether its protocol is broken on purpose, in the words of the window. */
import type { Check } from '../protocol/checker.ts';
import { mutantNamed, type Mutant } from '../protocol/mutants.ts';
import { invariants as multipaxos } from '../protocol/multipaxos/invariants.ts';
import { invariants as paxos } from '../protocol/paxos/invariants.ts';

/** What must hold of all that is said and done; how each step follows the specification. */
export const groupsOfChecks = ['invariant', 'conformance'] as const;
export type CheckGroup = (typeof groupsOfChecks)[number];

export interface GroupedCheck extends Check {
  readonly group: CheckGroup;
}

const invariants: Readonly<Record<string, readonly Check[]>> = { paxos, multipaxos };

/** Every check of a run of that protocol, the most important first; none for one that is not known. */
export function checksOf(protocol: string): readonly GroupedCheck[] {
  return (invariants[protocol] ?? []).map(({ name, meaning }) => ({ group: 'invariant', name, meaning }));
}

/**
 * By what the protocol of a run is broken on purpose; `null`: by nothing.
 * @throws ProtocolError when there is no such mutant.
 */
export function mutantOf({ protocol, mutant }: { readonly protocol: string; readonly mutant?: string }): Omit<Mutant, 'change'> | null {
  return mutant === undefined ? null : mutantNamed(protocol, mutant);
}

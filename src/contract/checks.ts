/** What a run is checked for, and whether its protocol is broken on purpose, in the words of the window. */
import { checkersOf, wellFormed } from '../check/checkers.ts';
import type { Check } from '../protocol/checker.ts';
import { mutantNamed, type Mutant } from '../protocol/mutants.ts';

/** What must hold of all that is said and done; how each step follows the specification. */
export const groupsOfChecks = ['invariant', 'conformance'] as const;
export type CheckGroup = (typeof groupsOfChecks)[number];

export interface GroupedCheck extends Check {
  readonly group: CheckGroup;
}

/** Every check of a run of that protocol, the most important first; none for one that is not known. */
export function checksOf(protocol: string): readonly GroupedCheck[] {
  // Its invariants come first; whatever else checks it compares it with the specification.
  return checkersOf(protocol).flatMap(({ checks }, index) => {
    const group = index === 0 ? 'invariant' : 'conformance';
    const all = index === 0 ? [...checks, wellFormed] : checks;
    return all.map(({ name, meaning }) => ({ group, name, meaning }) as const);
  });
}

/**
 * By what the protocol of a run is broken on purpose; `null`: by nothing.
 * @throws ProtocolError when there is no such mutant.
 */
export function mutantOf({ protocol, mutant }: { readonly protocol: string; readonly mutant?: string }): Omit<Mutant, 'change'> | null {
  return mutant === undefined ? null : mutantNamed(protocol, mutant);
}

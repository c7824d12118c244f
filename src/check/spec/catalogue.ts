/** The specifications by their names, as the command line asks for them. */
import { consensusSpec } from './consensus.ts';
import { multipaxosMutants, paxosMutants, type SpecMutant } from './mutants.ts';
import { multipaxosSpec, type LogScope } from './multipaxos.ts';
import { paxosSpec } from './paxos.ts';
import { ScopeError, type Specification } from './specification.ts';
import { votingSpec } from './voting.ts';

export const specNames = ['paxos', 'multipaxos', 'voting', 'consensus'] as const;
export type SpecName = (typeof specNames)[number];

/** What can be broken in a specification, and the controls. */
export function mutantsOf(name: SpecName): readonly SpecMutant<unknown>[] {
  if (name === 'paxos') return paxosMutants;
  return name === 'multipaxos' ? multipaxosMutants : [];
}

/**
 * @param mutant name of what is broken in it; null: nothing
 * @throws ScopeError when there is no such mutant, or the scope is too large
 */
export function specOf(name: SpecName, scope: LogScope, mutant: string | null): Specification {
  const broken = mutantsOf(name).find((each) => each.name === mutant);
  if (mutant !== null && broken === undefined) throw new ScopeError(`there is no mutant ${mutant} of ${name}`);
  const quorums = broken?.quorums?.(scope) ?? scope.quorums;
  const changed = { ...scope, quorums };
  switch (name) {
    case 'paxos':
      return paxosSpec(changed, broken?.rules ?? {});
    case 'multipaxos':
      return multipaxosSpec(changed, broken?.rules ?? {});
    case 'voting':
      return votingSpec(changed);
    case 'consensus':
      return consensusSpec(changed);
  }
}

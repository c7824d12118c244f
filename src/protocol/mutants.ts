/**
 * Protocols broken on purpose, to see that the checks notice: for tests, lessons and the fuzzer, and never for a run that
 * is meant to be right. A mutant changes a protocol from outside, by what a step is given and what it does; the
 * protocols themselves know nothing of it. (See the table in docs/proven.md.)
 */
import { logAcceptorMutants } from './mutants/multipaxos-acceptor.ts';
import { logMutants } from './mutants/multipaxos.ts';
import { paxosAcceptorMutants } from './mutants/paxos-acceptor.ts';
import { paxosMutants } from './mutants/paxos.ts';
import type { Mutant } from './mutants/mutant.ts';
import { ProtocolError, type AnyProtocol } from './protocol.ts';
import { protocolNamed } from './registry.ts';

export type { Mutant } from './mutants/mutant.ts';

export const mutants: readonly Mutant[] = [...paxosMutants, ...paxosAcceptorMutants, ...logMutants, ...logAcceptorMutants];

/** Those of a protocol; the harmless ones come last. */
export function mutantsOf(protocol: string): readonly Mutant[] {
  const own = mutants.filter((mutant) => mutant.protocol === protocol);
  return [...own.filter(({ control }) => control !== true), ...own.filter(({ control }) => control === true)];
}

/**
 * The mutant of a protocol called `name`.
 * @throws ProtocolError listing those there are.
 */
export function mutantNamed(protocol: string, name: string): Mutant {
  const own = mutantsOf(protocol);
  const found = own.find((mutant) => mutant.name === name);
  if (found) return found;
  const names = own.map((mutant) => mutant.name).join(', ');
  throw new ProtocolError('mutant', `${protocol} has none called ${JSON.stringify(name)}; there are: ${names}`);
}

/**
 * The protocol that a run has, broken if its header says so.
 * @throws ProtocolError when there is no such protocol, or no such mutant.
 */
export function protocolOf(header: { readonly protocol: string; readonly mutant?: string | undefined }): AnyProtocol {
  const protocol = protocolNamed(header.protocol);
  return header.mutant === undefined ? protocol : mutantNamed(header.protocol, header.mutant).change(protocol);
}

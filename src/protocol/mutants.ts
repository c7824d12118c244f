/**
 * Protocols broken on purpose, to see that the checks notice: for tests, lessons and the fuzzer, and never for a run that
 * is meant to be right. A mutant changes a protocol from outside, by what a step is given and what it does; the
 * protocols themselves know nothing of it. (See the table in docs/proven.md.)
 */
import { ProtocolError, type AnyProtocol } from './protocol.ts';
import { protocolNamed } from './registry.ts';

export interface Mutant {
  /** Name in files and on the command line, e.g. `quorum-of-one`. */
  readonly name: string;
  /** The protocol that it breaks. */
  readonly protocol: string;
  /** What is done wrong, in one sentence. */
  readonly meaning: string;
  /** It is harmless, and must not be flagged. @default false */
  readonly control?: boolean;
  readonly change: (protocol: AnyProtocol) => AnyProtocol;
}

export const mutants: readonly Mutant[] = [];

/**
 * The mutant of a protocol called `name`.
 * @throws ProtocolError listing those there are.
 */
export function mutantNamed(protocol: string, name: string): Mutant {
  const own = mutants.filter((mutant) => mutant.protocol === protocol);
  const found = own.find((mutant) => mutant.name === name);
  if (found) return found;
  const names = own.map((mutant) => mutant.name).join(', ');
  throw new ProtocolError('mutant', `${protocol} has none called ${JSON.stringify(name)}; there are: ${names}`);
}

/**
 * The protocol that a run has, broken if its header says so.
 * @throws ProtocolError when there is no such protocol, or no such mutant.
 */
export function protocolOf(header: { readonly protocol: string; readonly mutant?: string }): AnyProtocol {
  const protocol = protocolNamed(header.protocol);
  return header.mutant === undefined ? protocol : mutantNamed(header.protocol, header.mutant).change(protocol);
}

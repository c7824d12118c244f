/** What `synod spec` takes. */
import * as z from 'zod';
import { mutantsOf, specNames, specOf, type SpecName } from '../check/spec/catalogue.ts';
import { quorumsOf } from '../check/spec/quorums.ts';
import { checkScope, ScopeError, type Specification } from '../check/spec/specification.ts';
import type { LogScope } from '../check/spec/multipaxos.ts';
import { ProtocolError } from '../protocol/protocol.ts';
import { checkQuorum, type QuorumSystem } from '../protocol/quorum.ts';
import { splitArguments, UsageError, wholeNumber } from './argument-values.ts';

export interface SpecOptions {
  readonly type: 'spec';
  readonly name: SpecName;
  readonly scope: LogScope;
  /** Where the quorums of the scope come from. */
  readonly system: QuorumSystem;
  /** What is broken in it; null: nothing. */
  readonly mutant: string | null;
  /** Properties that are looked at; null: all. */
  readonly only: readonly string[] | null;
  /** The search gives up after so many states. */
  readonly states: number;
  readonly json: boolean;
}

/** A few GB: a state takes about 30 bytes. */
const STATES_DEFAULT = 50_000_000;
const STATES_MAX = 1_000_000_000;

const options = {
  acceptors: { type: 'string' },
  values: { type: 'string' },
  'max-ballot': { type: 'string' },
  slots: { type: 'string' },
  q1: { type: 'string' },
  q2: { type: 'string' },
  quorum: { type: 'string' },
  mutant: { type: 'string' },
  only: { type: 'string' },
  states: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** @throws UsageError saying which argument is wrong and what it must be. */
export function readSpecArguments(args: readonly string[]): SpecOptions {
  const { values: given, positionals } = splitArguments(args, options);
  const [text = '', ...more] = positionals;
  const name = specNames.find((each) => each === text);
  if (name === undefined || more.length > 0) {
    throw new UsageError(`synod spec takes one of ${specNames.join(', ')}, not ${positionals.join(' ') || 'nothing'}`);
  }
  if (given.slots !== undefined && name !== 'multipaxos') throw new UsageError('--slots is for multipaxos: the others have no log');
  const acceptors = number('acceptors', given.acceptors, 3, 1, 8);
  const system = systemOf(given, acceptors);
  const scope: LogScope = {
    acceptors,
    values: number('values', given.values, 2, 1, 30),
    maxBallot: number('max-ballot', given['max-ballot'], 1, 0, 29),
    slots: number('slots', given.slots, 2, 1, 8),
    quorums: quorumsOf(system, acceptors),
  };
  checkSize(scope);
  const mutant = given.mutant === undefined ? null : mutantOf(name, given.mutant);
  return {
    type: 'spec',
    name,
    scope,
    system,
    mutant,
    only: given.only === undefined ? null : propertiesOf(specOf(name, scope, mutant), given.only),
    states: number('states', given.states, STATES_DEFAULT, 1, STATES_MAX),
    json: given.json === true,
  };
}

function number(name: string, text: string | undefined, usual: number, min: number, max: number): number {
  return text === undefined ? usual : wholeNumber(`--${name}`, text, z.int().min(min).max(max));
}

export const SPEC_HELP = `spec searches a specification exhaustively, breadth first: every state that can be reached
is looked at, and every step. It prints how many there are, and the shortest way to what
is broken, if anything is.

  NAME             ${specNames.join(', ')}
  --acceptors N    1 to 8; unless given, 3
  --values N       unless given, 2; values times ballots can be 30
  --max-ballot N   the highest ballot; the lowest is 0; unless given, 1
  --slots N        slots of the log of multipaxos, 1 to 8; unless given, 2
  --q1 N --q2 N    how many acceptors are a quorum in phase 1 and 2; unless given,
                   majorities
  --quorum JSON    any quorum system, as in a scenario:
                   {"type":"grid","rows":2,"columns":2}
  --mutant NAME    with one thing broken on purpose:
                   ${wrap([...new Set(specNames.flatMap((name) => mutantsOf(name).map((mutant) => mutant.name)))])}
  --only NAMES     looks only at these properties, separated by commas: Agreement, say
  --states N       gives up after so many states; unless given, 50000000
  --json           one line of JSON: distinct, generated, depth, violation, and more
`;

/** Words for the right column of the help, three to a line. */
function wrap(words: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += 3) lines.push(words.slice(at, at + 3).join(', '));
  return lines.join(`,\n${' '.repeat(19)}`);
}

interface QuorumOptions {
  readonly q1?: string | undefined;
  readonly q2?: string | undefined;
  readonly quorum?: string | undefined;
}

function systemOf({ q1, q2, quorum }: QuorumOptions, acceptors: number): QuorumSystem {
  if (quorum !== undefined && (q1 ?? q2) !== undefined) throw new UsageError('--quorum cannot be given together with --q1 and --q2');
  if (quorum !== undefined) return readSystem(quorum, acceptors);
  if (q1 === undefined && q2 === undefined) return { type: 'majority' };
  if (q1 === undefined || q2 === undefined) throw new UsageError('--q1 and --q2 must be given together');
  return { type: 'counted', phase1: number('q1', q1, 1, 1, acceptors), phase2: number('q2', q2, 1, 1, acceptors) };
}

function readSystem(text: string, acceptors: number): QuorumSystem {
  const nodes = Array.from({ length: acceptors }, (_, index) => index + 1);
  try {
    return checkQuorum('--quorum', JSON.parse(text), nodes);
  } catch (error) {
    if (error instanceof ProtocolError) throw new UsageError(error.message);
    if (error instanceof SyntaxError) throw new UsageError(`--quorum must be a quorum system as JSON, not ${JSON.stringify(text)}`);
    throw error;
  }
}

function checkSize(scope: LogScope): void {
  try {
    checkScope(scope);
  } catch (error) {
    if (error instanceof ScopeError) throw new UsageError(error.message);
    throw error;
  }
}

function mutantOf(name: SpecName, text: string): string {
  const known = mutantsOf(name).map((mutant) => mutant.name);
  if (known.includes(text)) return text;
  const there = known.length === 0 ? 'it has none' : `there are ${known.join(', ')}`;
  throw new UsageError(`--mutant: there is no mutant ${JSON.stringify(text)} of ${name}; ${there}`);
}

function propertiesOf({ name, invariants, steps }: Specification, text: string): string[] {
  const known = [...invariants, ...steps].map((property) => property.name);
  return text.split(',').map((each) => {
    const property = each.trim();
    if (known.includes(property)) return property;
    throw new UsageError(`--only: ${name} has no property ${JSON.stringify(property)}; it has ${known.join(', ')}`);
  });
}

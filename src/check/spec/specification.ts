/**
 * A specification in the manner of TLA+: states, and the actions that lead from one to the next. It knows no processes,
 * no network and no time: a message is there once it was sent, and whoever may act on it may do so now, later or never.
 *
 * A state is a few 32-bit words, so that millions of them fit into memory; `inspect` says what stands in them.
 */

/** A packed state: `words` of its specification. */
export type State = Int32Array;

/** Takes the successors of one state, one after the other. */
export interface Sink {
  /** To be filled with the successor before `step`. */
  readonly next: State;
  /**
   * The action leads to the state in `next`.
   * @param ways in how many ways the action can be taken so: by each of several quorums, say. Counted as TLC counts.
   */
  step(action: number, ways: number): void;
  /** As many actions can be taken that change nothing: stuttering steps. */
  stutter(ways: number): void;
}

/** What must hold in every state. */
export interface Invariant {
  readonly name: string;
  /** One sentence. */
  readonly meaning: string;
  holds(state: State): boolean;
}

/** What must hold of every step; here always that a more abstract specification allows it. */
export interface StepProperty {
  readonly name: string;
  readonly meaning: string;
  /** The next calls of `holds` are about steps from this state. It must not be kept. */
  begin(from: State): void;
  holds(to: State): boolean;
}

export interface Specification {
  readonly name: string;
  /** Length of a state. */
  readonly words: number;
  /** The one initial state. */
  initial(): State;
  successors(state: State, sink: Sink): void;
  /** `Phase2b(a1, 0, v2)`; what is told with it is read from the state it was taken in. */
  describe(action: number, before: State): string;
  /** The state for a person, and for `JSON.stringify`: equal for equal states, different for different ones. */
  inspect(state: State): Inspected;
  readonly invariants: readonly Invariant[];
  readonly steps: readonly StepProperty[];
}

/** Variables by their names. */
export interface Inspected {
  readonly [variable: string]: string | number | readonly (string | number)[];
}

/** A scope that is too large or makes no sense. */
export class ScopeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScopeError';
  }
}

/** What all specifications of consensus here are about. Acceptors are a1, a2, …; values v1, v2, …; ballots 0, 1, …. */
export interface Scope {
  readonly acceptors: number;
  readonly values: number;
  /** The highest ballot, 0 or more. */
  readonly maxBallot: number;
  readonly quorums: Quorums;
}

/** The quorums of both phases, each as bits: 1 << a for its acceptors, which count from 0 here. */
export interface Quorums {
  readonly phase1: readonly number[];
  readonly phase2: readonly number[];
}

/**
 * Votes are numbered: ballot b and value v (from 0) are the vote b × values + v. So a set of votes is a word, and the
 * higher ballot stands higher.
 */
export function countVotes({ values, maxBallot }: Scope): number {
  return (maxBallot + 1) * values;
}

/** Most votes that there may be, so that a set of them, and `none` beside it, fits into a word. */
const VOTES_MAX = 30;
const ACCEPTORS_MAX = 8;

/** @throws ScopeError when states of the scope cannot be packed. */
export function checkScope(scope: Scope): void {
  if (scope.acceptors < 1 || scope.acceptors > ACCEPTORS_MAX) throw new ScopeError(`there can be 1 to ${ACCEPTORS_MAX} acceptors`);
  if (scope.values < 1 || scope.maxBallot < 0) throw new ScopeError('there must be a value and a ballot');
  if (countVotes(scope) > VOTES_MAX) {
    throw new ScopeError(`values × ballots can be at most ${VOTES_MAX}, not ${countVotes(scope)}`);
  }
}

/** `(1, v2)`, as the ballot and the value of a vote. */
export function nameVote({ values }: Scope, vote: number): string {
  return `(${Math.floor(vote / values)}, v${(vote % values) + 1})`;
}

/** The votes in a set of them. */
export function listVotes(scope: Scope, votes: number): string[] {
  return bitsOf(votes).map((vote) => nameVote(scope, vote));
}

export function bitsOf(set: number): number[] {
  const bits: number[] = [];
  for (let left = set; left !== 0; left &= left - 1) bits.push(31 - Math.clz32(left & -left));
  return bits;
}

export function countBits(set: number): number {
  let count = 0;
  for (let left = set; left !== 0; left &= left - 1) count++;
  return count;
}

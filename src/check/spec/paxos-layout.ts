/** How a state of Paxos is packed, and how it is read as one of Voting. */
import { Layout, read, times, type Field } from './layout.ts';
import { checkScope, countVotes, type Scope, type State } from './specification.ts';
import type { Ballots } from './voting.ts';

/** Where the variables stand. */
export interface PaxosLayout {
  readonly words: number;
  /** By acceptor: plus one, so that 0 is none. */
  readonly maxBal: readonly Field[];
  /** By acceptor, maxVBal and maxVal at once: the number of the vote plus one, 0 for none. */
  readonly last: readonly Field[];
  /** Ballots of 1a messages. */
  readonly sent1a: Field;
  /** By acceptor and ballot: what its 1b messages report, as a set of the numbers that `last` can have. */
  readonly sent1b: readonly (readonly Field[])[];
  /** Votes that 2a messages ask for. */
  readonly sent2a: Field;
  /** By acceptor: votes in its 2b messages. */
  readonly sent2b: readonly Field[];
}

/** @throws ScopeError */
export function paxosLayout(scope: Scope): PaxosLayout {
  checkScope(scope);
  const { acceptors, maxBallot } = scope;
  const votes = countVotes(scope);
  const layout = new Layout();
  // The widest first: so the least is left over at the ends of words.
  const sent1b = times(acceptors, () => times(maxBallot + 1, () => layout.bits(votes + 1)));
  const sent2b = times(acceptors, () => layout.bits(votes));
  const sent2a = layout.bits(votes);
  const last = times(acceptors, () => layout.upTo(votes));
  const sent1a = layout.bits(maxBallot + 1);
  const maxBal = times(acceptors, () => layout.upTo(maxBallot + 1));
  return { words: layout.words, maxBal, last, sent1a, sent1b, sent2a, sent2b };
}

/** Reads a state as one of Voting: an acceptor's votes are its 2b messages. */
export function votingOf({ acceptors }: Scope, { sent2b, maxBal }: PaxosLayout) {
  return (state: State, into: Ballots): void => {
    for (let acceptor = 0; acceptor < acceptors; acceptor++) {
      into.votes[acceptor] = read(state, sent2b[acceptor]!);
      into.maxBal[acceptor] = read(state, maxBal[acceptor]!) - 1;
    }
  };
}

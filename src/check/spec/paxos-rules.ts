/** The rules of Paxos that can be broken on purpose, to see that a search notices. */
import type { Scope } from './specification.ts';

export interface PaxosRules {
  /** Which prepares an acceptor answers, by their ballot against its own. Lamport's: `higher`. */
  readonly answers: 'higher' | 'higher or same' | 'all';
  /** An acceptor that answers raises its ballot. */
  readonly recordsPromise: boolean;
  /** An acceptor does not vote below its ballot. */
  readonly keepsPromise: boolean;
  /** An acceptor that votes remembers it. */
  readonly recordsVote: boolean;
  /** No two values are proposed at one ballot. */
  readonly proposesOnce: boolean;
  /** Promises of lower ballots count, too. */
  readonly countsOlderPromises: boolean;
  /** Which of the reported values is proposed. */
  readonly proposes: 'highest' | 'any reported' | 'its own';
}

export const LAMPORTS_RULES: PaxosRules = {
  answers: 'higher',
  recordsPromise: true,
  keepsPromise: true,
  recordsVote: true,
  proposesOnce: true,
  countsOlderPromises: false,
  proposes: 'highest',
};

/** A specification with one thing changed. */
export interface SpecMutant {
  readonly name: string;
  readonly meaning: string;
  /** It must be caught; else it is a control, which must not be. */
  readonly broken: boolean;
  readonly rules: Partial<PaxosRules>;
  /** Quorums instead of those of the scope. */
  readonly quorums?: (scope: Scope) => Scope['quorums'];
}

const singles = ({ acceptors }: Scope): number[] => Array.from({ length: acceptors }, (_, acceptor) => 1 << acceptor);

export const paxosMutants: readonly SpecMutant[] = [
  {
    name: 'quorum-of-one',
    meaning: 'A single acceptor is a quorum, in both phases.',
    broken: true,
    rules: {},
    quorums: (scope) => ({ phase1: singles(scope), phase2: singles(scope) }),
  },
  { name: 'ballot-reused', meaning: 'Two values are proposed at one ballot.', broken: true, rules: { proposesOnce: false } },
  {
    name: 'older-promise-counted',
    meaning: 'A promise of a lower ballot counts for a higher one.',
    broken: true,
    rules: { countsOlderPromises: true },
  },
  {
    name: 'reported-votes-ignored',
    meaning: 'Any value is proposed, whatever votes were reported.',
    broken: true,
    rules: { proposes: 'its own' },
  },
  {
    name: 'accept-without-check',
    meaning: 'An acceptor votes below the ballot it has promised.',
    broken: true,
    rules: { keepsPromise: false },
  },
  { name: 'promise-not-stored', meaning: 'An acceptor forgets what it promised.', broken: true, rules: { recordsPromise: false } },
  { name: 'vote-not-stored', meaning: 'An acceptor forgets its vote.', broken: true, rules: { recordsVote: false } },
  {
    name: 'lower-prepare-answered',
    meaning: 'An acceptor promises a lower ballot than before, and takes the higher promise back.',
    broken: true,
    rules: { answers: 'all' },
  },
  {
    name: 'any-reported-value',
    meaning: 'Any value that was reported is proposed, not that of the highest ballot.',
    broken: true,
    rules: { proposes: 'any reported' },
  },
  {
    name: 'promise-repeated',
    meaning: 'A prepare is answered again: harmless.',
    broken: false,
    rules: { answers: 'higher or same' },
  },
];

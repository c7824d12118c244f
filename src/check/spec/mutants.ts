/** The specifications with one thing broken on purpose each, and controls that change something harmless. */
import type { MultiPaxosRules, PaxosRules } from './rules.ts';
import type { Scope } from './specification.ts';

/** A specification with one thing changed. */
export interface SpecMutant<Rules> {
  readonly name: string;
  readonly meaning: string;
  /** It must be caught; else it is a control, which must not be. */
  readonly broken: boolean;
  readonly rules: Partial<Rules>;
  /** Quorums instead of those of the scope. */
  readonly quorums?: (scope: Scope) => Scope['quorums'];
}

const singles = ({ acceptors }: Scope): number[] => Array.from({ length: acceptors }, (_, acceptor) => 1 << acceptor);

export const paxosMutants: readonly SpecMutant<PaxosRules>[] = [
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

export const multipaxosMutants: readonly SpecMutant<MultiPaxosRules>[] = [
  {
    name: 'quorum-of-one',
    meaning: 'A single acceptor is a quorum, in both phases.',
    broken: true,
    rules: {},
    quorums: (scope) => ({ phase1: singles(scope), phase2: singles(scope) }),
  },
  {
    name: 'higher-slots-not-reported',
    meaning: 'A prepare is answered without the votes in the slots above the first.',
    broken: true,
    rules: { reportsAllSlots: false },
  },
  {
    name: 'reported-votes-ignored',
    meaning: 'Any value is proposed in a slot, a no-op say, whatever votes were reported of it.',
    broken: true,
    rules: { proposes: 'its own' },
  },
  {
    name: 'accept-without-check',
    meaning: 'An acceptor votes below the ballot it has promised.',
    broken: true,
    rules: { keepsPromise: false },
  },
  { name: 'vote-not-stored', meaning: 'An acceptor forgets its vote.', broken: true, rules: { recordsVote: false } },
];

/**
 * Voting (Lamport, the TLA+ module `Voting`): what acceptors do, without the messages that let them know that they may.
 * An acceptor raises the ballot below which it will not vote, or votes, when it is plain from the state that no other
 * value was or will be chosen at a lower ballot. A value is chosen when a phase-2 quorum has voted for it at one ballot.
 *
 * Lamport's quorums must all meet. Here they are apart by phase (Howard, Malkhi, Spiegelman, *Flexible Paxos*): phase-1
 * quorums show that a value is safe, phase-2 quorums choose.
 */
import { agreement, isConsensusStep } from './consensus.ts';
import { copy, Layout, read, times, write } from './layout.ts';
import { bitsOf, checkScope, countVotes, listVotes } from './specification.ts';
import type { Invariant, Scope, Sink, Specification, State, StepProperty } from './specification.ts';

/** A state of Voting, unpacked. */
export interface Ballots {
  /** By acceptor: the votes it has cast, as bits. */
  readonly votes: Int32Array;
  /** By acceptor: it will not vote below; −1 at first. */
  readonly maxBal: Int32Array;
}

export function emptyBallots({ acceptors }: Scope): Ballots {
  return { votes: new Int32Array(acceptors), maxBal: new Int32Array(acceptors).fill(-1) };
}

/** The votes, as bits, that a phase-2 quorum has cast. */
export function chosenVotes({ quorums }: Scope, votes: Int32Array): number {
  let chosen = 0;
  for (const quorum of quorums.phase2) {
    let all = -1;
    for (let left = quorum; left !== 0; left &= left - 1) all &= votes[31 - Math.clz32(left & -left)]!;
    // An empty quorum would have all votes: none is.
    if (quorum !== 0) chosen |= all;
  }
  return chosen;
}

/** The values, as bits, that are chosen. */
export function chosenValues(scope: Scope, votes: Int32Array): number {
  return valuesOf(scope, chosenVotes(scope, votes));
}

/** The values in a set of votes. */
function valuesOf({ values }: Scope, votes: number): number {
  let found = 0;
  for (let left = votes; left !== 0; left >>>= values) found |= left & ((1 << values) - 1);
  return found;
}

/**
 * In how many ways the quorum shows that the value is safe at the ballot (`ShowsSafeAt`): none of it will vote below any
 * more, and it has cast no vote there, or the highest one is for the value; then each that has cast it is a way, for the
 * published counts are counted so.
 */
function waysToShow({ values }: Scope, quorum: number, vote: number, { votes, maxBal }: Ballots): number {
  const ballot = Math.floor(vote / values);
  let cast = 0;
  for (let left = quorum; left !== 0; left &= left - 1) {
    const acceptor = 31 - Math.clz32(left & -left);
    if (maxBal[acceptor]! < ballot) return 0;
    cast |= votes[acceptor]!;
  }
  cast &= (1 << (ballot * values)) - 1;
  if (cast === 0) return 1;
  const highest = Math.floor((31 - Math.clz32(cast)) / values);
  const shown = 1 << (highest * values + (vote % values));
  let ways = 0;
  for (let left = quorum; left !== 0; left &= left - 1) {
    if ((votes[31 - Math.clz32(left & -left)]! & shown) !== 0) ways++;
  }
  return ways;
}

/** In how many ways phase-1 quorums show that the value of the vote is safe at its ballot. */
export function countShowing(scope: Scope, vote: number, state: Ballots): number {
  let count = 0;
  for (const quorum of scope.quorums.phase1) count += waysToShow(scope, quorum, vote, state);
  return count;
}

/** Whether nobody else has voted for another value at the ballot of the vote, and the acceptor not at all. */
function mayVote({ acceptors, values }: Scope, acceptor: number, vote: number, { votes, maxBal }: Ballots): boolean {
  const ballot = Math.floor(vote / values);
  const atBallot = ((1 << values) - 1) << (ballot * values);
  if (maxBal[acceptor]! > ballot || (votes[acceptor]! & atBallot) !== 0) return false;
  for (let other = 0; other < acceptors; other++) {
    if (other !== acceptor && (votes[other]! & atBallot & ~(1 << vote)) !== 0) return false;
  }
  return true;
}

/** Whether a step of Voting, or a stutter, leads from one state to the other. */
export function isVotingStep(scope: Scope, from: Ballots, to: Ballots): boolean {
  let changed = -1;
  for (let acceptor = 0; acceptor < scope.acceptors; acceptor++) {
    if (from.votes[acceptor] === to.votes[acceptor] && from.maxBal[acceptor] === to.maxBal[acceptor]) continue;
    if (changed >= 0) return false;
    changed = acceptor;
  }
  if (changed < 0) return true;
  const cast = from.votes[changed]! ^ to.votes[changed]!;
  if (cast === 0) return to.maxBal[changed]! > from.maxBal[changed]!;
  // One vote more, none less.
  if ((cast & (cast - 1)) !== 0 || (cast & to.votes[changed]!) === 0) return false;
  const vote = 31 - Math.clz32(cast);
  if (to.maxBal[changed] !== Math.floor(vote / scope.values)) return false;
  return mayVote(scope, changed, vote, from) && countShowing(scope, vote, from) > 0;
}

/** That every step of a specification is one of Voting, or a stutter: `unpack` reads a state as one of Voting. */
export function refinesVoting(scope: Scope, unpack: (state: State, into: Ballots) => void): StepProperty {
  const [before, after] = [emptyBallots(scope), emptyBallots(scope)];
  return {
    name: 'Voting',
    meaning: 'Every step is one of Voting, or leaves votes and promises as they are.',
    begin: (from) => unpack(from, before),
    holds(to) {
      unpack(to, after);
      return isVotingStep(scope, before, after);
    },
  };
}

/** That every step is one of Consensus, or a stutter. */
export function refinesConsensus(chosen: (state: State) => number): StepProperty {
  let before = 0;
  return {
    name: 'Consensus',
    meaning: 'Every step chooses the first value, or leaves the chosen values as they are.',
    begin(from) {
      before = chosen(from);
    },
    holds: (to) => isConsensusStep(before, chosen(to)),
  };
}

/** That no ballot has votes for two values, and that every vote is for a value that some quorum shows to be safe. */
export function votingInvariants(scope: Scope, unpack: (state: State, into: Ballots) => void): readonly Invariant[] {
  const now = emptyBallots(scope);
  return [
    {
      name: 'OneValuePerBallot',
      meaning: 'All votes of a ballot are for one value.',
      holds(state) {
        unpack(state, now);
        let all = 0;
        for (const votes of now.votes) all |= votes;
        return isOneValuePerBallot(scope, all);
      },
    },
    {
      name: 'VotesSafe',
      meaning: 'Of every vote, no other value was or will be chosen at a lower ballot.',
      holds(state) {
        unpack(state, now);
        return votesSafe(scope, now);
      },
    },
  ];
}

/** Whether a set of votes has at most one value for each ballot. */
export function isOneValuePerBallot({ values }: Scope, votes: number): boolean {
  for (let left = votes; left !== 0; left >>>= values) {
    const atBallot = left & ((1 << values) - 1);
    if ((atBallot & (atBallot - 1)) !== 0) return false;
  }
  return true;
}

function votesSafe(scope: Scope, now: Ballots): boolean {
  let all = 0;
  for (const votes of now.votes) all |= votes;
  for (let left = all; left !== 0; left &= left - 1) {
    if (!isSafeAt(scope, 31 - Math.clz32(left & -left), now)) return false;
  }
  return true;
}

/** `SafeAt`: at every lower ballot, a phase-1 quorum has voted for the value or will not vote any more. */
function isSafeAt(scope: Scope, vote: number, now: Ballots): boolean {
  const { values, quorums } = scope;
  for (let lower = vote - values; lower >= 0; lower -= values) {
    if (!quorums.phase1.some((quorum) => isNoneOtherChoosable(scope, quorum, lower, now))) return false;
  }
  return true;
}

function isNoneOtherChoosable({ values }: Scope, quorum: number, vote: number, { votes, maxBal }: Ballots): boolean {
  const ballot = Math.floor(vote / values);
  const atBallot = ((1 << values) - 1) << (ballot * values);
  for (let left = quorum; left !== 0; left &= left - 1) {
    const acceptor = 31 - Math.clz32(left & -left);
    if ((votes[acceptor]! & (1 << vote)) !== 0) continue;
    if (maxBal[acceptor]! <= ballot || (votes[acceptor]! & atBallot) !== 0) return false;
  }
  return true;
}

/** The module itself, to be searched. @throws ScopeError */
export function votingSpec(scope: Scope): Specification {
  checkScope(scope);
  const { acceptors, values, maxBallot } = scope;
  const layout = new Layout();
  const votes = times(acceptors, () => layout.bits(countVotes(scope)));
  const maxBal = times(acceptors, () => layout.upTo(maxBallot + 1));
  const unpack = (state: State, into: Ballots): void => {
    for (let acceptor = 0; acceptor < acceptors; acceptor++) {
      into.votes[acceptor] = read(state, votes[acceptor]!);
      into.maxBal[acceptor] = read(state, maxBal[acceptor]!) - 1;
    }
  };
  const now = emptyBallots(scope);
  const counted = emptyBallots(scope);
  const chosen = (state: State): number => {
    unpack(state, counted);
    return chosenValues(scope, counted.votes);
  };

  /** Actions: raise to ballot b, or cast vote n, of acceptor a. */
  const raise = (acceptor: number, ballot: number): number => (ballot * acceptors + acceptor) * 2;
  const cast = (acceptor: number, vote: number): number => (vote * acceptors + acceptor) * 2 + 1;

  function successors(state: State, sink: Sink): void {
    unpack(state, now);
    for (let acceptor = 0; acceptor < acceptors; acceptor++) {
      for (let ballot = now.maxBal[acceptor]! + 1; ballot <= maxBallot; ballot++) {
        copy(state, sink.next);
        write(sink.next, maxBal[acceptor]!, ballot + 1);
        sink.step(raise(acceptor, ballot), 1);
      }
      for (let vote = 0; vote < countVotes(scope); vote++) {
        const ways = mayVote(scope, acceptor, vote, now) ? countShowing(scope, vote, now) : 0;
        if (ways === 0) continue;
        copy(state, sink.next);
        write(sink.next, votes[acceptor]!, now.votes[acceptor]! | (1 << vote));
        write(sink.next, maxBal[acceptor]!, Math.floor(vote / values) + 1);
        sink.step(cast(acceptor, vote), ways);
      }
    }
  }

  return {
    name: 'voting',
    words: layout.words,
    initial: () => new Int32Array(layout.words),
    successors,
    describe(action) {
      const [what, isVote] = [action >> 1, (action & 1) === 1];
      const [acceptor, rest] = [`a${(what % acceptors) + 1}`, Math.floor(what / acceptors)];
      if (!isVote) return `IncreaseMaxBal(${acceptor}, ${rest})`;
      return `VoteFor(${acceptor}, ${Math.floor(rest / values)}, v${(rest % values) + 1})`;
    },
    inspect(state) {
      unpack(state, now);
      const cast = times(acceptors, (acceptor) => listVotes(scope, now.votes[acceptor]!).join(' '));
      return { votes: cast, maxBal: [...now.maxBal], chosen: bitsOf(chosen(state)).map((value) => `v${value + 1}`) };
    },
    invariants: [agreement(chosen), ...votingInvariants(scope, unpack)],
    steps: [refinesConsensus(chosen)],
  };
}

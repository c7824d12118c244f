/**
 * What is true in every state of Paxos, and why Agreement is: the module's own invariant, message by message, and what its
 * mapping to Voting says of the votes.
 */
import { read } from './layout.ts';
import { votingOf, type PaxosLayout } from './paxos-layout.ts';
import type { Invariant, Scope, State } from './specification.ts';
import { countShowing, emptyBallots, isOneValuePerBallot, votingInvariants } from './voting.ts';

export function paxosInvariants(scope: Scope, layout: PaxosLayout): readonly Invariant[] {
  const { acceptors, values, maxBallot } = scope;
  const { maxBal, last, sent1b, sent2a, sent2b } = layout;
  const now = emptyBallots(scope);
  const unpack = votingOf(scope, layout);

  function isLastVote(state: State, acceptor: number): boolean {
    const cast = read(state, sent2b[acceptor]!);
    const vote = read(state, last[acceptor]!) - 1;
    if (vote < 0) return cast === 0;
    // The last is the highest: nothing was cast at a higher ballot.
    const ballot = Math.floor(vote / values);
    return (cast & (1 << vote)) !== 0 && cast >>> ((ballot + 1) * values) === 0 && read(state, maxBal[acceptor]!) > ballot;
  }

  /** The votes that an acceptor can have cast between a ballot it reported and the one it promised: none. */
  function isTrueReport(state: State, acceptor: number, ballot: number, report: number): boolean {
    const cast = read(state, sent2b[acceptor]!);
    const from = report === 0 ? 0 : (Math.floor((report - 1) / values) + 1) * values;
    const between = ((1 << (ballot * values)) - 1) & ~((1 << from) - 1);
    return (report === 0 || (cast & (1 << (report - 1))) !== 0) && (cast & between) === 0;
  }

  function arePromisesTrue(state: State): boolean {
    for (let acceptor = 0; acceptor < acceptors; acceptor++) {
      for (let ballot = 0; ballot <= maxBallot; ballot++) {
        const reports = read(state, sent1b[acceptor]![ballot]!);
        if (reports === 0) continue;
        if (read(state, maxBal[acceptor]!) - 1 < ballot) return false;
        for (let left = reports; left !== 0; left &= left - 1) {
          if (!isTrueReport(state, acceptor, ballot, 31 - Math.clz32(left & -left))) return false;
        }
      }
    }
    return true;
  }

  function areProposalsSafe(state: State): boolean {
    unpack(state, now);
    for (let left = read(state, sent2a); left !== 0; left &= left - 1) {
      if (countShowing(scope, 31 - Math.clz32(left & -left), now) === 0) return false;
    }
    return true;
  }

  return [
    {
      name: 'LastVote',
      meaning: 'What an acceptor takes for its last vote is the highest it has cast, and not above its ballot.',
      holds: (state) => last.every((_, acceptor) => isLastVote(state, acceptor)),
    },
    {
      name: 'PromisesTrue',
      meaning: 'Who has promised a ballot is not below it, and has not voted between what it reported and that ballot.',
      holds: arePromisesTrue,
    },
    {
      name: 'OneProposalPerBallot',
      meaning: 'At each ballot one value is proposed.',
      holds: (state) => isOneValuePerBallot(scope, read(state, sent2a)),
    },
    {
      name: 'ProposalsSafe',
      meaning: 'Of every proposal, a phase-1 quorum shows that its value is safe at its ballot.',
      holds: areProposalsSafe,
    },
    {
      name: 'VotesProposed',
      meaning: 'Every vote is for what was proposed.',
      holds: (state) => sent2b.every((field) => (read(state, field) & ~read(state, sent2a)) === 0),
    },
    ...votingInvariants(scope, unpack),
  ];
}

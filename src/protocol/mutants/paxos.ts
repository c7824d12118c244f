/** Single-decree Paxos broken on purpose: its proposer, its learner and its quorums. (Its acceptor: paxos-acceptor.ts.) */
import { compareBallots, isBallot, NO_BALLOT, sameBallot } from '../ballot.ts';
import { getPaged, setPaged } from '../paged.ts';
import type { PaxosConfig } from '../paxos/config.ts';
import type { Accepted, PaxosMessage } from '../paxos/messages.ts';
import { paxos, type PaxosRequest, type PaxosState } from '../paxos/paxos.ts';
import type { Effect, NodeId } from '../protocol.ts';
import type { QuorumSystem } from '../quorum.ts';
import { counted, savingLast, sending, tampered, type Mutant, type Tampering } from './mutant.ts';

export type PaxosTampering = Tampering<PaxosState, PaxosMessage, PaxosConfig, PaxosRequest>;

/** A mutant of single-decree Paxos. */
export function paxosMutant(name: string, meaning: string, tampering: PaxosTampering, control = false): Mutant {
  return { name, protocol: paxos.name, meaning, control, change: (protocol) => tampered(protocol, tampering) };
}

const quorums = (system: (acceptors: number) => QuorumSystem): PaxosTampering => ({
  config: (config) => ({ ...config, quorum: system(config.roles.filter((roles) => roles.includes('acceptor')).length) }),
});

/** A proposer begins an attempt as if it had never begun one: neither its round nor its own promise counts. */
const forgetsRounds: PaxosTampering = {
  before(state, input) {
    if (input.type === 'start') return () => void (state.proposer.round = 0);
    if (input.type !== 'request' || input.request.type !== 'propose') return;
    const { instance } = input.request;
    const own = getPaged(state.acceptor, instance);
    if (own === undefined) return;
    setPaged(state.acceptor, instance, { ...own, promised: NO_BALLOT });
    return () => setPaged(state.acceptor, instance, own);
  },
};

const countsOlderPromises: PaxosTampering = {
  input(input, state) {
    if (input.type !== 'message' || input.message.type !== 'promise') return input;
    const { message } = input;
    const attempt = state.proposer.attempts.get(message.instance);
    if (attempt === undefined || compareBallots(message.ballot, attempt.ballot) >= 0) return input;
    return { ...input, message: { ...message, ballot: attempt.ballot } };
  },
};

const NOTHING_REPORTED = { reportedBallot: NO_BALLOT, reportedValue: '' };

const ignoresVotes: PaxosTampering = {
  input(input) {
    if (input.type !== 'message' || input.message.type !== 'promise') return input;
    return { ...input, message: { ...input.message, acceptedBallot: NO_BALLOT, acceptedValue: '' } };
  },
};

/** Of two votes, that of the lower ballot counts. */
const takesLowestVote: PaxosTampering = {
  input(input, state) {
    if (input.type !== 'message' || input.message.type !== 'promise') return input;
    const { reportedBallot, reportedValue } = state.proposer.attempts.get(input.message.instance) ?? NOTHING_REPORTED;
    if (!isBallot(reportedBallot) || compareBallots(input.message.acceptedBallot, reportedBallot) < 0) return input;
    return { ...input, message: { ...input.message, acceptedBallot: reportedBallot, acceptedValue: reportedValue } };
  },
  before(state, input) {
    if (input.type !== 'message' || input.message.type !== 'promise' || !isBallot(input.message.acceptedBallot)) return;
    const attempt = state.proposer.attempts.get(input.message.instance);
    if (attempt?.phase === 'prepare' && sameBallot(attempt.ballot, input.message.ballot)) attempt.reportedBallot = NO_BALLOT;
  },
};

/** To the second half of the acceptors something else. */
const proposesTwoValues: PaxosTampering = {
  effects(effects, { acceptors }) {
    const others = acceptors.slice(Math.ceil(acceptors.length / 2));
    return sending(effects, (message, to) =>
      message.type === 'accept' && others.includes(to) ? { ...message, value: `${message.value}′` } : message,
    );
  },
};

/** Tells the learners together with the accepts. */
const tellsTooEarly: PaxosTampering = {
  effects(effects, state) {
    return effects.flatMap((effect): Effect<PaxosMessage>[] => {
      if (effect.type !== 'send' || effect.message.type !== 'accept') return [effect];
      const { instance, ballot, value } = effect.message;
      const told = { type: 'learned', instance, items: [{ instance, ballot, value }], more: false } as const;
      const learns = state.learners.includes(effect.to) && effect.to !== state.node;
      return learns ? [effect, { type: 'send', to: effect.to, message: told }] : [effect];
    });
  },
};

/** What a learner takes a vote for. */
const hearing = (change: (vote: Accepted, from: NodeId, state: PaxosState) => { vote: Accepted; from: NodeId }): PaxosTampering => ({
  input(input, state) {
    if (input.type !== 'message' || input.message.type !== 'accepted') return input;
    const { vote, from } = change(input.message, input.from, state);
    return { ...input, from, message: vote };
  },
});

const addsUpBallots = hearing((vote, from, state) => {
  const tallies = getPaged(state.learner.tallies, vote.instance) ?? [];
  const ballot = tallies.find(({ value }) => value === vote.value)?.ballot ?? vote.ballot;
  return { vote: { ...vote, ballot }, from };
});

const countsCopies = hearing((vote, from, state) => {
  const tallies = getPaged(state.learner.tallies, vote.instance) ?? [];
  const voters = tallies.find(({ ballot }) => sameBallot(ballot, vote.ballot))?.voters ?? [];
  const other = voters.includes(from) ? state.acceptors.find((node) => !voters.includes(node)) : undefined;
  return { vote, from: other ?? from };
});

export const paxosMutants: readonly Mutant[] = [
  paxosMutant('quorum-of-one', 'A single acceptor is a quorum, in both phases.', quorums(() => counted(1, 1))),
  paxosMutant(
    'quorums-that-do-not-meet',
    'Flexible Paxos with q1 + q2 = n: 2 and 2 of 4, say, so that a quorum of promises can miss a quorum of votes.',
    quorums((n) => counted(Math.floor(n / 2), Math.ceil(n / 2))),
  ),
  paxosMutant(
    'ballot-reused-after-restart',
    'A proposer that comes up again begins to count its ballots anew, and uses one that it has used before.',
    forgetsRounds,
  ),
  paxosMutant('older-promise-counted', 'A proposer counts a promise of an earlier ballot of its own for the present one.', countsOlderPromises),
  paxosMutant('reported-votes-ignored', 'A proposer proposes its own value, whatever votes were reported to it.', ignoresVotes),
  paxosMutant(
    'any-reported-value',
    'A proposer takes any of the values reported to it, the one of the lowest ballot, say: it takes three ballots to show.',
    takesLowestVote,
  ),
  paxosMutant('two-values-at-a-ballot', 'A proposer proposes one value to half of the acceptors and another to the rest.', proposesTwoValues),
  paxosMutant('value-nobody-wanted', 'A proposer that is free to choose proposes something that no client asked for.', {
    effects: (effects, { proposer }) =>
      sending(effects, (message) => {
        const isFree = message.type === 'accept' && proposer.attempts.get(message.instance)?.reportedBallot.round === 0;
        return isFree ? { ...message, value: `nobody’s ${message.ballot.node}` } : message;
      }),
  }),
  paxosMutant('round-saved-too-late', 'A proposer sends its prepares first, and only then saves the round of their ballot.', {
    effects: (effects, _, { type }) => (type === 'message' ? effects : savingLast(effects)),
  }),
  paxosMutant('chosen-before-quorum', 'A proposer tells the learners that its value is chosen when it has only proposed it.', tellsTooEarly),
  paxosMutant('ballots-added-up', 'A learner adds up the votes for a value, though they were cast at different ballots.', addsUpBallots),
  paxosMutant('copy-counted', 'A learner counts a copy of a vote as the vote of another acceptor.', countsCopies),
  paxosMutant(
    'legal-flexible-quorums',
    'Flexible Paxos with small quorums for votes and large ones for promises, q1 + q2 = n + 1: harmless.',
    quorums((n) => counted(n + 1 - Math.max(1, Math.floor(n / 2)), Math.floor(n / 2))),
    true,
  ),
];

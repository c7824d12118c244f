/**
 * The proposer. (*Paxos Made Simple*, section 2.2, phases 1a and 2a; progress: section 2.4; never the same ballot
 * twice: section 2.5.)
 */
import { NO_BALLOT, compareBallots, formatBallot, isBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { getPaged } from '../paged.ts';
import type { NodeId } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { nextInteger } from '../random.ts';
import { formatVote, quote } from './messages.ts';
import type { Nack, Promised } from './messages.ts';
import { roundRecord } from './state.ts';
import type { Attempt, Out, PaxosState } from './state.ts';

/**
 * "At once", in µs. A timer and not the same instant, so that on links without latency a duel still lets virtual time
 * go by.
 */
const AT_ONCE = 1;

/** A phase's time limit is doubled at most so often. */
const TIMEOUT_DOUBLINGS_MAX = 1;

/** Timers for instances are named `retry/<instance>`. */
export const RETRY = 'retry/';

/** A client wants `value` chosen in `instance`. Answered when the instance is known chosen, whatever was chosen. */
export function propose(state: PaxosState, request: number, instance: number, value: string, out: Out): void {
  const refuse = (text: string): void => void out.push({ type: 'reply', id: request, reply: { ok: false, text } });
  if (!state.isProposer) {
    refuse(`n${state.node} is no proposer; ask ${state.proposers.map((node) => `n${node}`).join(', ')}`);
    return;
  }
  const chosen = getPaged(state.learner.chosen, instance);
  if (chosen) {
    const text = `instance ${instance} had already chosen ${quote(chosen.value)}`;
    out.push({ type: 'reply', id: request, reply: { ok: true, text, slot: instance, value: chosen.value } });
    return;
  }
  const current = state.proposer.attempts.get(instance);
  if (current) {
    refuse(`n${state.node} is already proposing ${quote(current.wanted)} in instance ${instance}`);
    return;
  }
  const attempt: Attempt = {
    instance,
    request,
    wanted: value,
    ballot: NO_BALLOT,
    phase: 'waiting',
    promises: [],
    reportedBallot: NO_BALLOT,
    reportedValue: '',
    value: null,
    preemptions: 0,
    timeouts: 0,
  };
  state.proposer.attempts.set(instance, attempt);
  prepare(state, attempt, out);
}

/** Phase 1a, with a ballot that was never used before: its round is on disk before the first prepare leaves. */
function prepare(state: PaxosState, attempt: Attempt, out: Out): void {
  const { instance } = attempt;
  const promised = getPaged(state.acceptor, instance)?.promised ?? NO_BALLOT;
  const round = Math.max(state.proposer.round, state.proposer.seen, promised.round) + 1;
  state.proposer.round = round;
  out.push({ type: 'save', records: [roundRecord(round)] });

  const ballot: Ballot = { round, node: state.node };
  attempt.ballot = ballot;
  attempt.phase = 'prepare';
  attempt.promises = [];
  attempt.reportedBallot = NO_BALLOT;
  attempt.reportedValue = '';
  attempt.value = null;
  limitPhase(state, attempt, out);
  const message = { type: 'prepare', instance, ballot } as const;
  for (const acceptor of state.acceptors) out.push({ type: 'send', to: acceptor, message });
}

/** Counts a promise of the current ballot; with a phase-1 quorum of them, goes on to phase 2. */
export function onPromise(state: PaxosState, from: NodeId, message: Promised, out: Out): void {
  const attempt = state.proposer.attempts.get(message.instance);
  if (!attempt || attempt.phase !== 'prepare' || !sameBallot(message.ballot, attempt.ballot)) return;
  if (attempt.promises.includes(from)) return;

  attempt.promises.push(from);
  if (compareBallots(message.acceptedBallot, attempt.reportedBallot) > 0) {
    attempt.reportedBallot = message.acceptedBallot;
    attempt.reportedValue = message.acceptedValue;
  }
  if (isQuorum(state.config.quorum, 1, state.acceptors, attempt.promises)) accept(state, attempt, out);
}

/**
 * Phase 2a. The value is that of the highest vote reported by the promises; only if none was reported may it be the
 * client's own (P2c).
 */
function accept(state: PaxosState, attempt: Attempt, out: Out): void {
  const { instance, ballot } = attempt;
  const bound = isBallot(attempt.reportedBallot);
  const value = bound ? attempt.reportedValue : attempt.wanted;
  attempt.phase = 'accept';
  attempt.value = value;
  if (bound && value !== attempt.wanted) {
    const vote = formatVote(attempt.reportedBallot, value);
    const text = `must propose ${vote}, not its own ${quote(attempt.wanted)} (instance ${instance})`;
    out.push({ type: 'note', text });
  }
  limitPhase(state, attempt, out);
  const message = { type: 'accept', instance, ballot, value } as const;
  for (const acceptor of state.acceptors) out.push({ type: 'send', to: acceptor, message });
}

/** An acceptor refused and said why. */
export function onNack(state: PaxosState, message: Nack, out: Out): void {
  state.proposer.seen = Math.max(state.proposer.seen, message.promised.round);
  const attempt = state.proposer.attempts.get(message.instance);
  if (attempt && sameBallot(message.ballot, attempt.ballot)) preempt(state, attempt, message.promised, out);
}

/** The acceptor on the same node promised or accepted `ballot`: no need to wait for a refusal to know what it means. */
export function onOwnAcceptor(state: PaxosState, instance: number, ballot: Ballot, out: Out): void {
  const attempt = state.proposer.attempts.get(instance);
  if (attempt) preempt(state, attempt, ballot, out);
}

/**
 * Gives up the current ballot when a higher one has come between, and tries a still higher one later: with backoff
 * after a random time that grows with every such meeting, without it at once. (Section 2.4: two proposers that each
 * keep overtaking the other make no progress.)
 */
function preempt(state: PaxosState, attempt: Attempt, by: Ballot, out: Out): void {
  if (attempt.phase === 'waiting' || compareBallots(by, attempt.ballot) <= 0) return;
  const { backoff, backoffMin, backoffMax } = state.config;
  attempt.phase = 'waiting';
  attempt.preemptions++;
  const longest = Math.min(backoffMax, backoffMin * 2 ** attempt.preemptions);
  const after = backoff ? nextInteger(state.random, backoffMin, longest) : AT_ONCE;
  const when = backoff ? `waits ${Math.round(after / 1000)} ms` : 'tries again at once';
  const { instance, ballot } = attempt;
  const text = `gives up ${formatBallot(ballot)}, overtaken by ${formatBallot(by)}; ${when} (instance ${instance})`;
  out.push({ type: 'note', text }, { type: 'setTimer', name: RETRY + instance, after });
}

/** The wait is over, or a phase took too long: another ballot. */
export function onRetry(state: PaxosState, instance: number, out: Out): void {
  const attempt = state.proposer.attempts.get(instance);
  if (!attempt) return;
  if (attempt.phase !== 'waiting') {
    attempt.timeouts++;
    const answers = attempt.phase === 'prepare' ? 'promises' : 'votes';
    const text = `heard of no quorum of ${answers} for ${formatBallot(attempt.ballot)} in time (instance ${instance})`;
    out.push({ type: 'note', text });
  }
  prepare(state, attempt, out);
}

/** Limits the time for the phase that begins: longer after a failure, in case the network is just slow. */
function limitPhase(state: PaxosState, attempt: Attempt, out: Out): void {
  const { backoff, retryAfter } = state.config;
  const doublings = backoff ? Math.min(attempt.timeouts, TIMEOUT_DOUBLINGS_MAX) : 0;
  const least = retryAfter * 2 ** doublings;
  const after = nextInteger(state.random, least, Math.floor(least * 1.5));
  out.push({ type: 'setTimer', name: RETRY + attempt.instance, after });
}

/** The instance is known chosen: answers the client and stops. */
export function onChosen(state: PaxosState, instance: number, value: string, out: Out): void {
  const attempt = state.proposer.attempts.get(instance);
  if (!attempt) return;
  state.proposer.attempts.delete(instance);
  out.push({ type: 'cancelTimer', name: RETRY + instance });
  const text =
    value === attempt.wanted
      ? `${quote(value)} is chosen in instance ${instance}`
      : `instance ${instance} has chosen ${quote(value)}, proposed by another, not ${quote(attempt.wanted)}`;
  out.push({ type: 'reply', id: attempt.request, reply: { ok: true, text, slot: instance, value } });
}

/** This node is no longer a proposer: its clients are told so. */
export function resign(state: PaxosState, out: Out): void {
  for (const { instance, request } of state.proposer.attempts.values()) {
    const text = `n${state.node} stopped being a proposer before instance ${instance} was known chosen`;
    out.push({ type: 'cancelTimer', name: RETRY + instance });
    out.push({ type: 'reply', id: request, reply: { ok: false, text } });
  }
  state.proposer.attempts.clear();
}

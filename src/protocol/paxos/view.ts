/** What a person sees of a node: its state in short, its memory and disk as trees, its records as sentences. */
import { formatBallot, isBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { getPaged, latestPaged } from '../paged.ts';
import type { Json, NodeId, Saved, SlotView, View } from '../protocol.ts';
import { formatVote } from './messages.ts';
import { LEARN } from './learner.ts';
import { RETRY } from './proposer.ts';
import { rangeOf } from './ranges.ts';
import { readRecord } from './state.ts';
import type { AcceptorSlot, Attempt, PaxosState } from './state.ts';

/** How many of the latest instances are shown, known chosen or not. */
const LATEST_SHOWN = 8;

/** Most unknown instances shown, and most looked at to find them, latest first. */
const UNKNOWN_SHOWN_MAX = 64;
const UNKNOWN_SCANNED_MAX = 512;

/** Most instances in the trees of memory and disk, latest first: a person reads them. */
const TREE_INSTANCES_MAX = 100;

export function view(state: PaxosState): View {
  let latest: Attempt | null = null;
  let leading = false;
  for (const attempt of state.proposer.attempts.values()) {
    if (latest === null || attempt.instance > latest.instance) latest = attempt;
    if (attempt.phase === 'accept') leading = true;
  }
  return {
    roles: state.roles,
    leading,
    status: latest ? statusOf(latest, state.proposer.attempts.size - 1) : 'idle',
    slots: shownInstances(state).map((instance) => slotView(state, instance)),
  };
}

function statusOf(attempt: Attempt, others: number): string {
  const ballot = formatBallot(attempt.ballot);
  const phase = attempt.phase === 'prepare' ? 1 : 2;
  const doing = attempt.phase === 'waiting' ? `waits after ${ballot}` : `phase ${phase} of ${ballot}`;
  return `${doing}, instance ${attempt.instance}${others > 0 ? ` and ${others} more` : ''}`;
}

/** The latest instances and those not known chosen of which this node knows anything; ascending. */
function shownInstances(state: PaxosState): number[] {
  const { missing, chosen } = state.learner;
  const shown: number[] = [];
  const first = Math.max(1, state.highest - LATEST_SHOWN + 1);
  for (let n = state.highest; n >= first; n--) {
    if (getPaged(chosen, n) !== undefined || isTouched(state, n)) shown.push(n);
  }
  let unknown = 0;
  let scanned = 0;
  for (let r = missing.length - 2; r >= 0; r -= 2) {
    const to = missing[r + 1]!;
    const start = Math.min(to === 0 ? state.highest : to, first - 1);
    for (let n = start; n >= missing[r]! && unknown < UNKNOWN_SHOWN_MAX && scanned < UNKNOWN_SCANNED_MAX; n--) {
      scanned++;
      if (!isTouched(state, n)) continue;
      shown.push(n);
      unknown++;
    }
  }
  return shown.reverse();
}

function isTouched(state: PaxosState, instance: number): boolean {
  const { acceptor, proposer, learner } = state;
  return (
    getPaged(acceptor, instance) !== undefined ||
    proposer.attempts.has(instance) ||
    getPaged(learner.tallies, instance) !== undefined
  );
}

function slotView(state: PaxosState, instance: number): SlotView {
  const slot = getPaged(state.acceptor, instance);
  const attempt = state.proposer.attempts.get(instance);
  const known = getPaged(state.learner.chosen, instance);
  return {
    slot: instance,
    promised: slot && isBallot(slot.promised) ? slot.promised : null,
    accepted: slot && isBallot(slot.acceptedBallot) ? { ballot: slot.acceptedBallot, value: slot.acceptedValue } : null,
    proposing: attempt
      ? {
          ballot: attempt.ballot,
          phase: attempt.phase,
          wanted: attempt.wanted,
          value: attempt.value,
          promises: attempt.promises.slice(),
          accepts: votersAt(state, instance, attempt.ballot),
        }
      : null,
    chosen: known ? { value: known.value, ballot: known.ballot } : null,
  };
}

/** Who is known to have voted at the ballot; a proposer that is no learner does not hear of votes. */
function votersAt(state: PaxosState, instance: number, ballot: Ballot): readonly NodeId[] {
  const tally = getPaged(state.learner.tallies, instance)?.find((candidate) => sameBallot(candidate.ballot, ballot));
  return tally ? tally.voters.slice() : [];
}

/**
 * Memory as a tree. `proposer.round` and `acceptor` stand where they stand in the tree of the disk; what is besides
 * them (`proposer.attempts`, `learner`) is on no disk.
 */
export function memory(state: PaxosState): Json {
  const attempts: { [key: string]: Json } = {};
  for (const a of state.proposer.attempts.values()) {
    attempts[a.instance] = {
      ballot: formatBallot(a.ballot),
      phase: a.phase,
      wanted: a.wanted,
      value: a.value,
      promises: [...a.promises],
      reported: formatVote(a.reportedBallot, a.reportedValue),
      preemptions: a.preemptions,
      timeouts: a.timeouts,
    };
  }
  const votes: { [key: string]: Json } = {};
  for (const n of latestPaged(state.learner.tallies, TREE_INSTANCES_MAX)) {
    const tallies = getPaged(state.learner.tallies, n)!;
    votes[n] = tallies.map((tally) => ({ vote: formatVote(tally.ballot, tally.value), voters: tally.voters.slice() }));
  }
  const chosen: { [key: string]: Json } = {};
  for (let n = state.highest, room = TREE_INSTANCES_MAX; n > 0 && room > 0; n--, room--) {
    if (rangeOf(state.learner.missing, n) >= 0) continue;
    const known = getPaged(state.learner.chosen, n)!;
    chosen[n] = { ballot: formatBallot(known.ballot), value: known.value };
  }
  return {
    proposer: { round: state.proposer.round, attempts },
    acceptor: acceptorTree(latestPaged(state.acceptor, TREE_INSTANCES_MAX), (n) => getPaged(state.acceptor, n)!),
    learner: { votes, chosen, firstUnknown: state.learner.missing[0]! },
  };
}

/**
 * What the disk holds, as a tree: `proposer.round`, and `acceptor.<instance>` with `promised` (`3.1`) and `accepted`
 * (`null`, or its `ballot` and `value`), the latest 100 instances.
 * @throws ProtocolError when a record is none of this protocol.
 */
export function disk(stored: readonly Saved[]): Json {
  let round = 0;
  const slots = new Map<number, AcceptorSlot>();
  for (const record of stored) {
    const fact = readRecord(record);
    if (fact.type === 'round') round = fact.round;
    else slots.set(fact.instance, fact.slot);
  }
  return { proposer: { round }, acceptor: acceptorTree(latestOf(slots.keys()), (n) => slots.get(n)!) };
}

function acceptorTree(instances: readonly number[], slotOf: (instance: number) => AcceptorSlot): Json {
  const tree: { [key: string]: Json } = {};
  for (const n of instances) {
    const { promised, acceptedBallot, acceptedValue } = slotOf(n);
    const accepted = isBallot(acceptedBallot) ? { ballot: formatBallot(acceptedBallot), value: acceptedValue } : null;
    tree[n] = { promised: formatBallot(promised), accepted };
  }
  return tree;
}

function latestOf(instances: Iterable<number>): number[] {
  return [...instances].sort((a, b) => b - a).slice(0, TREE_INSTANCES_MAX);
}

/** `promised 3.1, accepted 2.3 = "red" (instance 4)`; `used round 3`. */
export function describeSaved(record: Saved): string {
  const fact = readRecord(record);
  if (fact.type === 'round') return `used round ${fact.round}`;
  const { promised, acceptedBallot, acceptedValue } = fact.slot;
  const vote = formatVote(acceptedBallot, acceptedValue);
  return `promised ${formatBallot(promised)}, accepted ${vote} (instance ${fact.instance})`;
}

/** `retry of instance 4`; `catch-up with another learner`. */
export function describeTimer(name: string): string {
  return name === LEARN ? 'catch-up with another learner' : `retry of instance ${name.slice(RETRY.length)}`;
}

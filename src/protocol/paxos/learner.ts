/**
 * The learner: when is a value chosen, and how does everybody come to know it? (*Paxos Made Simple*, section 2.3.)
 * Acceptors tell every learner of their votes; a learner that has counted a quorum tells the other learners; one that
 * may have missed something asks. Nothing here is stored: see `PaxosState.learner`.
 */
import { NO_BALLOT, compareBallots, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { clearPaged, deletePaged, getPaged, pagedEntries, setPaged } from '../paged.ts';
import type { NodeId } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { nextInteger, nextItem } from '../random.ts';
import { LEARNED_ITEMS_MAX, QUERY_RANGES_MAX } from './messages.ts';
import type { Accepted, Learned, LearnedItem, Query } from './messages.ts';
import { onChosen } from './proposer.ts';
import { everything, firstRanges, rangeOf, removeFrom } from './ranges.ts';
import type { Out, PaxosState, Tally } from './state.ts';

/** Name of the catch-up timer. */
export const LEARN = 'learn';

/** Most ballots counted at a time in one instance; the lowest, which no longer matters to anybody, goes first. */
const TALLIES_MAX = 16;

const NO_TALLIES: readonly Tally[] = [];

/** Most instances looked at to answer one query with votes. */
const VOTES_SCANNED_MAX = 1024;

/** The node comes up as a learner, or becomes one: counts the votes of its own acceptor, and asks another node. */
export function startLearning(state: PaxosState, out: Out): void {
  const { learner } = state;
  clearPaged(learner.chosen);
  clearPaged(learner.tallies);
  learner.missing = everything();
  // The acceptor on this node told this learner of its votes before the crash; it need not be asked to say them again.
  for (const [instance, slot] of pagedEntries(state.acceptor)) {
    if (slot.acceptedBallot.round > 0) count(state, state.node, instance, slot.acceptedBallot, slot.acceptedValue, out);
  }
  onLearnTimer(state, out);
}

/** The node is no longer a learner. */
export function stopLearning(state: PaxosState, out: Out): void {
  clearPaged(state.learner.tallies);
  out.push({ type: 'cancelTimer', name: LEARN });
}

/** Asks one other node, at random, and does so again later. The whole traffic of a cluster in which nothing happens. */
export function onLearnTimer(state: PaxosState, out: Out): void {
  const { learnEvery } = state.config;
  const after = nextInteger(state.random, Math.ceil(learnEvery * 0.75), Math.floor(learnEvery * 1.25));
  out.push({ type: 'setTimer', name: LEARN, after });
  state.learner.asked = false;
  const mayKnow = (node: NodeId): boolean => state.learners.includes(node) || state.acceptors.includes(node);
  const others = state.nodes.filter((node) => node !== state.node && mayKnow(node));
  if (others.length > 0) ask(state, nextItem(state.random, others), out);
}

/** Phase 2b, seen from the learner: counts a vote. */
export function onAccepted(state: PaxosState, from: NodeId, message: Accepted, out: Out): void {
  const { instance, ballot, value } = message;
  const known = getPaged(state.learner.chosen, instance);
  if (!known) {
    count(state, from, instance, ballot, value, out);
  } else if (compareBallots(ballot, known.ballot) > 0 && compareBallots(ballot, known.told) > 0) {
    // Somebody has not heard that the instance is over, and goes on with it.
    setPaged(state.learner.chosen, instance, { ...known, told: ballot });
    const item: LearnedItem = { instance, ballot: known.ballot, value: known.value };
    if (ballot.node !== state.node) tell(ballot.node, [item], false, out);
  }
  askAboutGap(state, from, instance, out);
}

/** A value is chosen when a phase-2 quorum of acceptors voted for it at the same ballot. */
function count(state: PaxosState, from: NodeId, instance: number, ballot: Ballot, value: string, out: Out): void {
  const voters = countVote(state, from, instance, ballot, value);
  if (voters === null || !isQuorum(state.config.quorum, 2, state.acceptors, voters)) return;

  know(state, instance, ballot, value, state.acceptors.filter((node) => voters.includes(node)), out);
  const items = [{ instance, ballot, value }];
  for (const node of state.nodes) {
    const cares = state.learners.includes(node) || state.proposers.includes(node);
    if (cares && node !== state.node) tell(node, items, false, out);
  }
}

/**
 * Counts a vote for a ballot; votes at different ballots never add up.
 * @returns who has voted for it by now; `null` when this vote was known.
 */
function countVote(
  state: PaxosState,
  from: NodeId,
  instance: number,
  ballot: Ballot,
  value: string,
): readonly NodeId[] | null {
  const before = getPaged(state.learner.tallies, instance) ?? NO_TALLIES;
  const at = before.findIndex((tally) => sameBallot(tally.ballot, ballot));
  const known = at < 0 ? { ballot, value, voters: [] } : before[at]!;
  if (known.voters.includes(from)) return null;
  const tally: Tally = { ballot, value: known.value, voters: [...known.voters, from] };
  let tallies = at < 0 ? [...before, tally] : before.with(at, tally);
  if (tallies.length > TALLIES_MAX) {
    const lowest = tallies.reduce((a, b) => (compareBallots(a.ballot, b.ballot) < 0 ? a : b));
    tallies = tallies.filter((one) => one !== lowest);
  }
  setPaged(state.learner.tallies, instance, tallies);
  return tally.voters;
}

/** Told by another learner. Not passed on: whoever counted has told everybody. */
export function onLearned(state: PaxosState, from: NodeId, message: Learned, out: Out): void {
  let news = false;
  for (const { instance, ballot, value } of message.items) {
    if (getPaged(state.learner.chosen, instance) !== undefined) continue;
    state.highest = Math.max(state.highest, instance);
    know(state, instance, ballot, value, [], out);
    news = true;
  }
  if (!state.isLearner) return;
  // Only after news: a duplicated answer must not make two askers of one.
  if (message.more && news) ask(state, from, out);
  else askAboutGap(state, from, message.instance, out);
}

/** From now on the instance is known: for the person watching, for the client waiting, for whoever asks. */
function know(
  state: PaxosState,
  instance: number,
  ballot: Ballot,
  value: string,
  quorum: readonly NodeId[],
  out: Out,
): void {
  setPaged(state.learner.chosen, instance, { ballot, value, told: NO_BALLOT });
  deletePaged(state.learner.tallies, instance);
  removeFrom(state.learner.missing, instance);
  // A proposer that is no learner is told as well, and keeps it to itself.
  if (state.isLearner) out.push({ type: 'chosen', slot: instance, value, ballot, quorum });
  onChosen(state, instance, value, out);
}

/**
 * News of `instance` while an earlier one is unknown: this learner may have missed something, and whoever sent the news
 * may know. At most one such query between two regular ones, since an instance can also be unknown because it is not
 * decided yet.
 */
function askAboutGap(state: PaxosState, from: NodeId, instance: number, out: Out): void {
  const { learner } = state;
  if (learner.asked || from === state.node || learner.missing[0]! >= instance) return;
  learner.asked = true;
  ask(state, from, out);
}

function ask(state: PaxosState, to: NodeId, out: Out): void {
  const missing = firstRanges(state.learner.missing, QUERY_RANGES_MAX);
  out.push({ type: 'send', to, message: { type: 'query', instance: missing[0]!, missing } });
}

function tell(to: NodeId, items: readonly LearnedItem[], more: boolean, out: Out): void {
  out.push({ type: 'send', to, message: { type: 'learned', instance: items[0]!.instance, items, more } });
}

/**
 * Answers with what this node knows to be chosen, and, for instances it does not know either, with its votes: after
 * all learners have crashed, the acceptors' disks are where the answer is. A node with nothing to tell stays silent.
 */
export function onQuery(state: PaxosState, from: NodeId, message: Query, out: Out): void {
  if (state.isLearner) tellKnown(state, from, message.missing, out);
  if (state.isAcceptor) tellVotes(state, from, message.missing, out);
}

function tellKnown(state: PaxosState, to: NodeId, asked: readonly number[], out: Out): void {
  const { chosen, missing } = state.learner;
  const items: LearnedItem[] = [];
  for (let r = 0; r + 1 < asked.length; r += 2) {
    const end = endOf(state, asked[r + 1]!);
    for (let n = asked[r]!; n <= end; n++) {
      const unknown = rangeOf(missing, n);
      if (unknown >= 0) {
        // Over a range that is unknown here too, however long, in one leap.
        n = endOf(state, missing[unknown + 1]!);
        continue;
      }
      if (items.length === LEARNED_ITEMS_MAX) {
        tell(to, items, true, out);
        return;
      }
      const { ballot, value } = getPaged(chosen, n)!;
      items.push({ instance: n, ballot, value });
    }
  }
  if (items.length > 0) tell(to, items, false, out);
}

function tellVotes(state: PaxosState, to: NodeId, asked: readonly number[], out: Out): void {
  let scanned = 0;
  let told = 0;
  for (let r = 0; r + 1 < asked.length; r += 2) {
    const end = endOf(state, asked[r + 1]!);
    for (let n = asked[r]!; n <= end; n++) {
      if (++scanned > VOTES_SCANNED_MAX || told === LEARNED_ITEMS_MAX) return;
      const slot = getPaged(state.acceptor, n);
      if (!slot || slot.acceptedBallot.round === 0 || getPaged(state.learner.chosen, n) !== undefined) continue;
      const { acceptedBallot: ballot, acceptedValue: value } = slot;
      out.push({ type: 'send', to, message: { type: 'accepted', instance: n, ballot, value } });
      told++;
    }
  }
}

/** End of a range for this node: beyond the highest instance it has heard of it knows nothing. */
function endOf(state: PaxosState, to: number): number {
  return to === 0 ? state.highest : Math.min(to, state.highest);
}

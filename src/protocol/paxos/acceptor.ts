/**
 * The acceptor: two rules and nothing else. (*Paxos Made Simple*, section 2.2, phases 1b and 2b; what it must remember
 * over a crash: section 2.5.)
 */
import { NO_BALLOT, compareBallots } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { getPaged, setPaged } from '../paged.ts';
import type { NodeId } from '../protocol.ts';
import type { Accept, Prepare } from './messages.ts';
import { slotRecord } from './state.ts';
import type { AcceptorSlot, Out, PaxosState } from './state.ts';

const NO_SLOT: AcceptorSlot = { promised: NO_BALLOT, acceptedBallot: NO_BALLOT, acceptedValue: '' };

/**
 * Phase 1b. Promises a ballot higher than any promised before, and reports the last vote. A lower one is refused; the
 * same one again is left unanswered: it can only be a copy of a message already answered.
 * @returns whether it promised.
 */
export function onPrepare(state: PaxosState, from: NodeId, message: Prepare, out: Out): boolean {
  const { instance, ballot } = message;
  const slot = slotOf(state, instance);
  const order = compareBallots(ballot, slot.promised);
  if (order < 0) refuse(state, from, instance, ballot, slot.promised, out);
  if (order <= 0) return false;

  const { acceptedBallot, acceptedValue } = slot;
  const promising = { promised: ballot, acceptedBallot, acceptedValue };
  setPaged(state.acceptor, instance, promising);
  out.push({ type: 'save', records: [slotRecord(instance, promising)] });
  out.push({ type: 'send', to: from, message: { type: 'promise', instance, ballot, acceptedBallot, acceptedValue } });
  return true;
}

/**
 * Phase 2b. Votes unless it has promised a higher ballot (P1a), and tells every learner. Promise, ballot and value are
 * saved in one record before anybody is told.
 * @returns whether it voted.
 */
export function onAccept(state: PaxosState, from: NodeId, message: Accept, out: Out): boolean {
  const { instance, ballot, value } = message;
  const slot = slotOf(state, instance);
  if (compareBallots(ballot, slot.promised) < 0) {
    refuse(state, from, instance, ballot, slot.promised, out);
    return false;
  }

  const voting = { promised: ballot, acceptedBallot: ballot, acceptedValue: value };
  setPaged(state.acceptor, instance, voting);
  out.push({ type: 'save', records: [slotRecord(instance, voting)] });
  const accepted = { type: 'accepted', instance, ballot, value } as const;
  for (const learner of state.learners) out.push({ type: 'send', to: learner, message: accepted });
  return true;
}

/** What this acceptor promised and accepted in an instance; of an instance it has not heard of, nothing. */
function slotOf(state: PaxosState, instance: number): AcceptorSlot {
  return getPaged(state.acceptor, instance) ?? NO_SLOT;
}

function refuse(state: PaxosState, to: NodeId, instance: number, ballot: Ballot, promised: Ballot, out: Out): void {
  if (state.config.nacks) out.push({ type: 'send', to, message: { type: 'nack', instance, ballot, promised } });
}

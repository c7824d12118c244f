/** The invariants of single-decree Paxos that one node alone can break: what it says now against what it said before. */
import { compareBallots, formatBallot, isBallot, sameBallot, type Ballot } from '../../../protocol/ballot.ts';
import { formatVote, type PaxosMessage, type Prepare, type Promised, type Accepted } from '../../../protocol/paxos/messages.ts';
import type { AcceptorSlot } from '../../../protocol/paxos/state.ts';
import { NO_BALLOT } from '../../../protocol/ballot.ts';
import type { NodeId, Saved } from '../../../protocol/protocol.ts';
import type { Broken, Moment, Wanted } from '../model.ts';
import { roundOf, slotOf, type Told, type Vote } from './paxos-told.ts';

const NO_SLOT: AcceptorSlot = { promised: NO_BALLOT, acceptedBallot: NO_BALLOT, acceptedValue: '' };

/** Goes through a step, moment by moment. */
export class PaxosStep {
  readonly #node: NodeId;
  readonly #instance: number;
  readonly #crashed: number;
  readonly #before: Told;
  /** Votes on its disk, or told of. */
  readonly #votes: Vote[];
  #slot: AcceptorSlot;
  #round: number;
  #highest: Ballot;

  constructor(node: NodeId, before: Told, disk: readonly Saved[], crashed: number, instance: number) {
    this.#node = node;
    this.#instance = instance;
    this.#crashed = crashed;
    this.#before = before;
    this.#votes = [...before.votes];
    this.#slot = slotOf(disk, instance) ?? NO_SLOT;
    this.#round = roundOf(disk);
    this.#highest = before.highest;
  }

  /** The first thing that is wrong in it, of those that are looked at. */
  check(moments: readonly Moment[], wanted: Wanted): Broken | null {
    let broken: Broken | null = null;
    for (const moment of moments) {
      for (const found of this.#moment(moment)) if (wanted(found.check)) broken ??= found;
    }
    return broken;
  }

  #moment(moment: Moment): Iterable<Broken> {
    if (moment.type === 'start') return this.#start(moment.stored);
    if (moment.type === 'save') return this.#save(moment.records);
    const { saying } = moment;
    if (saying.type !== 'message') return [];
    const message = saying.message as PaxosMessage;
    if (message.instance !== this.#instance) return [];
    if (message.type === 'prepare') return this.#prepare(message);
    if (message.type === 'promise') return this.#promise(message);
    return message.type === 'accepted' ? this.#accepted(message) : [];
  }

  /** PromisedNeverFalls, over a restart. */
  *#start(stored: readonly Saved[]): Iterable<Broken> {
    this.#slot = slotOf(stored, this.#instance) ?? NO_SLOT;
    this.#round = roundOf(stored);
    const { promised } = this.#slot;
    if (compareBallots(promised, this.#highest) >= 0) return;
    const left = isBallot(promised) ? `only a promise of ${formatBallot(promised)}` : 'no promise';
    yield this.#broken('PromisedNeverFalls', `had promised ${formatBallot(this.#highest)}, and restarts with ${left} on its disk`);
  }

  /** PromisedNeverFalls, while running; P1a, since a vote is cast when it is saved. */
  *#save(records: readonly Saved[]): Iterable<Broken> {
    this.#round = Math.max(this.#round, roundOf(records));
    const slot = slotOf(records, this.#instance);
    if (slot === null) return;
    const before = this.#slot.promised;
    const vote: Vote = { ballot: slot.acceptedBallot, value: slot.acceptedValue };
    const voted = isBallot(vote.ballot) && !this.#votes.some(({ ballot }) => sameBallot(ballot, vote.ballot));
    if (voted) yield* this.#vote(vote);
    this.#slot = slot;
    if (voted) this.#votes.push(vote);
    if (compareBallots(slot.promised, before) >= 0) return;
    yield this.#broken('PromisedNeverFalls', `promised ${formatBallot(slot.promised)} after it had promised ${formatBallot(before)}`);
  }

  /** P1a: no vote below a promise. */
  *#vote({ ballot, value }: Vote): Iterable<Broken> {
    const { promised: saved } = this.#slot;
    const promised = compareBallots(this.#highest, saved) > 0 ? this.#highest : saved;
    if (compareBallots(ballot, promised) >= 0) return;
    yield this.#broken('P1a', `accepted ${formatVote(ballot, value)} after it had promised ${formatBallot(promised)}`);
  }

  /** BallotsUnique. */
  *#prepare({ ballot }: Prepare): Iterable<Broken> {
    const name = formatBallot(ballot);
    if (this.#crashed > 0 && this.#before.prepared.some((known) => sameBallot(known, ballot))) {
      yield this.#broken('BallotsUnique', `prepared ${name} again, which it had prepared before it restarted`);
    }
    if (ballot.node !== this.#node) yield this.#broken('BallotsUnique', `prepared ${name}, which belongs to n${ballot.node}`);
    if (ballot.round <= this.#round) return;
    yield this.#broken('BallotsUnique', `prepared ${name}, but the highest round on its disk is ${this.#round}`);
  }

  /** PromiseTruthful. */
  *#promise({ ballot, acceptedBallot, acceptedValue }: Promised): Iterable<Broken> {
    const told = this.#highest;
    if (compareBallots(ballot, told) > 0) this.#highest = ballot;
    const name = formatBallot(ballot);
    if (compareBallots(ballot, told) < 0) {
      yield this.#broken('PromisedNeverFalls', `promised ${name} after it had promised ${formatBallot(told)}`);
    }
    const { promised } = this.#slot;
    if (compareBallots(promised, ballot) < 0) {
      const saved = isBallot(promised) ? formatBallot(promised) : 'nothing';
      yield this.#broken('PromiseTruthful', `promised ${name}, but the promise on its disk is ${saved}`);
    }
    const reported = `promised ${name} and reported ${formatVote(acceptedBallot, acceptedValue)}`;
    const cast = this.#votes.some((vote) => sameBallot(vote.ballot, acceptedBallot) && vote.value === acceptedValue);
    if (isBallot(acceptedBallot) && !cast) yield this.#broken('PromiseTruthful', `${reported}, for which it had not voted`);
    const hidden = this.#votes.find(
      (vote) => compareBallots(vote.ballot, acceptedBallot) > 0 && compareBallots(vote.ballot, ballot) < 0,
    );
    if (hidden === undefined) return;
    yield this.#broken('PromiseTruthful', `${reported}, though it had accepted ${formatVote(hidden.ballot, hidden.value)}`);
  }

  /** VoteDurable. */
  *#accepted({ ballot, value }: Accepted): Iterable<Broken> {
    const known = this.#votes.some((vote) => sameBallot(vote.ballot, ballot) && vote.value === value);
    if (!known) {
      yield* this.#vote({ ballot, value });
      yield this.#broken('VoteDurable', `told of its vote for ${formatVote(ballot, value)}, which it had not saved`);
    }
    // To vote at a ballot is to promise it.
    if (compareBallots(ballot, this.#highest) > 0) this.#highest = ballot;
  }

  #broken(check: string, text: string): Broken {
    return { check, text: `in instance ${this.#instance}, n${this.#node} ${text}` };
  }
}

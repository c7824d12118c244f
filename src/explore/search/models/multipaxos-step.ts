/** The invariants of Multi-Paxos that one server alone can break: what it says now against what it said before. */
import { compareBallots, formatBallot, isBallot, NO_BALLOT, sameBallot, type Ballot } from '../../../protocol/ballot.ts';
import { textOf } from '../../../protocol/multipaxos/command.ts';
import { formatVote } from '../../../protocol/paxos/messages.ts';
import type { Accepted, MultiPaxosMessage, Prepare, Promised } from '../../../protocol/multipaxos/messages.ts';
import { readRecord } from '../../../protocol/multipaxos/records.ts';
import type { NodeId, Saved } from '../../../protocol/protocol.ts';
import type { Broken, Moment, Wanted } from '../model.ts';
import { toldBallotOf, type LogTold, type SlotVote } from './multipaxos-told.ts';

/** Goes through a step, moment by moment. */
export class LogStep {
  readonly #node: NodeId;
  readonly #crashed: number;
  readonly #before: LogTold;
  /** Votes that are or were on its disk. */
  readonly #votes: SlotVote[];
  /** The promise on its disk, and the round. */
  #promised: Ballot = NO_BALLOT;
  #round = 0;
  #highest: Ballot;

  constructor(node: NodeId, before: LogTold, disk: readonly Saved[], crashed: number) {
    this.#node = node;
    this.#crashed = crashed;
    this.#before = before;
    this.#votes = [...before.votes];
    this.#highest = before.highest;
    this.#read(disk);
  }

  /** The first thing that is wrong in it, of those that are looked at. */
  check(moments: readonly Moment[], wanted: Wanted): Broken | null {
    let broken: Broken | null = null;
    for (const moment of moments) {
      for (const found of this.#moment(moment)) if (wanted(found.check)) broken ??= found;
      if (moment.type !== 'said' || moment.saying.type !== 'message') continue;
      const told = toldBallotOf(moment.saying.message as MultiPaxosMessage);
      if (compareBallots(told, this.#highest) > 0) this.#highest = told;
    }
    return broken;
  }

  #moment(moment: Moment): Iterable<Broken> {
    if (moment.type === 'start') return this.#start(moment.stored);
    if (moment.type === 'save') return this.#save(moment.records);
    if (moment.saying.type !== 'message') return [];
    const message = moment.saying.message as MultiPaxosMessage;
    if (message.type === 'prepare') return this.#prepare(message);
    if (message.type === 'promise') return this.#promise(message);
    return message.type === 'accepted' ? this.#accepted(message) : [];
  }

  #read(records: readonly Saved[]): void {
    for (const record of records) {
      const fact = readRecord(record);
      if (fact?.type === 'ballot') this.#promised = fact.ballot;
      if (fact?.type === 'round') this.#round = fact.round;
    }
  }

  /** PromisedNeverFalls, over a restart; so for votes, VoteDurable. */
  *#start(stored: readonly Saved[]): Iterable<Broken> {
    [this.#promised, this.#round] = [NO_BALLOT, 0];
    this.#read(stored);
    if (compareBallots(this.#promised, this.#highest) >= 0) return;
    const left = isBallot(this.#promised) ? `only a promise of ${formatBallot(this.#promised)}` : 'no promise';
    yield this.#broken('PromisedNeverFalls', `had promised ${formatBallot(this.#highest)}, and restarts with ${left} on its disk`);
  }

  /** PromisedNeverFalls, while running; P1a, since a vote is cast when it is saved. */
  *#save(records: readonly Saved[]): Iterable<Broken> {
    const before = this.#promised;
    this.#read(records);
    const after = this.#promised;
    if (compareBallots(after, before) < 0) {
      yield this.#broken('PromisedNeverFalls', `promised ${formatBallot(after)} after it had promised ${formatBallot(before)}`);
    }
    const promised = compareBallots(this.#highest, before) > 0 ? this.#highest : before;
    for (const record of records) {
      const fact = readRecord(record);
      if (fact?.type !== 'vote') continue;
      const vote: SlotVote = { slot: fact.slot, ballot: fact.vote.ballot, value: textOf(fact.vote.command) };
      if (this.#cast(vote.slot, vote.ballot) !== undefined) continue;
      this.#votes.push(vote);
      if (compareBallots(vote.ballot, promised) >= 0) continue;
      const voted = `accepted ${formatVote(vote.ballot, vote.value)} in slot ${vote.slot}`;
      yield this.#broken('P1a', `${voted} after it had promised ${formatBallot(promised)}`);
    }
  }

  #cast(slot: number, ballot: Ballot): SlotVote | undefined {
    return this.#votes.find((vote) => vote.slot === slot && sameBallot(vote.ballot, ballot));
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

  /** PromisedNeverFalls and PromiseTruthful: what is reported of each slot from the one asked for on. */
  *#promise({ ballot, from, items, next }: Promised): Iterable<Broken> {
    const name = formatBallot(ballot);
    if (compareBallots(ballot, this.#highest) < 0) {
      yield this.#broken('PromisedNeverFalls', `promised ${name} after it had promised ${formatBallot(this.#highest)}`);
    }
    if (compareBallots(this.#promised, ballot) < 0) {
      const saved = isBallot(this.#promised) ? formatBallot(this.#promised) : 'nothing';
      yield this.#broken('PromiseTruthful', `promised ${name}, but the promise on its disk is ${saved}`);
    }
    for (const item of items) {
      const reported = `reported ${formatVote(item.ballot, textOf(item.command))} in slot ${item.slot}`;
      if (this.#cast(item.slot, item.ballot)?.value === textOf(item.command)) continue;
      yield this.#broken('PromiseTruthful', `promised ${name} and ${reported}, for which it had not voted`);
    }
    for (const vote of this.#votes) {
      if (vote.slot < from || (next > 0 && vote.slot >= next) || compareBallots(vote.ballot, ballot) >= 0) continue;
      const reported = items.find(({ slot }) => slot === vote.slot)?.ballot ?? NO_BALLOT;
      if (compareBallots(vote.ballot, reported) <= 0) continue;
      const hidden = `${formatVote(vote.ballot, vote.value)} in slot ${vote.slot}`;
      yield this.#broken('PromiseTruthful', `promised ${name} without a word about ${hidden}, which it had accepted`);
    }
  }

  /** VoteDurable. */
  *#accepted({ ballot, slot }: Accepted): Iterable<Broken> {
    if (this.#cast(slot, ballot) !== undefined) return;
    const name = formatBallot(ballot);
    if (compareBallots(ballot, this.#highest) < 0) {
      yield this.#broken('P1a', `voted at ${name} in slot ${slot} after it had promised ${formatBallot(this.#highest)}`);
    }
    yield this.#broken('VoteDurable', `told of its vote at ${name} in slot ${slot}, which it had not saved`);
  }

  #broken(check: string, text: string): Broken {
    return { check, text: `n${this.#node} ${text}` };
  }
}

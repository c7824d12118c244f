/**
 * The invariants of single-decree Paxos (protocol/paxos/invariants.ts, by the same names) as functions of the global
 * state: of what every node has said so far, and of the disks. What is said is never taken back, so a contradiction that
 * has come about stays, and it does not matter in which order things were said.
 */
import { compareBallots, isBallot, NO_BALLOT, sameBallot, type Ballot } from '../../../protocol/ballot.ts';
import type { PaxosConfig } from '../../../protocol/paxos/config.ts';
import { formatVote } from '../../../protocol/paxos/messages.ts';
import type { NodeId } from '../../../protocol/protocol.ts';
import { isQuorum, type Phase } from '../../../protocol/quorum.ts';
import type { Broken, Sometimes, Wanted } from '../model.ts';
import { type Told, type Vote, type Votes } from './paxos-told.ts';

export class PaxosState {
  readonly #config: PaxosConfig;
  readonly #acceptors: readonly NodeId[];
  readonly #values: readonly string[];
  readonly #instance: number;
  readonly #votes: Votes;
  readonly #checks: readonly ((told: readonly Told[]) => Broken | null)[];

  constructor(config: PaxosConfig, nodes: readonly NodeId[], values: readonly string[], instance: number, votes: Votes, wanted: Wanted) {
    this.#config = config;
    this.#acceptors = nodes.filter((_, i) => config.roles[i]!.includes('acceptor'));
    this.#values = values;
    this.#instance = instance;
    this.#votes = votes;
    const checks = [
      { name: 'Agreement', check: this.#agreement },
      { name: 'OneValuePerBallot', check: this.#oneValuePerBallot },
      { name: 'ShowsSafeAt', check: this.#showsSafeAt },
      { name: 'ChosenByQuorum', check: this.#chosenByQuorum },
      { name: 'Validity', check: this.#validity },
    ];
    this.#checks = checks.filter(({ name }) => wanted(name)).map(({ check }) => (told) => check.call(this, told));
  }

  /** The first that does not hold. */
  check(told: readonly Told[]): Broken | null {
    for (const check of this.#checks) {
      const broken = check(told);
      if (broken !== null) return broken;
    }
    return null;
  }

  get sometimes(): readonly Sometimes[] {
    return [
      { name: 'proposes', meaning: 'A proposer has promises of a quorum and proposes a value.' },
      { name: 'chosen', meaning: 'A value is chosen.' },
      { name: 'learned', meaning: 'A learner knows what is chosen.' },
      { name: 'duel', meaning: 'Two proposers have had promises of a quorum, each for a ballot of its own.' },
      { name: 'adopts', meaning: 'A proposer proposes a value that it was not asked for, because a vote was reported.' },
      { name: 'not only the first', meaning: 'A value is chosen at a second round or a later one.' },
      ...this.#values.map((value) => ({ name: `chosen ${value}`, meaning: `The value chosen is ${value}.`, ofValue: true })),
    ];
  }

  seen(told: readonly Told[]): number {
    const chosen = this.#chosen(told);
    const proposers = told.filter(({ proposals }) => proposals.length > 0);
    const facts = [
      proposers.length > 0,
      chosen.length > 0,
      told.some((one) => one.chosen.length > 0),
      proposers.length > 1,
      proposers.some(({ proposals, asked }) => proposals.some(({ value }) => !asked.includes(value))),
      chosen.some(({ ballot }) => ballot.round > 1),
      ...this.#values.map((value) => chosen.some((vote) => vote.value === value)),
    ];
    return facts.reduce((bits, fact, at) => (fact ? bits | (1 << at) : bits), 0);
  }

  /** What phase-2 quorums have voted for. */
  #chosen(told: readonly Told[]): readonly Vote[] {
    let all = 0;
    for (const { voteBits } of told) all |= voteBits;
    const chosen: Vote[] = [];
    for (; all !== 0; all &= all - 1) {
      const bit = all & -all;
      if (this.#isQuorum(2, this.#voters(told, bit))) chosen.push(this.#votes.all[31 - Math.clz32(bit)]!);
    }
    return chosen;
  }

  #voters(told: readonly Told[], bit: number): NodeId[] {
    const voters: NodeId[] = [];
    for (const { node, voteBits } of told) if ((voteBits & bit) !== 0) voters.push(node);
    return voters;
  }

  #isQuorum(phase: Phase, present: readonly NodeId[]): boolean {
    return isQuorum(this.#config.quorum, phase, this.#acceptors, present);
  }

  #agreement(told: readonly Told[]): Broken | null {
    const decided = this.#chosen(told);
    if (decided.length === 0 && told.every(({ chosen }) => chosen.length === 0)) return null;
    const ways = decided.map((vote) => {
      const voters = this.#voters(told, this.#votes.bit(vote)).map((node) => `n${node}`);
      return { ...vote, how: `is accepted by ${voters.join(', ')}` };
    });
    for (const { node, chosen } of told) for (const vote of chosen) ways.push({ ...vote, how: `is learned by n${node}` });
    const [first] = ways;
    const other = ways.find(({ value }) => value !== first!.value);
    if (other === undefined) return null;
    const text = `${formatVote(first!.ballot, first!.value)} ${first!.how}, but ${formatVote(other.ballot, other.value)} ${other.how}`;
    return { check: 'Agreement', text: `in instance ${this.#instance}, ${text}` };
  }

  #oneValuePerBallot(told: readonly Told[]): Broken | null {
    let all = 0;
    for (const { voteBits, proposalBits } of told) all |= voteBits | proposalBits;
    for (; all !== 0; all &= all - 1) {
      const vote = this.#votes.all[31 - Math.clz32(all & -all)]!;
      for (let rest = all & (all - 1); rest !== 0; rest &= rest - 1) {
        const other = this.#votes.all[31 - Math.clz32(rest & -rest)]!;
        if (!sameBallot(vote.ballot, other.ballot)) continue;
        const [a, b] = [vote, other].map(({ ballot, value }) => formatVote(ballot, value));
        return { check: 'OneValuePerBallot', text: `in instance ${this.#instance}, there are ${a} and ${b}` };
      }
    }
    return null;
  }

  #showsSafeAt(told: readonly Told[]): Broken | null {
    for (const { node, proposals } of told) {
      for (const { ballot, value } of proposals) {
        if (this.#isSafe(told, ballot, value)) continue;
        const proposed = `n${node} proposed ${formatVote(ballot, value)} in instance ${this.#instance}`;
        return { check: 'ShowsSafeAt', text: `${proposed}, but no quorum of promises shows it safe` };
      }
    }
    return null;
  }

  /** `ShowsSafeAt` of the TLA+ module. */
  #isSafe(told: readonly Told[], ballot: Ballot, value: string): boolean {
    if (this.#isQuorum(1, promisers(told, ballot, NO_BALLOT))) return true;
    for (const { promises } of told) {
      for (const { ballot: promised, acceptedBallot, acceptedValue } of promises) {
        const fits = isBallot(acceptedBallot) && acceptedValue === value && sameBallot(promised, ballot);
        if (fits && this.#isQuorum(1, promisers(told, ballot, acceptedBallot))) return true;
      }
    }
    return false;
  }

  #chosenByQuorum(told: readonly Told[]): Broken | null {
    for (const { node, chosen } of told) {
      for (const { ballot, value, quorum } of chosen) {
        const voters = this.#voters(told, this.#votes.bit({ ballot, value }));
        const learned = this.#learned(node, { ballot, value });
        const absent = quorum.find((member) => !voters.includes(member));
        if (absent !== undefined) {
          return { check: 'ChosenByQuorum', text: `${learned} by the vote of n${absent}, which had not accepted it` };
        }
        if (!this.#isQuorum(2, quorum.length > 0 ? quorum : voters)) {
          const by = voters.length > 0 ? `only ${voters.map((voter) => `n${voter}`).join(', ')}` : 'nobody';
          return { check: 'ChosenByQuorum', text: `${learned}, but ${by} had accepted it, which is no quorum` };
        }
      }
    }
    return null;
  }

  #validity(told: readonly Told[]): Broken | null {
    for (const { node, chosen } of told) {
      for (const vote of chosen) {
        if (told.some(({ asked }) => asked.includes(vote.value))) continue;
        return { check: 'Validity', text: `${this.#learned(node, vote)}, which no client had asked for` };
      }
    }
    return null;
  }

  #learned(node: NodeId, { ballot, value }: Vote): string {
    return `n${node} learned ${formatVote(ballot, value)} in instance ${this.#instance}`;
  }
}

/** The acceptors that promised the ballot and reported no vote above `limit`. */
function promisers(told: readonly Told[], ballot: Ballot, limit: Ballot): NodeId[] {
  const nodes: NodeId[] = [];
  for (const { node, promises } of told) {
    for (const promise of promises) {
      if (sameBallot(promise.ballot, ballot) && compareBallots(promise.acceptedBallot, limit) <= 0) {
        nodes.push(node);
        break;
      }
    }
  }
  return nodes;
}


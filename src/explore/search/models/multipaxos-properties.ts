/**
 * The invariants of Multi-Paxos (protocol/multipaxos/invariants.ts, by the same names) as functions of the global state:
 * of what every server has said so far, and saved. What is said is never taken back.
 */
import { compareBallots, NO_BALLOT, sameBallot, type Ballot } from '../../../protocol/ballot.ts';
import { sortOf, textOf } from '../../../protocol/multipaxos/command.ts';
import type { MultiPaxosConfig } from '../../../protocol/multipaxos/config.ts';
import type { Promised } from '../../../protocol/multipaxos/messages.ts';
import { formatVote } from '../../../protocol/paxos/messages.ts';
import type { NodeId } from '../../../protocol/protocol.ts';
import { isQuorum, type Phase } from '../../../protocol/quorum.ts';
import type { Broken, Sometimes, Wanted } from '../model.ts';
import type { LogTold, SlotVote, SlotVotes } from './multipaxos-told.ts';

type Check = (told: readonly LogTold[]) => Broken | null;

/** Those of the invariants that are looked at; the others are about clients, members, or what no small scope reaches. */
export const LOG_PROPERTIES: readonly string[] = [
  'Agreement',
  'Validity',
  'ChosenByQuorum',
  'ShowsSafe',
  'OneValuePerBallot',
  'BallotsUnique',
  'P1a',
  'PromiseTruthful',
  'VoteDurable',
  'PromisedNeverFalls',
  'AppliedInOrder',
];

export const logSometimes: readonly Sometimes[] = [
  { name: 'leads', meaning: 'A server proposes in a slot.' },
  { name: 'chosen', meaning: 'A command is chosen.' },
  { name: 'learned', meaning: 'A server that does not lead learns a command that is chosen.' },
  { name: 'two slots', meaning: 'Two slots are chosen.' },
  { name: 'takes over', meaning: 'A second leader proposes in a slot what the first had proposed there.' },
  { name: 'fills a gap', meaning: 'A second leader closes a slot with a no-op.' },
];

export class LogState {
  readonly #config: MultiPaxosConfig;
  readonly #nodes: readonly NodeId[];
  readonly #votes: SlotVotes;
  readonly #checks: readonly Check[];

  constructor(config: MultiPaxosConfig, nodes: readonly NodeId[], votes: SlotVotes, wanted: Wanted) {
    this.#config = config;
    this.#nodes = nodes;
    this.#votes = votes;
    const checks: readonly { readonly name: string; readonly check: Check }[] = [
      { name: 'Agreement', check: (told) => this.#agreement(told) },
      { name: 'OneValuePerBallot', check: (told) => this.#oneValuePerBallot(told) },
      { name: 'ShowsSafe', check: (told) => this.#showsSafe(told) },
      { name: 'ChosenByQuorum', check: (told) => this.#chosenByQuorum(told) },
      { name: 'AppliedInOrder', check: (told) => this.#appliedInOrder(told) },
      { name: 'Validity', check: (told) => this.#validity(told) },
    ];
    this.#checks = checks.filter(({ name }) => wanted(name)).map(({ check }) => check);
  }

  /** The first that does not hold. */
  check(told: readonly LogTold[]): Broken | null {
    for (const check of this.#checks) {
      const broken = check(told);
      if (broken !== null) return broken;
    }
    return null;
  }

  /** Bits, in the order of `logSometimes`. */
  seen(told: readonly LogTold[]): number {
    const chosen = this.#chosen(told);
    const proposals = this.#votes.of(told.reduce((bits, { proposalBits }) => bits | proposalBits, 0));
    const facts = [
      proposals.length > 0,
      chosen.length > 0,
      told.some((one) => one.chosen.some(({ quorum }) => quorum.length === 0)),
      new Set(chosen.map(({ slot }) => slot)).size > 1,
      proposals.some((one) => proposals.some((other) => isTakenOver(one, other))),
      proposals.some(({ value }) => sortOf(value) === 'no-op'),
    ];
    return facts.reduce((bits, fact, at) => (fact ? bits | (1 << at) : bits), 0);
  }

  /** What phase-2 quorums have voted for. */
  #chosen(told: readonly LogTold[]): readonly SlotVote[] {
    let all = 0;
    for (const { voteBits } of told) all |= voteBits;
    const chosen: SlotVote[] = [];
    for (; all !== 0; all &= all - 1) {
      const bit = all & -all;
      if (this.#isQuorum(2, votersOf(told, bit))) chosen.push(this.#votes.all[31 - Math.clz32(bit)]!);
    }
    return chosen;
  }

  #isQuorum(phase: Phase, present: readonly NodeId[]): boolean {
    return isQuorum(this.#config.quorum, phase, this.#nodes, present);
  }

  #agreement(told: readonly LogTold[]): Broken | null {
    const ways = this.#chosen(told).map((vote) => {
      const voters = votersOf(told, this.#votes.bit(vote)).map((node) => `n${node}`);
      return { ...vote, how: `is accepted by ${voters.join(', ')}` };
    });
    for (const { node, chosen } of told) for (const vote of chosen) ways.push({ ...vote, how: `is learned by n${node}` });
    for (const [at, one] of ways.entries()) {
      const other = ways.find(({ slot, value }, index) => index > at && slot === one.slot && value !== one.value);
      if (other === undefined) continue;
      const text = `${formatVote(one.ballot, one.value)} ${one.how}, but ${formatVote(other.ballot, other.value)} ${other.how}`;
      return { check: 'Agreement', text: `in slot ${one.slot}, ${text}` };
    }
    return null;
  }

  #oneValuePerBallot(told: readonly LogTold[]): Broken | null {
    const all = this.#votes.of(told.reduce((bits, { voteBits, proposalBits }) => bits | voteBits | proposalBits, 0));
    for (const [at, one] of all.entries()) {
      const other = all.find((vote, index) => index > at && vote.slot === one.slot && sameBallot(vote.ballot, one.ballot));
      if (other === undefined) continue;
      const [a, b] = [one, other].map(({ ballot, value }) => formatVote(ballot, value));
      return { check: 'OneValuePerBallot', text: `in slot ${one.slot}, there are ${a} and ${b}` };
    }
    return null;
  }

  #showsSafe(told: readonly LogTold[]): Broken | null {
    for (const { node, proposalBits } of told) {
      for (const vote of this.#votes.of(proposalBits)) {
        if (this.#isSafe(told, vote)) continue;
        const proposed = `n${node} proposed ${formatVote(vote.ballot, vote.value)} in slot ${vote.slot}`;
        return { check: 'ShowsSafe', text: `${proposed}, but no quorum of promises shows it safe` };
      }
    }
    return null;
  }

  /** `ShowsSafeAt` of the TLA+ module `Paxos`, of a slot. */
  #isSafe(told: readonly LogTold[], { slot, ballot, value }: SlotVote): boolean {
    const reports = told.flatMap((one) => reportsOf(one, slot, ballot));
    const upTo = (limit: Ballot): NodeId[] => {
      const nodes = reports.flatMap(({ node, vote }) => (compareBallots(vote?.ballot ?? NO_BALLOT, limit) <= 0 ? [node] : []));
      return [...new Set(nodes)];
    };
    if (this.#isQuorum(1, upTo(NO_BALLOT))) return true;
    return reports.some(({ vote }) => vote?.value === value && this.#isQuorum(1, upTo(vote.ballot)));
  }

  /** Of those that learn, and of those that say how far all is chosen. */
  #chosenByQuorum(told: readonly LogTold[]): Broken | null {
    if (told.every(({ chosen, upTo }) => chosen.length === 0 && upTo === 0)) return null;
    const decided = this.#chosen(told);
    for (const { node, chosen, upTo } of told) {
      for (const { slot, ballot, value, quorum } of chosen) {
        const voters = votersOf(told, this.#votes.bit({ slot, ballot, value }));
        const learned = `n${node} learned ${formatVote(ballot, value)} in slot ${slot}`;
        const absent = quorum.find((member) => !voters.includes(member));
        if (absent !== undefined) {
          return { check: 'ChosenByQuorum', text: `${learned} by the vote of n${absent}, which had not accepted it` };
        }
        // Told by another, it may have been chosen at another ballot.
        const is = quorum.length > 0 ? this.#isQuorum(2, quorum) : decided.some((vote) => vote.slot === slot && vote.value === value);
        if (!is) return { check: 'ChosenByQuorum', text: `${learned}, which no quorum had accepted` };
      }
      for (let slot = 1; slot <= upTo; slot++) {
        if (decided.some((vote) => vote.slot === slot)) continue;
        return { check: 'ChosenByQuorum', text: `n${node} said that all is chosen up to slot ${upTo}, but nothing is in slot ${slot}` };
      }
    }
    return null;
  }

  /** A slot is taken in when it is known, right after the one before it: at the first, or where an earlier go has ended. */
  #appliedInOrder(told: readonly LogTold[]): Broken | null {
    for (const { node, chosen, applied } of told) {
      for (const { first, last } of applied) {
        const said = `n${node} applied the slots from ${first} to ${last}`;
        if (first > 1 && !applied.some((before) => before.last === first - 1)) {
          return { check: 'AppliedInOrder', text: `${said}, and not the one before` };
        }
        for (let slot = first; slot <= last; slot++) {
          if (chosen.some((vote) => vote.slot === slot)) continue;
          return { check: 'AppliedInOrder', text: `${said}, but had not learned what is chosen in slot ${slot}` };
        }
      }
    }
    return null;
  }

  #validity(told: readonly LogTold[]): Broken | null {
    for (const { node, chosen } of told) {
      for (const { slot, ballot, value } of chosen) {
        if (sortOf(value) !== 'command' || told.some(({ asked }) => asked.includes(value))) continue;
        const learned = `n${node} learned ${formatVote(ballot, value)} in slot ${slot}`;
        return { check: 'Validity', text: `${learned}, which no client had asked for` };
      }
    }
    return null;
  }
}

function isTakenOver(one: SlotVote, other: SlotVote): boolean {
  return one.slot === other.slot && one.value === other.value && one.ballot.node !== other.ballot.node;
}

function votersOf(told: readonly LogTold[], bit: number): NodeId[] {
  const voters: NodeId[] = [];
  for (const { node, voteBits } of told) if ((voteBits & bit) !== 0) voters.push(node);
  return voters;
}

interface Report {
  readonly node: NodeId;
  readonly vote: { readonly ballot: Ballot; readonly value: string } | null;
}

/** What it reported of the slot to the candidate of the ballot. The candidate knows what it has voted for itself. */
function reportsOf({ node, promises, prepared, votes }: LogTold, slot: number, ballot: Ballot): Report[] {
  const reports = promises.filter((promise) => sameBallot(promise.ballot, ballot) && speaksOf(promise, slot)).map(({ items }): Report => {
    const item = items.find((one) => one.slot === slot);
    return { node, vote: item === undefined ? null : { ballot: item.ballot, value: textOf(item.command) } };
  });
  if (!prepared.some((own) => sameBallot(own, ballot))) return reports;
  const earlier = votes.filter((vote) => vote.slot === slot && compareBallots(vote.ballot, ballot) < 0);
  const highest = earlier.toSorted((a, b) => compareBallots(b.ballot, a.ballot))[0] ?? null;
  return [...reports, { node, vote: highest }];
}

function speaksOf({ from, next, edge }: Promised, slot: number): boolean {
  return from <= slot && edge < slot && (next === 0 || slot < next);
}

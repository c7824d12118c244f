/** What of all that a node has said, and has on its disk, the properties of single-decree Paxos are about. */
import { compareBallots, isBallot, NO_BALLOT, sameBallot, type Ballot } from '../../../protocol/ballot.ts';
import type { PaxosMessage, Promised } from '../../../protocol/paxos/messages.ts';
import { readRecord, type AcceptorSlot } from '../../../protocol/paxos/state.ts';
import type { NodeId, Saved } from '../../../protocol/protocol.ts';
import type { Saying } from '../model.ts';
import { Numbered } from './numbered.ts';

/** A ballot and a value. */
export interface Vote {
  readonly ballot: Ballot;
  readonly value: string;
}

export interface Told {
  readonly node: NodeId;
  /** Votes that it has told of, or has or had on its disk between two steps: they are cast. */
  readonly votes: readonly Vote[];
  readonly proposals: readonly Vote[];
  readonly promises: readonly Promised[];
  readonly prepared: readonly Ballot[];
  readonly chosen: readonly (Vote & { readonly quorum: readonly NodeId[] })[];
  /** The values that it was asked for. */
  readonly asked: readonly string[];
  /** The highest ballot that it told others it promised or accepted. */
  readonly highest: Ballot;
  /** The same votes and proposals, as bits. */
  readonly voteBits: number;
  readonly proposalBits: number;
}

export type Votes = Numbered<Vote>;

/** Numbers for ballots with values. */
export function numberVotes(): Votes {
  return new Numbered<Vote>(sameVote, ({ ballot, value }) => ({ ballot, value }));
}

/** What the disk holds of one instance. */
export function slotOf(disk: readonly Saved[], instance: number): AcceptorSlot | null {
  for (const record of disk) {
    const fact = readRecord(record);
    if (fact.type === 'slot' && fact.instance === instance) return fact.slot;
  }
  return null;
}

/** The highest round on the disk; 0 for none. */
export function roundOf(disk: readonly Saved[]): number {
  for (const record of disk) {
    const fact = readRecord(record);
    if (fact.type === 'round') return fact.round;
  }
  return 0;
}

export function toldBy(node: NodeId, said: readonly Saying[], disk: readonly Saved[], instance: number, numbers: Votes): Told {
  const votes: Vote[] = [];
  const proposals: Vote[] = [];
  const promises: Promised[] = [];
  const prepared: Ballot[] = [];
  const chosen: (Vote & { readonly quorum: readonly NodeId[] })[] = [];
  const asked: string[] = [];
  let highest = NO_BALLOT;
  for (const saying of said) {
    if (saying.type === 'asked') asked.push(saying.value);
    else if (saying.type === 'found') addOnce(votes, saying, sameVote);
    else if (saying.type === 'chosen') {
      if (saying.slot === instance) chosen.push(saying);
    } else if (saying.type === 'message') {
      const message = saying.message as PaxosMessage;
      if (message.instance !== instance) continue;
      if (message.type === 'prepare') addOnce(prepared, message.ballot, sameBallot);
      if (message.type === 'promise') promises.push(message);
      if (message.type === 'accept') addOnce(proposals, message, sameVote);
      if (message.type === 'accepted') addOnce(votes, message, sameVote);
      const tells = message.type === 'promise' || message.type === 'accepted';
      if (tells && compareBallots(message.ballot, highest) > 0) highest = message.ballot;
    }
  }
  const slot = slotOf(disk, instance);
  if (slot !== null && isBallot(slot.acceptedBallot)) {
    addOnce(votes, { ballot: slot.acceptedBallot, value: slot.acceptedValue }, sameVote);
  }
  const bitsOf = (some: readonly Vote[]): number => some.reduce((bits, vote) => bits | numbers.bit(vote), 0);
  return {
    node,
    votes,
    proposals,
    promises,
    prepared,
    chosen,
    asked,
    highest,
    voteBits: bitsOf(votes),
    proposalBits: bitsOf(proposals),
  };
}

export function sameVote(a: Vote, b: Vote): boolean {
  return a.value === b.value && sameBallot(a.ballot, b.ballot);
}

function addOnce<T>(list: T[], item: T, same: (a: T, b: T) => boolean): void {
  if (!list.some((known) => same(known, item))) list.push(item);
}

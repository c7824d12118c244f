/** What of all that a server has said, and has saved, the properties of Multi-Paxos are about. */
import { compareBallots, NO_BALLOT, sameBallot, type Ballot } from '../../../protocol/ballot.ts';
import { textOf } from '../../../protocol/multipaxos/command.ts';
import type { MultiPaxosMessage, Promised } from '../../../protocol/multipaxos/messages.ts';
import type { NodeId } from '../../../protocol/protocol.ts';
import type { Saying } from '../model.ts';
import { Numbered } from './numbered.ts';

/** A ballot and a command, by its text, in a slot. */
export interface SlotVote {
  readonly slot: number;
  readonly ballot: Ballot;
  readonly value: string;
}

export interface LogTold {
  readonly node: NodeId;
  /** Votes that it has or had on its disk: they are cast. */
  readonly votes: readonly SlotVote[];
  readonly promises: readonly Promised[];
  readonly prepared: readonly Ballot[];
  readonly chosen: readonly (SlotVote & { readonly quorum: readonly NodeId[] })[];
  /** Slots that its state machine took in, in one go each. */
  readonly applied: readonly { readonly first: number; readonly last: number }[];
  /** It said that every slot up to this one is chosen. */
  readonly upTo: number;
  /** The commands that it was asked for. */
  readonly asked: readonly string[];
  /** The highest ballot that it told others it promised or accepted; its own included. */
  readonly highest: Ballot;
  /** The votes, and what it proposed, as bits. */
  readonly voteBits: number;
  readonly proposalBits: number;
}

export type SlotVotes = Numbered<SlotVote>;

/** Numbers for commands at ballots in slots. */
export function numberSlotVotes(): SlotVotes {
  return new Numbered<SlotVote>(
    (a, b) => a.slot === b.slot && a.value === b.value && sameBallot(a.ballot, b.ballot),
    ({ slot, ballot, value }) => ({ slot, ballot, value }),
  );
}

export function logToldBy(node: NodeId, said: readonly Saying[], numbers: SlotVotes): LogTold {
  const promises: Promised[] = [];
  const prepared: Ballot[] = [];
  const chosen: (SlotVote & { readonly quorum: readonly NodeId[] })[] = [];
  const applied: { readonly first: number; readonly last: number }[] = [];
  const asked: string[] = [];
  let [highest, upTo, voteBits, proposalBits] = [NO_BALLOT, 0, 0, 0];
  for (const saying of said) {
    if (saying.type === 'asked') asked.push(saying.value);
    else if (saying.type === 'found') voteBits |= numbers.bit(saying);
    else if (saying.type === 'chosen') chosen.push({ slot: saying.slot, ballot: saying.ballot, value: saying.value, quorum: saying.quorum });
    else if (saying.type === 'applied') applied.push({ first: saying.first, last: saying.last });
    else {
      const message = saying.message as MultiPaxosMessage;
      if (message.type === 'prepare' && !prepared.some((known) => sameBallot(known, message.ballot))) prepared.push(message.ballot);
      if (message.type === 'promise') promises.push(message);
      if (message.type === 'accept') proposalBits |= numbers.bit({ slot: message.slot, ballot: message.ballot, value: textOf(message.command) });
      upTo = Math.max(upTo, claimOf(message));
      const told = toldBallotOf(message);
      if (compareBallots(told, highest) > 0) highest = told;
    }
  }
  return { node, votes: numbers.of(voteBits), promises, prepared, chosen, applied, upTo, asked, highest, voteBits, proposalBits };
}

/** The slot up to which its sender says that all is chosen; 0: it says nothing of that. */
function claimOf(message: MultiPaxosMessage): number {
  switch (message.type) {
    case 'accept':
    case 'decide':
    case 'heartbeat':
    case 'promise':
      return message.upTo;
    default:
      return 0;
  }
}

/** The ballot that its sender tells to have promised; whoever votes at one, or prepares one, has promised it. */
export function toldBallotOf(message: MultiPaxosMessage): Ballot {
  return message.type === 'promise' || message.type === 'accepted' || message.type === 'prepare' ? message.ballot : NO_BALLOT;
}

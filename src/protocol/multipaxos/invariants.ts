/**
 * What must hold of everything that servers and clients do, checked fact by fact as it happens. (*Paxos Made Simple*,
 * sections 2 and 3; names as for single-decree Paxos where they mean the same, here of each slot.) The checker sees what
 * the contract lets anybody see, inputs and effects, and no server's memory: a server that fools itself is found out by
 * what it says. A fact counts as *said* when the effect took place, whether or not the network then lost it.
 *
 * Each fact costs as much as there are servers, or slots in what it speaks of.
 */
import type { Checker, Fact, Violation } from '../checker.ts';
import { isClient } from '../protocol.ts';
import type { Input, NodeId } from '../protocol.ts';
import type { MultiPaxosConfig, MultiPaxosRequest } from './config.ts';
import { forkFacts, noFacts, serverOf } from './facts.ts';
import type { MultiPaxosFacts } from './facts.ts';
import { onAccepted, onAlive, onPromise, onSave, onStart } from './invariants-acceptor.ts';
import { onInvoke, onReturn } from './invariants-client.ts';
import { onApply, onChosen, onLearned, onMembers, onUpTo } from './invariants-log.ts';
import { onPrepare, onPromised, onProposal } from './invariants-proposer.ts';
import type { MultiPaxosMessage } from './messages.ts';

/** The invariants, each with its meaning in one sentence. */
export const invariants = [
  { name: 'Agreement', meaning: 'At most one command is chosen in a slot.' },
  { name: 'Validity', meaning: 'Only an operation that a client asked for is chosen.' },
  { name: 'ChosenByQuorum', meaning: 'A command counts as chosen only if a phase-2 quorum of the slot’s members accepted it at one ballot.' },
  { name: 'ChosenStays', meaning: 'What is chosen in a slot is what every higher ballot proposes there.' },
  { name: 'ShowsSafe', meaning: 'A command is proposed in a slot only if a quorum of promises of its ballot shows it safe there.' },
  { name: 'NoOpOnlyInGaps', meaning: 'A no-op is proposed only where no promise reported a vote, or the highest vote reported was for one.' },
  { name: 'OneValuePerBallot', meaning: 'All proposals at one ballot and slot are for one command.' },
  { name: 'BallotsUnique', meaning: 'No ballot is used twice, not over a restart either; its round is saved first.' },
  { name: 'P1a', meaning: 'An acceptor accepts a ballot only if it has not promised a higher one.' },
  { name: 'PromiseTruthful', meaning: 'A promise is saved before it is told, and reports every vote in the slots that it was asked about.' },
  { name: 'VoteDurable', meaning: 'A vote is saved before anybody is told of it, and stays until its slot is in a snapshot.' },
  { name: 'PromisedNeverFalls', meaning: 'What an acceptor has promised never falls, not over a restart either.' },
  { name: 'OnlyMembersVote', meaning: 'Promises and votes count of a slot’s members only, each with the disk with which it became one.' },
  { name: 'AppliedInOrder', meaning: 'The log is applied slot by slot, without gaps, and only as far as it is chosen.' },
  { name: 'SameState', meaning: 'Snapshots of the same slots hold the same, whichever server made them.' },
  { name: 'OnceInEffect', meaning: 'A client is answered what its operation came to when it took effect, once, in the order of the log.' },
  { name: 'IdsUnique', meaning: 'No two transactions share an ID.' },
  { name: 'IdsNeverFall', meaning: 'A client that has been given an ID is given a higher one when it asks again.' },
] as const;

export const multipaxosInvariants: Checker<MultiPaxosFacts, MultiPaxosMessage, MultiPaxosConfig, MultiPaxosRequest> = {
  checks: invariants,
  hears: ['promise'],
  create: noFacts,
  observe,
  fork: forkFacts,
};

function observe(facts: MultiPaxosFacts, fact: Fact<MultiPaxosMessage, MultiPaxosRequest>): Violation | null {
  const { seq, node } = fact;
  if ('input' in fact) return isClient(node) ? null : onInput(facts, seq, node, fact.input);
  const { effect } = fact;
  switch (effect.type) {
    case 'save':
      return onSave(facts, seq, node, effect.records);
    case 'send':
      return isClient(node) ? null : onSend(facts, seq, node, effect.message);
    case 'chosen':
      return onChosen(facts, seq, node, effect);
    case 'apply':
      return onApply(facts, seq, node, effect);
    case 'members':
      return onMembers(facts, seq, node, effect);
    case 'invoke':
      return onInvoke(facts, seq, node, effect);
    case 'return':
      return onReturn(facts, seq, node, effect);
    default:
      return null;
  }
}

function onInput(
  facts: MultiPaxosFacts,
  seq: number,
  node: NodeId,
  input: Input<MultiPaxosMessage, MultiPaxosRequest>,
): Violation | null {
  if (input.type === 'start') return onStart(facts, seq, node, input.stored);
  if (input.type === 'request' && input.request.type === 'configure') serverOf(facts, node).config = input.request.config;
  if (input.type === 'message' && input.message.type === 'promise') onPromised(facts, seq, node, input.from, input.message);
  return null;
}

function onSend(facts: MultiPaxosFacts, seq: number, node: NodeId, message: MultiPaxosMessage): Violation | null {
  switch (message.type) {
    case 'prepare':
      return onPrepare(facts, seq, node, message);
    case 'promise':
      return onPromise(facts, seq, node, message);
    case 'accept':
      return onProposal(facts, seq, node, message.slot, message.ballot, message.command) ?? onUpTo(facts, seq, node, message.upTo);
    case 'accepted':
      return onAccepted(facts, seq, node, message);
    case 'alive':
      return onAlive(facts, seq, node, message);
    case 'decide':
    case 'heartbeat':
      return onUpTo(facts, seq, node, message.upTo);
    case 'learned':
      return onLearned(facts, seq, node, message.items);
    default:
      return null;
  }
}

/**
 * What must hold of everything the nodes do, checked fact by fact as it happens. (*Paxos Made Simple*, section 2; names
 * as in the TLA+ module `Paxos`.) The checker sees what the contract lets anybody see, inputs and effects, and no
 * node's memory: a node that fools itself is found out by what it says.
 *
 * A fact counts as *said* when the effect took place, whether or not the network then lost the message.
 */
import type { Checker, Fact, Violation } from '../checker.ts';
import type { Input, NodeId } from '../protocol.ts';
import type { PaxosConfig, PaxosRequest } from './config.ts';
import { configFact, forkFacts, instanceOf, noFacts } from './facts.ts';
import type { PaxosFacts } from './facts.ts';
import { onAccepted, onPromise, onSave, onStart } from './invariants-acceptor.ts';
import { onChosen } from './invariants-learner.ts';
import { onAccept, onPrepare } from './invariants-proposer.ts';
import type { PaxosMessage } from './messages.ts';

/** The invariants, each with its meaning in one sentence. */
export const invariants = [
  { name: 'Agreement', meaning: 'At most one value is chosen in an instance.' },
  { name: 'Validity', meaning: 'Only a value that a client asked for is chosen.' },
  { name: 'ChosenByQuorum', meaning: 'A value is learned only if a phase-2 quorum accepted it at one ballot.' },
  { name: 'ShowsSafeAt', meaning: 'A value is proposed only if a quorum of promises of its ballot shows it safe.' },
  { name: 'OneValuePerBallot', meaning: 'All proposals and votes at one ballot are for one value.' },
  { name: 'BallotsUnique', meaning: 'No ballot is used twice, not over a restart either; its round is saved first.' },
  { name: 'P1a', meaning: 'An acceptor accepts a ballot only if it has not promised a higher one.' },
  { name: 'PromiseTruthful', meaning: "A promise is saved before it is told, and reports the acceptor's last vote." },
  { name: 'VoteDurable', meaning: 'A vote is saved before anybody is told of it.' },
  { name: 'PromisedNeverFalls', meaning: 'What an acceptor has promised never falls, not over a restart either.' },
] as const;

export const paxosInvariants: Checker<PaxosFacts, PaxosMessage, PaxosConfig, PaxosRequest> = {
  checks: invariants,
  create: noFacts,
  observe,
  fork: forkFacts,
};

function observe(facts: PaxosFacts, fact: Fact<PaxosMessage, PaxosRequest>): Violation | null {
  const { seq, node } = fact;
  if ('input' in fact) return onInput(facts, seq, node, fact.input);
  const { effect } = fact;
  switch (effect.type) {
    case 'save':
      return onSave(facts, seq, node, effect.records);
    case 'chosen':
      return onChosen(facts, seq, node, effect);
    case 'send':
      return onSend(facts, seq, node, effect.message);
    default:
      return null;
  }
}

function onSend(facts: PaxosFacts, seq: number, node: NodeId, message: PaxosMessage): Violation | null {
  switch (message.type) {
    case 'prepare':
      return onPrepare(facts, seq, node, message);
    case 'promise':
      return onPromise(facts, seq, node, message);
    case 'accept':
      return onAccept(facts, seq, node, message);
    case 'accepted':
      return onAccepted(facts, seq, node, message);
    default:
      return null;
  }
}

function onInput(facts: PaxosFacts, seq: number, node: NodeId, input: Input<PaxosMessage, PaxosRequest>): Violation | null {
  if (input.type === 'start') return onStart(facts, seq, node, input.stored);
  if (input.type !== 'request') return null;
  if (input.request.type === 'propose') {
    const { instance, value } = input.request;
    const record = instanceOf(facts, instance);
    if (record !== null && !record.wanted.some((one) => one.value === value)) record.wanted.push({ value, seq });
  } else if (input.request.config.roles.length === facts.nodes.length) {
    facts.configs[node] = configFact(facts.nodes, input.request.config);
  }
  return null;
}

/**
 * What must hold of everything the nodes do, checked fact by fact as it happens. (*Paxos Made Simple*, section 2; names
 * as in the TLA+ module `Paxos`.) The checker sees what the contract lets anybody see, inputs and effects, and no
 * node's memory: a node that fools itself is found out by what it says.
 *
 * A fact counts as *said* when the effect took place, whether or not the network then lost the message.
 */
import { NO_BALLOT, compareBallots, formatBallot, isBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import type { Effect, Input, NodeId, Saved } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import type { PaxosConfig, PaxosRequest } from './config.ts';
import { acceptorOf, acceptorsOf, instanceOf, tallyFor } from './facts.ts';
import type { AcceptorFacts, InstanceFacts, PaxosFacts } from './facts.ts';
import { formatVote, quote } from './messages.ts';
import type { Accept, Accepted, PaxosMessage, Prepare, Promised } from './messages.ts';
import { readRecord } from './state.ts';

/** Something that happened at a node, in the order in which it happened there. */
export type Fact =
  | { readonly node: NodeId; readonly input: Input<PaxosMessage, PaxosRequest> }
  | { readonly node: NodeId; readonly effect: Effect<PaxosMessage> };

export type InvariantName =
  | 'P1a'
  | 'OneValuePerBallot'
  | 'BallotsUnique'
  | 'PromiseTruthful'
  | 'VoteDurable'
  | 'PromisedNeverFalls'
  | 'ShowsSafeAt'
  | 'ChosenByQuorum'
  | 'Agreement'
  | 'Validity';

/** The invariants, each with its meaning in one sentence. */
export const invariants: readonly { readonly name: InvariantName; readonly meaning: string }[] = [
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
];

/** Two facts that contradict each other. */
export interface Violation {
  readonly invariant: InvariantName;
  readonly instance: number;
  /** One sentence that names both facts. */
  readonly text: string;
}

/**
 * Takes note of a fact and says whether it contradicts an earlier one.
 * @returns the first violation found, or `null`. The facts stay usable after a violation.
 */
export function observe(facts: PaxosFacts, fact: Fact): Violation | null {
  if ('input' in fact) return onInput(facts, fact.node, fact.input);
  const { node, effect } = fact;
  if (effect.type === 'save') return firstOf(effect.records.map((record) => onSave(facts, node, record)));
  if (effect.type === 'chosen') return onChosen(facts, node, effect.slot, effect.ballot, effect.value, effect.quorum);
  if (effect.type !== 'send') return null;
  switch (effect.message.type) {
    case 'prepare':
      return onPrepare(facts, node, effect.message);
    case 'promise':
      return onPromise(facts, node, effect.message);
    case 'accept':
      return onAccept(facts, node, effect.message);
    case 'accepted':
      return onAccepted(facts, node, effect.message);
    default:
      return null;
  }
}

function onInput(facts: PaxosFacts, node: NodeId, input: Input<PaxosMessage, PaxosRequest>): Violation | null {
  if (input.type === 'start') return onStart(facts, node, input.stored);
  if (input.type !== 'request') return null;
  if (input.request.type === 'propose') {
    const { wanted } = instanceOf(facts, input.request.instance);
    if (!wanted.includes(input.request.value)) wanted.push(input.request.value);
  } else if (input.request.config.roles.length === facts.nodes.length) {
    facts.configs[node] = input.request.config;
  }
  return null;
}

/** PromisedNeverFalls, over a restart: the disk must still hold what others were told. Its votes are certain now. */
function onStart(facts: PaxosFacts, node: NodeId, stored: readonly Saved[]): Violation | null {
  const found = new Map<number, Ballot>();
  let violation: Violation | null = null;
  facts.incarnations[node] = (facts.incarnations[node] ?? 0) + 1;
  facts.rounds[node] = 0;
  for (const record of stored) {
    const fact = readRecord(record);
    if (fact.type === 'round') facts.rounds[node] = fact.round;
    if (fact.type !== 'slot') continue;
    const { instance, slot } = fact;
    found.set(instance, slot.promised);
    if (isBallot(slot.acceptedBallot)) {
      const clash = confirmVote(facts, node, instance, slot.acceptedBallot, slot.acceptedValue);
      violation ??= clash;
    }
  }
  for (const [instance, { acceptors }] of facts.instances) {
    const acceptor = acceptors[node];
    if (!acceptor) continue;
    const promised = found.get(instance) ?? NO_BALLOT;
    acceptor.saved = promised;
    if (compareBallots(promised, acceptor.told) >= 0) continue;
    const left = isBallot(promised) ? `only a promise of ${formatBallot(promised)}` : 'no promise';
    const before = `n${node} had promised ${formatBallot(acceptor.told)} in instance ${instance}`;
    const text = `${before}, and restarts with ${left} on its disk`;
    violation ??= { invariant: 'PromisedNeverFalls', instance, text };
  }
  return violation;
}

/** PromisedNeverFalls, while running; P1a, since a vote is cast when it is saved. */
function onSave(facts: PaxosFacts, node: NodeId, record: Saved): Violation | null {
  if (record.value === null) return null;
  const fact = readRecord(record);
  if (fact.type === 'round') {
    facts.rounds[node] = fact.round;
    return null;
  }
  const { instance, slot } = fact;
  const acceptor = acceptorOf(instanceOf(facts, instance), node);
  const before = acceptor.saved;
  const { acceptedBallot, acceptedValue } = slot;
  const voted = isBallot(acceptedBallot) && !acceptor.votes.some((vote) => sameBallot(vote.ballot, acceptedBallot));
  const violation = firstOf([
    voted ? checkVote(node, instance, acceptor, acceptedBallot, acceptedValue) : null,
    compareBallots(slot.promised, before) < 0 ? promiseFell(node, instance, before, slot.promised) : null,
  ]);
  acceptor.saved = slot.promised;
  if (voted) acceptor.votes.push({ ballot: acceptedBallot, value: acceptedValue, certain: false });
  return violation;
}

function promiseFell(node: NodeId, instance: number, from: Ballot, to: Ballot): Violation {
  const earlier = formatBallot(from);
  const text = `n${node} promised ${formatBallot(to)} in instance ${instance} after it had promised ${earlier}`;
  return { invariant: 'PromisedNeverFalls', instance, text };
}

/** P1a: no vote below a promise. */
function checkVote(
  node: NodeId,
  instance: number,
  acceptor: AcceptorFacts,
  ballot: Ballot,
  value: string,
): Violation | null {
  const promised = compareBallots(acceptor.told, acceptor.saved) > 0 ? acceptor.told : acceptor.saved;
  if (compareBallots(ballot, promised) >= 0) return null;
  const vote = formatVote(ballot, value);
  const text = `n${node} accepted ${vote} in instance ${instance} after it had promised ${formatBallot(promised)}`;
  return { invariant: 'P1a', instance, text };
}

/** BallotsUnique. */
function onPrepare(facts: PaxosFacts, node: NodeId, message: Prepare): Violation | null {
  const { instance, ballot } = message;
  const { prepared } = instanceOf(facts, instance);
  const incarnation = facts.incarnations[node] ?? 0;
  const name = formatBallot(ballot);
  const earlier = prepared.find((p) => sameBallot(p.ballot, ballot));
  if (!earlier) prepared.push({ ballot, node, incarnation });
  else if (earlier.node !== node) {
    const text = `n${node} prepared ${name} in instance ${instance}, which n${earlier.node} had prepared`;
    return { invariant: 'BallotsUnique', instance, text };
  } else if (earlier.incarnation !== incarnation) {
    const text = `n${node} prepared ${name} in instance ${instance} again, which it had prepared before it restarted`;
    return { invariant: 'BallotsUnique', instance, text };
  }
  const saved = facts.rounds[node] ?? 0;
  if (ballot.round <= saved) return null;
  const text = `n${node} prepared ${name} in instance ${instance}, but the highest round on its disk is ${saved}`;
  return { invariant: 'BallotsUnique', instance, text };
}

/** PromiseTruthful. */
function onPromise(facts: PaxosFacts, node: NodeId, message: Promised): Violation | null {
  const { instance, ballot, acceptedBallot, acceptedValue } = message;
  const record = instanceOf(facts, instance);
  const acceptor = acceptorOf(record, node);
  const { told } = acceptor;
  const others = record.promises.filter((p) => !(p.node === node && sameBallot(p.ballot, ballot)));
  record.promises = [...others, { node, ballot, acceptedBallot, acceptedValue }];
  if (compareBallots(ballot, told) > 0) acceptor.told = ballot;
  if (compareBallots(ballot, told) < 0) return promiseFell(node, instance, told, ballot);

  const name = `n${node} promised ${formatBallot(ballot)} in instance ${instance}`;
  const lie = (text: string): Violation => ({ invariant: 'PromiseTruthful', instance, text });
  if (compareBallots(acceptor.saved, ballot) < 0) {
    return lie(`${name}, but the promise on its disk is ${formatBallot(acceptor.saved)}`);
  }
  const cast = acceptor.votes.some((vote) => sameBallot(vote.ballot, acceptedBallot) && vote.value === acceptedValue);
  if (isBallot(acceptedBallot) && !cast) {
    return lie(`${name} and reported ${formatVote(acceptedBallot, acceptedValue)}, for which it had not voted`);
  }
  for (const vote of acceptor.votes) {
    const between = compareBallots(vote.ballot, acceptedBallot) > 0 && compareBallots(vote.ballot, ballot) < 0;
    if (!vote.certain || !between) continue;
    const reported = formatVote(acceptedBallot, acceptedValue);
    return lie(`${name} and reported ${reported}, though it had accepted ${formatVote(vote.ballot, vote.value)}`);
  }
  return null;
}

/** OneValuePerBallot and ShowsSafeAt. */
function onAccept(facts: PaxosFacts, node: NodeId, message: Accept): Violation | null {
  const { instance, ballot, value } = message;
  const record = instanceOf(facts, instance);
  const clash = checkOneValue(record, instance, ballot, value, `n${node} proposed`);
  if (clash) return clash;
  const proposal = record.values.find((p) => sameBallot(p.ballot, ballot))!;
  // The same proposal goes to every acceptor; it is judged when it is first made.
  if (proposal.judged) return null;
  proposal.judged = true;
  const config = facts.configs[node]!;
  if (showsSafeAt(record, config, acceptorsOf(facts, config), ballot, value)) return null;
  const shown = record.promises.filter((p) => sameBallot(p.ballot, ballot));
  const reports = shown.map((p) => `n${p.node} reported ${formatVote(p.acceptedBallot, p.acceptedValue)}`);
  const promises = reports.length > 0 ? reports.join(', ') : 'there are none';
  const proposed = `n${node} proposed ${formatVote(ballot, value)} in instance ${instance}`;
  const text = `${proposed}, but no quorum of promises shows it safe: ${promises}`;
  return { invariant: 'ShowsSafeAt', instance, text };
}

/**
 * Whether some phase-1 quorum promised the ballot, of which either nobody had voted, or the highest vote was for the
 * value. (`ShowsSafeAt` of the TLA+ module.)
 */
function showsSafeAt(
  record: InstanceFacts,
  config: PaxosConfig,
  acceptors: readonly NodeId[],
  ballot: Ballot,
  value: string,
): boolean {
  const promises = record.promises.filter((p) => sameBallot(p.ballot, ballot));
  const upTo = (limit: Ballot): NodeId[] =>
    promises.filter((p) => compareBallots(p.acceptedBallot, limit) <= 0).map((p) => p.node);
  if (isQuorum(config.quorum, 1, acceptors, upTo(NO_BALLOT))) return true;
  return promises.some(
    ({ acceptedBallot, acceptedValue }) =>
      isBallot(acceptedBallot) &&
      acceptedValue === value &&
      isQuorum(config.quorum, 1, acceptors, upTo(acceptedBallot)),
  );
}

/** OneValuePerBallot, VoteDurable, Agreement. */
function onAccepted(facts: PaxosFacts, node: NodeId, message: Accepted): Violation | null {
  const { instance, ballot, value } = message;
  const record = instanceOf(facts, instance);
  const acceptor = acceptorOf(record, node);
  let violation = checkOneValue(record, instance, ballot, value, `n${node} accepted`);
  if (!acceptor.votes.some((vote) => sameBallot(vote.ballot, ballot) && vote.value === value)) {
    const vote = formatVote(ballot, value);
    const text = `n${node} told of its vote for ${vote} in instance ${instance}, which it had not saved`;
    violation = firstOf([
      checkVote(node, instance, acceptor, ballot, value),
      violation,
      { invariant: 'VoteDurable', instance, text },
    ]);
  }
  // To vote at a ballot is to promise it.
  if (compareBallots(ballot, acceptor.told) > 0) acceptor.told = ballot;
  return confirmVote(facts, node, instance, ballot, value) ?? violation;
}

/** A vote is certain: counts it, and checks Agreement when it makes a quorum. */
function confirmVote(
  facts: PaxosFacts,
  node: NodeId,
  instance: number,
  ballot: Ballot,
  value: string,
): Violation | null {
  const record = instanceOf(facts, instance);
  const { votes } = acceptorOf(record, node);
  const cast = votes.find((vote) => sameBallot(vote.ballot, ballot) && vote.value === value);
  if (cast) cast.certain = true;
  else votes.push({ ballot, value, certain: true });
  const { voters } = tallyFor(record, ballot, value);
  if (voters.includes(node)) return null;
  voters.push(node);
  const config = facts.configs[node]!;
  if (!isQuorum(config.quorum, 2, acceptorsOf(facts, config), voters)) return null;
  const how = `is accepted by ${voters.map((n) => `n${n}`).join(', ')}`;
  return checkAgreement(record, instance, ballot, value, how);
}

function checkOneValue(
  record: InstanceFacts,
  instance: number,
  ballot: Ballot,
  value: string,
  who: string,
): Violation | null {
  const first = record.values.find((p) => sameBallot(p.ballot, ballot));
  if (!first) {
    record.values.push({ ballot, value, who, judged: false });
    return null;
  }
  if (first.value === value) return null;
  const other = `${first.who} ${formatVote(ballot, first.value)}`;
  const text = `${who} ${formatVote(ballot, value)} in instance ${instance}, but ${other}`;
  return { invariant: 'OneValuePerBallot', instance, text };
}

/** A learner says that a value is chosen: it must be, it must be the only one, and somebody must have wanted it. */
function onChosen(
  facts: PaxosFacts,
  node: NodeId,
  instance: number,
  ballot: Ballot,
  value: string,
  quorum: readonly NodeId[],
): Violation | null {
  const record = instanceOf(facts, instance);
  const config = facts.configs[node]!;
  const { voters } = tallyFor(record, ballot, value);
  const vote = formatVote(ballot, value);
  const clash = checkAgreement(record, instance, ballot, value, `is learned by n${node}`);
  if (clash) return clash;
  const absent = quorum.find((member) => !voters.includes(member));
  if (absent !== undefined) {
    const learned = `n${node} learned ${vote} in instance ${instance}`;
    const text = `${learned} by the vote of n${absent}, which had not accepted it`;
    return { invariant: 'ChosenByQuorum', instance, text };
  }
  const counted = quorum.length > 0 ? quorum : voters;
  if (!isQuorum(config.quorum, 2, acceptorsOf(facts, config), counted)) {
    const by = counted.length > 0 ? `only ${counted.map((n) => `n${n}`).join(', ')}` : 'nobody';
    const learned = `n${node} learned ${vote} in instance ${instance}`;
    const text = `${learned}, but ${by} had accepted it, which is no quorum`;
    return { invariant: 'ChosenByQuorum', instance, text };
  }
  if (record.wanted.includes(value)) return null;
  const wanted = record.wanted.length > 0 ? `only ${record.wanted.map(quote).join(', ')}` : 'nothing';
  const text = `n${node} learned ${vote} in instance ${instance}, but clients had asked for ${wanted}`;
  return { invariant: 'Validity', instance, text };
}

/** Agreement: the first value that was chosen or learned stays the only one. */
function checkAgreement(
  record: InstanceFacts,
  instance: number,
  ballot: Ballot,
  value: string,
  how: string,
): Violation | null {
  record.chosen ??= { ballot, value, how };
  const first = record.chosen;
  if (first.value === value) return null;
  const earlier = `${formatVote(first.ballot, first.value)} ${first.how}`;
  const text = `in instance ${instance}, ${formatVote(ballot, value)} ${how}, but ${earlier}`;
  return { invariant: 'Agreement', instance, text };
}

function firstOf(violations: readonly (Violation | null)[]): Violation | null {
  return violations.find((violation) => violation !== null) ?? null;
}

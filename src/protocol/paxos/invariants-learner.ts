/** What must hold of what is chosen, and of who says so. */
import type { Ballot } from '../ballot.ts';
import type { Violation } from '../checker.ts';
import type { Effect, NodeId } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { violationOf } from '../violation.ts';
import { instanceOf, tallyFor } from './facts.ts';
import type { InstanceFacts, PaxosFacts } from './facts.ts';
import { formatVote, quote } from './messages.ts';
import type { PaxosMessage } from './messages.ts';

type Chosen = Extract<Effect<PaxosMessage>, { type: 'chosen' }>;

/** A learner says that a value is chosen: it must be, it must be the only one, and somebody must have wanted it. */
export function onChosen(facts: PaxosFacts, seq: number, node: NodeId, effect: Chosen): Violation | null {
  const { slot: instance } = effect;
  const record = instanceOf(facts, instance);
  if (record === null) return null;
  return (
    checkAgreement(record, seq, instance, effect, node, [seq]) ??
    checkQuorum(facts, record, seq, node, effect) ??
    checkWanted(record, seq, node, effect)
  );
}

/** ChosenByQuorum. */
function checkQuorum(facts: PaxosFacts, record: InstanceFacts, seq: number, node: NodeId, effect: Chosen): Violation | null {
  const { slot: instance, ballot, value, quorum } = effect;
  const { voters, seqs } = tallyFor(record, ballot, value);
  const absent = quorum.find((member) => !voters.includes(member));
  if (absent !== undefined) {
    const text = `${learnedName(node, effect)} by the vote of n${absent}, which had not accepted it`;
    return violationOf('ChosenByQuorum', instance, text, [...seqs, seq]);
  }
  const { config, acceptors } = facts.configs[node]!;
  const counted = quorum.length > 0 ? quorum : voters;
  if (isQuorum(config.quorum, 2, acceptors, counted)) return null;
  const by = counted.length > 0 ? `only ${counted.map((n) => `n${n}`).join(', ')}` : 'nobody';
  return violationOf('ChosenByQuorum', instance, `${learnedName(node, effect)}, but ${by} had accepted it, which is no quorum`, [...seqs, seq]);
}

/** Validity. */
function checkWanted({ wanted }: InstanceFacts, seq: number, node: NodeId, effect: Chosen): Violation | null {
  for (const { value } of wanted) if (value === effect.value) return null;
  const those = wanted.length > 0 ? `only ${wanted.map((one) => quote(one.value)).join(', ')}` : 'nothing';
  const text = `${learnedName(node, effect)}, but clients had asked for ${those}`;
  return violationOf('Validity', effect.slot, text, [...wanted.map((one) => one.seq), seq]);
}

function learnedName(node: NodeId, { slot, ballot, value }: Chosen): string {
  return `n${node} learned ${formatVote(ballot, value)} in instance ${slot}`;
}

/**
 * Agreement: the first value that was chosen or learned stays the only one.
 * @param by whose votes it is chosen by, or the node that has learned it
 */
export function checkAgreement(
  record: InstanceFacts,
  seq: number,
  instance: number,
  { ballot, value }: { readonly ballot: Ballot; readonly value: string },
  by: NodeId | readonly NodeId[],
  seqs: readonly number[],
): Violation | null {
  const first = record.chosen;
  if (first === null) {
    record.chosen = { ballot, value, by: typeof by === 'number' ? by : by.slice(), seqs: seqs.slice() };
    return null;
  }
  if (first.value === value) return null;
  const earlier = `${formatVote(first.ballot, first.value)} ${howText(first.by)}`;
  const text = `in instance ${instance}, ${formatVote(ballot, value)} ${howText(by)}, but ${earlier}`;
  return violationOf('Agreement', instance, text, [...first.seqs, ...seqs, seq]);
}

function howText(by: NodeId | readonly NodeId[]): string {
  return typeof by === 'number' ? `is learned by n${by}` : `is accepted by ${by.map((node) => `n${node}`).join(', ')}`;
}

/** What must hold of proposers: their ballots, and what they propose. */
import { NO_BALLOT, compareBallots, formatBallot, isBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import type { Violation } from '../checker.ts';
import type { NodeId } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { violationOf } from '../violation.ts';
import { instanceOf, valueAt } from './facts.ts';
import type { ConfigFact, InstanceFacts, PaxosFacts, PromiseFact } from './facts.ts';
import { formatVote } from './messages.ts';
import type { Accept, Accepted, Prepare } from './messages.ts';

/** BallotsUnique. */
export function onPrepare(facts: PaxosFacts, seq: number, node: NodeId, { instance, ballot }: Prepare): Violation | null {
  const record = instanceOf(facts, instance);
  if (record === null) return null;
  const { prepared } = record;
  const incarnation = facts.incarnations[node] ?? 0;
  const earlier = prepared.find((one) => sameBallot(one.ballot, ballot));
  if (earlier === undefined) prepared.push({ ballot, node, incarnation, seq });
  else if (earlier.node !== node) {
    const text = `${prepareName(node, instance, ballot)}, which n${earlier.node} had prepared`;
    return violationOf('BallotsUnique', instance, text, [earlier.seq, seq]);
  } else if (earlier.incarnation !== incarnation) {
    const text = `${prepareName(node, instance, ballot)} again, which it had prepared before it restarted`;
    return violationOf('BallotsUnique', instance, text, [earlier.seq, seq]);
  }
  const saved = facts.rounds[node];
  if (saved !== undefined && ballot.round <= saved.round) return null;
  const text = `${prepareName(node, instance, ballot)}, but the highest round on its disk is ${saved?.round ?? 0}`;
  return violationOf('BallotsUnique', instance, text, [...(saved ? [saved.seq] : []), seq]);
}

function prepareName(node: NodeId, instance: number, ballot: Ballot): string {
  return `n${node} prepared ${formatBallot(ballot)} in instance ${instance}`;
}

/** OneValuePerBallot and ShowsSafeAt. */
export function onAccept(facts: PaxosFacts, seq: number, node: NodeId, message: Accept): Violation | null {
  const { instance, ballot, value } = message;
  const record = instanceOf(facts, instance);
  if (record === null) return null;
  const clash = checkOneValue(record, seq, node, 'proposed', message);
  if (clash !== null) return clash;
  const proposal = valueAt(record, ballot)!;
  // The same proposal goes to every acceptor; it is judged when it is first made.
  if (proposal.judged) return null;
  proposal.judged = true;
  const shown = record.promises.filter((promise) => sameBallot(promise.ballot, ballot));
  if (showsSafeAt(shown, facts.configs[node]!, value)) return null;
  const reports = shown.map((p) => `n${p.node} reported ${formatVote(p.acceptedBallot, p.acceptedValue)}`);
  const promises = reports.length > 0 ? reports.join(', ') : 'there are none';
  const proposed = `n${node} proposed ${formatVote(ballot, value)} in instance ${instance}`;
  const text = `${proposed}, but no quorum of promises shows it safe: ${promises}`;
  return violationOf('ShowsSafeAt', instance, text, [...shown.map((promise) => promise.seq), seq]);
}

/**
 * Whether some phase-1 quorum promised the ballot, of which either nobody had voted, or the highest vote was for the
 * value. (`ShowsSafeAt` of the TLA+ module.)
 */
function showsSafeAt(promises: readonly PromiseFact[], { config, acceptors }: ConfigFact, value: string): boolean {
  const upTo = (limit: Ballot): NodeId[] => {
    const nodes: NodeId[] = [];
    for (const { node, acceptedBallot } of promises) if (compareBallots(acceptedBallot, limit) <= 0) nodes.push(node);
    return nodes;
  };
  if (isQuorum(config.quorum, 1, acceptors, upTo(NO_BALLOT))) return true;
  return promises.some(
    ({ acceptedBallot, acceptedValue }) =>
      isBallot(acceptedBallot) &&
      acceptedValue === value &&
      isQuorum(config.quorum, 1, acceptors, upTo(acceptedBallot)),
  );
}

/** OneValuePerBallot. @param did `proposed` or `accepted` */
export function checkOneValue(
  record: InstanceFacts,
  seq: number,
  node: NodeId,
  did: 'proposed' | 'accepted',
  { instance, ballot, value }: Accept | Accepted,
): Violation | null {
  const first = valueAt(record, ballot);
  if (first === null) {
    record.values.push({ ballot, value, node, did, seq, judged: false });
    return null;
  }
  if (first.value === value) return null;
  const other = `n${first.node} ${first.did} ${formatVote(ballot, first.value)}`;
  const text = `n${node} ${did} ${formatVote(ballot, value)} in instance ${instance}, but ${other}`;
  return violationOf('OneValuePerBallot', instance, text, [first.seq, seq]);
}

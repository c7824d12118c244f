/** What must hold of proposers: their ballots, and what they propose. */
import { compareBallots, formatBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { getBounded, setBounded } from '../bounded.ts';
import type { Violation } from '../checker.ts';
import { createPaged, getPaged, setPaged } from '../paged.ts';
import { nameOf } from '../protocol.ts';
import type { NodeId } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { violationOf } from '../violation.ts';
import { textOf } from './command.ts';
import type { LogCommand } from './command.ts';
import { ballotKey, configAt, formatVote, isMember, NAMES_MAX, proposalAt, serverOf, slotOf } from './facts.ts';
import type { ConfigFact, MultiPaxosFacts, PromisePiece, Vote } from './facts.ts';
import { chosenText } from './invariants-log.ts';
import type { Prepare, Promised } from './messages.ts';

/**
 * BallotsUnique. A server whose disk was lost is another proposer than it was, and may come upon the same ballot: the two
 * are members of no slot together, and propose in none together, of which OneValuePerBallot makes sure.
 */
export function onPrepare(facts: MultiPaxosFacts, seq: number, node: NodeId, { ballot }: Prepare): Violation | null {
  const name = formatBallot(ballot);
  const { incarnation, epoch, round, roundSeq } = serverOf(facts, node);
  const not = (text: string, event: number): Violation => violationOf('BallotsUnique', 0, `${nameOf(node)} prepared ${name}${text}`, [event, seq]);
  if (ballot.node !== node) return not(`, which is a ballot of ${nameOf(ballot.node)}`, seq);
  const key = ballotKey(ballot);
  const known = getBounded(facts.prepared, key) ?? [];
  const earlier = known.find((one) => one.epoch === epoch);
  if (earlier === undefined) setBounded(facts.prepared, key, [...known, { epoch, incarnation, seq }], NAMES_MAX);
  else if (earlier.incarnation !== incarnation) return not(' again, which it had prepared before it restarted', earlier.seq);
  if (ballot.round <= round) return null;
  return not(`, but the highest round on its disk is ${round}`, roundSeq);
}

/** A candidate is given a promise: what it proposes must follow from those it has. */
export function onPromised(facts: MultiPaxosFacts, seq: number, node: NodeId, from: NodeId, message: Promised): void {
  const server = serverOf(facts, node);
  const { ballot, epoch, items, next, edge } = message;
  if (ballot.node !== node || compareBallots(ballot, server.candidacy.ballot) < 0) return;
  const promises = sameBallot(ballot, server.candidacy.ballot) ? server.candidacy.promises : [];
  const votes = createPaged<Vote>();
  for (const item of items) setPaged(votes, item.slot, { ballot: item.ballot, text: textOf(item.command), seq });
  server.candidacy = { ballot, promises: [...promises, { node: from, epoch, from: message.from, next, edge, votes, seq }] };
}

/** OneValuePerBallot, ChosenStays, ShowsSafe and NoOpOnlyInGaps. */
export function onProposal(
  facts: MultiPaxosFacts,
  seq: number,
  node: NodeId,
  slot: number,
  ballot: Ballot,
  command: LogCommand,
): Violation | null {
  const text = textOf(command);
  const known = getPaged(facts.slots, slot);
  const first = known === undefined ? null : proposalAt(known, ballot);
  const name = (): string => `${nameOf(node)} proposed ${formatVote({ ballot, text })} in slot ${slot}`;
  if (first !== null) {
    if (first.text === text) return null;
    const other = `${JSON.stringify(first.text)} was proposed there at that ballot before`;
    return violationOf('OneValuePerBallot', slot, `${name()}, but ${other}`, [first.seq, seq]);
  }
  // The same proposal goes to every acceptor, itself included; it is judged when it is first made.
  const record = slotOf(facts, slot);
  record.proposals.push({ ballot, text, command, seq });
  const { chosen } = record;
  if (chosen?.text === text) return null;
  if (chosen !== null && compareBallots(ballot, chosen.ballot) > 0) {
    return violationOf('ChosenStays', slot, `${name()}, but ${chosenText(chosen)}`, [...chosen.seqs, seq]);
  }
  return checkWindow(facts, seq, node, slot, name) ?? checkSafe(facts, seq, node, slot, { ballot, text, seq }, name);
}

/** AppliedInOrder, of the window: who the acceptors are is known of no slot beyond it. */
function checkWindow(facts: MultiPaxosFacts, seq: number, node: NodeId, slot: number, name: () => string): Violation | null {
  const { applied, appliedSeq } = serverOf(facts, node);
  const { window } = facts.config;
  if (slot <= applied + window) return null;
  const text = `${name()}, but it has applied only the slots up to ${applied}, and the window is ${window}`;
  return violationOf('AppliedInOrder', slot, text, [appliedSeq, seq]);
}

function checkSafe(facts: MultiPaxosFacts, seq: number, node: NodeId, slot: number, vote: Vote, name: () => string): Violation | null {
  const config = configAt(facts, slot);
  const promises = promisesFor(facts, node, slot, vote.ballot, config);
  let highest: Vote | null = null;
  for (const { votes } of promises) {
    const reported = getPaged(votes, slot);
    if (reported !== undefined && (highest === null || compareBallots(reported.ballot, highest.ballot) >= 0)) highest = reported;
  }
  if (vote.text === 'no-op' && highest !== null && highest.text !== 'no-op') {
    return violationOf('NoOpOnlyInGaps', slot, `${name()}, though ${told(promises, slot)}`, [highest.seq, seq]);
  }
  const { quorum } = serverOf(facts, node).config;
  if (isQuorum(quorum, 1, config.nodes, nodesUpTo(promises, slot, null))) return null;
  const shown = promises.some(({ votes }) => {
    const reported = getPaged(votes, slot);
    return reported?.text === vote.text && isQuorum(quorum, 1, config.nodes, nodesUpTo(promises, slot, reported.ballot));
  });
  if (shown) return null;
  const from = promises.map((piece) => nameOf(piece.node)).join(', ') || 'nobody';
  const those = told(promises, slot) || 'nothing was reported there';
  const text = `${name()}, but no quorum of promises shows it safe: there are those of ${from}; ${those}`;
  return violationOf('ShowsSafe', slot, text, [...promises.map((piece) => piece.seq), seq]);
}

function told(promises: readonly PromisePiece[], slot: number): string {
  const reports: string[] = [];
  for (const { node, votes } of promises) {
    const reported = getPaged(votes, slot);
    if (reported !== undefined) reports.push(`${nameOf(node)} reported ${formatVote(reported)}`);
  }
  return reports.join(', ');
}

/** The promises of a ballot, given to its candidate by members of the slot, that speak of the slot. */
function promisesFor(facts: MultiPaxosFacts, node: NodeId, slot: number, ballot: Ballot, config: ConfigFact): PromisePiece[] {
  const { candidacy } = serverOf(facts, node);
  const own: PromisePiece[] = [];
  if (!sameBallot(candidacy.ballot, ballot)) return own;
  for (const piece of candidacy.promises) {
    const speaks = piece.from <= slot && piece.edge < slot && (piece.next === 0 || slot < piece.next);
    if (speaks && isMember(config, piece.node, piece.epoch)) own.push(piece);
  }
  return own;
}

/**
 * Who promised the ballot and had not voted in the slot, or not above `limit`. Some phase-1 quorum of these must be there
 * of which either nobody had voted in the slot, or the highest vote was for the command. (`ShowsSafeAt` of the TLA+ module
 * `Paxos`; P2c of *Paxos Made Simple*.)
 */
function nodesUpTo(promises: readonly PromisePiece[], slot: number, limit: Ballot | null): NodeId[] {
  const nodes: NodeId[] = [];
  for (const { node, votes } of promises) {
    const reported = getPaged(votes, slot);
    if (reported === undefined || (limit !== null && compareBallots(reported.ballot, limit) <= 0)) nodes.push(node);
  }
  return nodes;
}

/** What must hold of proposers: their ballots, and what they propose. */
import { compareBallots, formatBallot, sameBallot } from '../ballot.ts';
import type { Ballot } from '../ballot.ts';
import { nameOf } from '../protocol.ts';
import type { NodeId } from '../protocol.ts';
import { isQuorum } from '../quorum.ts';
import { textOf } from './command.ts';
import type { LogCommand } from './command.ts';
import { formatVote, membersAt, proposalAt, remember, serverOf, slotOf } from './facts.ts';
import type { MultiPaxosFacts, PromisePiece, Violation, Vote } from './facts.ts';
import type { Prepare, Promised } from './messages.ts';

/**
 * BallotsUnique. A server whose disk was lost is another proposer than it was, and may come upon the same ballot: the two
 * are members of no slot together, and propose in none together, of which OneValuePerBallot makes sure.
 */
export function onPrepare(facts: MultiPaxosFacts, node: NodeId, { ballot }: Prepare): Violation | null {
  const name = formatBallot(ballot);
  const { incarnation, epoch, round } = serverOf(facts, node);
  const earlier = facts.prepared.get(`${name} ${epoch}`);
  const not = (text: string): Violation => ({ invariant: 'BallotsUnique', slot: 0, text });
  if (ballot.node !== node) return not(`${nameOf(node)} prepared ${name}, which is a ballot of ${nameOf(ballot.node)}`);
  if (earlier === undefined) remember(facts.prepared, () => facts.prepared.set(`${name} ${epoch}`, incarnation));
  else if (earlier !== incarnation) {
    return not(`${nameOf(node)} prepared ${name} again, which it had prepared before it restarted`);
  }
  if (ballot.round <= round) return null;
  return not(`${nameOf(node)} prepared ${name}, but the highest round on its disk is ${round}`);
}

/** A candidate is given a promise: what it proposes must follow from those it has. */
export function onPromised(facts: MultiPaxosFacts, node: NodeId, from: NodeId, message: Promised): void {
  const server = serverOf(facts, node);
  const { ballot, epoch, items, next, edge } = message;
  if (ballot.node !== node || compareBallots(ballot, server.candidacy.ballot) < 0) return;
  if (!sameBallot(ballot, server.candidacy.ballot)) server.candidacy = { ballot, promises: [] };
  const votes = new Map(items.map((item) => [item.slot, { ballot: item.ballot, text: textOf(item.command) }]));
  server.candidacy.promises.push({ node: from, epoch, from: message.from, next, edge, votes });
}

/** OneValuePerBallot, ChosenStays, ShowsSafe and NoOpOnlyInGaps. */
export function onProposal(
  facts: MultiPaxosFacts,
  node: NodeId,
  slot: number,
  ballot: Ballot,
  command: LogCommand,
): Violation | null {
  const record = slotOf(facts, slot);
  const vote: Vote = { ballot, text: textOf(command) };
  const first = proposalAt(record, ballot);
  const name = `${nameOf(node)} proposed ${formatVote(vote)} in slot ${slot}`;
  if (first) {
    if (first.text === vote.text) return null;
    const text = `${name}, but ${JSON.stringify(first.text)} was proposed there at that ballot before`;
    return { invariant: 'OneValuePerBallot', slot, text };
  }
  // The same proposal goes to every acceptor, itself included; it is judged when it is first made.
  record.proposals.push({ ballot, text: vote.text, command });
  const { chosen } = record;
  if (chosen?.text === vote.text) return null;
  if (chosen && compareBallots(ballot, chosen.ballot) > 0) {
    return { invariant: 'ChosenStays', slot, text: `${name}, but ${formatVote(chosen)} ${chosen.how}` };
  }
  return checkWindow(facts, node, slot, name) ?? checkSafe(facts, node, slot, vote, name);
}

/** AppliedInOrder, of the window: who the acceptors are is known of no slot beyond it. */
function checkWindow(facts: MultiPaxosFacts, node: NodeId, slot: number, name: string): Violation | null {
  const { applied } = serverOf(facts, node);
  const { window } = facts.config;
  if (slot <= applied + window) return null;
  const text = `${name}, but it has applied only the slots up to ${applied}, and the window is ${window}`;
  return { invariant: 'AppliedInOrder', slot, text };
}

function checkSafe(facts: MultiPaxosFacts, node: NodeId, slot: number, vote: Vote, name: string): Violation | null {
  const promises = promisesFor(facts, node, slot, vote.ballot);
  const reports = promises.flatMap((piece) => {
    const reported = piece.votes.get(slot);
    return reported ? [{ node: piece.node, vote: reported }] : [];
  });
  const told = reports.map((report) => `${nameOf(report.node)} reported ${formatVote(report.vote)}`);
  const highest = reports.reduce<Vote | null>((best, report) => (best && compareBallots(best.ballot, report.vote.ballot) > 0 ? best : report.vote), null);
  if (vote.text === 'no-op' && highest && highest.text !== 'no-op') {
    return { invariant: 'NoOpOnlyInGaps', slot, text: `${name}, though ${told.join(', ')}` };
  }
  if (showsSafe(facts, node, slot, vote, promises)) return null;
  const from = promises.map((piece) => nameOf(piece.node)).join(', ') || 'nobody';
  const shown = told.length > 0 ? told.join(', ') : 'nothing was reported there';
  const text = `${name}, but no quorum of promises shows it safe: there are those of ${from}; ${shown}`;
  return { invariant: 'ShowsSafe', slot, text };
}

/** The promises of a ballot, given to its candidate by members of the slot, that speak of the slot. */
function promisesFor(facts: MultiPaxosFacts, node: NodeId, slot: number, ballot: Ballot): PromisePiece[] {
  const { candidacy } = serverOf(facts, node);
  if (!sameBallot(candidacy.ballot, ballot)) return [];
  const members = membersAt(facts, slot);
  return candidacy.promises.filter(
    (piece) =>
      piece.from <= slot &&
      piece.edge < slot &&
      (piece.next === 0 || slot < piece.next) &&
      members.some((member) => member.node === piece.node && member.epoch === piece.epoch),
  );
}

/**
 * Whether some phase-1 quorum promised the ballot, of which either nobody had voted in the slot, or the highest vote
 * was for the command. (`ShowsSafeAt` of the TLA+ module `Paxos`; P2c of *Paxos Made Simple*.)
 */
function showsSafe(
  facts: MultiPaxosFacts,
  node: NodeId,
  slot: number,
  vote: Vote,
  promises: readonly PromisePiece[],
): boolean {
  const { quorum } = serverOf(facts, node).config;
  const members = membersAt(facts, slot).map((member) => member.node);
  const upTo = (limit: Ballot | null): NodeId[] =>
    promises
      .filter((piece) => {
        const reported = piece.votes.get(slot);
        return !reported || (limit !== null && compareBallots(reported.ballot, limit) <= 0);
      })
      .map((piece) => piece.node);
  if (isQuorum(quorum, 1, members, upTo(null))) return true;
  return promises.some((piece) => {
    const reported = piece.votes.get(slot);
    return reported?.text === vote.text && isQuorum(quorum, 1, members, upTo(reported.ballot));
  });
}

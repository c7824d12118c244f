/**
 * That Multi-Paxos does nothing but what its specification allows: phase 1 for all slots at once, phase 2 slot by slot.
 * What of the implementation is what of the specification, says docs/proven.md.
 *
 * As in Paxos, a save is where an acceptor acts (paxos.ts). A candidate's own promise, and a leader's own votes, go to
 * nobody: with their saves, their 1a and 2a count as sent, if they were not before.
 */
import type { Checker, Fact, Violation } from '../../protocol/checker.ts';
import type { MultiPaxosConfig, MultiPaxosRequest } from '../../protocol/multipaxos/config.ts';
import type { Accept, Accepted, MultiPaxosMessage, Promised, SlotItem } from '../../protocol/multipaxos/messages.ts';
import { isClient } from '../../protocol/protocol.ts';
import type { Input, NodeId } from '../../protocol/protocol.ts';
import { checks, falseReport, isTrueReport, lateAnswer, phase1a, sent1b, sent2b } from './actions.ts';
import { onSave, onStart } from './multipaxos-disk.ts';
import { forkLog, language, lookAt, noLog, propose, serverOf, slotOf, type LogConformance } from './multipaxos-state.ts';
import { acceptorOf, lastVote, NONE, numberOf } from './state.ts';

export const multipaxosConformance: Checker<LogConformance, MultiPaxosMessage, MultiPaxosConfig, MultiPaxosRequest> = {
  checks,
  create: noLog,
  observe,
  fork: forkLog,
};

function observe(log: LogConformance, fact: Fact<MultiPaxosMessage, MultiPaxosRequest>): Violation | null {
  const { seq, node } = fact;
  if (isClient(node)) return null;
  if ('input' in fact) return onInput(log, seq, node, fact.input);
  const { effect } = fact;
  if (effect.type === 'save') return onSave(log, seq, node, effect.records);
  if (effect.type !== 'send') return null;
  const { message } = effect;
  switch (message.type) {
    case 'prepare':
      return phase1a(log.phase1, 0, node, numberOf(message.ballot), seq);
    case 'promise':
      return onPromise(log, seq, node, message);
    case 'accept':
      return onAccept(log, seq, node, message);
    case 'accepted':
      return onAccepted(log, seq, node, message);
    default:
      return null;
  }
}

function onInput(log: LogConformance, seq: number, node: NodeId, input: Input<MultiPaxosMessage, MultiPaxosRequest>): Violation | null {
  if (input.type === 'start') return onStart(log, seq, node, input.stored);
  if (input.type !== 'request' || input.request.type !== 'configure') return null;
  const { quorum, window } = input.request.config;
  // Refused (`whyFixed`).
  if (window !== log.window) return null;
  log.quorum = quorum;
  serverOf(log, node).quorum = quorum;
  return null;
}

/**
 * A promise, or a piece of one: in the slots that it speaks of, the votes that its 1b reports there. Of the slots up to
 * `edge`, which are chosen, it says nothing.
 */
function onPromise(log: LogConformance, seq: number, node: NodeId, message: Promised): Violation | null {
  const ballot = numberOf(message.ballot);
  const acceptor = acceptorOf(node, message.epoch);
  lateAnswer(log.phase1, acceptor, ballot, seq);
  const violation = sent1b(log.phase1, language.place, 0, acceptor, ballot, seq);
  if (violation !== null) return violation;
  const { items, from, next, edge } = message;
  const end = next === 0 ? Math.max(log.highest, items.at(-1)?.slot ?? 0) : next - 1;
  let at = 0;
  for (let slot = Math.max(from, edge + 1, log.forgotten + 1); slot <= end; slot++) {
    while (at < items.length && items[at]!.slot < slot) at++;
    const item = at < items.length && items[at]!.slot === slot ? items[at]! : null;
    const wrong = checkReport(log, seq, acceptor, ballot, slot, item);
    if (wrong !== null) return wrong;
  }
  return null;
}

function checkReport(log: LogConformance, seq: number, acceptor: number, ballot: number, slot: number, item: SlotItem | null): Violation | null {
  const phase2 = item === null ? lookAt(log, slot) : slotOf(log, slot);
  if (phase2 === null) return null;
  if (item === null) {
    return lastVote(phase2, acceptor, ballot) === null ? null : falseReport(language, phase2, slot, acceptor, ballot, NONE, null, seq);
  }
  const reported = numberOf(item.ballot);
  if (isTrueReport(language, phase2, acceptor, ballot, reported, item.command)) return null;
  return falseReport(language, phase2, slot, acceptor, ballot, reported, item.command, seq);
}

function onAccept(log: LogConformance, seq: number, node: NodeId, { ballot, slot, command }: Accept): Violation | null {
  return propose(log, seq, node, slot, numberOf(ballot), command);
}

function onAccepted(log: LogConformance, seq: number, node: NodeId, { ballot, slot, epoch }: Accepted): Violation | null {
  const phase2 = slotOf(log, slot);
  return phase2 === null ? null : sent2b(language, phase2, slot, acceptorOf(node, epoch), numberOf(ballot), null, seq);
}

/** What must hold of what clients are told. */
import { getBounded, setBounded } from '../bounded.ts';
import type { Violation } from '../checker.ts';
import { resultOf } from '../machine/database.ts';
import { describeOperation, describeResult } from '../machine/operation.ts';
import type { Operation, OperationResult } from '../machine/operation.ts';
import { nameOf } from '../protocol.ts';
import type { Effect, NodeId } from '../protocol.ts';
import { NO_EVENT, violationOf } from '../violation.ts';
import { textOf } from './command.ts';
import { NAMES_MAX, sessionKey } from './facts.ts';
import type { MultiPaxosFacts, SessionFacts } from './facts.ts';
import type { MultiPaxosMessage } from './messages.ts';

type Of<Type extends Effect<MultiPaxosMessage>['type']> = Extract<Effect<MultiPaxosMessage>, { type: Type }>;

/** Of so many operations of a session it is known what was asked: of those before, a copy may still be chosen. */
const ASKED_MAX = 8;

export function onInvoke(facts: MultiPaxosFacts, seq: number, node: NodeId, effect: Of<'invoke'>): null {
  const { session, sequence, operation } = effect;
  const command = { type: 'operation', client: node, session, sequence, operation: JSON.parse(operation) as Operation } as const;
  const key = sessionKey(node, session);
  const before = getBounded(facts.sessions, key)?.asked ?? [];
  const highestId = facts.highestId.get(node)?.id ?? 0;
  const own: SessionFacts = {
    asked: [...before.slice(1 - ASKED_MAX), { sequence, text: textOf(command), seq }],
    waiting: { sequence, operation, highestId, seq },
  };
  setBounded(facts.sessions, key, own, NAMES_MAX);
  return null;
}

/** OnceInEffect, IdsUnique and IdsNeverFall. Reads need not go through the log; of them linearizability decides. */
export function onReturn(facts: MultiPaxosFacts, seq: number, node: NodeId, effect: Of<'return'>): Violation | null {
  const { session, sequence } = effect;
  const key = sessionKey(node, session);
  const known = getBounded(facts.sessions, key);
  const waiting = known?.waiting ?? null;
  const result = JSON.parse(effect.result) as OperationResult;
  const name = `${nameOf(node)}.${session}#${sequence}`;
  const wrong = (text: string): Violation => violationOf('OnceInEffect', 0, text, [waiting?.seq ?? NO_EVENT, seq]);
  // Asked for so long ago that it was forgotten.
  if (known === undefined && facts.sessions.first > 0) return null;
  if (known === undefined || waiting?.sequence !== sequence) {
    return wrong(`${name} was answered ${describeResult(result)}, but was not waited for`);
  }
  setBounded(facts.sessions, key, { ...known, waiting: null }, NAMES_MAX);
  const operation = JSON.parse(waiting.operation) as Operation;
  const violation = result.type === 'begun' ? checkId(facts, seq, node, name, result.transaction, waiting.highestId) : null;
  if (violation !== null || operation.type === 'get') return violation;
  const expected = resultOf(facts.reference.database, node, session, sequence);
  if (expected !== null && describeResult(expected) === describeResult(result)) return null;
  const asked = `${name} ${describeOperation(operation)} was answered ${describeResult(result)}`;
  if (expected === null) return wrong(`${asked}, but had not been chosen`);
  return wrong(`${asked}, but came to ${describeResult(expected)}`);
}

function checkId(facts: MultiPaxosFacts, seq: number, node: NodeId, name: string, id: number, before: number): Violation | null {
  const earlier = getBounded(facts.ids, id);
  if (earlier !== undefined) {
    const text = `${name} was given transaction #${id}, which ${earlier.name} had been given`;
    return violationOf('IdsUnique', 0, text, [earlier.seq, seq]);
  }
  setBounded(facts.ids, id, { name, seq }, NAMES_MAX);
  const highest = facts.highestId.get(node);
  if (highest === undefined || id > highest.id) facts.highestId.set(node, { id, seq });
  if (id > before) return null;
  const text = `${name} was given transaction #${id}, but ${nameOf(node)} had been given #${before} before it asked`;
  return violationOf('IdsNeverFall', 0, text, [getBounded(facts.ids, before)?.seq ?? NO_EVENT, seq]);
}

/** Verdicts on histories in words. */
import { describeOperation, describeResult } from '../../protocol/machine/operation.ts';
import type { PartialOrder, Verdict } from './check.ts';
import type { Call } from './history.ts';

/** More objects than these are counted, not named. */
const NAMED_MAX = 8;

/** `Linearizable: one order explains all 7 answers`; `Not linearizable: no order explains every answer on key x`. */
export function verdictText(verdict: Verdict): string {
  switch (verdict.type) {
    case 'linearizable':
      return 'Linearizable: one order explains every answer';
    case 'violation':
      return 'Not linearizable: no order explains every answer';
    case 'unknown':
      return `Not known: the search gave up after ${countOf(verdict.states, 'state')}`;
  }
}

/** `c2  get x: 1, from 5 to 6 fits nowhere; after 2 operations in this order it would be answered 2`. */
export function failureText(calls: readonly Call[], { order, blocked, answer }: PartialOrder): string {
  return `${callText(calls[blocked]!)} fits nowhere; after ${countOf(order.length, 'operation')} in this order it would be answered ${describeResult(answer)}`;
}

/** `c2  get x: 1, from 5 to 6`; without an answer, `c2  get x: no answer, from 5 on`. */
export function callText({ client, operation, result, invoked, returned }: Call): string {
  const answer = result === null ? `no answer, from ${invoked} on` : `${describeResult(result)}, from ${invoked} to ${returned}`;
  return `${client}  ${describeOperation(operation)}: ${answer}`;
}

/** `key x`, `IDs, #7`; of many, how many. */
export function objectsText(objects: readonly string[]): string {
  return objects.length > NAMED_MAX ? `${objects.length} objects` : objects.join(', ');
}

/** `1 state`, `2 states`. */
export function countOf(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}

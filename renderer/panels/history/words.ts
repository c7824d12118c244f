/** The history in words. */
import { countOf, describeOperation, describeResult, latencyText, type Bar, type Call, type PartialOrder, type Verdict } from '../../../src/contract/index.ts';
import { countText, preciseTime } from '../../moment-text.ts';
import type { Judged } from '../../stores/linearizability.ts';

/** `c1 get x → old`. */
export function shortText({ client, operation, result }: Call): string {
  return `${client} ${describeOperation(operation)} → ${result === null ? '?' : describeResult(result)}`;
}

/** Why the operation fits nowhere. */
export function blockedText(calls: readonly Call[], { order, blocked, answer }: PartialOrder): string {
  const before = order.length === 0 ? 'first of all' : `after ${order.length === 1 ? 'number 1' : `numbers 1 to ${order.length}`}`;
  return `${shortText(calls[blocked]!)} fits nowhere: ${before} it would be answered ${describeResult(answer)}`;
}

/** The verdict in a word or two. */
export function headline({ verdict, checked }: Judged): string {
  if (checked === 0) return 'Nothing asked yet';
  return { linearizable: 'Linearizable', violation: 'Not linearizable', unknown: 'Not known' }[verdict.type];
}

/** What the verdict is about. */
export function scopeText({ checked, full }: Judged): string {
  const many = `${full ? 'the first ' : ''}${countText(checked)} ${checked === 1 ? 'operation' : 'operations'}`;
  return `${many} · database model`;
}

/** Why, where that needs no operation to be named. */
export function reasonText(verdict: Verdict): string {
  if (verdict.type === 'linearizable') return 'the numbers are an order that explains every answer';
  if (verdict.type === 'unknown') return `the search gave up after ${countText(verdict.states)} states: not all orders were tried`;
  return '';
}

/** An operation as it is read out. */
export function spokenText(bar: Bar, place: number | null, blocked: boolean): string {
  const { call } = bar;
  const answer = call.result === null ? 'no answer' : `answered ${describeResult(call.result)}`;
  const where = blocked ? ', fits nowhere' : place === null ? '' : `, number ${place + 1} in the order`;
  return `${call.client}: ${describeOperation(call.operation)}, ${answer}${where}; ${timesText(call)}`;
}

/** `asked at 12.402 s, answered 310 ms later`; from a file without times, their numbers. */
export function timesText({ at, invoked, returned, result }: Call): string {
  if (at === null) return result === null ? `from ${invoked} on` : `from ${invoked} to ${returned}`;
  const asked = `asked at ${preciseTime(at.invoked)}`;
  if (at.returned === null) return `${asked}; it may take effect at any later moment, or never`;
  return `${asked}, answered ${latencyText(at.returned - at.invoked)} later`;
}

/** All of it in a sentence or two, for those who do not see the picture. */
export function summaryText(judged: Judged | null, calls: readonly Call[], partial: PartialOrder | null): string {
  if (judged === null) return 'The history is being asked for.';
  const clients = countOf(new Set(calls.map(({ client }) => client)).size, 'client');
  const open = calls.filter(({ result }) => result === null).length;
  const why = partial === null ? reasonText(judged.verdict) : blockedText(calls, partial);
  return `${headline(judged)}. ${countOf(calls.length, 'operation')} of ${clients}, ${open} without an answer.${why === '' ? '' : ` ${why}.`}`;
}

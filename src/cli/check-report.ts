/** What `synod check` prints. */
import type { PartialOrder, Verdict } from '../check/linearizability/check.ts';
import type { Call, History, ModelName } from '../check/linearizability/history.ts';
import { describeOperation, describeResult } from '../protocol/machine/operation.ts';

/** Longest order that is printed whole; of a longer one, the end. */
const ORDER_SHOWN = 40;

/** One object: the verdict, with operations by their number in the history, from 0, and what is wrong in words. */
export function checkSummary({ calls }: History, model: ModelName, verdict: Verdict): object {
  const { type, states } = verdict;
  return {
    type: 'summary',
    verdict: type,
    model,
    operations: calls.length,
    states,
    order: type === 'linearizable' ? verdict.order : null,
    violation: type === 'violation' ? { property: 'Linearizability', text: sentenceOf(calls, verdict.failure.longest[0]!), ...verdict.failure } : null,
  };
}

/** The same for people. */
export function checkText({ calls }: History, model: ModelName, verdict: Verdict): string {
  const head = `${count(calls.length, 'operation')} of ${count(new Set(calls.map(({ client }) => client)).size, 'client')}, model ${model}`;
  const lines = [head, ...verdictLines(calls, verdict)];
  return `${lines.join('\n')}\n`;
}

function verdictLines(calls: readonly Call[], verdict: Verdict): string[] {
  const after = `(${count(verdict.states, 'state')})`;
  switch (verdict.type) {
    case 'linearizable':
      return [`Linearizable: this order explains every answer ${after}`, ...orderLines(calls, verdict.order)];
    case 'unknown':
      return [`Not known: no order of ${count(verdict.calls.length, 'operation')} was found, and not all were tried ${after}`];
    case 'violation': {
      const { objects, calls: part, longest } = verdict.failure;
      return [
        `NOT LINEARIZABLE: no order explains every answer ${after}`,
        `  ${count(part.length, 'operation')} on ${objects.length > 8 ? `${objects.length} objects` : objects.join(', ')}`,
        ...longest.flatMap((partial) => [`  ${sentenceOf(calls, partial)}`, ...orderLines(calls, partial.order)]),
      ];
    }
  }
}

/** `c2: get x: 1 fits nowhere; after these 3 operations it would be answered 2`. */
function sentenceOf(calls: readonly Call[], { order, blocked, answer }: PartialOrder): string {
  return `${callText(calls[blocked]!)} fits nowhere; after ${count(order.length, 'operation')} in this order it would be answered ${describeResult(answer)}`;
}

function orderLines(calls: readonly Call[], order: readonly number[]): string[] {
  const from = Math.max(0, order.length - ORDER_SHOWN);
  const left = from === 0 ? [] : [`    ${count(from, 'operation')} before these`];
  return [...left, ...order.slice(from).map((index, i) => `${String(from + i + 1).padStart(6)}  ${callText(calls[index]!)}`)];
}

function callText({ client, operation, result, invoked, returned }: Call): string {
  const answer = result === null ? `no answer, from ${invoked} on` : `${describeResult(result)}, from ${invoked} to ${returned}`;
  return `${client}  ${describeOperation(operation)}: ${answer}`;
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}

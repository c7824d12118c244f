/** What `synod check` prints. */
import type { Verdict } from '../check/linearizability/check.ts';
import type { Call, History, ModelName } from '../check/linearizability/history.ts';
import { callText, countOf, failureText, objectsText } from '../check/linearizability/sentences.ts';

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
    violation: type === 'violation' ? { property: 'Linearizability', text: failureText(calls, verdict.failure.longest[0]!), ...verdict.failure } : null,
  };
}

/** The same for people. */
export function checkText({ calls }: History, model: ModelName, verdict: Verdict): string {
  const head = `${countOf(calls.length, 'operation')} of ${countOf(new Set(calls.map(({ client }) => client)).size, 'client')}, model ${model}`;
  const lines = [head, ...verdictLines(calls, verdict)];
  return `${lines.join('\n')}\n`;
}

function verdictLines(calls: readonly Call[], verdict: Verdict): string[] {
  const after = `(${countOf(verdict.states, 'state')})`;
  switch (verdict.type) {
    case 'linearizable':
      return [`Linearizable: this order explains every answer ${after}`, ...orderLines(calls, verdict.order)];
    case 'unknown':
      return [`Not known: no order of ${countOf(verdict.calls.length, 'operation')} was found, and not all were tried ${after}`];
    case 'violation': {
      const { objects, calls: part, longest } = verdict.failure;
      return [
        `NOT LINEARIZABLE: no order explains every answer ${after}`,
        `  ${countOf(part.length, 'operation')} on ${objectsText(objects)}`,
        ...longest.flatMap((partial) => [`  ${failureText(calls, partial)}`, ...orderLines(calls, partial.order)]),
      ];
    }
  }
}

function orderLines(calls: readonly Call[], order: readonly number[]): string[] {
  const from = Math.max(0, order.length - ORDER_SHOWN);
  const left = from === 0 ? [] : [`    ${countOf(from, 'operation')} before these`];
  return [...left, ...order.slice(from).map((index, i) => `${String(from + i + 1).padStart(6)}  ${callText(calls[index]!)}`)];
}

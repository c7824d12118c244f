/** Histories in files: JSON, read with care and written. docs/histories.md describes the format for people. */
import { checkOperation, checkResult } from '../../protocol/machine/check.ts';
import { describeOperation, describeResult, type Operation, type OperationResult } from '../../protocol/machine/operation.ts';
import { objectField, show } from '../../protocol/fields.ts';
import { ProtocolError } from '../../protocol/protocol.ts';
import { CALLS_MAX, modelNames, type Call, type History, type ModelName } from './history.ts';
import { resultForms, resultNamed } from './text.ts';

export const HISTORY_FORMAT = 'synod-history';
export const HISTORY_VERSION = 1;

/** Longest file, in UTF-16 code units. */
export const HISTORY_LENGTH_MAX = 64 * 1024 * 1024;
const CLIENT_LENGTH_MAX = 64;
/** Most problems that are worth reading at once. */
const PROBLEMS_MAX = 10;
const MESSAGE_LENGTH_MAX = 500;

export interface HistoryProblem {
  /** E.g. `operations[2].result`; empty for the file as a whole. */
  readonly field: string;
  readonly message: string;
}

/** A file that is no history. Its message is ready to be shown: one line per problem, each with its field. */
export class HistoryError extends Error {
  readonly problems: readonly HistoryProblem[];

  /** @param name of the file, for the message */
  constructor(name: string, problems: readonly HistoryProblem[]) {
    super(problems.map(({ field, message }) => `${name}: ${field === '' ? '' : `${field} `}${shortened(message)}`).join('\n'));
    this.name = 'HistoryError';
    this.problems = problems;
  }
}

/** A history as it is saved: one operation a line, in the order of invocation. */
export function historyText({ model, calls }: History): string {
  const sorted = [...calls].sort((a, b) => a.invoked - b.invoked);
  const lines = sorted.map(({ client, session, operation, result, invoked, returned, at }) => {
    const answer = result === null ? null : describedResult(operation, result);
    const end = result === null ? null : returned;
    return `    ${JSON.stringify({ client, session, operation: describedOperation(operation), result: answer, invoked, returned: end, ...(at && { at }) })}`;
  });
  const head = `  "format": "${HISTORY_FORMAT}",\n  "version": ${HISTORY_VERSION},\n  "model": "${model}",\n`;
  return `{\n${head}  "operations": [${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n  `}]\n}\n`;
}

/**
 * Reads a history.
 * @param text the file's content
 * @param name the file's name, for messages
 * @throws HistoryError naming every problem found, at most ten.
 */
export function readHistory(text: string, name: string): History {
  if (text.length > HISTORY_LENGTH_MAX) {
    throw new HistoryError(name, [{ field: '', message: `is longer than ${HISTORY_LENGTH_MAX.toLocaleString('en')} characters` }]);
  }
  const problems: HistoryProblem[] = [];
  const history = fileOf(parsed(text, name), problems);
  if (problems.length > 0) throw new HistoryError(name, problems);
  return history;
}

/** The operation as a text if that can be read again, else as an object: a value may begin or end with white space. */
function describedOperation(operation: Operation): string | Operation {
  const text = describeOperation(operation);
  return same(() => checkOperation(text), operation) ? text : operation;
}

function describedResult(operation: Operation, result: OperationResult): string | OperationResult {
  const text = describeResult(result);
  return same(() => resultNamed(operation, text), result) ? text : result;
}

function same(read: () => unknown, value: unknown): boolean {
  try {
    return JSON.stringify(read()) === JSON.stringify(value);
  } catch {
    return false;
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HistoryError(name, [{ field: '', message: `is no JSON: ${error instanceof Error ? error.message : String(error)}` }]);
  }
}

function fileOf(given: unknown, problems: HistoryProblem[]): History {
  const none: History = { model: 'database', calls: [] };
  const fields = attempt(problems, () => objectField('', given, ['format', 'version', 'model', 'operations']));
  if (fields === null) return none;
  const { format, version, model = 'database', operations } = fields;
  const complain = (field: string, message: string): void => void problems.push({ field, message });
  if (format !== HISTORY_FORMAT) complain('format', `must be "${HISTORY_FORMAT}", not ${show(format)}`);
  if (version !== HISTORY_VERSION) complain('version', `must be ${HISTORY_VERSION}, not ${show(version)}`);
  if (!modelNames.some((known) => known === model)) complain('model', `must be one of ${modelNames.join(', ')}, not ${show(model)}`);
  if (!Array.isArray(operations)) complain('operations', `must be a list, not ${show(operations)}`);
  else if (operations.length > CALLS_MAX) complain('operations', `must be at most ${CALLS_MAX}, not ${operations.length}`);
  if (problems.length > 0) return none;
  const calls: Call[] = [];
  const fieldOf = new Map<Call, string>();
  for (const [i, one] of (operations as unknown[]).entries()) {
    if (problems.length >= PROBLEMS_MAX) break;
    const field = `operations[${i}]`;
    const call = attempt(problems, () => callOf(field, one));
    if (call === null) continue;
    calls.push(call);
    fieldOf.set(call, field);
  }
  checkSessions(calls, fieldOf, problems);
  return { model: model as ModelName, calls };
}

function callOf(field: string, given: unknown): Call {
  const fields = objectField(field, given, ['client', 'session', 'operation', 'result', 'invoked', 'returned', 'at']);
  const { client, session = 0, invoked, returned = null, at = null } = fields;
  if (typeof client !== 'string' || client.length < 1 || client.length > CLIENT_LENGTH_MAX) {
    throw new ProtocolError(`${field}.client`, `must be text of 1 to ${CLIENT_LENGTH_MAX} characters, not ${show(client)}`);
  }
  const operation = checkOperation(fields['operation'], `${field}.operation`);
  const result = resultOf(`${field}.result`, fields['result'] ?? null, operation);
  const from = count(`${field}.invoked`, invoked);
  if (result === null && returned !== null) throw new ProtocolError(`${field}.returned`, 'must be null, for there is no result');
  const to = result === null ? Infinity : count(`${field}.returned`, returned);
  if (to < from) throw new ProtocolError(`${field}.returned`, `must be at least ${from}, where it was invoked, not ${to}`);
  return { client, session: count(`${field}.session`, session), operation, result, invoked: from, returned: to, at: timesOf(`${field}.at`, at) };
}

function resultOf(field: string, given: unknown, operation: Operation): OperationResult | null {
  if (given === null) return null;
  if (typeof given !== 'string') return checkResult(given, field);
  const named = resultNamed(operation, given);
  if (named === null) throw new ProtocolError(field, `${show(given)} is no answer to ${operation.type}; there are ${resultForms}`);
  return checkResult(named, field);
}

function timesOf(field: string, given: unknown): Call['at'] {
  if (given === null) return null;
  const { invoked, returned = null } = objectField(field, given, ['invoked', 'returned']);
  return { invoked: count(`${field}.invoked`, invoked), returned: returned === null ? null : count(`${field}.returned`, returned) };
}

/** A client asks for one thing at a time in each of its sessions, and for nothing more after what was not answered. */
function checkSessions(calls: readonly Call[], fieldOf: ReadonlyMap<Call, string>, problems: HistoryProblem[]): void {
  const last = new Map<string, Call>();
  for (const call of [...calls].sort((a, b) => a.invoked - b.invoked || a.returned - b.returned)) {
    const name = JSON.stringify([call.client, call.session]);
    const before = last.get(name);
    last.set(name, call);
    if (before === undefined || before.returned < call.invoked) continue;
    if (problems.length >= PROBLEMS_MAX) return;
    const why = before.result === null ? 'was never answered' : `was answered at ${before.returned}, not before ${call.invoked}`;
    problems.push({ field: fieldOf.get(call)!, message: `comes in the same session as ${fieldOf.get(before)!}, which ${why}` });
  }
}

function count(field: string, given: unknown): number {
  if (Number.isSafeInteger(given) && (given as number) >= 0) return given as number;
  throw new ProtocolError(field, `must be a whole number from 0, not ${show(given)}`);
}

/** A file can say anything at any length. */
function shortened(text: string): string {
  return text.length <= MESSAGE_LENGTH_MAX ? text : `${text.slice(0, MESSAGE_LENGTH_MAX)}…`;
}

/** What `read` gives; `null` when it threw what is wrong, which is noted. */
function attempt<T>(problems: HistoryProblem[], read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    problems.push({ field: error.field.replace(/^\./, ''), message: error.message.slice(`${error.field}: `.length) });
    return null;
  }
}

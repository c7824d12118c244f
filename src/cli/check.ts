/** `synod check`: tells whether a history is linearizable. */
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { checking, ModelError, type Verdict } from '../check/linearizability/check.ts';
import { HistoryError, readHistory } from '../check/linearizability/file.ts';
import type { History } from '../check/linearizability/history.ts';
import { readRunText } from '../host/run-file.ts';
import { UsageError } from './argument-values.ts';
import type { CheckOptions } from './check-arguments.ts';
import { checkSummary, checkText } from './check-report.ts';
import { interrupted, write } from './command.ts';
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_UNKNOWN, EXIT_VIOLATION } from './exit-codes.ts';

/** @returns the exit code. @throws UsageError when there is nothing to check, RunFileError when the file cannot be read. */
export async function check({ file, model, states, json }: CheckOptions): Promise<number> {
  const history = historyIn(await readRunText(file), basename(file));
  const signal = interrupted();
  const against = model ?? history.model;
  const verdict = await verdictOn({ ...history, model: against }, states, signal);
  if (verdict === null) return EXIT_INTERRUPTED;
  write(json ? `${JSON.stringify(checkSummary(history, against, verdict))}\n` : checkText(history, against, verdict));
  if (verdict.type === 'violation') return EXIT_VIOLATION;
  return verdict.type === 'unknown' ? EXIT_UNKNOWN : EXIT_OK;
}

function historyIn(text: string, name: string): History {
  try {
    return readHistory(text, name);
  } catch (error) {
    if (error instanceof HistoryError) throw new UsageError(error.message);
    throw error;
  }
}

/** Null: it was interrupted. */
async function verdictOn(history: History, statesMax: number, signal: AbortSignal): Promise<Verdict | null> {
  try {
    const steps = checking(history, { statesMax });
    while (!signal.aborted) {
      const { done, value } = steps.next();
      if (done === true) return value;
      // Lets an interruption in.
      await setImmediate();
    }
    return null;
  } catch (error) {
    if (error instanceof ModelError) throw new UsageError(error.message);
    throw error;
  }
}

/** `synod check`: tells whether a history, or that of a saved run, is linearizable. */
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { checking, ModelError, type Verdict } from '../check/linearizability/check.ts';
import { HistoryError, readHistory } from '../check/linearizability/file.ts';
import { faultsOf, isFaultEvent, type FaultEvent, type FaultSpan } from '../check/linearizability/faults.ts';
import { HistoryRecorder, type History } from '../check/linearizability/history.ts';
import { pictureText } from '../check/linearizability/picture/whole.ts';
import { readEvents } from '../cluster/packed-events.ts';
import { isRunFile } from '../cluster/run-file/run-file.ts';
import { latencyText } from '../contract/format.ts';
import { readRunText } from '../host/run-file.ts';
import { openRunFile, type OpenedRun } from '../scenario/run-file.ts';
import { UsageError } from './argument-values.ts';
import type { CheckOptions } from './check-arguments.ts';
import { checkSummary, checkText } from './check-report.ts';
import { interrupted, write } from './command.ts';
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_UNKNOWN, EXIT_VIOLATION } from './exit-codes.ts';
import { replayInline } from './inline.ts';

/** @returns the exit code. @throws UsageError when there is nothing to check, RunFileError when the file cannot be read. */
export async function check({ file, model, states, json, svg }: CheckOptions): Promise<number> {
  const [text, name] = [await readRunText(file), basename(file)];
  const signal = interrupted();
  const seen = isRunFile(text) ? await seenIn(openRunFile(text, name), name, signal) : { history: historyIn(text, name), faults: [] };
  if (seen === null) return EXIT_INTERRUPTED;
  const { history, faults } = seen;
  const against = model ?? history.model;
  const verdict = await verdictOn({ ...history, model: against }, states, signal);
  if (verdict === null) return EXIT_INTERRUPTED;
  if (svg !== null) await saved(svg, pictureText(history, faults, verdict, latencyText));
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

interface Seen {
  readonly history: History;
  readonly faults: readonly FaultSpan[];
}

/** What the clients of a saved run asked for and were answered, and the faults of the run. Null: it was interrupted. */
async function seenIn({ run, end, digest, readOnly }: OpenedRun, name: string, signal: AbortSignal): Promise<Seen | null> {
  if (readOnly !== '') throw new UsageError(`${name} cannot be checked. ${readOnly}`);
  const recorder = new HistoryRecorder();
  const faults: FaultEvent[] = [];
  const replayed = await replayInline({
    run,
    end,
    enough: () => signal.aborted,
    listener: {
      events: (packed) => {
        for (const event of readEvents(packed)) {
          recorder.take(event);
          if (isFaultEvent(event)) faults.push(event);
        }
      },
      problem: () => {},
    },
  });
  if (!replayed.complete) return null;
  const isSame = replayed.divergence === null && (digest === null || digest === replayed.digest);
  if (isSame) return { history: recorder.history(), faults: faultsOf(faults) };
  throw new UsageError(`${name} cannot be checked: it is not the run that was saved; synod replay ${name} says where it differs`);
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

/** @throws UsageError saying why the picture cannot be written. */
async function saved(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new UsageError(`--svg ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `synod explore`: searches a small cluster exhaustively. */
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isRunFile } from '../cluster/run-file/run-file.ts';
import type { ExploreRequest, Finding } from '../explore/job.ts';
import { Exploration } from '../explore/search/explore-job.ts';
import { RehearsalError } from '../explore/search/rehearse.ts';
import { readRunText, saveRunFile, saveText } from '../host/run-file.ts';
import { ProtocolError } from '../protocol/protocol.ts';
import { openRunFile } from '../scenario/run-file.ts';
import manifest from '../../package.json' with { type: 'json' };
import { UsageError } from './argument-values.ts';
import { interrupted, write } from './command.ts';
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_VIOLATION } from './exit-codes.ts';
import type { ExploreOptions } from './explore-arguments.ts';
import { describeProgress, exploreHeadline, exploreSummary, exploreText, type Written } from './explore-report.ts';

/** Between two looks at whether it was interrupted. */
const PIECE_MS = 30;
const PROGRESS_MS = 1000;

/** @returns the exit code. @throws UsageError or RunFileError when there is nothing to search. */
export async function explore(options: ExploreOptions): Promise<number> {
  const exploration = begun(await requestOf(options));
  const signal = interrupted();
  const began = performance.now();
  if (!options.json) write(exploreHeadline(options));
  let told = began;
  while (!signal.aborted && piece(exploration)) {
    // Lets an interruption in.
    await setImmediate();
    if (performance.now() - told < PROGRESS_MS) continue;
    told = performance.now();
    process.stderr.write(`${describeProgress(exploration)}\n`);
  }
  const seconds = (performance.now() - began) / 1000;
  const { counterexample, complete } = exploration;
  const written = counterexample === null || options.out === null ? null : await save(options.out, counterexample.finding);
  write(options.json ? `${JSON.stringify(exploreSummary(exploration, seconds, written))}\n` : exploreText(exploration, seconds, written));
  if (counterexample !== null) return EXIT_VIOLATION;
  return signal.aborted && !complete ? EXIT_INTERRUPTED : EXIT_OK;
}

async function requestOf({ request, from }: ExploreOptions): Promise<ExploreRequest> {
  if (from === null) return { ...request, from };
  const text = await readRunText(from);
  if (!isRunFile(text)) throw new UsageError(`--from: ${from} is no run file`);
  const { run, end } = openRunFile(text, basename(from));
  return { ...request, from: { ...run, end } };
}

function begun(request: ExploreRequest): Exploration {
  try {
    return new Exploration(request);
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof RehearsalError) throw new UsageError(error.message);
    throw error;
  }
}

/** @returns whether there is more to do */
function piece(exploration: Exploration): boolean {
  const until = performance.now() + PIECE_MS;
  do {
    if (!exploration.advance()) return false;
  } while (performance.now() < until);
  return true;
}

async function save(folder: string, { violation, run, end, scenario }: Finding): Promise<Written> {
  await mkdir(folder, { recursive: true });
  const { protocol, mutant } = run.header;
  const name = [protocol, ...(mutant === undefined ? [] : [mutant]), violation.check].join('-');
  const file = join(folder, `${name}.synod`);
  await saveRunFile(file, { title: `${violation.check} violated`, app: manifest.version, run, end, digest: null, marks: [], expect: null });
  if (scenario === null) return { run: file, scenario };
  const text = join(folder, `${name}.yaml`);
  await saveText(text, scenario);
  return { run: file, scenario: text };
}

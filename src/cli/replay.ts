/** `synod replay`: has a saved run again, and compares it with what was saved. */
import { basename } from 'node:path';
import { isRunFile } from '../cluster/run-file/run-file.ts';
import { firstEvents } from '../cluster/packed-events.ts';
import { readRunText } from '../host/run-file.ts';
import { openRunFile, type OpenedRun } from '../scenario/run-file.ts';
import { UsageError } from './argument-values.ts';
import { conclude, interrupted, write } from './command.ts';
import { DigestWatch, type Difference } from './digest-watch.ts';
import type { Replayed } from './drive.ts';
import { EXIT_DIVERGED, EXIT_INTERRUPTED } from './exit-codes.ts';
import { replayInline } from './inline.ts';
import type { ReplayOptions } from './replay-arguments.ts';
import { replayThreads } from './replay-threads.ts';
import { Report, type Divergence } from './report.ts';

/** @returns the exit code. @throws UsageError or RunFileError when there is nothing to replay. */
export async function replay(options: ReplayOptions): Promise<number> {
  const { host, json, only, untilEvent } = options;
  const file = await open(options.file);
  const signal = interrupted();
  const { title, expected, run, end } = file;
  const report = new Report(run.header, { title, json, only, expected, write });
  const watch = new DigestWatch(endMarked(file));
  report.begin();
  if (file.readOnly !== '') report.problem('Another engine', file.readOnly);
  const stopAt = untilEvent ?? Infinity;
  const replayed = await (host === 'inline' ? replayInline : replayThreads)({
    run,
    end,
    enough: () => signal.aborted || watch.difference !== null || report.seq >= stopAt,
    listener: {
      events(all) {
        const packed = firstEvents(all, stopAt - all.firstSeq);
        watch.take(packed);
        report.events(packed);
      },
      problem: (about, detail) => report.problem(about, detail),
    },
  });
  const stopped = report.seq >= stopAt && stopAt < end.seq;
  const divergence = divergenceOf(watch, replayed);
  const compared = replayed.complete && !stopped && file.digest !== null;
  const exact = divergence !== null ? false : compared ? true : null;
  const at = stopped ? report.at : replayed.end.at;
  const code = conclude(report, { at, digest: stopped ? watch.digest : replayed.digest, exact, divergence });
  if (divergence !== null) return EXIT_DIVERGED;
  return signal.aborted && !replayed.complete && !stopped ? EXIT_INTERRUPTED : code;
}

async function open(path: string): Promise<OpenedRun> {
  const text = await readRunText(path);
  if (isRunFile(text)) return openRunFile(text, basename(path));
  throw new UsageError(`${path} is no run file; a scenario is run by synod run ${path}`);
}

/** The marks of the file, with its end as the last. */
function endMarked({ marks, end, digest }: OpenedRun): OpenedRun['marks'] {
  return digest === null ? marks : [...marks, { seq: end.seq, digest }];
}

/** Where the replay differs from the run that was saved, as closely as it is known; null: nowhere. */
function divergenceOf(watch: DigestWatch, replayed: Replayed): Divergence | null {
  const { difference } = watch;
  if (difference !== null) return divergent(difference);
  const { divergence, end } = replayed;
  return divergence === null ? null : divergent({ same: watch.same, differs: end.seq + 1 }, `: ${divergence}`);
}

function divergent({ same, differs }: Difference, why = ''): Divergence {
  const [first, last] = [same, differs - 1];
  const which = first === last ? `event ${first}` : `between event ${first} and event ${last}`;
  return { first, last, text: `The first event that differs is ${which}${why}.` };
}

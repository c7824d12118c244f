/** The fuzzer as a job: one run after the other, each from a seed of its own. */
import type { FuzzRequest, Job, JobNews } from '../job.ts';
import { shrinking } from '../shrink/shrink.ts';
import { executing } from './execute.ts';
import { findingOf, sizeOf } from './finding.ts';
import { drawFuzzRun } from './fuzz-run.ts';
import { Tally } from './tally.ts';

/** Highest seed there is. */
export const SEED_MAX = 0xffff_ffff;

/**
 * Has the runs of a request, in the order of their seeds. Of each check the first finding is told; others are counted.
 * The same request finds the same.
 */
export function* fuzzJob(request: FuzzRequest): Job {
  const { runs, seed: first, shrink } = request;
  const seen = new Set<string>();
  const tally = new Tally();
  const progress = (): JobNews => ({ type: 'progress', progress: tally.progress(runs) });
  for (let seed = first; seed < first + runs; seed++) {
    const fuzzed = drawFuzzRun(request, seed);
    const executed = yield* instead(executing(fuzzed), progress);
    const { violation } = executed;
    tally.add(executed);
    if (violation !== null && !seen.has(violation.check)) {
      seen.add(violation.check);
      const found = { fuzzed, executed, violation };
      const smallest = shrink ? yield* instead(shrinking(found), progress) : found;
      yield { type: 'finding', finding: findingOf(smallest, seed, shrink ? sizeOf(executed) : null) };
    }
    yield progress();
  }
  return tally.result(runs);
}

/** Yields news wherever `steps` only yields. */
function* instead<T>(steps: Generator<void, T>, news: () => JobNews): Generator<JobNews, T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    yield news();
  }
}

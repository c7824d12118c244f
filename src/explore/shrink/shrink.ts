/**
 * Makes a finding small: fewer commands, nodes, clients and faults, settings that go without saying, simpler times, as
 * long as the same check still fails, and with no more events than when it was found. Commands go by delta debugging (Zeller and Hildebrandt,
 * *Simplifying and Isolating Failure-Inducing Input*, 2002); all else by trying what is simpler, one thing at a time.
 * The seed of the run stays: what is drawn from it is part of the finding.
 */
import type { Found } from '../fuzz/finding.ts';
import { executing } from '../fuzz/execute.ts';
import type { FuzzRun } from '../fuzz/fuzz-run.ts';
import { simplerClusters } from './clusters.ts';
import { dropped, removals } from './commands.ts';
import { simplerSettings } from './settings.ts';
import { simplerTimes } from './times.ts';

/** Runs that may be had for one finding. */
export const EXECUTIONS_MAX = 800;

/** Gives runs simpler than one, the boldest first; told which was the last to be found as bad, it goes on from there. */
export type Simplify = (found: Found) => Generator<FuzzRun, void, Found | null>;

const steps: readonly Simplify[] = [removals, simplerClusters, simplerSettings, removals, simplerTimes];

/** Yields now and then, so that others can be heard; whoever has enough of it takes what there was. */
export function* shrinking(given: Found): Generator<void, Found> {
  const budget = { left: EXECUTIONS_MAX, events: given.executed.end.seq };
  let found = (yield* attempt(dropped(given), given, budget)) ?? given;
  for (let round = found, first = true; first || round !== found; first = false) {
    round = found;
    for (const step of steps) found = yield* following(step, found, budget);
    if (budget.left === 0) break;
  }
  return found;
}

/** Runs that may still be had, and events that one may have. */
interface Budget {
  left: number;
  readonly events: number;
}

/** Takes what a step offers wherever it is as bad. */
function* following(step: Simplify, given: Found, budget: Budget): Generator<void, Found> {
  const candidates = step(given);
  let found = given;
  let next = candidates.next();
  while (next.done !== true && budget.left > 0) {
    const better = yield* attempt(next.value, found, budget);
    found = better ?? found;
    next = candidates.next(better);
  }
  return found;
}

/** Has a run; `null` when another check fails in it than in what was found so far, or none, or only later. */
function* attempt(fuzzed: FuzzRun, { violation }: Found, budget: Budget): Generator<void, Found | null> {
  budget.left--;
  const executed = yield* executing(fuzzed);
  yield;
  const fails = executed.violation?.check === violation.check && executed.end.seq <= budget.events;
  return fails ? { fuzzed, executed, violation: executed.violation! } : null;
}

/** Simpler times of commands: evenly spaced, or round. */
import type { ScriptedCommand, TimedCommand } from '../../cluster/script.ts';
import type { Found } from '../fuzz/finding.ts';
import type { FuzzRun } from '../fuzz/fuzz-run.ts';
import { withScript } from './commands.ts';

/** Steps of a clock that a person reads easily, µs. */
const STEPS_US = [1_000_000, 500_000, 100_000, 50_000, 10_000, 1_000, 100];

/** Runs with the same commands in the same order, at simpler times. In one that is to be healed, times stay. */
export function* simplerTimes(given: Found): Generator<FuzzRun, void, Found | null> {
  let { fuzzed } = given;
  if (fuzzed.calm !== null) return;
  for (const step of STEPS_US) {
    const even = timed(fuzzed).map((one, i) => ({ ...one, at: i * step }));
    if (sameTimes(even, timed(fuzzed)) || (yield* offered(fuzzed, even)) !== null) return;
  }
  for (const step of STEPS_US) {
    const better = yield* offered(fuzzed, timed(fuzzed).map((one) => rounded(one, step)));
    if (better === null) continue;
    fuzzed = better.fuzzed;
    break;
  }
  for (let i = 0; i < timed(fuzzed).length; i++) {
    for (const step of STEPS_US) {
      const one = timed(fuzzed)[i]!;
      if (one.at % step === 0) break;
      const better = yield* offered(fuzzed, timed(fuzzed).with(i, rounded(one, step)));
      if (better === null) continue;
      fuzzed = better.fuzzed;
      break;
    }
  }
}

function* offered(fuzzed: FuzzRun, script: readonly TimedCommand[]): Generator<FuzzRun, Found | null, Found | null> {
  if (sameTimes(script, timed(fuzzed))) return null;
  const last = script.reduce((latest, { at }) => Math.max(latest, at), 0);
  // What follows the last command may take as long as it did.
  const until = Math.max(fuzzed.until, last + fuzzed.until - latestOf(fuzzed));
  return yield withScript({ ...fuzzed, until }, script);
}

function sameTimes(a: readonly TimedCommand[], b: readonly TimedCommand[]): boolean {
  return a.every(({ at }, i) => at === b[i]!.at);
}

function rounded(one: TimedCommand, step: number): TimedCommand {
  return { ...one, at: Math.round(one.at / step) * step };
}

function latestOf(fuzzed: FuzzRun): number {
  return timed(fuzzed).reduce((latest, { at }) => Math.max(latest, at), 0);
}

/** All of them: the fuzzer writes no conditions. */
function timed({ header: { script = [] } }: FuzzRun): readonly TimedCommand[] {
  return script.filter((one: ScriptedCommand): one is TimedCommand => 'at' in one);
}

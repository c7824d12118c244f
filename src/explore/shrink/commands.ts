/** Fewer commands: delta debugging over the script. */
import type { ScriptedCommand } from '../../cluster/script.ts';
import { LIVENESS } from '../fuzz/execute.ts';
import type { Found } from '../fuzz/finding.ts';
import type { FuzzRun } from '../fuzz/fuzz-run.ts';

/** How much longer a smaller run may take, in virtual time. */
const LONGER = 2;

/**
 * The run without what had no part in it: commands after its end, and those that were refused. One in which a check
 * failed on the way needs not be healed any more.
 */
export function dropped({ fuzzed, executed: { run, end }, violation }: Found): FuzzRun {
  const done = new Set(run.journal.flatMap(({ scripted, refused }) => (refused ? [] : [scripted])));
  const { script = [] } = fuzzed.header;
  const shorter = withScript(fuzzed, script.filter((_, index) => done.has(index)));
  return violation.check === LIVENESS ? shorter : { ...shorter, calm: null, until: LONGER * end.at + 1 };
}

export function withScript(fuzzed: FuzzRun, script: readonly ScriptedCommand[]): FuzzRun {
  const { script: _, ...header } = fuzzed.header;
  return { ...fuzzed, header: { ...header, ...(script.length > 0 && { script }) } };
}

/** Runs without some of the commands: halves first, then smaller pieces, down to single ones. */
export function* removals(given: Found): Generator<FuzzRun, void, Found | null> {
  let { fuzzed } = given;
  for (let size = Math.ceil(removable(fuzzed).length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    // From the end: later commands rest on earlier ones.
    for (let end = removable(fuzzed).length; end > 0; end -= size) {
      const going = new Set(removable(fuzzed).slice(Math.max(0, end - size), end));
      const better = yield withScript(fuzzed, fuzzed.header.script!.filter((command) => !going.has(command)));
      fuzzed = better?.fuzzed ?? fuzzed;
    }
  }
}

/** What heals a run stays: without it nothing is promised. */
function removable({ header: { script = [] }, calm }: FuzzRun): readonly ScriptedCommand[] {
  if (calm === null) return script;
  return script.filter((one) => 'at' in one && (one.at < calm.at || (one.at > calm.at && one.command.type !== 'configure')));
}

/** Sets the fuzzer on a broken protocol, and says how long it takes to notice. */
import { executing, type Executed } from '../../src/explore/fuzz/execute.ts';
import type { Found } from '../../src/explore/fuzz/finding.ts';
import { drawFuzzRun, type FuzzRun } from '../../src/explore/fuzz/fuzz-run.ts';
import type { Mutant } from '../../src/protocol/mutants.ts';

/** From so many seeds each mutant is hunted, and this far apart they are: no two hunts have a run in common. */
export const HUNTS = 20;
const SEEDS_APART = 100_000;

export interface Hunt {
  /** How many runs were had, the last of which is the one found. */
  readonly runs: number;
  readonly seed: number;
  /** `null`: nothing was found. */
  readonly found: Found | null;
}

/** Runs of the fuzzer as for any protocol, one seed after the other, until a check fails or `most` are over. */
export function hunt({ protocol, name }: Pick<Mutant, 'protocol' | 'name'>, number: number, most: number): Hunt {
  const first = number * SEEDS_APART;
  for (let runs = 1; runs <= most; runs++) {
    const seed = first + runs - 1;
    const fuzzed = drawFuzzRun({ protocol, mutant: name }, seed);
    const executed = execute(fuzzed);
    const { violation } = executed;
    if (violation !== null) return { runs, seed, found: { fuzzed, executed, violation } };
  }
  return { runs: most, seed: first + most - 1, found: null };
}

function execute(fuzzed: FuzzRun): Executed {
  const steps = executing(fuzzed);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

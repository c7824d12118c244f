/** How each mutant is found: by the fuzzer from each of some seeds, and by the exhaustive search where it covers it. */
import type { Found } from '../../../src/explore/fuzz/finding.ts';
import { sizeOf } from '../../../src/explore/fuzz/finding.ts';
import type { ExploreRequest, RunSize } from '../../../src/explore/job.ts';
import { explorable } from '../../../src/explore/search/explorable.ts';
import { exploreJob } from '../../../src/explore/search/explore-job.ts';
import { shrinking } from '../../../src/explore/shrink/shrink.ts';
import { mutants, type Mutant } from '../../../src/protocol/mutants.ts';
import { hunt, HUNTS } from '../../support/mutant-hunt.ts';
import { median } from '../row.ts';

const RUNS_MAX = 5_000;
const CONTROL_RUNS = 500;
const STATES_MAX = 30_000;

/** Three servers, two of which propose a value each, at ballots up to round 2; once, one of them may crash. */
const SCOPE = {
  ...{ nodes: 3, proposers: 2, values: 2, maxBallot: 2, crashes: 1, statesMax: STATES_MAX },
  ...{ symmetry: true, reduction: true, from: null },
} as const;

export interface MutantFigures {
  readonly mutant: Mutant;
  /** Checks by how many seeds' runs they were the first to fail in, the most frequent first. */
  readonly checks: readonly (readonly [name: string, seeds: number])[];
  /** How many seeds found it, and the fuzz runs it took: the median and the most. Of a control: runs in which nothing failed. */
  readonly seeds: number;
  readonly runs: { readonly median: number; readonly most: number };
  /** The finding of the first seed, made small. */
  readonly shrunk: RunSize | null;
  readonly explored: Explored | null;
}

/** What the search came to. */
export interface Explored {
  readonly states: number;
  readonly depth: number;
  /** The check that failed; `null`: none, up to there. */
  readonly check: string | null;
  /** Everything in the scope was looked at. */
  readonly complete: boolean;
}

/** Yields one mutant after another. */
export function* measureMutants(): Generator<MutantFigures> {
  for (const mutant of mutants) yield mutant.control === true ? controlFigures(mutant) : figuresOf(mutant);
}

function figuresOf(mutant: Mutant): MutantFigures {
  const hunts = Array.from({ length: HUNTS }, (_, number) => hunt(mutant, number, RUNS_MAX));
  const checks = new Map<string, number>();
  for (const { found } of hunts) {
    if (found !== null) checks.set(found.violation.check, (checks.get(found.violation.check) ?? 0) + 1);
  }
  const first = hunts.find(({ found }) => found !== null)?.found ?? null;
  const runs = hunts.map((one) => one.runs);
  return {
    mutant,
    checks: [...checks].sort((a, b) => b[1] - a[1]),
    seeds: hunts.filter(({ found }) => found !== null).length,
    runs: { median: median(runs), most: Math.max(...runs) },
    shrunk: first && sizeOf(shrunk(first).executed),
    explored: explore(mutant),
  };
}

function controlFigures(mutant: Mutant): MutantFigures {
  const { runs, found } = hunt(mutant, 0, CONTROL_RUNS);
  const checks = found === null ? [] : ([[found.violation.check, 1]] as const);
  return { mutant, checks, seeds: checks.length, runs: { median: runs, most: runs }, shrunk: null, explored: explore(mutant) };
}

function shrunk(found: Found): Found {
  const steps = shrinking(found);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

function explore({ protocol, name }: Mutant): Explored | null {
  if (!explorable.includes(protocol)) return null;
  const request: ExploreRequest = { type: 'explore', protocol, mutant: name, ...SCOPE };
  let check: string | null = null;
  for (const job = exploreJob(request); ; ) {
    const { done, value } = job.next();
    if (done === true) {
      const count = (wanted: string): number => value.progress.counts.find((one) => one.name === wanted)!.value;
      return { states: count('distinct states'), depth: count('depth'), check, complete: value.complete };
    }
    if (value.type === 'finding') check = value.finding.violation.check;
  }
}

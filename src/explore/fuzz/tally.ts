/** What the runs of the fuzzer come to, counted. */
import type { JobProgress, JobResult } from '../job.ts';
import type { Executed } from './execute.ts';

/** Names of what is counted, in the order in which it is shown. */
export const RUNS = 'runs';
export const EVENTS = 'events';
export const VIOLATIONS = 'violations';
export const LIVE = 'runs in which everything asked for was done after healing';
export const HISTORIES = 'histories checked';
export const UNKNOWN = 'histories given up';

const counters: readonly { readonly name: string; readonly of: (executed: Executed) => number }[] = [
  { name: RUNS, of: () => 1 },
  { name: EVENTS, of: ({ end }) => end.seq },
  { name: VIOLATIONS, of: ({ violation }) => Number(violation !== null) },
  { name: LIVE, of: ({ live }) => Number(live === true) },
  { name: HISTORIES, of: ({ history }) => Number(history !== 'none') },
  { name: UNKNOWN, of: ({ history }) => Number(history === 'unknown') },
];

const sometimes: readonly { readonly name: string; readonly meaning: string; readonly types: readonly string[] }[] = [
  { name: 'chosen', meaning: 'A learner learns what is chosen.', types: ['chosen'] },
  { name: 'crash', meaning: 'A node crashes.', types: ['crash'] },
  { name: 'lost', meaning: 'A packet is lost.', types: ['lost'] },
  { name: 'duplicate', meaning: 'A packet arrives twice.', types: ['duplicate'] },
  { name: 'parted', meaning: 'The network is parted, or a link is cut.', types: ['partition', 'cut'] },
  { name: 'slow disk', meaning: 'A save takes time until it is durable.', types: ['synced'] },
];

/** Counts of some runs, added up. */
export class Tally {
  private readonly counts = counters.map(() => 0);
  private readonly seen = new Set<string>();

  add(executed: Executed): void {
    counters.forEach(({ of }, index) => (this.counts[index]! += of(executed)));
    const missing = sometimes.filter(({ name }) => !this.seen.has(name));
    if (missing.length === 0) return;
    for (const event of executed.events()) {
      for (const { name, types } of missing) if (types.includes(event.type)) this.seen.add(name);
    }
  }

  /** @param runs how many there are to be */
  progress(runs: number): JobProgress {
    const counts = counters.map(({ name }, index) => ({ name, value: this.counts[index]! }));
    return { done: this.counts[0]! / runs, counts };
  }

  result(runs: number): JobResult {
    return {
      progress: this.progress(runs),
      complete: this.counts[0] === runs,
      sometimes: sometimes.map(({ name, meaning }) => ({ name, meaning, seen: this.seen.has(name) })),
    };
  }
}

/** How far several jobs are together. @param runs how many there are to be in all of them */
export function sumOf(all: readonly JobProgress[], runs: number): JobProgress {
  const counts = counters.map(({ name }) => ({ name, value: all.reduce((sum, one) => sum + countIn(one, name), 0) }));
  return { done: counts[0]!.value / runs, counts };
}

export function countIn({ counts }: JobProgress, name: string): number {
  return counts.find((count) => count.name === name)?.value ?? 0;
}

/** What was seen in any of several jobs. */
export function mergedSometimes(results: readonly JobResult[]): JobResult['sometimes'] {
  return sometimes.map(({ name, meaning }) => {
    const seen = results.some((result) => result.sometimes.some((one) => one.name === name && one.seen));
    return { name, meaning, seen };
  });
}

/** Jobs for tests: had to their end in this thread. */
import type { Finding, Job, JobResult } from '../../src/explore/job.ts';

export interface Done {
  readonly findings: readonly Finding[];
  readonly result: JobResult;
}

export function done(job: Job): Done {
  const findings: Finding[] = [];
  for (;;) {
    const { done: over, value } = job.next();
    if (over === true) return { findings, result: value };
    if (value.type === 'finding') findings.push(value.finding);
  }
}

/** What is counted under this name. */
export function count({ progress }: JobResult, name: string): number {
  return progress.counts.find((one) => one.name === name)!.value;
}

/** Jobs on threads: what they come to does not depend on how many there are, and they end when they are told to. */
import { describe, expect, it } from 'vitest';
import { fuzzJob } from '../../src/explore/fuzz/fuzz-job.ts';
import type { Finding, FuzzRequest, JobProgress, JobResult } from '../../src/explore/job.ts';
import { planOf } from '../../src/explore/plan.ts';
import { runJob, type JobPlan } from '../../src/host/jobs/run-job.ts';
import { done } from '../support/jobs.ts';
import { jobWorker, testEntry } from '../support/workers.ts';

const request: FuzzRequest = { type: 'fuzz', protocol: 'paxos', mutant: 'disk-lost-at-restart', runs: 60, seed: 1, shrink: true };

interface Told {
  readonly findings: readonly Finding[];
  readonly progress: readonly JobProgress[];
  readonly result: JobResult;
}

async function onThreads(given: FuzzRequest, threads: number): Promise<Told> {
  const findings: Finding[] = [];
  const progress: JobProgress[] = [];
  const result = await runJob(planOf(given), {
    worker: jobWorker,
    threads,
    onNews: (news) => void (news.type === 'finding' ? findings.push(news.finding) : progress.push(news.progress)),
  });
  return { findings, progress, result };
}

describe('the fuzzer', () => {
  it('finds the same on one thread, on three, and on none', async () => {
    const [one, three] = [await onThreads(request, 1), await onThreads(request, 3)];
    const here = done(fuzzJob(request));
    expect(here.findings.length).toBeGreaterThan(1);
    expect(one.findings).toEqual(here.findings);
    expect(three.findings).toEqual(here.findings);
    expect(one.result).toEqual(here.result);
    expect(three.result).toEqual(here.result);
  });

  it('tells how far it is, up to the end', async () => {
    const { progress, result } = await onThreads({ ...request, mutant: null }, 2);
    const shares = progress.map(({ done: share }) => share!);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(progress.at(-1)).toEqual(result.progress);
    expect(shares.at(-1)).toBe(1);
  });
});

/** A plan of these pieces, all at once. */
function planFor(pieces: readonly string[]): JobPlan<string, { readonly type: string; readonly text: string }, string> & { readonly over: string[] } {
  const rest = [...pieces];
  const over: string[] = [];
  return {
    over,
    next: () => rest.shift() ?? null,
    take: (_piece, news) => [news],
    end(piece) {
      over.push(piece);
      return [];
    },
    result: () => over.join(' '),
  };
}

describe('any job', () => {
  const worker = testEntry('puppet-job');

  it('does every piece once', async () => {
    const pieces = Array.from({ length: 20 }, (_, i) => `piece ${i}`);
    const plan = planFor(pieces);
    await runJob(plan, { worker, threads: 3, onNews: () => {} });
    expect([...plan.over].sort()).toEqual([...pieces].sort());
  });

  it('ends when it is told to, whatever its threads are doing', async () => {
    const controller = new AbortController();
    const onNews = ({ text }: { readonly text: string }): void => {
      if (text === 'forever') controller.abort();
    };
    expect(await runJob(planFor(['short', 'forever', 'forever']), { worker, threads: 1, onNews, signal: controller.signal })).toBe('short');
  });

  it('does nothing when it was told so before it began', async () => {
    expect(await runJob(planFor(['short']), { worker, threads: 1, onNews: () => {}, signal: AbortSignal.abort() })).toBe('');
  });

  it.each([
    ['throws', 'a thread of the job failed: Error: a piece that fails'],
    ['dies', 'a thread of the job ended by itself, with code 3'],
  ])('fails when a piece %s', async (piece, message) => {
    await expect(runJob(planFor(['short', piece, 'forever']), { worker, threads: 2, onNews: () => {} })).rejects.toThrow(message);
  });
});

/**
 * How a job is divided among several threads. A plan gives out pieces, jobs themselves, takes in what they tell, and
 * tells what the whole job would have: always the same, however many threads there are and whichever is the fastest.
 */
import { exploreJob } from './search/explore-job.ts';
import { fuzzJob } from './fuzz/fuzz-job.ts';
import { FuzzPlan } from './fuzz/fuzz-plan.ts';
import type { Job, JobNews, JobRequest, JobResult } from './job.ts';

export interface Plan {
  /** The next piece to be begun; `null`: none, or none before others are over. */
  next(): JobRequest | null;
  /** Takes in what a piece tells; gives what is to be told now. */
  take(piece: JobRequest, news: JobNews): readonly JobNews[];
  /** A piece is over; gives what is to be told now. */
  end(piece: JobRequest, result: JobResult): readonly JobNews[];
  /** What has come of all pieces so far. */
  result(): JobResult;
}

export function planOf(request: JobRequest): Plan {
  return request.type === 'fuzz' ? new FuzzPlan(request) : new WholePlan(request);
}

/** The job of a request, or of a piece of one, on one thread. */
export function jobOf(request: JobRequest): Job {
  return request.type === 'fuzz' ? fuzzJob(request) : exploreJob(request);
}

/** A job that is one piece. */
class WholePlan implements Plan {
  private rest: JobRequest | null;
  private outcome: JobResult = { progress: { done: null, counts: [] }, complete: false, sometimes: [] };

  constructor(request: JobRequest) {
    this.rest = request;
  }

  next(): JobRequest | null {
    const { rest } = this;
    this.rest = null;
    return rest;
  }

  take(_piece: JobRequest, news: JobNews): readonly JobNews[] {
    if (news.type === 'progress') this.outcome = { ...this.outcome, progress: news.progress };
    return [news];
  }

  end(_piece: JobRequest, result: JobResult): readonly JobNews[] {
    this.outcome = result;
    return [];
  }

  result(): JobResult {
    return this.outcome;
  }
}

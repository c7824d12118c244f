/** One job of the fuzzer or of the search: how far it has got, and what it has found so far. */
import type { LabFinding, LabKind, LabNews, LabRequest, LabState } from '../../src/contract/lab.ts';
import type { Finding, JobNews, JobProgress, JobResult } from '../../src/explore/job.ts';

/** A broken protocol is caught in run after run: findings from this one on are counted and not kept. */
export const FINDINGS_MAX = 100;

/** The rate is that of the last so many ms. */
const RATE_OVER_MS = 3000;

const NOTHING: JobProgress = { done: null, counts: [] };

export class LabJob {
  readonly id: number;
  readonly request: LabRequest;
  /** Aborted when it is to end. */
  readonly controller = new AbortController();
  /** Those kept, oldest first, each with its number among all of this launch. */
  readonly findings: { readonly id: number; readonly finding: Finding }[] = [];
  #state: LabState = 'running';
  #why = '';
  #found = 0;
  #progress = NOTHING;
  #complete = false;
  #sometimes: JobResult['sometimes'] = [];
  #ended: number | null = null;
  readonly #began: number;
  readonly #now: () => number;
  /** What is counted first, at moments of the last few seconds, oldest first. */
  readonly #samples: { readonly at: number; readonly value: number }[] = [];

  /** @param now wall ms */
  constructor(id: number, request: LabRequest, now: () => number) {
    this.id = id;
    this.request = request;
    this.#now = now;
    this.#began = now();
  }

  get kind(): LabKind {
    return this.request.type;
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  /** Takes note of what it tells. @param number the next among all findings of this launch. @returns whether it was used */
  take(news: JobNews, number: number): boolean {
    if (news.type === 'progress') this.#take(news.progress);
    else if (++this.#found <= FINDINGS_MAX) return this.findings.push({ id: number, finding: news.finding }) > 0;
    return false;
  }

  /** It is to end, and why: one sentence, empty when the person wants it. */
  cancel(why: string): void {
    if (!this.running || this.controller.signal.aborted) return;
    this.#why = why;
    this.controller.abort();
  }

  /** It has ended by itself, or because it was to. */
  end(result: JobResult): void {
    this.#take(result.progress);
    this.#sometimes = result.sometimes;
    this.#complete = result.complete;
    this.#over(this.controller.signal.aborted ? 'cancelled' : 'over');
  }

  /** It has ended with an error; one that comes of its being cancelled is none. */
  fail(error: unknown): void {
    if (this.controller.signal.aborted) return this.#over('cancelled');
    this.#why = error instanceof Error ? error.message : String(error);
    this.#over('failed');
  }

  /** How it stands, with the findings from number `from` on. */
  news(from: number): LabNews {
    return {
      job: this.id,
      kind: this.kind,
      request: this.request,
      state: this.#state,
      why: this.#why,
      elapsed: (this.#ended ?? this.#now()) - this.#began,
      progress: this.#progress,
      rate: this.#rate(),
      complete: this.#complete,
      sometimes: this.#sometimes,
      found: this.#found,
      from,
      findings: this.findings.slice(from).map(told),
    };
  }

  #over(state: LabState): void {
    this.#state = state;
    this.#ended = this.#now();
  }

  #take(progress: JobProgress): void {
    this.#progress = progress;
    const value = progress.counts[0]?.value;
    if (value === undefined) return;
    const at = this.#now();
    this.#samples.push({ at, value });
    while (this.#samples.length > 2 && at - this.#samples[0]!.at > RATE_OVER_MS) this.#samples.shift();
  }

  /** While it goes on, of late; afterwards, over all. */
  #rate(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined) return null;
    const since = this.running && first !== last ? first : { at: this.#began, value: 0 };
    const until = this.#ended ?? last.at;
    return until > since.at ? ((last.value - since.value) * 1000) / (until - since.at) : null;
  }
}

function told({ id, finding }: { readonly id: number; readonly finding: Finding }): LabFinding {
  const { violation, seed, size, before, scenario } = finding;
  const { check, slot, text } = violation;
  return { id, violation: { check, slot, text }, seed, size, before, testable: scenario !== null };
}

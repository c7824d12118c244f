/** Divides the runs of the fuzzer among threads, and puts together what they find in the order of seeds. */
import type { Finding, FuzzRequest, JobNews, JobProgress, JobRequest, JobResult } from '../job.ts';
import type { Plan } from '../plan.ts';
import { mergedSometimes, sumOf } from './tally.ts';

/** Runs of one piece: some tenths of a second. */
const PIECE_RUNS = 50;

/** A piece with runs, under way or over. */
interface Share {
  readonly request: FuzzRequest;
  progress: JobProgress | null;
  result: JobResult | null;
  readonly findings: Finding[];
}

/** A finding that is to be told in its turn, once it has been shrunk. */
interface Turn {
  readonly request: FuzzRequest;
  finding: Finding | null;
  begun: boolean;
}

export class FuzzPlan implements Plan {
  private readonly request: FuzzRequest;
  private readonly shares: Share[] = [];
  /** Runs given out so far. */
  private given = 0;
  /** Shares of which, and of all before them, everything is known. */
  private settled = 0;
  private readonly seen = new Set<string>();
  private readonly turns: Turn[] = [];
  private told = 0;

  constructor(request: FuzzRequest) {
    this.request = request;
  }

  next(): FuzzRequest | null {
    // What is found is made small first: somebody waits for it.
    const turn = this.turns.find(({ begun }) => !begun);
    if (turn !== undefined) {
      turn.begun = true;
      return turn.request;
    }
    const { runs, seed } = this.request;
    if (this.given === runs) return null;
    const some = Math.min(PIECE_RUNS, runs - this.given);
    const request = { ...this.request, runs: some, seed: seed + this.given, shrink: false };
    this.given += some;
    this.shares.push({ request, progress: null, result: null, findings: [] });
    return request;
  }

  take(piece: JobRequest, news: JobNews): readonly JobNews[] {
    const share = this.shareOf(piece);
    if (share === undefined) {
      if (news.type === 'finding') this.turns.find(({ request }) => request === piece)!.finding = news.finding;
      return this.due();
    }
    if (news.type === 'finding') share.findings.push(news.finding);
    else share.progress = news.progress;
    return news.type === 'progress' ? [{ type: 'progress', progress: this.progress() }] : [];
  }

  end(piece: JobRequest, result: JobResult): readonly JobNews[] {
    const share = this.shareOf(piece);
    if (share !== undefined) {
      share.result = result;
      share.progress = result.progress;
      this.settle();
    }
    return [...this.due(), { type: 'progress', progress: this.progress() }];
  }

  result(): JobResult {
    const { runs } = this.request;
    return {
      progress: this.progress(),
      complete: this.given === runs && this.settled === this.shares.length && this.told === this.turns.length,
      sometimes: mergedSometimes(this.shares.flatMap(({ result }) => result ?? [])),
    };
  }

  private progress(): JobProgress {
    return sumOf(this.shares.flatMap(({ progress }) => progress ?? []), this.request.runs);
  }

  private shareOf(piece: JobRequest): Share | undefined {
    return this.shares.find(({ request }) => request === piece);
  }

  /** Of each check, the first finding in the order of seeds gets a turn. */
  private settle(): void {
    for (let share = this.shares[this.settled]; share?.result != null; share = this.shares[++this.settled]) {
      for (const finding of share.findings) {
        const { check } = finding.violation;
        if (this.seen.has(check)) continue;
        this.seen.add(check);
        const { shrink } = this.request;
        const request = { ...this.request, runs: 1, seed: finding.seed! };
        this.turns.push({ request, finding: shrink ? null : finding, begun: !shrink });
      }
    }
  }

  /** The findings whose turn it is. */
  private due(): JobNews[] {
    const news: JobNews[] = [];
    for (let turn = this.turns[this.told]; turn?.finding != null; turn = this.turns[++this.told]) {
      news.push({ type: 'finding', finding: turn.finding });
    }
    return news;
  }
}

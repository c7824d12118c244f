/** The exhaustive search as a job: it tells how it goes on, and what it has found, as a run that opens in the app. */
import type { ExploreRequest, Finding, Job, JobProgress, JobResult } from '../job.ts';
import { describeSteps } from './describe.ts';
import { findingOf } from './finding.ts';
import { Locals } from './locals.ts';
import { Rehearsal } from './rehearse.ts';
import { scopeOf, type Scope } from './scope.ts';
import { Search, type Found, type Progress } from './search.ts';

/** States between two looks at whether it was cancelled: some tens of milliseconds. */
const PIECE_STATES = 500;

/** What was found broken, in words. */
export interface Counterexample {
  /** What the search says of it. */
  readonly check: string;
  readonly text: string;
  /** One line each. */
  readonly steps: readonly string[];
  readonly finding: Finding;
}

/** A search under way. */
export class Exploration {
  readonly #request: ExploreRequest;
  readonly #scope: Scope;
  readonly #search: Search;
  #counterexample: Counterexample | null = null;

  /** @throws ProtocolError when there is nothing that could be searched so */
  constructor(request: ExploreRequest) {
    this.#request = request;
    this.#scope = scopeOf(request);
    const { model, start } = this.#scope;
    const locals = new Locals(model);
    this.#search = new Search(model, request, locals, start?.(locals));
  }

  get progress(): Progress {
    return this.#search.progress;
  }

  get complete(): boolean {
    return this.#search.complete;
  }

  get sometimes(): JobResult['sometimes'] {
    const { sometimes } = this.#search;
    return this.#scope.model.properties.sometimes.map(({ name, meaning }, at) => ({ name, meaning, seen: sometimes[at]! }));
  }

  /** What was found broken; `null`: nothing yet. */
  get counterexample(): Counterexample | null {
    return this.#counterexample;
  }

  /** @returns whether there is more to do */
  advance(): boolean {
    if (this.#search.advance(PIECE_STATES)) return true;
    const found = this.#search.found();
    if (found !== null) this.#counterexample = this.#rehearsed(found);
    return false;
  }

  #rehearsed({ broken, steps }: Found): Counterexample {
    const { model, header } = this.#scope;
    const { from, only } = this.#request;
    const { locals } = this.#search;
    const rehearsal = new Rehearsal(model, locals, header, from);
    rehearsal.take(steps);
    return { ...broken, steps: describeSteps(locals, steps), finding: findingOf(rehearsal, broken, steps, from !== null, only !== undefined) };
  }
}

/** Searches until everything has been looked at, something is found broken, or the limit is reached. */
export function* exploreJob(request: ExploreRequest): Job {
  const exploration = new Exploration(request);
  while (exploration.advance()) yield { type: 'progress', progress: progressOf(exploration) };
  if (exploration.counterexample !== null) yield { type: 'finding', finding: exploration.counterexample.finding };
  const { complete, sometimes } = exploration;
  return { progress: progressOf(exploration), complete, sometimes };
}

function progressOf({ progress }: Exploration): JobProgress {
  const { distinct, generated, depth, frontier, bytes } = progress;
  const counts = [
    { name: 'distinct states', value: distinct },
    { name: 'generated', value: generated },
    { name: 'depth', value: depth },
    { name: 'frontier', value: frontier },
    { name: 'bytes', value: bytes },
  ];
  return { done: null, counts };
}

/**
 * Exhaustive search of a specification, breadth first: every state that can be reached, the near ones before the far ones.
 * So what is found broken is found by a shortest way. It counts as the model checker TLC does: `distinct` states,
 * `generated` ones (the initial state, and one for each way in which an action can be taken, known states and stutters
 * included), `depth` in states from the first to the farthest.
 */
import { copy } from './layout.ts';
import type { Inspected, Invariant, Sink, Specification, State, StepProperty } from './specification.ts';
import { Visited } from './visited.ts';

export interface SearchOptions {
  /** The search gives up after so many states. @default no limit but memory */
  readonly states?: number;
  /** Looks only at properties of these names. @default all */
  readonly properties?: readonly string[];
}

export interface Progress {
  readonly distinct: number;
  readonly generated: number;
  /** States in the longest of the shortest ways so far, the initial one included. */
  readonly depth: number;
  /** States whose successors are not known yet. */
  readonly frontier: number;
  /** Memory of the visited set, bytes. */
  readonly bytes: number;
}

/** A property that is broken, and a shortest way there. */
export interface SpecViolation {
  readonly property: string;
  readonly meaning: string;
  /** The actions from the initial state on; the last one breaks the property. */
  readonly trace: readonly string[];
  /** Where they lead. */
  readonly state: Inspected;
}

export interface Outcome extends Progress {
  /** All states were searched. Not so after a violation or at the limit. */
  readonly complete: boolean;
  readonly violation: SpecViolation | null;
}

/** Expanded between two reports of progress. */
const PROGRESS_STATES = 20_000;
const STATES_MAX = 2 ** 31 - 2;

/** A search that is done piece by piece. */
export class Search {
  readonly #spec: Specification;
  readonly #limit: number;
  readonly #invariants: readonly Invariant[];
  readonly #steps: readonly StepProperty[];
  readonly #visited: Visited;
  readonly #current: State;
  readonly #sink: Sink;
  #expanded = 0;
  #generated = 1;
  #depth = 1;
  /** States below this number have the present depth or less. */
  #levelEnd = 1;
  #limited = false;
  #violation: SpecViolation | null = null;

  constructor(spec: Specification, { states = STATES_MAX, properties }: SearchOptions = {}) {
    const wanted = ({ name }: { readonly name: string }): boolean => properties === undefined || properties.includes(name);
    this.#spec = spec;
    this.#limit = states;
    this.#invariants = spec.invariants.filter(wanted);
    this.#steps = spec.steps.filter(wanted);
    this.#visited = new Visited(spec.words);
    this.#current = new Int32Array(spec.words);
    const next = new Int32Array(spec.words);
    this.#sink = {
      next,
      step: (action, ways) => this.#step(action, ways, next),
      stutter: (ways) => {
        this.#generated += ways;
      },
    };
    const initial = spec.initial();
    this.#visited.add(initial, -1);
    const broken = this.#invariants.find((invariant) => !invariant.holds(initial));
    if (broken !== undefined) this.#report(broken, [], initial);
  }

  get progress(): Progress {
    const { size, bytes } = this.#visited;
    return { distinct: size, generated: this.#generated, depth: this.#depth, frontier: size - this.#expanded, bytes };
  }

  get outcome(): Outcome {
    const { progress } = this;
    return { ...progress, complete: progress.frontier === 0 && !this.#stopped, violation: this.#violation };
  }

  get #stopped(): boolean {
    return this.#violation !== null || this.#limited;
  }

  /**
   * Expands up to so many states.
   * @returns whether there is more to do
   */
  advance(states: number): boolean {
    for (let left = states; left > 0; left--) {
      if (this.#stopped || this.#expanded === this.#visited.size) return false;
      if (this.#expanded === this.#levelEnd) {
        this.#depth++;
        this.#levelEnd = this.#visited.size;
      }
      this.#visited.read(this.#expanded, this.#current);
      for (const step of this.#steps) step.begin(this.#current);
      this.#spec.successors(this.#current, this.#sink);
      this.#expanded++;
    }
    return true;
  }

  #step(action: number, ways: number, next: State): void {
    if (this.#stopped) return;
    this.#generated += ways;
    for (const step of this.#steps) if (!step.holds(next)) return this.#break(step, action, next);
    if (!this.#visited.add(next, this.#expanded)) return;
    for (const invariant of this.#invariants) if (!invariant.holds(next)) return this.#break(invariant, action, next);
    this.#limited = this.#visited.size >= this.#limit;
  }

  #break(property: Invariant | StepProperty, action: number, next: State): void {
    const trace = this.#traceTo(this.#expanded);
    trace.push(this.#spec.describe(action, this.#current));
    this.#report(property, trace, next);
  }

  #report({ name, meaning }: Invariant | StepProperty, trace: readonly string[], state: State): void {
    this.#violation = { property: name, meaning, trace, state: this.#spec.inspect(state) };
    // The trace is one step longer than what was expanded so far is deep.
    this.#depth = trace.length + 1;
  }

  /** The actions that lead to the state of the number: taken again, for only the states were kept. */
  #traceTo(index: number): string[] {
    const trace: string[] = [];
    for (let at = index; this.#visited.parent(at) >= 0; at = this.#visited.parent(at)) {
      const [before, after] = [new Int32Array(this.#spec.words), new Int32Array(this.#spec.words)];
      this.#visited.read(this.#visited.parent(at), before);
      this.#visited.read(at, after);
      trace.push(this.#spec.describe(actionBetween(this.#spec, before, after), before));
    }
    return trace.reverse();
  }
}

function actionBetween(spec: Specification, before: State, after: State): number {
  let found = -1;
  const next = new Int32Array(spec.words);
  spec.successors(before, {
    next,
    step(action) {
      if (found < 0 && next.every((word, at) => word === after[at])) found = action;
    },
    stutter: () => undefined,
  });
  return found;
}

/** All successors of a state that differ from it, each once for every action. */
export function successorsOf(spec: Specification, state: State): State[] {
  const all: State[] = [];
  const next = new Int32Array(spec.words);
  const step = (): void => {
    const one = new Int32Array(spec.words);
    copy(next, one);
    all.push(one);
  };
  spec.successors(state, { next, step, stutter: () => undefined });
  return all;
}

/** Searches to the end. */
export function search(
  spec: Specification,
  options: SearchOptions & { readonly onProgress?: (progress: Progress) => void } = {},
): Outcome {
  const running = new Search(spec, options);
  while (running.advance(PROGRESS_STATES)) options.onProgress?.(running.progress);
  return running.outcome;
}

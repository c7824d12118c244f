/**
 * The search for an order: Wing and Gong's (*Testing and Verifying Concurrent Objects*), with Lowe's memory of what was
 * tried (*Testing for Linearizability*): an operation that no other has to precede is placed next, until all that were
 * answered are placed, or none fits and the last choice is taken back. Which operations are placed and the state they
 * lead to is all that matters for what can follow, and tried once.
 *
 * Two things keep the orders few, and lose none. An operation that changes nothing and has its answer right is placed
 * at once: wherever it comes in an order, it can come now. And of the operations that can come next, only a *stubborn set*
 * is tried (Valmari, *Stubborn Sets for Reduced State Space Generation*): nothing outside the set that can come before it
 * has to do with what is in it, so that any order can be changed to begin with one of the set. Operations on different
 * keys are therefore never tried in both orders, and what cannot be placed is noticed at once.
 *
 * No recursion: a history may have any length.
 */
import type { OperationResult } from '../../protocol/machine/operation.ts';
import type { Call } from './history.ts';
import { isAnswer, type Model } from './model.ts';
import { Pending } from './pending.ts';
import { ranksOf } from './rank.ts';

/** An order that explains some of the answers, and cannot be gone on with. Operations by their index. */
export interface Partial {
  readonly order: readonly number[];
  /** It was answered, should come next at the latest, and does not fit. */
  readonly blocked: number;
  /** How it would be answered there. */
  readonly answer: OperationResult;
}

export type Found =
  | { readonly type: 'order'; readonly order: readonly number[] }
  /** There is none: the longest that were tried, with different operations blocked. */
  | { readonly type: 'none'; readonly longest: readonly Partial[] }
  /** It took too long. */
  | { readonly type: 'gave-up' };

/** Most orders kept of those that cannot be gone on with. */
const LONGEST_COUNT = 3;
/**
 * How much work there can be for each state, on average: candidates looked at, and operations performed, which are worth
 * PERFORM_EFFORT of them. A history in which very much is concurrent has few states to look at, each with much work.
 */
const EFFORT_PER_STATE = 200;
const PERFORM_EFFORT = 10;
/** Work between two yields. */
const YIELD_EFFORT = 10_000;

/** What was placed, and what can be placed next. */
interface Frame<State> {
  /** -1: nothing yet. */
  readonly placed: number;
  /** The highest index placed so far. */
  readonly highest: number;
  readonly state: State;
  readonly options: readonly Option<State>[];
  tried: number;
}

interface Option<State> {
  readonly index: number;
  readonly state: State;
}

interface Blocked {
  readonly order: readonly number[];
  readonly blocked: number;
}

/**
 * @param calls in the order of invocation, without those that can be left out
 * @param slots the order in which the service says to have taken them, `Infinity` where it does not
 */
export class Search<State> {
  /** How many states were looked at. */
  states = 0;
  readonly #model: Model<State>;
  readonly #calls: readonly Call[];
  readonly #pending: Pending;
  readonly #ranks: readonly number[];
  readonly #kinds: readonly (string | null)[];
  readonly #tried = new Set<string>();
  #longest: Blocked[] = [];
  #effort = 0;

  constructor(model: Model<State>, calls: readonly Call[], slots: readonly number[] = []) {
    this.#model = model;
    this.#calls = calls;
    this.#pending = new Pending(model, calls);
    this.#ranks = slots.some((slot) => slot < Infinity) ? slots : ranksOf(calls);
    this.#kinds = calls.map((call) => (call.result === null ? model.kindOf(call) : null));
  }

  /** Yields now and then. @param statesMax after so many states, or the work they may take, it gives up */
  *run(statesMax: number): Generator<void, Found> {
    let yielded = 0;
    const stack: Frame<State>[] = [this.#enter([], -1, this.#model.initial)];
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      if (this.#pending.done) return { type: 'order', order: orderOf(stack) };
      const option = frame.options[frame.tried++];
      if (option === undefined) {
        stack.pop();
        if (frame.placed >= 0) this.#pending.putBack(frame.placed);
        continue;
      }
      if (this.states >= statesMax || this.#effort >= statesMax * EFFORT_PER_STATE) return { type: 'gave-up' };
      this.#pending.place(option.index);
      stack.push(this.#enter(stack, option.index, option.state));
      if (this.#effort < yielded + YIELD_EFFORT) continue;
      yielded = this.#effort;
      yield;
    }
    return { type: 'none', longest: this.#longest.map((blocked) => this.#complete(blocked)) };
  }

  /** Looks at what can follow once an operation is placed. */
  #enter(stack: readonly Frame<State>[], placed: number, state: State): Frame<State> {
    this.states++;
    const highest = Math.max(placed, stack.at(-1)?.highest ?? -1);
    const frame = { placed, highest, state, options: [] as readonly Option<State>[], tried: 0 };
    if (this.#pending.done) return frame;
    const { options, blocked } = this.#optionsIn(state);
    if (blocked !== null) this.#note(stack, placed, blocked);
    if (options.length > 1) {
      const name = `${this.#pending.nameUpTo(highest)} ${this.#model.keyOf(state)}`;
      if (this.#tried.has(name)) return frame;
      this.#tried.add(name);
    }
    return { ...frame, options };
  }

  /** What is to be tried next; if nothing, which operation is to blame. */
  #optionsIn(state: State): { options: readonly Option<State>[]; blocked: number | null } {
    const { candidates, reading } = this.#pending.candidates();
    this.#effort += candidates.length;
    for (const index of reading) if (this.#perform(state, index) !== null) return { options: [{ index, state }], blocked: null };
    let fewest: readonly Option<State>[] | null = null;
    for (const set of this.#pending.stubbornSets(candidates)) {
      const options = this.#fitting(state, set);
      if (options.length === 0) return { options, blocked: this.#pending.mostUrgent(set) };
      if (fewest === null || options.length < fewest.length) fewest = options;
      if (options.length === 1) break;
    }
    const options = [...fewest!].sort((a, b) => this.#ranks[a.index]! - this.#ranks[b.index]!);
    return { options, blocked: null };
  }

  /** Those of the set that can come next; of several without an answer that are as good as each other, one. */
  #fitting(state: State, set: readonly number[]): Option<State>[] {
    const options: Option<State>[] = [];
    const kinds = new Set<string>();
    for (const index of set) {
      const kind = this.#kinds[index]!;
      if (kind !== null) {
        if (kinds.has(kind)) continue;
        kinds.add(kind);
      }
      const after = this.#perform(state, index);
      if (after !== null && (kind === null || after !== state)) options.push({ index, state: after });
    }
    return options;
  }

  /** The state after an operation; `null` when it would be answered otherwise. */
  #perform(state: State, index: number): State | null {
    this.#effort += PERFORM_EFFORT;
    const call = this.#calls[index]!;
    const { state: after, result } = this.#model.perform(state, call);
    return isAnswer(result, call.result) ? after : null;
  }

  #note(stack: readonly Frame<State>[], placed: number, blocked: number): void {
    const length = stack.length;
    const best = this.#longest[0]?.order.length ?? -1;
    if (length < best) return;
    if (length === best && (this.#longest.length === LONGEST_COUNT || this.#longest.some((one) => one.blocked === blocked))) return;
    const order = placed < 0 ? [] : [...orderOf(stack), placed];
    this.#longest = length > best ? [{ order, blocked }] : [...this.#longest, { order, blocked }];
  }

  /** Places whatever else fits, for the search leaves off when it knows that there is no way on. */
  #complete({ order: begun, blocked }: Blocked): Partial {
    const order: number[] = [];
    let state = this.#model.initial;
    const place = (index: number, after: State): void => {
      this.#pending.place(index);
      order.push(index);
      state = after;
    };
    for (const index of begun) place(index, this.#perform(state, index)!);
    for (let more = true; more; ) {
      more = false;
      for (const index of this.#pending.candidates().candidates) {
        const after = this.#kinds[index] === null ? this.#perform(state, index) : null;
        if (after === null) continue;
        place(index, after);
        more = true;
        break;
      }
    }
    const { result: answer } = this.#model.perform(state, this.#calls[blocked]!);
    for (const index of order.toReversed()) this.#pending.putBack(index);
    return { order, blocked, answer };
  }
}

function orderOf<State>(stack: readonly Frame<State>[]): number[] {
  return stack.slice(1).map(({ placed }) => placed);
}

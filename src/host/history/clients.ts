/** What the clients of the run that is held were answered, and whether that is linearizable. */
import { checking, type Verdict } from '../../check/linearizability/check.ts';
import { faultsOf, isFaultEvent, type FaultEvent } from '../../check/linearizability/faults.ts';
import { historyBefore, HistoryRecorder } from '../../check/linearizability/history.ts';
import type { Linearization } from '../../check/linearizability/linearization.ts';
import type { RunEvent } from '../../cluster/events.ts';
import type { Place } from '../../cluster/run.ts';

/** Most events of faults that are kept, the first. */
const FAULTS_MAX = 10_000;

/** What is asked. */
export interface Question {
  /** The verdict is about the run after so many events. */
  readonly seq: number;
  /** Operations are told of which something happened from there on; `null`: neither operations nor faults are. */
  readonly since: number | null;
  /** The search gives up after so many states, and one for each operation. */
  readonly states: number;
}

export class Clients {
  readonly #recorder = new HistoryRecorder();
  #faults: FaultEvent[] = [];
  /** What begins with a violation is none that could be explained. */
  #violation: { readonly seq: number; readonly verdict: Verdict } | null = null;

  /** Takes in the next event of the run. */
  take(event: RunEvent): void {
    this.#recorder.take(event);
    if (isFaultEvent(event) && this.#faults.length < FAULTS_MAX) this.#faults.push(event);
  }

  /** Forgets what happened from event `seq` on. */
  forget(seq: number): void {
    this.#recorder.forget(seq);
    this.#faults = this.#faults.filter((event) => event.seq < seq);
    if (this.#violation !== null && this.#violation.seq > seq) this.#violation = null;
  }

  /** Yields now and then. @param run number of the run @param head how far it has got */
  *linearize(run: number, head: Place, { seq, since, states }: Question): Generator<number, Linearization> {
    const now = historyBefore(this.#recorder.history(), head.seq);
    const history = historyBefore(now, seq);
    const told = since === null ? [] : this.#recorder.since(since).filter(({ call }) => call.invoked < head.seq);
    const faults = since === null ? [] : faultsOf(this.#faults.filter((event) => event.seq < head.seq));
    const full = this.#recorder.full;
    const verdict = this.#known(seq) ?? (yield* this.#search(history, seq, states));
    const calls = told.map(({ index }) => ({ index, call: now.calls[index]! }));
    return { run, seq, checked: history.calls.length, verdict, head: head.seq, at: head.at, calls, faults, full };
  }

  #known(seq: number): Verdict | null {
    return this.#violation !== null && this.#violation.seq <= seq ? this.#violation.verdict : null;
  }

  *#search(history: ReturnType<typeof historyBefore>, seq: number, states: number): Generator<number, Verdict> {
    const steps = checking(history, { statesMax: states + history.calls.length });
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done !== true) yield 0;
      else {
        if (step.value.type === 'violation') this.#violation = { seq, verdict: step.value };
        return step.value;
      }
    }
  }
}

/** Holds what a scenario expects against a run: a fold over its events, live or replayed. */
import { Observer, type ObserverState } from '../cluster/conditions.ts';
import type { RunEvent } from '../cluster/events.ts';
import type { ExpectationState } from '../cluster/timeline.ts';
import { isClient, type AnyProtocol, type NodeId } from '../protocol/protocol.ts';
import type { Expectation, Subject } from './expectations.ts';
import { timeText } from './quantity.ts';

/** The expectations of a scenario and the end of its time, as plain data. */
export interface Expected {
  readonly list: readonly Expectation[];
  /** Virtual time, µs: what happens from then on counts no more. */
  readonly until: number;
}

/** How one expectation stands. */
interface Case {
  readonly expectation: Expectation;
  state: ExpectationState['state'];
  why: string;
  /** How often what it counts from has happened. */
  anchors: number;
  /** Last moment of its time, µs; null while that has not begun. */
  deadline: number | null;
  /** How often what it waits for has occurred in its time, and when last, µs. */
  occurred: number;
  lastAt: number;
}

/** How far a judge has got: plain data. */
export interface JudgeState {
  readonly observer: ObserverState;
  readonly cases: readonly Case[];
  readonly known: ReadonlyMap<NodeId, ReadonlyMap<number, string>>;
  readonly chosen: ReadonlySet<number>;
}

export class ExpectationJudge {
  private readonly until: number;
  private readonly observer: Observer;
  private readonly cases: readonly Case[];
  private open: Case[];
  /** By node that is up: what it knows to be chosen, by slot. */
  private readonly known = new Map<NodeId, Map<number, string>>();
  private readonly chosen = new Set<number>();

  /** @param from what `save` gave for the same expectations; without it, nothing has happened yet. */
  constructor({ list, until }: Expected, protocol: AnyProtocol, from?: JudgeState) {
    this.until = until;
    this.observer = new Observer(protocol, from?.observer);
    for (const [node, slots] of from?.known ?? []) this.known.set(node, new Map(slots));
    for (const slot of from?.chosen ?? []) this.chosen.add(slot);
    this.cases = from?.cases.map((one) => ({ ...one })) ?? list.map((expectation) => ({
      expectation,
      state: 'open',
      why: '',
      anchors: 0,
      deadline: expectation.after === null ? this.deadlineFrom(0, expectation) : null,
      occurred: 0,
      lastAt: 0,
    }));
    this.open = this.cases.filter(({ state }) => state === 'open');
  }

  save(): JudgeState {
    const known = new Map([...this.known].map(([node, slots]) => [node, new Map(slots)]));
    const cases = this.cases.map((one) => ({ ...one }));
    return { observer: this.observer.save(), cases, known, chosen: new Set(this.chosen) };
  }

  /** Takes in the next event; every event of the run has to be given, from the first, in order. */
  take(event: RunEvent): void {
    if (this.open.length === 0) return;
    this.end(event.at);
    if (event.at >= this.until) return;
    this.observer.take(event);
    this.learn(event);
    for (const one of this.open) this.hold(one, event);
    this.tidy();
  }

  /** All events before `at` (µs) have been taken in: decides what has run out of time by then. */
  end(at: number): void {
    for (const one of this.open) {
      if (one.deadline !== null ? one.deadline < at : at >= this.until) this.settle(one);
    }
    this.tidy();
  }

  /** How each expectation stands, in the order of the file. */
  states(): ExpectationState[] {
    return this.cases.map(({ expectation, state, why }) => ({ text: expectation.text, state, why }));
  }

  /** What happens at `until` is after the scenario's end; what happens at the end of a span is still in it. */
  private deadlineFrom(at: number, { within }: Expectation): number {
    return Math.min(this.until - 1, within === null ? Infinity : at + within);
  }

  private hold(one: Case, event: RunEvent): void {
    const { subject, after } = one.expectation;
    if (one.deadline === null) {
      // Its time begins after this event, so the event itself is none that it waits for.
      if (after === null || !this.observer.matches(after.pattern, event) || ++one.anchors < after.count) return;
      one.deadline = this.deadlineFrom(event.at, one.expectation);
      return;
    }
    if (subject.type === 'all-know') {
      if (event.type !== 'chosen' || !this.allKnow(subject)) return;
    } else if (!this.observer.matches(subject.pattern, event)) return;
    one.occurred++;
    one.lastAt = event.at;
    const { min, max } = boundsOf(subject);
    if (max !== null && one.occurred > max) {
      const allowed = max === 1 ? 'once' : `${max} times`;
      this.decide(one, 'broken', max === 0 ? happened(one) : `${happened(one)}, more than ${allowed}`);
    } else if (max === null && one.occurred >= min) this.decide(one, 'met', happened(one));
  }

  /** The time of an expectation is over. */
  private settle(one: Case): void {
    const { subject, after, within } = one.expectation;
    const { min, max } = boundsOf(subject);
    const end = timeText(one.deadline === this.until - 1 || one.deadline === null ? this.until : one.deadline);
    if (one.deadline === null) {
      const seen = after!.count > 1 ? ` (${one.anchors} of ${after!.count} times)` : '';
      this.decide(one, 'broken', `what it is to come after had not happened by ${end}${seen}`);
    } else if (one.occurred >= min) {
      this.decide(one, 'met', max === 0 ? `it did not happen${within === null ? '' : ` by ${end}`}` : happened(one));
    } else {
      const times = min > 1 ? `it had happened only ${one.occurred} of ${min} times` : 'it had not happened';
      this.decide(one, 'broken', `${times} by ${end}`);
    }
  }

  private decide(one: Case, state: 'met' | 'broken', why: string): void {
    one.state = state;
    one.why = why;
  }

  private tidy(): void {
    if (this.open.some(({ state }) => state !== 'open')) this.open = this.open.filter(({ state }) => state === 'open');
  }

  private learn(event: RunEvent): void {
    if (event.type === 'start' && !isClient(event.node)) this.known.set(event.node, new Map());
    else if (event.type === 'crash' || event.type === 'removed') this.known.delete(event.node);
    else if (event.type === 'chosen') {
      this.chosen.add(event.slot);
      this.known.get(event.node)?.set(event.slot, event.value);
    }
  }

  private allKnow({ nodes, slot, value }: Extract<Subject, { type: 'all-know' }>): boolean {
    const slots = slot === null ? [...this.chosen] : [slot];
    return [...(nodes ?? this.known.keys())].every((node) => {
      const known = this.known.get(node);
      if (known === undefined) return false;
      // A value without a slot may stand in any: no node is asked for it in all of them.
      if (value !== null && slot === null) return [...known.values()].includes(value);
      return slots.every((one) => known.has(one) && (value === null || known.get(one) === value));
    });
  }
}

function boundsOf(subject: Subject): { readonly min: number; readonly max: number | null } {
  return subject.type === 'occurs' ? subject : { min: 1, max: null };
}

function happened({ occurred, lastAt }: Case): string {
  // To the millisecond, like the clock.
  const at = `at ${timeText(lastAt < 1000 ? lastAt : Math.round(lastAt / 1000) * 1000)}`;
  return occurred === 1 ? `it happened ${at}` : `it happened for the ${ordinal(occurred)} time ${at}`;
}

function ordinal(count: number): string {
  const last = count % 100 >= 11 && count % 100 <= 13 ? 0 : count % 10;
  return `${count}${['th', 'st', 'nd', 'rd'][last] ?? 'th'}`;
}

/** Has one run of the fuzzer, and tells what is wrong with it. */
import type { Violation } from '../../protocol/checker.ts';
import { describeOperation } from '../../protocol/machine/operation.ts';
import { readEvents, type LogMark } from '../../cluster/event-log.ts';
import type { RunEvent } from '../../cluster/events.ts';
import type { Place, Run, RunHeader } from '../../cluster/run.ts';
import { checkHistory, type Failure } from '../../check/linearizability/check.ts';
import { historyOf, type History } from '../../check/linearizability/history.ts';
import { InlineCluster } from '../../host/inline.ts';
import type { Calm, FuzzRun } from './fuzz-run.ts';
import { unfinishedIn, type Unfinished } from './unfinished.ts';

/** The checks that look at a run as a whole, when it is over; all others look at every step. */
export const LIVENESS = 'Liveness';
export const LINEARIZABILITY = 'Linearizability';

/**
 * The unsafe part of a run is over after so many events: one that long is a duel, which the next so many would only
 * prolong. What happens after healing may take more.
 */
const EVENTS_MAX = 30_000;
const EVENTS_CALM_MAX = 1_000_000;
/** Looks at what has been found, in the unsafe part of a run and after it. */
const LOOKS = 8;
const LOOKS_CALM = 400;
/** Histories that need more than this to be judged are let go: that nothing is known of them is no finding. */
const STATES_MAX = 5_000;
/** Windows between two yields. */
const WINDOWS = 500;

/** A run that is over. */
export interface Executed {
  /** The first thing that is wrong with it; `null`: nothing. */
  readonly violation: Violation | null;
  /** What was done to it up to its end, as it was done. */
  readonly run: Run;
  /** Right after the violation (and others of the same step), or where it was over. */
  readonly end: Place;
  /** Everything that happened, also after the end of a run that was stopped. */
  readonly events: () => Iterable<RunEvent>;
  /** All that was promised to happen did happen; `null`: nothing was promised, or it did not come to that. */
  readonly live: boolean | null;
  /** Whether what clients saw was looked at, and whether the search came to an end. */
  readonly history: 'none' | 'judged' | 'unknown';
}

/** Yields now and then, so that others can be heard. */
export function* executing({ header, until, calm }: FuzzRun): Generator<void, Executed> {
  const had = new Had(header);
  const unsafeUntil = calm?.at ?? until;
  for (let look = 1; look <= LOOKS; look++) {
    const from = had.cluster.now;
    yield* had.going(from + Math.ceil((unsafeUntil - from) / (LOOKS + 1 - look)));
    if (had.failed) return had.stopped();
    if (had.long) return had.judged(null);
  }
  had.eventsMax += EVENTS_CALM_MAX;
  if (calm === null) return had.judged(null);
  const stretch = Math.ceil((until - calm.at) / LOOKS_CALM);
  for (let limit = calm.at; limit < until; ) {
    limit = Math.min(until, limit + stretch);
    yield* had.going(limit);
    if (had.failed) return had.stopped();
    if (limit >= calm.quietAt && had.owes(calm) === null) return had.judged(true);
    if (had.long) return had.judged(null);
  }
  return had.unfinished(calm);
}

/** A run that is being had. */
class Had {
  readonly cluster: InlineCluster;
  eventsMax = EVENTS_MAX;
  private readonly beginning: LogMark;

  constructor(header: RunHeader) {
    this.cluster = new InlineCluster(header);
    this.beginning = this.cluster.scheduler.log.mark();
  }

  /** Goes on before `limit` (µs), or until it has grown too long. */
  *going(limit: number): Generator<void> {
    for (let windows = 1; !this.long && this.cluster.window(limit); windows++) if (windows % WINDOWS === 0) yield;
  }

  get failed(): boolean {
    return this.cluster.scheduler.violations.length > 0;
  }

  get long(): boolean {
    return this.cluster.scheduler.log.seq > this.eventsMax;
  }

  owes({ core }: Calm): Unfinished | null {
    this.cluster.show();
    return unfinishedIn(this.cluster.views, core);
  }

  /** A check has failed on the way. */
  stopped(): Executed {
    const { violations } = this.cluster.scheduler;
    const { at, check, slot, text, events } = violations[0]!;
    // One step can break several; there is no place between them.
    const last = violations.find((one, i) => violations[i + 1]?.seq !== one.seq + 1)!;
    return this.over({ at, seq: last.seq + 1 }, { violation: { check, slot, text, events }, live: null, history: 'none' });
  }

  /** What was promised did not happen. */
  unfinished(calm: Calm): Executed {
    const { slot, text } = this.owes(calm)!;
    const last = this.end.seq - 1;
    const violation = { check: LIVENESS, slot, text: `long after the network was healed, ${text}`, events: [last] };
    return this.over(this.end, { violation, live: false, history: 'none' });
  }

  /** No check has failed on the way; what clients saw is left. */
  judged(live: boolean | null): Executed {
    const history = this.cluster.scheduler.header.clients === 0 ? null : historyOf(this.events());
    if (history === null || history.calls.length === 0) return this.over(this.end, { violation: null, live, history: 'none' });
    const verdict = checkHistory(history, { statesMax: STATES_MAX });
    const violation = verdict.type === 'violation' ? contradictionIn(history, verdict.failure) : null;
    return this.over(this.end, { violation, live, history: verdict.type === 'unknown' ? 'unknown' : 'judged' });
  }

  private get end(): Place {
    return { at: this.cluster.now, seq: this.cluster.scheduler.log.seq };
  }

  private over(end: Place, found: Pick<Executed, 'violation' | 'live' | 'history'>): Executed {
    const { header, journal } = this.cluster.run();
    const before = journal.filter(({ at, seq }) => seq < end.seq || (seq === end.seq && at <= end.at));
    return { ...found, run: { header, journal: before }, end, events: () => this.events() };
  }

  private events(): Iterable<RunEvent> {
    const packed = this.cluster.scheduler.log.since(this.beginning);
    if (packed === null) throw new Error('the event log let events of a short run go');
    return readEvents(packed);
  }
}

function contradictionIn({ calls }: History, { longest, calls: concerned }: Failure): Violation {
  const blocked = calls[longest[0]?.blocked ?? concerned[0]!]!;
  const places = concerned.flatMap((index) => [calls[index]!.invoked, calls[index]!.returned]);
  return {
    check: LINEARIZABILITY,
    slot: 0,
    text: `no order of the operations explains what ${blocked.client} was answered to ${describeOperation(blocked.operation)}`,
    events: places.filter((place) => place < Infinity).sort((a, b) => a - b),
  };
}

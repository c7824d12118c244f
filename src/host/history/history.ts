/**
 * The history of a run: a second execution of it, in-process, that follows the live one. It compares what happens on
 * the threads with what should, byte by byte, and knows every moment of the past: it has checkpoints, executes again
 * from the one before, and keeps no events. Holds one run at a time; no thread in it.
 */
import { readEvents, splitEvents, type LogMark } from '../../cluster/event-log.ts';
import type { Linearization } from '../../check/linearizability/linearization.ts';
import type { RunEvent } from '../../cluster/events.ts';
import { firstDifference } from '../../cluster/packed-events.ts';
import type { NodeInspection, Place, Run, RunHeader } from '../../cluster/run.ts';
import type { ExpectationState, Mark, Moment } from '../../cluster/timeline.ts';
import { applyEvent, applyView, createWorld, forkWorld, type World } from '../../cluster/world.ts';
import type { AnyProtocol, NodeId } from '../../protocol/protocol.ts';
import { InlineCluster, type ClusterCheckpoint } from '../inline.ts';
import { finish, goTo, replayTo } from '../replay.ts';
import { Clients, type Question } from './clients.ts';
import { compareRuns } from './compare.ts';
import { markOf, markOfCommand } from './marks.ts';
import type { BranchRun, FollowBatch, Loaded, RawComparison, RawDivergence, RawNews, Resumption } from './messages.ts';
import { commonCommands, isShared, keptWorld, Past, type PastCheckpoint } from './past.ts';
import { parted, toldAt } from './stretch.ts';

/** How much of its own log the second execution keeps: more than a batch of the router has events, bytes. */
const HEAD_KEEP_BYTES = 8 * 1024 * 1024;

/** Holds what a scenario expects against the events of a run. */
export interface Watch {
  /** Every event of the run, in order. */
  take(event: RunEvent): void;
  /** All events before virtual time `at` (µs) have been given. */
  end(at: number): void;
  states(): readonly ExpectationState[];
  /** Plain data to go on from. */
  save(): unknown;
}

export interface HistoryHooks {
  readonly protocolOf: (header: RunHeader) => AnyProtocol;
  /** A watch over what a scenario expects; `saved`: as it was then. @default nothing is expected */
  readonly watch?: (expectations: unknown, protocol: AnyProtocol, saved: unknown) => Watch;
}

/** What the history was asked is not possible. */
export class PastError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PastError';
  }
}

/** The run that is held. */
interface Held {
  readonly protocol: AnyProtocol;
  readonly number: number;
  readonly expectations: unknown;
  readonly past: Past;
  /** The second execution, as far as the run has got. */
  readonly head: InlineCluster;
  /** The world at the head. */
  readonly world: World;
  readonly marks: Mark[];
  readonly watch: Watch | null;
  readonly clients: Clients;
  /** Up to where the head's events have been taken in. */
  mark: LogMark;
  /** Commands of the head that have been taken in. */
  commands: number;
}

export class History {
  private readonly hooks: HistoryHooks;
  private held: Held | null = null;
  private checked = 0;
  private total = 0;
  private divergence: RawDivergence | null = null;
  private marksTold = 0;
  private reset = true;
  private told = '';
  /** The moment looked at last, for the inspector. */
  private looked: { readonly seq: number; readonly checkpoint: ClusterCheckpoint } | null = null;

  constructor(hooks: HistoryHooks) {
    this.hooks = hooks;
  }

  /** Events that can be looked at. */
  get seq(): number {
    return this.divergence?.seq ?? this.mustHold().head.scheduler.log.seq;
  }

  /** Checkpoints there are, for those who measure. */
  get checkpoints(): number {
    return this.mustHold().past.size;
  }

  /**
   * Makes it hold a run up to `end` (`null`: its last command); what it has in common with the run held before is kept.
   * Yields the share done, 0 to 1. Given up on the way, it holds the run as far as it got.
   */
  *load(run: Run, end: Place | null, number: number, expectations: unknown): Generator<number, Loaded> {
    const held = this.begin(run, end, number, expectations);
    const { scheduler } = held.head;
    const { log } = scheduler;
    const from = log.seq;
    const all = Math.max(1, (end ?? run.journal.at(-1) ?? log).seq - from);
    const steps = replayTo(held.head, run.journal, end);
    for (;;) {
      const step = steps.next();
      this.absorb(held);
      this.checked = this.total = log.seq;
      if (step.done === true) {
        return { at: scheduler.now, seq: log.seq, digest: log.digest, marks: log.marks, divergence: step.value };
      }
      yield Math.min(1, (log.seq - from) / all);
    }
  }

  /** Takes in what has happened on the threads: executes it too, and compares. */
  follow(batch: FollowBatch): void {
    const held = this.mustHold();
    if (this.divergence !== null) return;
    this.total = batch.total;
    const { log, journal } = held.head.scheduler;
    const mark = log.mark();
    if (batch.from > journal.length) throw new Error(`command ${journal.length + 1} never reached the history`);
    const entries = batch.entries.slice(journal.length - batch.from);
    const steps = replayTo(held.head, [...journal, ...entries], batch.end);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) this.absorb(held);
    this.absorb(held);
    this.divergence = this.compare(held, mark, batch, step.value);
    this.checked = this.divergence?.seq ?? log.seq;
  }

  /** The run after its first `seq` events, with up to `before` events up to there and `after` that follow. */
  seek(seq: number, before: number, after: number): Moment {
    const held = this.mustReach(seq);
    const from = Math.max(0, seq - before);
    const until = Math.min(seq + after, this.seq);
    const { cluster, world, mark } = this.goBack(held, from);
    this.advance(held, cluster, seq);
    cluster.show();
    const views = [...cluster.views].map(([node, view]) => ({ node, view }));
    this.looked = { seq, checkpoint: cluster.checkpoint() };
    this.advance(held, cluster, until);
    const all = cluster.scheduler.log.since(mark)!;
    const rest = splitEvents(all, from - mark.seq, (event) => applyEvent(world, event));
    const [events, more] = parted(rest, seq - from);
    const [ahead] = parted(more, until - seq);
    return { run: held.number, seq, at: more.baseAt, world, events, ahead, views };
  }

  /** Memory and disk of a node after the step to which event `seq - 1` belongs. */
  inspect(seq: number, node: NodeId): NodeInspection {
    const held = this.mustReach(seq);
    if (this.looked?.seq !== seq) {
      const { cluster } = this.goBack(held, seq);
      this.advance(held, cluster, seq);
      this.looked = { seq, checkpoint: cluster.checkpoint() };
    }
    return this.resume(held, this.looked.checkpoint).inspect(node);
  }

  /** All that is needed to go on from the end of the step to which event `seq - 1` belongs. */
  checkpointAt(seq: number): Resumption {
    const held = this.mustReach(seq);
    if (seq === held.head.scheduler.log.seq) return resumptionOf(held.head, forkWorld(held.world));
    const { cluster, world, mark } = this.goBack(held, seq);
    this.advance(held, cluster, seq);
    for (const event of readEvents(cluster.scheduler.log.since(mark)!)) applyEvent(world, event);
    return resumptionOf(cluster, world);
  }

  /** What clients were answered, and whether that is linearizable. Yields now and then. */
  linearize(question: Question): Generator<number, Linearization> {
    const held = this.mustReach(question.seq);
    return held.clients.linearize(held.number, { seq: this.seq, at: held.world.at }, question);
  }

  /** Two branches side by side. Yields the share done. @throws BranchError */
  *compareBranches(a: BranchRun, b: BranchRun): Generator<number, RawComparison> {
    const { held } = this;
    let start: PastCheckpoint | null = null;
    if (held !== null && [a, b].every(({ run }) => sameHeader(held.head.scheduler.header, run.header))) {
      const { journal } = held.head.scheduler;
      const sharing = [a, b].map(({ run, end }) => {
        const common = commonCommands(journal, run.journal);
        return (point: PastCheckpoint): boolean => isShared(point, run.journal, end, common);
      });
      start = held.past.last((point) => sharing.every((shares) => shares(point)));
    }
    return yield* compareRuns(a, b, this.hooks.protocolOf, start);
  }

  /** What is new since the last time it was asked; `null` for nothing. */
  news(): RawNews | null {
    if (this.held === null) return null;
    const { number, marks, watch, world } = this.held;
    const { divergence, checked, total, seq } = this;
    const state = divergence !== null ? 'diverged' : checked < total ? 'checking' : 'exact';
    const expectations = watch?.states() ?? [];
    const brief = JSON.stringify([checked, total, state, marks.length, seq, expectations]);
    if (!this.reset && brief === this.told) return null;
    const news: RawNews = {
      run: number,
      seq,
      at: world.at,
      marks: this.reset ? [...marks] : marks.slice(this.marksTold),
      reset: this.reset,
      exactness: { state, checked, divergence },
      expectations,
    };
    this.told = brief;
    this.marksTold = marks.length;
    this.reset = false;
    return news;
  }

  /** Holds the run from the latest moment that it has in common with the one held before. */
  private begin(run: Run, end: Place | null, number: number, expectations: unknown): Held {
    const before = this.held;
    this.held = this.looked = this.divergence = null;
    this.reset = true;
    this.checked = this.total = 0;
    const protocol = this.hooks.protocolOf(run.header);
    const watchOf = (saved: unknown): Watch | null => {
      return expectations === null ? null : (this.hooks.watch?.(expectations, protocol, saved) ?? null);
    };
    const options = { protocol, keepBytes: HEAD_KEEP_BYTES };
    const shared = before === null ? null : sharedWith(before, run, end, expectations);
    if (before !== null && shared !== null) {
      before.past.cut(shared);
      before.marks.length = shared.marks;
      before.clients.forget(shared.seq);
      const head = InlineCluster.resume(run, shared.cluster, options);
      const { log, journal } = head.scheduler;
      const fresh = { number, head, world: forkWorld(shared.world), watch: watchOf(shared.watch), mark: log.mark() };
      return (this.held = { ...before, ...fresh, commands: journal.length });
    }
    const head = new InlineCluster(run.header, options);
    const held: Held = {
      protocol,
      number,
      expectations,
      past: new Past(),
      head,
      world: createWorld(run.header),
      marks: [],
      watch: watchOf(undefined),
      clients: new Clients(),
      mark: head.scheduler.log.mark(),
      commands: 0,
    };
    this.keep(held);
    return (this.held = held);
  }

  /** Takes in what the head has done since the last time. */
  private absorb(held: Held): void {
    const { scheduler } = held.head;
    const { protocol, world, marks, watch, clients, past } = held;
    const { journal, log } = scheduler;
    for (const event of readEvents(log.since(held.mark)!)) {
      for (; held.commands < journal.length && journal[held.commands]!.seq <= event.seq; held.commands++) {
        addTo(marks, markOfCommand(journal[held.commands]!));
      }
      addTo(marks, markOf(protocol, world, event));
      watch?.take(event);
      clients.take(event);
      applyEvent(world, event);
    }
    for (; held.commands < journal.length; held.commands++) addTo(marks, markOfCommand(journal[held.commands]!));
    watch?.end(scheduler.now);
    held.mark = log.mark();
    past.gap({ at: scheduler.now, seq: log.seq });
    if (past.wants(log.seq)) this.keep(held);
  }

  private keep({ head, world, marks, watch, past }: Held): void {
    head.show();
    for (const [node, view] of head.views) applyView(world, node, view);
    const { now, log } = head.scheduler;
    past.keep({
      at: now,
      seq: log.seq,
      cluster: head.checkpoint(),
      world: keptWorld(world),
      marks: marks.length,
      watch: watch?.save(),
    });
  }

  /** What differs between what happened and what was executed since `mark`; `null` for nothing. */
  private compare(held: Held, mark: LogMark, batch: FollowBatch, lost: string | null): RawDivergence | null {
    const own = held.head.scheduler.log.since(mark);
    if (batch.events === null || own === null || batch.events.firstSeq !== mark.seq) {
      const same = lost === null && held.head.digest === batch.digest;
      return same ? null : { seq: mark.seq, happened: null, replayed: null };
    }
    const different = firstDifference(batch.events, own);
    if (different === null && lost === null) return null;
    const seq = different ?? own.firstSeq + own.count;
    const { cluster, world, mark: start } = this.goBack(held, mark.seq);
    this.advance(held, cluster, mark.seq);
    splitEvents(cluster.scheduler.log.since(start)!, mark.seq - start.seq, (event) => applyEvent(world, event));
    splitEvents(own, seq - mark.seq, (event) => applyEvent(world, event));
    return { seq, happened: toldAt(batch.events, seq, world), replayed: toldAt(own, seq, world) };
  }

  /** An execution at the checkpoint before event `seq`, the world there, and the place in its log. */
  private goBack(held: Held, seq: number): { readonly cluster: InlineCluster; readonly world: World; readonly mark: LogMark } {
    const point = held.past.last((one) => one.seq <= seq)!;
    const cluster = this.resume(held, point.cluster);
    return { cluster, world: forkWorld(point.world), mark: cluster.scheduler.log.mark() };
  }

  private resume(held: Held, checkpoint: ClusterCheckpoint): InlineCluster {
    return InlineCluster.resume(held.head.scheduler, checkpoint, { protocol: held.protocol });
  }

  /** Goes on to the end of the step to which event `seq - 1` belongs, or to the end of the run held. */
  private advance(held: Held, cluster: InlineCluster, seq: number): void {
    const { journal, log: end } = held.head.scheduler;
    const { scheduler } = cluster;
    const { log } = scheduler;
    let entry = journal[scheduler.journal.length];
    for (; entry !== undefined && entry.seq < seq && log.seq < seq; entry = journal[scheduler.journal.length]) {
      finish(goTo(cluster, entry));
      cluster.repeat(entry);
    }
    if (log.seq >= seq) return;
    // Not past a command whose place is the moment itself: it is not carried out yet.
    cluster.runUntil(Math.min(held.past.timeBefore(seq), entry?.at ?? Infinity));
    while (log.seq < seq && log.seq < end.seq && cluster.step());
  }

  private mustHold(): Held {
    if (this.held === null) throw new PastError('no run has been loaded');
    return this.held;
  }

  private mustReach(seq: number): Held {
    const held = this.mustHold();
    if (seq > this.seq) throw new PastError(`event ${seq} has not been compared yet; ${this.seq} have`);
    return held;
  }
}

function sameHeader(a: RunHeader, b: RunHeader): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The last checkpoint of the run held that belongs to another run too; `null` for none. */
function sharedWith(held: Held, run: Run, end: Place | null, expectations: unknown): PastCheckpoint | null {
  const { header, journal } = held.head.scheduler;
  if (!sameHeader(header, run.header) || JSON.stringify(held.expectations) !== JSON.stringify(expectations)) return null;
  const common = commonCommands(journal, run.journal);
  const until = end ?? run.journal.at(-1) ?? { at: 0, seq: 0 };
  return held.past.last((point) => isShared(point, run.journal, until, common));
}

/** @param world at the cluster's place; it is kept */
function resumptionOf(cluster: InlineCluster, world: World): Resumption {
  cluster.show();
  for (const [node, view] of cluster.views) applyView(world, node, view);
  const { now, log } = cluster.scheduler;
  const end = { at: now, seq: log.seq };
  return { run: cluster.run(), end, checkpoint: cluster.checkpoint(), world: keptWorld(world) };
}

function addTo(marks: Mark[], mark: Mark | null): void {
  if (mark !== null) marks.push(mark);
}

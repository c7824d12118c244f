/**
 * Tells the history what happens, as it happens: every few thousand events or some 50 ms, at a gap between two windows.
 * It is in nobody's way: a history that falls behind gets the rest later, out of the event log, and what the log has
 * let go of by then it has to compare by digest. What waits for it is bounded.
 */
import type { MessagePort } from 'node:worker_threads';
import type { LogMark } from '../../cluster/event-log.ts';
import type { Place } from '../../cluster/run.ts';
import type { Scheduler } from '../../cluster/scheduler.ts';
import type { FollowBatch, FollowCredit } from '../history/messages.ts';

/** A batch is cut off at so many events, or after so much wall time, ms. */
const BATCH_EVENTS = 4000;
const BATCH_MS = 50;
/** Batches that may be under way to the history. */
const UNDER_WAY_MAX = 4;
/** Gaps that may wait for it; with more, two of them become one. */
const WAITING_MAX = 256;

/** A gap between two windows at which a batch ends. */
interface Gap {
  readonly mark: LogMark;
  readonly place: Place;
  /** Commands up to here. */
  readonly commands: number;
  readonly digest: string;
}

export class HistoryFeed {
  private readonly port: MessagePort;
  private readonly scheduler: Scheduler;
  private readonly clock: () => number;
  /** Up to where the history has been told. */
  private told: Gap;
  /** The latest gap; what waits ends with it. */
  private latest: Gap;
  private waiting: Gap[] = [];
  private sent = 0;
  private taken = 0;
  private cutAt: number;

  /**
   * To be made at a gap.
   * @param late the history holds the run up to an earlier place, and is told by digest of what lies between
   */
  constructor(port: MessagePort, scheduler: Scheduler, clock: () => number, late: boolean) {
    this.port = port;
    this.scheduler = scheduler;
    this.clock = clock;
    this.cutAt = clock();
    this.told = this.latest = this.here();
    port.on('message', ({ taken }: FollowCredit) => {
      this.taken = taken;
      this.send();
    });
    // A history that holds another run by now closes its end.
    port.on('close', () => {
      this.waiting = [];
      this.taken = -Infinity;
    });
    if (late) this.post({ from: 0, entries: this.scheduler.journal.slice(), events: null });
  }

  /** The run is at a gap. @param now whether the history has to know at once: it is paused, say. */
  gap(now: boolean): void {
    if (this.taken === -Infinity) return;
    const { log, journal, now: at } = this.scheduler;
    const { mark, place, commands } = this.latest;
    if (mark.seq === log.seq && place.at === at && commands === journal.length) return;
    if (!now && log.seq - mark.seq < BATCH_EVENTS && this.clock() - this.cutAt < BATCH_MS) return;
    this.cutAt = this.clock();
    this.latest = this.here();
    this.waiting.push(this.latest);
    // The last one stays, or what comes next would not follow it.
    const last = this.waiting.length - 1;
    if (last >= WAITING_MAX) this.waiting = this.waiting.filter((_, i) => i % 2 === 1 || i === last);
    this.send();
  }

  private send(): void {
    while (this.waiting.length > 0 && this.sent - this.taken < UNDER_WAY_MAX) {
      const from = this.told;
      const to = (this.told = this.waiting.shift()!);
      const { log, journal } = this.scheduler;
      const entries = journal.slice(from.commands, to.commands);
      this.post({ from: from.commands, entries, events: log.between(from.mark, to.mark) });
    }
  }

  /** Sends what the history has to be told up to the gap that it has been told of last. */
  private post(told: Pick<FollowBatch, 'from' | 'entries' | 'events'>): void {
    const { place, digest } = this.told;
    const batch: FollowBatch = { ...told, end: place, digest, total: this.scheduler.log.seq };
    this.sent++;
    this.port.postMessage(batch, batch.events === null ? [] : [batch.events.bytes.buffer as ArrayBuffer]);
  }

  private here(): Gap {
    const { log, journal, now } = this.scheduler;
    return { mark: log.mark(), place: { at: now, seq: log.seq }, commands: journal.length, digest: log.digest };
  }
}

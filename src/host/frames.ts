/**
 * Makes frames for whoever watches: the events since the last frame, packed as they are, and the views that changed.
 * A watcher that has not acknowledged the last few frames gets none; when it is back, and has missed more than a
 * frame can hold, it gets a snapshot and the latest events. What waits is bounded: it is folded into the snapshot.
 */
import { applyEvent, applyView, createWorld, type World } from '../cluster/world.ts';
import { splitEvents, type LogMark } from '../cluster/event-log.ts';
import {
  FRAME_EVENTS_MAX,
  FRAMES_UNACKNOWLEDGED_MAX,
  SNAPSHOT_TAIL_EVENTS,
  type Frame,
  type PackedEvents,
  type Transport,
} from '../cluster/frames.ts';
import type { NodeOutput } from '../cluster/batch.ts';
import type { Scheduler } from '../cluster/scheduler.ts';
import type { NodeId, View } from '../protocol/protocol.ts';

/** Events that may wait for a watcher before they are folded away. */
const WAITING_EVENTS_MAX = 20_000;

export class FrameSource {
  private readonly scheduler: Scheduler;
  private readonly run: number;
  /** The world after everything that was sent, or folded away. */
  private readonly world: World;
  private mark: LogMark;
  private readonly views = new Map<NodeId, View>();
  private readonly changed = new Set<NodeId>();
  /** Nodes that have made a step since they last showed themselves. */
  readonly stale = new Set<NodeId>();
  private frames = 0;
  private acknowledged = 0;
  /** The watcher needs a snapshot before it can go on. */
  private behind = true;
  private attached = false;

  /**
   * Must be made before the next event happens.
   * @param world as it is now, with what nodes last showed of themselves; it becomes this source's own. Without it, the
   * one before the first event.
   */
  constructor(scheduler: Scheduler, run: number, world?: World) {
    this.scheduler = scheduler;
    this.run = run;
    this.world = world ?? createWorld(scheduler.header);
    this.mark = scheduler.log.mark();
  }

  /** A node has made steps, or has shown itself. */
  take({ node, view }: NodeOutput): void {
    if (view === null) {
      this.stale.add(node);
      return;
    }
    this.stale.delete(node);
    this.views.set(node, view);
    this.changed.add(node);
  }

  /** A server comes that has nothing to do with who had its number before. */
  forget(node: NodeId): void {
    this.views.delete(node);
    this.changed.delete(node);
    this.stale.delete(node);
  }

  /** A watcher has come, or has lost its place: the next frame is a snapshot. */
  attach(): void {
    this.attached = true;
    this.behind = true;
    this.acknowledged = this.frames;
  }

  /** The watcher has folded this frame in. */
  acknowledge(frame: number): void {
    if (frame > this.acknowledged && frame <= this.frames) this.acknowledged = frame;
  }

  /** Whether `next` will make a frame. */
  get wanted(): boolean {
    return this.attached && this.frames - this.acknowledged < FRAMES_UNACKNOWLEDGED_MAX;
  }

  /**
   * The next frame, or `null` when nobody watches or the watcher has enough to do.
   * @param now virtual time to show, µs.
   */
  next(now: number, transport: Transport): Frame | null {
    const waiting = this.scheduler.log.seq - this.mark.seq;
    if (!this.wanted) {
      if (waiting > WAITING_EVENTS_MAX) this.fold(this.pending());
      return null;
    }
    let events = this.pending();
    let world: World | null = null;
    if (this.behind || waiting > FRAME_EVENTS_MAX) {
      events = this.foldAllBut(events, SNAPSHOT_TAIL_EVENTS);
      world = structuredClone(this.world);
      for (const node of this.views.keys()) this.changed.add(node);
      this.behind = false;
    }
    const views = [...this.changed].map((node) => ({ node, view: this.views.get(node)! }));
    this.changed.clear();
    this.foldEvents(events);
    for (const { node, view } of views) applyView(this.world, node, view);
    return { run: this.run, frame: ++this.frames, events, views, now, transport, world };
  }

  private pending(): PackedEvents {
    const packed = this.scheduler.log.since(this.mark);
    if (packed === null) throw new Error('the event log let go of events that nobody has seen');
    this.mark = this.scheduler.log.mark();
    return packed;
  }

  /** Folds events that will not be sent. */
  private fold(events: PackedEvents): void {
    this.foldEvents(events);
    this.behind = true;
  }

  private foldEvents(events: PackedEvents): void {
    this.foldAllBut(events, 0);
  }

  private foldAllBut(events: PackedEvents, rest: number): PackedEvents {
    return splitEvents(events, Math.max(0, events.count - rest), (event) => applyEvent(this.world, event));
  }
}

/** A moment of the past as the window shows it: the same fold as live, over the events around that moment. */
import { applyEvent, applyView, forkWorld, logRow, readEvents, type LogRow, type Moment, type World } from '../src/contract/index.ts';
import type { Arrival, Loss } from './feed.ts';
import { Ring } from './ring.ts';

export interface Past {
  /** The run after so many events. */
  readonly seq: number;
  /** Virtual time of the last of them, µs. */
  readonly at: number;
  readonly world: World;
  /** The latest events up to the moment, and some that come after it. */
  readonly rows: Ring<LogRow>;
  /** What the last event did to a packet, for the painter. */
  readonly losses: Loss[];
  readonly arrivals: Arrival[];
}

/**
 * Folds a moment. Changes its world in place.
 * @param wall wall time in ms, from which the painter counts
 * @param before what was shown until now: the same moment with other rows goes on without its packets breaking again
 * @throws Error when events are missing, CodecError when they cannot be read
 */
export function pastOf({ seq, at, world, events, ahead, views }: Moment, wall: number, before: Past | null): Past {
  const rows = new Ring<LogRow>(Math.max(1, events.count + ahead.count));
  for (const event of readEvents(events)) {
    rows.push(logRow(world, event));
    applyEvent(world, event);
  }
  const last = rows.at(rows.end - 1);
  for (const { node, view } of views) applyView(world, node, view);
  if (ahead.count > 0) {
    const later = forkWorld(world);
    for (const event of readEvents(ahead)) {
      rows.push(logRow(later, event));
      applyEvent(later, event);
    }
  }
  const same = before !== null && before.seq === seq;
  return { seq, at, world, rows, ...(same ? { losses: before.losses, arrivals: before.arrivals } : tracesOf(last, wall)) };
}

function tracesOf(row: LogRow | undefined, at: number): Pick<Past, 'losses' | 'arrivals'> {
  const packet = row?.packet ?? null;
  if (row === undefined || packet === null) return { losses: [], arrivals: [] };
  const { event } = row;
  return {
    losses: event.type === 'lost' ? [{ packet, cause: event.cause, progress: event.progress, at }] : [],
    arrivals: event.type === 'deliver' ? [{ packet, at }] : [],
  };
}

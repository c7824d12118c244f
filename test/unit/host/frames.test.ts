import { describe, expect, it } from 'vitest';
import { readEvents } from '../../../src/cluster/event-log.ts';
import {
  FRAMES_UNACKNOWLEDGED_MAX,
  FRAME_EVENTS_MAX,
  SNAPSHOT_TAIL_EVENTS,
  type Frame,
} from '../../../src/cluster/frames.ts';
import { applyEvent, applyView, createWorld, type World } from '../../../src/cluster/world.ts';
import { packedEventsSchema } from '../../../src/contract/contract.ts';
import { FrameSource } from '../../../src/host/frames.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { createRandom, nextInteger } from '../../../src/protocol/random.ts';
import type { View } from '../../../src/protocol/protocol.ts';
import { LOG_START, eventsOf } from '../../support/events.ts';
import { puppet, puppetHeader, told } from '../../support/puppet.ts';
import { randomRun } from '../../support/random-run.ts';

const transport = { playing: true, speed: 1 } as const;

/** A run whose frames are taken by hand. */
function source(nodes = 1) {
  const cluster = new InlineCluster(puppetHeader(nodes), { protocol: puppet });
  const frames = new FrameSource(cluster.scheduler, 7);
  return {
    cluster,
    frames,
    next: () => frames.next(cluster.now, transport),
    /** Lets some events happen: a request, and notes. */
    happen(count: number) {
      cluster.command({ type: 'propose', node: 1, value: told(...Array.from({ length: count - 1 }, () => ['note', 'x'] as const)) });
      cluster.runUntil(cluster.now + 1);
    },
  };
}

/** What a watcher makes of a frame. */
function fold(world: World, frame: Frame): World {
  const now = frame.world === null ? world : frame.world;
  for (const event of readEvents(frame.events)) applyEvent(now, event);
  for (const { node, view } of frame.views) applyView(now, node, view);
  return now;
}

describe('a frame', () => {
  it('is made for a watcher only, and the first is a snapshot', () => {
    const { cluster, frames, next, happen } = source();
    happen(10);
    expect(next()).toBeNull();
    frames.attach();
    const frame = next()!;
    expect(frame).toMatchObject({ run: 7, frame: 1, now: cluster.now, transport });
    expect(frame.world).toEqual(createWorld(cluster.scheduler.header));
    expect([...readEvents(frame.events)]).toEqual(eventsOf(cluster.scheduler.log));
    expect(packedEventsSchema.safeParse(frame.events).success).toBe(true);
    happen(3);
    const second = next()!;
    expect([second.frame, second.world, second.events.count]).toEqual([2, null, 3]);
    // Nothing happened: a frame all the same, for the time goes on.
    expect(next()!.events.count).toBe(0);
  });

  it('is not made while the last few wait to be acknowledged', () => {
    const { frames, next, happen } = source();
    frames.attach();
    for (let i = 0; i < FRAMES_UNACKNOWLEDGED_MAX; i++) expect(next()).not.toBeNull();
    happen(5);
    expect(next()).toBeNull();
    // A frame that was never sent acknowledges nothing, an old one nothing new.
    frames.acknowledge(99);
    frames.acknowledge(0);
    expect(next()).toBeNull();
    frames.acknowledge(2);
    frames.acknowledge(1);
    const frame = next()!;
    expect([frame.frame, frame.world]).toEqual([FRAMES_UNACKNOWLEDGED_MAX + 1, null]);
    expect(frame.events.count).toBeGreaterThanOrEqual(5);
    expect([next() === null, next()]).toEqual([false, null]);
    frames.attach();
    expect(next()!.world).not.toBeNull();
  });

  it('with too many events for one is a snapshot with the latest', () => {
    const { cluster, frames, next, happen } = source();
    frames.attach();
    const world = fold(createWorld(cluster.scheduler.header), next()!);
    happen(FRAME_EVENTS_MAX + 500);
    const frame = next()!;
    expect(frame.world).not.toBeNull();
    expect(frame.events.count).toBe(SNAPSHOT_TAIL_EVENTS);
    expect(frame.world!.seq).toBe(cluster.scheduler.log.seq - SNAPSHOT_TAIL_EVENTS);
    expect(fold(world, frame).seq).toBe(cluster.scheduler.log.seq);
    happen(FRAME_EVENTS_MAX - 500);
    expect(next()!.world).toBeNull();
  });

  it('has the views that changed; a snapshot has all', () => {
    const { frames, next } = source(3);
    const view = (status: string): View => ({ roles: [], leading: false, status, slots: [] });
    const output = (node: number, one: View | null) => ({ node, bytes: new Uint8Array(), nextDue: 0, blockedUntil: 0, busy: false, view: one });
    frames.attach();
    expect(next()!.views).toEqual([]);
    frames.take(output(1, view('a')));
    frames.take(output(2, view('b')));
    frames.take(output(1, view('c')));
    frames.take(output(3, null));
    expect(next()!.views).toEqual([{ node: 1, view: view('c') }, { node: 2, view: view('b') }]);
    frames.take(output(2, view('d')));
    expect(next()!.views).toEqual([{ node: 2, view: view('d') }]);
    expect(next()!.views).toEqual([]);
    frames.attach();
    expect(next()!.views.map(({ node }) => node).sort()).toEqual([1, 2]);
  });

  it('is the watcher’s own: what he folds into it changes no other', () => {
    const { cluster, frames, next, happen } = source();
    happen(3);
    frames.attach();
    const first = next()!;
    fold(first.world!, first);
    frames.attach();
    expect(next()!.world!.seq).toBe(cluster.scheduler.log.seq);
  });
});

describe('without a watcher', () => {
  it('little waits: what is too much is folded away, and a watcher who comes late gets a snapshot', () => {
    // The log keeps less than all of the run, but more than may wait.
    const small = new InlineCluster(puppetHeader(1), { protocol: puppet, keepBytes: 512 * 1024 });
    const frames = new FrameSource(small.scheduler, 1);
    for (let i = 0; i < 200; i++) {
      const word = told(...Array.from({ length: 500 }, () => ['note', ''] as const));
      small.command({ type: 'propose', node: 1, value: word });
      small.runUntil(small.now + 1);
      frames.next(small.now, transport);
    }
    expect(small.scheduler.log.since(LOG_START)).toBeNull();
    frames.attach();
    const frame = frames.next(small.now, transport)!;
    expect(frame.world!.seq + frame.events.count).toBe(small.scheduler.log.seq);
    expect(frame.events.count).toBeLessThanOrEqual(SNAPSHOT_TAIL_EVENTS);
  });

  it('and without anybody asking for frames, the log may let go of what was not seen: that is said', () => {
    const small = new InlineCluster(puppetHeader(1), { protocol: puppet, keepBytes: 1 });
    const frames = new FrameSource(small.scheduler, 1);
    frames.attach();
    for (let i = 0; i < 40; i++) {
      small.command({ type: 'propose', node: 1, value: told(['note', 'x'.repeat(20_000)]) });
      small.runUntil(small.now + 1);
    }
    expect(() => frames.next(small.now, transport)).toThrow('the event log let go of events that nobody has seen');
  });
});

describe('folding frames', () => {
  it('gives the same world as folding everything, however slow or absent the watcher is', () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const { header, script, until } = randomRun(seed, 20, { protocol: 'mixed' });
      const cluster = new InlineCluster({ ...header, script });
      const frames = new FrameSource(cluster.scheduler, 1);
      const random = createRandom(seed, 3);
      let world = createWorld(header);
      const unacknowledged: number[] = [];
      const take = () => {
        const frame = frames.next(cluster.now, transport);
        if (frame === null) return false;
        kinds.add(frame.world === null ? 'frame' : 'snapshot');
        world = fold(world, structuredClone(frame));
        unacknowledged.push(frame.frame);
        return true;
      };
      while (cluster.now < until) {
        cluster.runUntil(Math.min(until, cluster.now + nextInteger(random, 1, 400_000)));
        if (nextInteger(random, 0, 40) === 0) frames.attach();
        if (!take()) kinds.add('none');
        while (unacknowledged.length > 0 && nextInteger(random, 0, 2) > 0) frames.acknowledge(unacknowledged.shift()!);
      }
      frames.attach();
      take();
      const whole = createWorld(header);
      for (const event of eventsOf(cluster.scheduler.log)) applyEvent(whole, event);
      expect(world, `seed ${seed}`).toEqual(whole);
    }
    expect(kinds).toEqual(new Set(['frame', 'snapshot', 'none']));
  });
});

/** Watches a cluster on threads as the window does: takes snapshots and frames, folds the events, acknowledges. */
import { readEvents } from '../../src/cluster/event-log.ts';
import type { RunEvent } from '../../src/cluster/events.ts';
import type { Frame } from '../../src/cluster/frames.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import { applyEvent, applyView, createWorld, type World } from '../../src/cluster/world.ts';
import type { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';

export interface Watcher {
  /** All that was seen since the last snapshot and before it, as far as it was sent. */
  readonly events: readonly RunEvent[];
  readonly frames: readonly Frame[];
  /** The world once everything that has happened by now has been seen. */
  world(): Promise<World>;
  /** The world as soon as it is as wanted. */
  until(wanted: (world: World) => boolean): Promise<World>;
}

export async function watch(cluster: ThreadCluster, header: RunHeader): Promise<Watcher> {
  const events: RunEvent[] = [];
  const frames: Frame[] = [];
  let world = createWorld(header);
  let seen = (): void => {};
  cluster.onFrame = (frame) => {
    if (frame.world !== null) world = frame.world;
    for (const event of readEvents(frame.events)) {
      applyEvent(world, event);
      events.push(event);
    }
    for (const { node, view } of frame.views) applyView(world, node, view);
    frames.push(frame);
    cluster.acknowledge(frame.frame);
    seen();
  };
  const until = async (wanted: (world: World) => boolean): Promise<World> => {
    while (!wanted(world)) await new Promise<void>((resolve) => (seen = resolve));
    return world;
  };
  await cluster.attach();
  return {
    events,
    frames,
    until,
    world: async () => {
      const { events: count } = await cluster.status();
      return until((one) => one.seq >= count);
    },
  };
}

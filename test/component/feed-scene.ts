/** A feed on a real cluster, with animation frames and wall time in the hands of the test. */
import { createFeed } from '../../renderer/feed.ts';
import type { Frame, Problem } from '../../src/contract/index.ts';
import { InlineBridge } from './harness.ts';

export interface FrameOptions {
  /** Sent instead of a frame. */
  readonly replace?: unknown;
  readonly change?: (frame: Frame) => unknown;
}

export async function feedScene({ refuse }: { readonly refuse?: string } = {}) {
  const bridge = new InlineBridge();
  if (refuse !== undefined) bridge.request = async () => ({ ok: false, error: refuse });
  const clock = { ms: 1000 };
  const problems: Problem[] = [];
  const commits: number[] = [];
  let scheduled: (() => void)[] = [];
  const feed = createFeed({
    bridge,
    onCommit: (state) => commits.push(state.now),
    onSession: () => undefined,
    onNews: () => undefined,
    onProblem: (problem) => problems.push(problem),
    schedule: (callback) => scheduled.push(callback),
    wall: () => clock.ms,
  });

  /** An animation frame. */
  function commit(): void {
    const callbacks = scheduled;
    scheduled = [];
    for (const callback of callbacks) callback();
  }

  await feed.attach();
  commit();
  return {
    feed,
    bridge,
    clock,
    problems,
    commits,
    commit,
    played: (us: number) => bridge.play(us),
    sent: (frame: unknown) => bridge.emit('frame', frame),
    badFrame: ({ replace, change }: FrameOptions) => {
      bridge.cluster.runUntil(bridge.cluster.now + 1_000_000);
      const frame = bridge.frame();
      bridge.emit('frame', change === undefined ? replace : change(frame));
    },
  };
}

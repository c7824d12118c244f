/** Has a run again on threads: every command at its place (docs/decisions/0003). */
import type { Place, Run } from '../../src/cluster/run.ts';
import type { ThreadReplay } from '../../src/host/thread/messages.ts';
import { ThreadCluster, type ThreadClusterOptions } from '../../src/host/thread/thread-cluster.ts';

/**
 * Has a run again on threads of its own, up to its end, as fast as they go; then they end.
 * @throws Error when the threads cannot be had.
 */
export async function replayOnThreads(
  run: Run,
  end: Place,
  options: Pick<ThreadClusterOptions, 'directory' | 'workers'>,
): Promise<ThreadReplay> {
  const transport = { playing: false, speed: 'max' } as const;
  const cluster = await ThreadCluster.start({ ...options, header: run.header, run: 1, transport, observe: false });
  try {
    return await cluster.replay(run.journal, end);
  } finally {
    await cluster.close();
  }
}

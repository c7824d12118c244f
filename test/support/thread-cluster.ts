/** Clusters on threads for tests: each in a folder of its own, closed and cleared away when the test is over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunHeader } from '../../src/cluster/run.ts';
import { ThreadCluster, type ThreadClusterOptions } from '../../src/host/thread/thread-cluster.ts';
import { realWorkers } from './workers.ts';

/** A folder that goes when the test is over. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'synod-threads-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface StartedCluster {
  readonly cluster: ThreadCluster;
  readonly directory: string;
  readonly problems: { readonly title: string; readonly detail: string }[];
}

/** Paused, as fast as the threads go, unwatched; unless told otherwise. */
export async function startCluster(
  header: RunHeader,
  options: Partial<ThreadClusterOptions> = {},
): Promise<StartedCluster> {
  const directory = options.directory ?? join(scratch(), 'run');
  const cluster = await ThreadCluster.start({
    header,
    run: 1,
    directory,
    workers: realWorkers,
    transport: { playing: false, speed: 'max' },
    observe: false,
    ...options,
  });
  onTestFinished(() => cluster.close());
  const problems: StartedCluster['problems'] = [];
  cluster.onProblem = (problem) => problems.push(problem);
  return { cluster, directory, problems };
}

/** The real parts of a run: threads, a history on a thread of its own, a journal on the disk. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { planOf } from '../../src/explore/plan.ts';
import { sentence } from '../../src/contract/log.ts';
import { HistoryClient, type Describe } from '../../src/host/history/history-client.ts';
import { runJob } from '../../src/host/jobs/run-job.ts';
import { SessionJournal } from '../../src/host/session-journal.ts';
import { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import type { StartJob } from './lab.ts';
import type { Engine } from './parts.ts';

/**
 * @param folder of the program's own files; in a package, workers, which are started from files, lie beside the archive
 * @param journals where interrupted sessions are found again
 * @param settled when the window has something to show: what is not needed for that is not started before
 */
export function realEngine(
  folder: string,
  journals: string,
  version: string,
  settled: Promise<void>,
  report: (error: unknown) => void,
): Engine {
  const worker = (name: string): string => workerIn(folder, name);
  const workers = { router: worker('router'), node: worker('node') };
  return {
    version,
    settled,
    report,
    startCluster: ({ resume, ...start }) =>
      ThreadCluster.start({ ...start, ...(resume !== null && { resume }), workers, observe: true }),
    startHistory: (soon) =>
      HistoryClient.start({ worker: worker('history'), describe, ...(!soon && { after: settled }) }),
    startJournal: (options) => new SessionJournal({ folder: journals, ...options }),
    discard: (directory) => rm(directory, { recursive: true, force: true }),
  };
}

/** Begins jobs of the lab, on threads of their own. @param folder of the program's own files */
export function jobStarter(folder: string): StartJob {
  const worker = workerIn(folder, 'job');
  return (request, options) => runJob(planOf(request), { ...options, worker });
}

/** In a package, workers lie beside the archive. */
function workerIn(folder: string, name: string): string {
  return join(folder.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked'), `${name}-worker.cjs`);
}

/** The sentence of the log. */
const describe: Describe = ({ event, packet }, header) =>
  sentence(protocolNamed(header.protocol), { event, packet, group: 'notes', nodes: [] });

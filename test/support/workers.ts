/** Where the built entries of the threads are: the real ones, and those that only tests use. */
import { join } from 'node:path';
import { outDir } from '../../build/setup/paths.mjs';

/** Entries in this folder. */
export const testEntries = [
  'puppet-router',
  'puppet-node',
  'broken-router',
  'dicey-node',
  'dicey-history',
  'journal-child',
  'puppet-job',
] as const;

/** The bundle of a test's own entry. */
export function testEntry(entry: (typeof testEntries)[number]): string {
  return join(outDir, 'test-workers', `${entry}.cjs`);
}

export const realWorkers = {
  router: join(outDir, 'main', 'router-worker.cjs'),
  node: join(outDir, 'main', 'node-worker.cjs'),
};

/** The entry of the history's thread. */
export const historyWorker = join(outDir, 'main', 'history-worker.cjs');

/** The entry of a job's thread. */
export const jobWorker = join(outDir, 'main', 'job-worker.cjs');

export const puppetWorkers = { router: testEntry('puppet-router'), node: testEntry('puppet-node') };

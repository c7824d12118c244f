/** A job's thread that does what its pieces say. */
import { parentPort } from 'node:worker_threads';
import { serveJobs } from '../../src/host/jobs/serve-jobs.ts';

/** `forever`: works without end. `throws`: fails. `dies`: ends its thread. Anything else: says so, and is done. */
function* jobOf(piece: string): Generator<{ readonly type: 'said'; readonly text: string }, string> {
  yield { type: 'said', text: piece };
  if (piece === 'throws') throw new Error('a piece that fails');
  if (piece === 'dies') process.exit(3);
  if (piece === 'forever') for (;;) Math.sqrt(2);
  return piece;
}

serveJobs(parentPort!, jobOf);

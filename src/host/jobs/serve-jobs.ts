/** The side of a job's thread: does one piece after the other, and tells how it goes on. */
import type { MessagePort } from 'node:worker_threads';
import type { PieceAnswer, PieceMessage } from './messages.ts';

/** Least time between two pieces of progress that are told, ms. */
const PROGRESS_MS = 50;

/**
 * Does the pieces that come in at the port. It listens to nothing while it works: who has enough of it ends the thread.
 * @param jobOf the job of a piece: yields news, of which only the latest progress now and then is told
 */
export function serveJobs<Piece, News extends { readonly type: string }, Result>(
  port: MessagePort,
  jobOf: (piece: Piece) => Generator<News, Result>,
): void {
  const answer = (message: PieceAnswer): void => port.postMessage(message);
  port.on('message', ({ piece }: PieceMessage) => {
    try {
      answer({ type: 'result', result: done(jobOf(piece as Piece), (news) => answer({ type: 'news', news })) });
    } catch (error) {
      answer({ type: 'error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}

function done<News extends { readonly type: string }, Result>(job: Generator<News, Result>, tell: (news: News) => void): Result {
  let told = performance.now();
  for (;;) {
    const { done: over, value } = job.next();
    if (over === true) return value;
    const now = performance.now();
    if (value.type === 'progress' && now - told < PROGRESS_MS) continue;
    told = now;
    tell(value);
  }
}

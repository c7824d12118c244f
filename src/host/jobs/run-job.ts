/** Runs a job on several threads. What the job is stands in its plan; the threads only know how to do a piece of it. */
import { Worker } from 'node:worker_threads';
import type { PieceAnswer, PieceMessage } from './messages.ts';

/** How a job is divided (explore/plan.ts has those there are). */
export interface JobPlan<Piece, News, Result> {
  next(): Piece | null;
  take(piece: Piece, news: News): readonly News[];
  end(piece: Piece, result: Result): readonly News[];
  result(): Result;
}

export interface JobOptions<News> {
  /** Path of the built entry of the threads. */
  readonly worker: string;
  /** Most threads, at least 1. A job of one piece takes one. */
  readonly threads: number;
  /** Told of what happens, in an order that does not depend on the threads, but for progress. */
  readonly onNews: (news: News) => void;
  /** Ends the job: its threads are gone within some milliseconds, whatever they are doing. @default never */
  readonly signal?: AbortSignal;
}

/** A thread, and what it is doing. */
interface Hand<Piece> {
  readonly worker: Worker;
  piece: Piece | null;
}

/**
 * Does all pieces of a plan.
 * @returns what came of it; of a job that was aborted, as much as was known by then
 * @throws Error when a piece fails, or a thread ends by itself.
 */
export async function runJob<Piece, News, Result>(
  plan: JobPlan<Piece, News, Result>,
  { worker: entry, threads, onNews, signal }: JobOptions<News>,
): Promise<Result> {
  const hands: Hand<Piece>[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const tell = (news: readonly News[]): void => {
        for (const one of news) onNews(one);
      };
      const give = (hand: Hand<Piece>, piece: Piece): void => {
        hand.piece = piece;
        hand.worker.postMessage({ piece } satisfies PieceMessage);
      };
      /** Everybody has something to do as long as there is something. */
      const goOn = (): void => {
        for (const hand of hands) {
          const piece = hand.piece === null ? plan.next() : null;
          if (piece !== null) give(hand, piece);
        }
        while (hands.length < threads) {
          const piece = plan.next();
          if (piece === null) break;
          give(hire(), piece);
        }
        if (hands.every(({ piece }) => piece === null)) resolve();
      };
      const hire = (): Hand<Piece> => {
        const hand: Hand<Piece> = { worker: new Worker(entry), piece: null };
        hands.push(hand);
        hand.worker.on('message', (answer: PieceAnswer) => {
          if (signal?.aborted === true) return;
          const piece = hand.piece!;
          if (answer.type === 'error') return reject(new Error(`a thread of the job failed: ${answer.message}`));
          if (answer.type === 'news') return tell(plan.take(piece, answer.news as News));
          hand.piece = null;
          tell(plan.end(piece, answer.result as Result));
          goOn();
        });
        hand.worker.on('error', (error) => reject(new Error(`a thread of the job failed: ${error.message}`, { cause: error })));
        hand.worker.on('exit', (code) => reject(new Error(`a thread of the job ended by itself, with code ${code}`)));
        return hand;
      };
      signal?.addEventListener('abort', () => resolve(), { once: true });
      if (signal?.aborted === true) resolve();
      else goOn();
    });
  } finally {
    await Promise.all(hands.map(({ worker }) => worker.terminate()));
  }
  return plan.result();
}

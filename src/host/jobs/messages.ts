/** What passes between a job's threads and whoever runs it. */

/** To the thread: the piece that it is to do next. */
export interface PieceMessage {
  readonly piece: unknown;
}

/** From the thread: what the piece tells, what came of it, or the error that it ended with. */
export type PieceAnswer =
  | { readonly type: 'news'; readonly news: unknown }
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'error'; readonly message: string };

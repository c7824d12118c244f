/** What the log holds. */
import type { NodeId } from '../protocol.ts';
import type { Operation } from '../machine/operation.ts';

/**
 * An acceptor: a server and its *epoch*, the incarnation in which it came up with the disk it has. A server whose disk
 * was lost is another acceptor than the one it was: what it had promised and voted for is gone with it.
 */
export interface Member {
  readonly node: NodeId;
  readonly epoch: number;
}

export type LogCommand =
  /** Closes a gap that nobody reported a vote for. */
  | { readonly type: 'no-op' }
  /** A client's operation; `client`, `session` and `sequence` name it, so that it takes effect once. */
  | {
      readonly type: 'operation';
      readonly client: NodeId;
      readonly session: number;
      readonly sequence: number;
      readonly operation: Operation;
    }
  /** These are the acceptors from `config.window` slots after this one; ascending by node. */
  | { readonly type: 'members'; readonly members: readonly Member[] };

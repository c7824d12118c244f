/** The configuration of Multi-Paxos and its requests: what they may hold, and what is wrong with one that does not. */
import type { NodeId } from '../protocol.ts';
import type { Operation, ReadMode } from '../machine/operation.ts';
import type { QuorumSystem } from '../quorum.ts';

/** What the clients ask for by themselves. */
export interface LoadConfig {
  /** Operations that each client has under way at once, each in a session of its own; 0: none. @default 1 */
  readonly sessions: number;
  /** Mean time between the answer of an operation and the next of its session, µs; 0: at once. @default 5 s */
  readonly pause: number;
  /** How many of 100 operations are transactions (begin, one or two writes, commit); of the rest … @default 40 */
  readonly transactions: number;
  /** … how many of 100 are reads, and how many compare and swap; what is left are puts. @default 40, 10 */
  readonly reads: number;
  readonly swaps: number;
  /** How many keys there are. @default 8 */
  readonly keys: number;
  /** How many of 100 operations go to the first key: the hot one. @default 25 */
  readonly hot: number;
}

export interface MultiPaxosConfig {
  /** Over the members of the moment. @default majority */
  readonly quorum: QuorumSystem;
  /**
   * Slots that may be in flight: nothing is proposed in slot s before slot s − window is applied. It is the α of a change
   * of members, too: one chosen in slot s holds from slot s + window on. @default 8, from 1 to 1024
   */
  readonly window: number;
  /** How often a leader is heard of when it has nothing to say, µs. @default 1 s */
  readonly heartbeat: number;
  /** A server that hears of no leader for a time drawn evenly from these campaigns, µs. @default 4 s to 8 s */
  readonly electionMin: number;
  readonly electionMax: number;
  /** How long a prepare, an accept, or a question goes unanswered before it is sent again, µs. @default 2 s */
  readonly retryAfter: number;
  /** Whether the leader tells at once that a slot is chosen, or with the next message there is anyway. @default true */
  readonly tellAtOnce: boolean;
  /** What a server that does not lead does with a request. @default forward */
  readonly followers: 'forward' | 'refuse';
  /** How a get is answered. `lease` needs clocks that keep to `clockDrift`; `local` is not linearizable. @default log */
  readonly reads: ReadMode;
  /** How long a lease lasts by the clock of the server that grants it, µs. @default 3 s */
  readonly lease: number;
  /** By how much two clocks are trusted to differ at most, a share: the leader counts its lease as shorter by it. @default 0.1 */
  readonly clockDrift: number;
  /** A snapshot is taken every so many applied slots, and the log before it let go; 0: never. @default 200 */
  readonly snapshotEvery: number;
  /** Slots kept before the snapshot, for those that lag only a little. @default 50 */
  readonly snapshotKeep: number;
  /** How long a client waits for an answer before it asks another server, with the same sequence number, µs. @default 6 s */
  readonly clientTimeout: number;
  readonly load: LoadConfig;
}

export type MultiPaxosRequest =
  /** To a client: has it ask for this, in a session of the person. `server`: which it asks first. */
  | { readonly type: 'operate'; readonly operation: Operation; readonly server?: NodeId; readonly reads?: ReadMode }
  /** To a server: puts a change of members into the log. */
  | { readonly type: 'change-members'; readonly add: readonly NodeId[]; readonly remove: readonly NodeId[] }
  /** To a server: campaigns now. */
  | { readonly type: 'campaign' }
  /** To all. Not durable: a restarted node is given the current configuration by the cluster. */
  | { readonly type: 'configure'; readonly config: MultiPaxosConfig };

/** The state of a client: plain data. Nothing of it is durable: a client that crashed has forgotten what it asked for. */
import { nameOf } from '../protocol.ts';
import type { Effect, NodeId, NodeSetup } from '../protocol.ts';
import { PERSON_FIRST, SESSIONS_PER_LIFE } from '../machine/operation.ts';
import type { Operation, ReadMode } from '../machine/operation.ts';
import { createRandom, nextItem } from '../random.ts';
import type { MultiPaxosConfig } from './config.ts';
import type { LoadState, Plan } from './load.ts';
import type { MultiPaxosMessage } from './messages.ts';

/** An operation that waits for its answer. */
export interface Pending {
  readonly operation: Operation;
  /** How a get is to be answered; `null`: as the servers are configured. */
  readonly reads: ReadMode | null;
  /** The person's request that is answered with it; 0: the load's. */
  readonly request: number;
  /** The server that the person wants asked first; `null`: any. */
  readonly named: NodeId | null;
  /** No other server is asked: the answer of this one is what is wanted. */
  readonly pinned: boolean;
  /** The server asked last. */
  readonly server: NodeId;
  /** How often any server was asked. */
  readonly attempts: number;
  /** How often it was sent on since it last waited for its time to run out. */
  readonly redirects: number;
}

/** One operation at a time, with sequence numbers that go up. Replaced, never changed: a fork may hold the same. */
export interface Session {
  /** The number of the last operation; 0: there was none. */
  readonly sequence: number;
  readonly pending: Pending | null;
  /** The load's transaction under way. */
  readonly plan: Plan | null;
}

export interface ClientState extends LoadState {
  readonly node: NodeId;
  readonly incarnation: number;
  config: MultiPaxosConfig;
  /** The servers that there are, as far as it has heard, ascending. */
  servers: readonly NodeId[];
  /** The server that it thinks leads, or that answers for the one that does. */
  leader: NodeId;
  /** By number within this life. */
  readonly sessions: Map<number, Session>;
  /** The sessions that wait for an answer, by when they asked, oldest first. */
  waiting: readonly number[];
  /** How many operations were answered. */
  done: number;
}

export type Out = Effect<MultiPaxosMessage>[];

/** A fresh state, before `start`. */
export function initClient(setup: NodeSetup<MultiPaxosConfig>): ClientState {
  const { node, incarnation, config, peers } = setup;
  const random = createRandom(setup.seed);
  const name = incarnation === 1 ? nameOf(node) : `${nameOf(node)}.${incarnation}`;
  return {
    node,
    incarnation,
    config,
    servers: peers,
    leader: nextItem(random, peers),
    random,
    prefix: `${name}-`,
    written: 0,
    seen: new Map(),
    sessions: new Map(),
    waiting: [],
    done: 0,
  };
}

/** An independent copy. */
export function forkClient(state: ClientState): ClientState {
  return { ...state, random: [...state.random], seen: new Map(state.seen), sessions: new Map(state.sessions) };
}

const NO_SESSION: Session = { sequence: 0, pending: null, plan: null };

/** A session of this life; a new one if there is none of that number. */
export function sessionOf(state: ClientState, n: number): Session {
  return state.sessions.get(n) ?? NO_SESSION;
}

/** The number of a session over all lives. */
export function numberOf(state: ClientState, n: number): number {
  return state.incarnation * SESSIONS_PER_LIFE + n;
}

/** The session of this life that has the number; `null` for one of another. */
export function ownSession(state: ClientState, number: number): number | null {
  const n = number - state.incarnation * SESSIONS_PER_LIFE;
  return n >= 0 && n < SESSIONS_PER_LIFE ? n : null;
}

/** The first session of the person's in which nothing waits; `null`: all have something to wait for. */
export function freeSession(state: ClientState): number | null {
  for (let n = PERSON_FIRST; n < SESSIONS_PER_LIFE; n++) if (!sessionOf(state, n).pending) return n;
  return null;
}

/**
 * Who has been answered what: each operation takes effect once, though its client asks again when an answer is late and
 * it can be chosen in two slots. (*Paxos Made Moderately Complex*, section 2.1: a replica performs a command once.) A
 * session has one operation under way at a time, and its sequence numbers go up, so that the last one is all that needs keeping.
 */
import { createPaged, deletePaged, forkPaged, getPaged, pagedEntries, setPaged } from '../paged.ts';
import type { Paged } from '../paged.ts';
import type { NodeId } from '../protocol.ts';
import type { OperationResult } from './operation.ts';

/**
 * Most sessions remembered. When another appears, the one used least recently, in the order of the log, is let go: of
 * an operation of a session let go nobody knows any more whether it took effect.
 */
export const SESSIONS_MAX = 4_096;
/** Highest number of a session. */
export const SESSION_NUMBER_MAX = 2 ** 32 - 1;

export interface Session {
  readonly client: NodeId;
  readonly session: number;
  /** The last operation that took effect, and its result. */
  readonly sequence: number;
  readonly result: OperationResult;
  /** When it was used last: counted over all sessions. */
  readonly used: number;
}

export interface Sessions {
  readonly records: Paged<Session>;
  count: number;
  /** How often any was used. */
  used: number;
}

export function createSessions(): Sessions {
  return { records: createPaged(), count: 0, used: 0 };
}

export function forkSessions(sessions: Sessions): Sessions {
  return { ...sessions, records: forkPaged(sessions.records) };
}

export function sessionOf(sessions: Sessions, client: NodeId, session: number): Session | null {
  return getPaged(sessions.records, keyOf(client, session)) ?? null;
}

/** Notes that a session was used, and the last operation that took effect in it. */
export function useSession(sessions: Sessions, { client, session, sequence, result }: Omit<Session, 'used'>): void {
  if (!sessionOf(sessions, client, session)) {
    if (sessions.count === SESSIONS_MAX) letOldestGo(sessions);
    sessions.count++;
  }
  sessions.used++;
  setPaged(sessions.records, keyOf(client, session), { client, session, sequence, result, used: sessions.used });
}

/** All sessions, in the order in which they were used last. */
export function sessionsInOrder(sessions: Sessions): Session[] {
  return [...pagedEntries(sessions.records)].map(([, session]) => session).sort((a, b) => a.used - b.used);
}

function letOldestGo(sessions: Sessions): void {
  let oldest: Session | null = null;
  for (const [, session] of pagedEntries(sessions.records)) {
    if (oldest === null || session.used < oldest.used) oldest = session;
  }
  if (oldest === null) return;
  deletePaged(sessions.records, keyOf(oldest.client, oldest.session));
  sessions.count--;
}

function keyOf(client: NodeId, session: number): number {
  return client * (SESSION_NUMBER_MAX + 1) + session;
}

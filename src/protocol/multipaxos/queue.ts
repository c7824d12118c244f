/** The requests that wait at a server, and who is answered from it. */
import { resultOf } from '../machine/database.ts';
import type { OperationResult } from '../machine/operation.ts';
import type { NodeId } from '../protocol.ts';
import { latestConfig, mayLead } from './members.ts';
import type { ClientRequest } from './messages.ts';
import { send, sessionKey } from './state.ts';
import type { Out, ServerState } from './state.ts';

/** Most requests that wait at a server for a slot or a leader. */
export const QUEUE_MAX = 10_000;

/** So often anything is passed on to a leader at most; then whoever asks is to ask somebody else. */
export const HOPS_MAX = 3;

/** Taken requests at the head of the queue are let go of when there are so many. */
const QUEUE_SLACK = 1_024;

/** Puts a request at the end of the queue, unless it is under way. */
export function enqueue(state: ServerState, request: ClientRequest, out: Out): void {
  const { client, session, sequence } = request;
  const round = state.term!.ballot.round;
  const key = sessionKey(client, session);
  const before = state.pending.get(key);
  if (before?.sequence === sequence && before.round === round) return;
  if (state.queue.length - state.queueHead >= QUEUE_MAX) {
    redirect(request, 0, `${QUEUE_MAX} requests wait here already`, out);
    return;
  }
  state.pending.set(key, { sequence, round });
  state.queue.push(request);
}

/** The next request to be proposed; `null` for none. Those that took effect meanwhile are passed over. */
export function takeNext(state: ServerState): ClientRequest | null {
  while (state.queueHead < state.queue.length) {
    const request = state.queue[state.queueHead++]!;
    if (state.queueHead === state.queue.length) dropQueue(state);
    else if (state.queueHead === QUEUE_SLACK) {
      state.queue = state.queue.slice(QUEUE_SLACK);
      state.queueHead = 0;
    }
    if (resultOf(state.database, request.client, request.session, request.sequence) === null) return request;
  }
  return null;
}

/** How many requests wait. */
export function waitingCount(state: ServerState): number {
  return state.queue.length - state.queueHead;
}

/** The requests that wait, oldest first. */
function waitingRequests(state: ServerState): readonly ClientRequest[] {
  return state.queue.slice(state.queueHead);
}

/** A term begins: what waits here will be answered from here. */
export function requeue(state: ServerState, round: number): void {
  for (const { client, session, sequence } of waitingRequests(state)) {
    state.pending.set(sessionKey(client, session), { sequence, round });
  }
}

/** A leader is known: what waited for one goes there. */
export function routeQueue(state: ServerState, out: Out): void {
  if (state.queueHead === state.queue.length) return;
  const waiting = waitingRequests(state);
  dropQueue(state);
  for (const request of waiting) passOn(state, request, out);
}

/** To the leader; or the client is told whom to ask. */
export function passOn(state: ServerState, request: ClientRequest, out: Out): void {
  const leader = state.leader?.node ?? 0;
  const { followers } = state.config;
  if (leader === 0 || leader === state.node) {
    // Who is no member will hardly hear of a leader: a member will.
    const member = mayLead(state) ? undefined : latestConfig(state).members.find(({ node }) => node !== state.node);
    redirect(request, member?.node ?? 0, member ? 'this is no member' : 'nobody leads', out);
  } else if (followers === 'refuse') redirect(request, leader, 'another leads', out);
  else if (request.hops >= HOPS_MAX) redirect(request, leader, `passed on ${HOPS_MAX} times`, out);
  else send(leader, { ...request, hops: request.hops + 1 }, out);
}

function dropQueue(state: ServerState): void {
  state.queue = [];
  state.queueHead = 0;
}

/** An operation has taken effect: answers whoever asked for it here. */
export function answerPending(
  state: ServerState,
  client: NodeId,
  session: number,
  sequence: number,
  result: OperationResult,
  out: Out,
): void {
  const key = sessionKey(client, session);
  const waiting = state.pending.get(key);
  if (waiting === undefined || waiting.sequence !== sequence) return;
  state.pending.delete(key);
  answer(client, session, sequence, result, out);
}

/** The state machine was replaced: answers whoever waits for what has taken effect in the new one. */
export function answerAll(state: ServerState, out: Out): void {
  for (const [key, { sequence }] of [...state.pending]) {
    const [client, session] = [key % 32, Math.floor(key / 32)];
    const result = resultOf(state.database, client, session, sequence);
    if (result !== null) answerPending(state, client, session, sequence, result, out);
  }
}

export function answer(client: NodeId, session: number, sequence: number, result: OperationResult, out: Out): void {
  send(client, { type: 'response', session, sequence, result }, out);
}

function redirect({ client, session, sequence }: ClientRequest, leader: NodeId, why: string, out: Out): void {
  send(client, { type: 'redirect', session, sequence, leader, why }, out);
}

/**
 * A client: asks the service for operations of its load and of the person's, each until it has the answer, and notes
 * for its history when it asked and was answered. (*Paxos Made Moderately Complex*, section 2.1, there by broadcast to all
 * replicas; here one server is asked at a time, and another when no answer comes, always under the same sequence number.)
 */
import { describeOperation, describeResult, isPersons } from '../machine/operation.ts';
import type { Operation, OperationResult } from '../machine/operation.ts';
import { nameOf } from '../protocol.ts';
import type { Input, NodeId } from '../protocol.ts';
import { freeSession, numberOf, ownSession, sessionOf } from './client-state.ts';
import type { ClientState, Out, Pending } from './client-state.ts';
import type { MultiPaxosConfig, MultiPaxosRequest } from './config.ts';
import { drawOperation, drawPause, drawPlan, nextOfPlan } from './load.ts';
import type { MultiPaxosMessage, Redirect, Response } from './messages.ts';

export { forkClient, initClient } from './client-state.ts';
export type { ClientState } from './client-state.ts';
export { memoryOfClient, viewClient } from './client-view.ts';

/** Timers of a session: its next operation; its present one is asked again. */
const NEXT = 'next ';
const RETRY = 'ask again ';

/** Servers that name each other as the leader are believed so often in a row. */
const REDIRECTS_MAX = 3;
/** A server that knows no leader is given this part of the time an answer may take, to hear of one. */
const PATIENCE = 8;

export function stepClient(state: ClientState, input: Input<MultiPaxosMessage, MultiPaxosRequest>, out: Out): void {
  switch (input.type) {
    case 'start':
      for (let n = 1; n <= state.config.load.sessions; n++) pause(state, n, out);
      return;
    case 'message':
      if (input.message.type === 'response') onResponse(state, input.from, input.message, out);
      else if (input.message.type === 'redirect') onRedirect(state, input.message, out);
      return;
    case 'timer':
      if (input.name.startsWith(NEXT)) goOn(state, Number(input.name.slice(NEXT.length)), out);
      else onRetry(state, Number(input.name.slice(RETRY.length)), out);
      return;
    case 'request':
      onRequest(state, input.id, input.request, out);
  }
}

function onRequest(state: ClientState, id: number, request: MultiPaxosRequest, out: Out): void {
  switch (request.type) {
    case 'operate':
      operate(state, id, request, out);
      return;
    case 'configure':
      configure(state, request.config, out);
      out.push({ type: 'reply', id, reply: { ok: true, text: `${nameOf(state.node)} uses the new configuration` } });
      return;
    default:
      out.push({ type: 'reply', id, reply: { ok: false, text: `${nameOf(state.node)} is a client; only servers can do that` } });
  }
}

/** What the person asks for. */
function operate(state: ClientState, id: number, request: MultiPaxosRequest & { type: 'operate' }, out: Out): void {
  const n = freeSession(state);
  if (n === null) {
    const text = `${nameOf(state.node)} waits for too many answers; stop or heal something first`;
    out.push({ type: 'reply', id, reply: { ok: false, text } });
    return;
  }
  const { operation, server: named = null, reads = null } = request;
  if (named !== null) meet(state, named);
  const mode = reads ?? state.config.reads;
  // What one server has, or what it takes to ask it, cannot be learned from another.
  const pinned = named !== null && operation.type === 'get' && (mode === 'local' || mode === 'quorum');
  begin(state, n, operation, { reads, request: id, named, pinned }, out);
}

/** A session of the load asks for its next operation, unless there are too many sessions now. */
function goOn(state: ClientState, n: number, out: Out): void {
  const { load } = state.config;
  const { plan, pending } = sessionOf(state, n);
  if (pending || (n > load.sessions && !plan)) return;
  const operation = plan ? nextOfPlan(state, load, plan) : drawOperation(state, load);
  begin(state, n, operation, { reads: null, request: 0, named: null, pinned: false }, out);
}

/** Asks for an operation, the next of its session. */
function begin(
  state: ClientState,
  n: number,
  operation: Operation,
  how: Pick<Pending, 'reads' | 'request' | 'named' | 'pinned'>,
  out: Out,
): void {
  const { sequence, plan } = sessionOf(state, n);
  const server = how.named ?? state.leader;
  state.sessions.set(n, { sequence: sequence + 1, plan, pending: { ...how, operation, server, attempts: 0, redirects: 0 } });
  state.waiting = [...state.waiting, n];
  out.push({ type: 'invoke', session: numberOf(state, n), sequence: sequence + 1, operation: JSON.stringify(operation) });
  ask(state, n, server, 0, out);
}

/** Sends the operation under way to a server, and waits for the answer. */
function ask(state: ClientState, n: number, server: NodeId, redirects: number, out: Out): void {
  const { sequence, pending, plan } = sessionOf(state, n);
  if (!pending) return;
  const { operation, reads } = pending;
  const { node: client } = state;
  state.sessions.set(n, { sequence, plan, pending: { ...pending, server, redirects, attempts: pending.attempts + 1 } });
  const message = { type: 'request', client, session: numberOf(state, n), sequence, operation, reads, hops: 0 } as const;
  out.push({ type: 'send', to: server, message });
  out.push({ type: 'setTimer', name: RETRY + n, after: state.config.clientTimeout });
}

/** No answer: who is thought to lead by now may know more, or the next server. */
function onRetry(state: ClientState, n: number, out: Out): void {
  const { sequence, pending } = sessionOf(state, n);
  if (!pending) return;
  const { server } = pending;
  if (!pending.pinned && state.leader === server) state.leader = after(state, server);
  const next = pending.pinned ? server : state.leader;
  const what = `operation ${sequence} of session ${numberOf(state, n)}`;
  out.push({ type: 'note', text: `asks ${nameOf(next)} for ${what}: no answer by way of ${nameOf(server)}` });
  ask(state, n, next, 0, out);
}

/** Whoever got the request does not lead, and does not pass on what it is asked. */
function onRedirect(state: ClientState, message: Redirect, out: Out): void {
  const n = ownSession(state, message.session);
  if (n === null) return;
  const { sequence, pending } = sessionOf(state, n);
  const { leader } = message;
  if (!pending || message.sequence !== sequence || pending.pinned || leader === pending.server) return;
  if (leader === 0 || pending.redirects === REDIRECTS_MAX) {
    out.push({ type: 'setTimer', name: RETRY + n, after: Math.ceil(state.config.clientTimeout / PATIENCE) });
    return;
  }
  meet(state, leader);
  state.leader = leader;
  ask(state, n, leader, pending.redirects + 1, out);
}

/** The answer to the operation under way; any other is late or a duplicate. */
function onResponse(state: ClientState, from: NodeId, message: Response, out: Out): void {
  const n = ownSession(state, message.session);
  if (n === null) return;
  const { sequence, pending, plan } = sessionOf(state, n);
  if (!pending || message.sequence !== sequence) return;
  const { result } = message;
  meet(state, from);
  // A server that was asked by name need not lead.
  if (from !== pending.named) state.leader = from;
  state.done++;
  state.waiting = state.waiting.filter((other) => other !== n);
  state.sessions.set(n, { sequence, pending: null, plan });
  out.push({ type: 'cancelTimer', name: RETRY + n });
  out.push({ type: 'return', session: message.session, sequence, result: JSON.stringify(result) });
  if (isPersons(message.session)) {
    out.push({ type: 'reply', id: pending.request, reply: replyOf(pending, from, result) });
    return;
  }
  learn(state, n, pending.operation, result);
  pause(state, n, out);
}

function replyOf({ operation }: Pending, from: NodeId, result: OperationResult): { ok: boolean; text: string } {
  const text = `${describeOperation(operation)}: ${describeResult(result)} (answered by ${nameOf(from)})`;
  return { ok: result.type !== 'refused', text };
}

/** What a session of the load takes from an answer for what it asks next. */
function learn(state: ClientState, n: number, operation: Operation, result: OperationResult): void {
  const session = sessionOf(state, n);
  if (operation.type === 'put' && result.type === 'done') state.seen.set(operation.key, operation.value);
  else if (operation.type === 'get' && result.type === 'value') state.seen.set(operation.key, result.value);
  else if (operation.type === 'cas' && result.type === 'swapped') {
    state.seen.set(operation.key, result.swapped ? operation.value : result.value);
  } else if (result.type === 'begun') {
    state.sessions.set(n, { ...session, plan: drawPlan(state.random, result.transaction) });
  } else if (operation.type === 'write' && result.type === 'done' && session.plan) {
    state.sessions.set(n, { ...session, plan: { ...session.plan, writes: session.plan.writes - 1 } });
  } else {
    // Committed, or refused: the transaction is over.
    state.sessions.set(n, { ...session, plan: null });
  }
}

/** A session of the load waits before it goes on. */
function pause(state: ClientState, n: number, out: Out): void {
  const after = drawPause(state.random, state.config.load);
  if (after === 0) goOn(state, n, out);
  else out.push({ type: 'setTimer', name: NEXT + n, after });
}

/** Sessions that are new begin, those too many end when they have finished what they are at. */
function configure(state: ClientState, config: MultiPaxosConfig, out: Out): void {
  const { load } = state.config;
  state.config = config;
  const paused = load.pause !== config.load.pause;
  for (let n = 1; n <= Math.max(load.sessions, config.load.sessions); n++) {
    const { pending, plan } = sessionOf(state, n);
    if (pending) continue;
    if (n > config.load.sessions && !plan) out.push({ type: 'cancelTimer', name: NEXT + n });
    else if (paused || (n > load.sessions && !plan)) pause(state, n, out);
  }
}

/** Takes note of a server that was not there from the beginning. */
function meet(state: ClientState, server: NodeId): void {
  if (!state.servers.includes(server)) state.servers = [...state.servers, server].sort((a, b) => a - b);
}

/** The server after that one, in a circle. */
function after({ servers }: ClientState, server: NodeId): NodeId {
  return servers.find((other) => other > server) ?? servers[0]!;
}

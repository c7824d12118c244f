/**
 * What clients ask of servers: the leader puts it into the log, another passes it on to the leader or says who that is.
 * A client that hears nothing asks again, anybody, with the same sequence number; the session table of the state machine
 * sees to it that an operation takes effect once, though it may be chosen in two slots.
 */
import { readKey, resultOf } from '../machine/database.ts';
import type { ClientRequest } from './messages.ts';
import { answer, enqueue, passOn } from './queue.ts';
import { readAtLeader } from './reads.ts';
import type { Out, ServerState } from './state.ts';

export function onClientRequest(state: ServerState, request: ClientRequest, out: Out): void {
  const { client, session, sequence, operation } = request;
  if (operation.type === 'get' && (request.reads ?? state.config.reads) === 'local') {
    // From its own table, however old: this is what the other ways of reading are there to avoid.
    answer(client, session, sequence, { type: 'value', value: readKey(state.database, operation.key) }, out);
    return;
  }
  const done = resultOf(state.database, client, session, sequence);
  if (done !== null) answer(client, session, sequence, done, out);
  else if (state.mode === 'follower') passOn(state, request, out);
  else take(state, request, out);
}

/** At the leader, or at a candidate, who may be one soon. */
function take(state: ServerState, request: ClientRequest, out: Out): void {
  const { operation } = request;
  const mode = request.reads ?? state.config.reads;
  if (state.mode === 'leader' && operation.type === 'get' && mode !== 'log') {
    readAtLeader(state, state.term!, request, mode === 'lease', out);
    return;
  }
  enqueue(state, request, out);
}

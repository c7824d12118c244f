/**
 * Multi-Paxos: a log of commands, chosen slot by slot by one ballot's leader, and a database that takes them in.
 * (Lamport, *Paxos Made Simple*, section 3; van Renesse & Altinbuken, *Paxos Made Moderately Complex*; Chandra,
 * Griesemer, Redstone, *Paxos Made Live*.) Servers are in server.ts, clients in client.ts.
 */
import { isClient } from '../protocol.ts';
import type { Input, Protocol } from '../protocol.ts';
import { forkClient, initClient, memoryOfClient, stepClient, viewClient } from './client.ts';
import type { ClientState } from './client.ts';
import { sortOf } from './command.ts';
import { checkConfig, checkRequest, whyFixed } from './config.ts';
import type { MultiPaxosConfig, MultiPaxosRequest } from './config.ts';
import { describe, describeRequest } from './describe.ts';
import { kindOf, messageKinds } from './messages.ts';
import type { MultiPaxosMessage } from './messages.ts';
import { stepServer } from './server.ts';
import { settings } from './settings.ts';
import { forkServer, initServer } from './state.ts';
import type { Out, ServerState } from './state.ts';
import { describeTimer } from './timers.ts';
import { describeSaved, disk, memoryOfServer } from './trees.ts';
import { viewServer } from './view.ts';
import { decode, encode } from './wire.ts';

export type { MultiPaxosConfig, MultiPaxosRequest } from './config.ts';
export type { MultiPaxosMessage } from './messages.ts';

export type MultiPaxosState = ServerState | ClientState;

function isClientState(state: MultiPaxosState): state is ClientState {
  return isClient(state.node);
}

function step(state: MultiPaxosState, input: Input<MultiPaxosMessage, MultiPaxosRequest>): Out {
  const out: Out = [];
  if (isClientState(state)) stepClient(state, input, out);
  else stepServer(state, input, out);
  return out;
}

/** How many clients a new run has. */
const CLIENTS = 2;

export const multipaxos: Protocol<MultiPaxosState, MultiPaxosMessage, MultiPaxosConfig, MultiPaxosRequest> = {
  name: 'multipaxos',
  title: 'Multi-Paxos',
  meaning: 'Servers agree on a log, slot by slot, led by one of them; clients use the database that the log makes.',
  slotName: 'slot',
  messages: messageKinds,
  clients: CLIENTS,
  membership: true,
  leaders: true,
  settings,
  config: checkConfig,
  proposers: (_, nodes) => nodes,
  init: (setup) => (isClient(setup.node) ? initClient(setup) : initServer(setup)),
  fork: (state) => (isClientState(state) ? forkClient(state) : forkServer(state)),
  step,
  view: (state) => (isClientState(state) ? viewClient(state) : viewServer(state)),
  memory: (state) => (isClientState(state) ? memoryOfClient(state) : memoryOfServer(state)),
  disk,
  kindOf,
  encode,
  decode,
  request: checkRequest,
  propose: null,
  sortOf,
  whyFixed,
  configure: (config) => ({ type: 'configure', config }),
  describe,
  describeRequest,
  describeSaved,
  describeTimer,
};

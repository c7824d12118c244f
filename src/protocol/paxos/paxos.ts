/**
 * Single-decree Paxos (Lamport, *The Part-Time Parliament* and *Paxos Made Simple*), many instances side by side, each
 * choosing one value. This file only says which part of the node gets which input; the rules are in acceptor.ts,
 * proposer.ts and learner.ts.
 */
import { setPaged } from '../paged.ts';
import type { Input, NodeId, Protocol, Saved } from '../protocol.ts';
import { describeQuorums } from '../quorum.ts';
import { onAccept, onPrepare } from './acceptor.ts';
import { checkConfig, checkRequest } from './config.ts';
import type { PaxosConfig, PaxosRequest } from './config.ts';
import { LEARN, onAccepted, onLearnTimer, onLearned, onQuery, startLearning, stopLearning } from './learner.ts';
import { decode, describe, encode, kindOf, messageKinds, quote } from './messages.ts';
import type { PaxosMessage } from './messages.ts';
import { RETRY, onNack, onOwnAcceptor, onPromise, onRetry, propose, resign } from './proposer.ts';
import { settings } from './settings.ts';
import { fork, init, readRecord, useConfig } from './state.ts';
import type { Out, PaxosState } from './state.ts';
import { describeSaved, describeTimer, disk, memory, view } from './view.ts';

export type { PaxosConfig, PaxosRequest } from './config.ts';
export type { PaxosMessage } from './messages.ts';
export type { PaxosState } from './state.ts';

function step(state: PaxosState, input: Input<PaxosMessage, PaxosRequest>): Out {
  const out: Out = [];
  switch (input.type) {
    case 'message':
      onMessage(state, input.from, input.message, out);
      break;
    case 'timer':
      onTimer(state, input.name, out);
      break;
    case 'request':
      onRequest(state, input.id, input.request, out);
      break;
    case 'start':
      onStart(state, input.stored, out);
  }
  return out;
}

/** A message to a role that this node does not hold is ignored: its sender has another configuration. */
function onMessage(state: PaxosState, from: NodeId, message: PaxosMessage, out: Out): void {
  const { type, instance } = message;
  // A query names what its sender does not know, which says nothing about what there is.
  if (type !== 'query' && instance > state.highest) state.highest = instance;
  switch (type) {
    case 'prepare':
      if (state.isAcceptor && onPrepare(state, from, message, out)) onOwnAcceptor(state, instance, message.ballot, out);
      return;
    case 'promise':
      if (state.isProposer) onPromise(state, from, message, out);
      return;
    case 'accept':
      if (state.isAcceptor && onAccept(state, from, message, out)) onOwnAcceptor(state, instance, message.ballot, out);
      return;
    case 'accepted':
      if (state.isLearner) onAccepted(state, from, message, out);
      return;
    case 'nack':
      if (state.isProposer) onNack(state, message, out);
      return;
    case 'learned':
      if (state.isLearner || state.isProposer) onLearned(state, from, message, out);
      return;
    case 'query':
      onQuery(state, from, message, out);
  }
}

function onTimer(state: PaxosState, name: string, out: Out): void {
  if (name !== LEARN) onRetry(state, Number(name.slice(RETRY.length)), out);
  else if (state.isLearner) onLearnTimer(state, out);
}

function onRequest(state: PaxosState, id: number, request: PaxosRequest, out: Out): void {
  if (request.type === 'configure') {
    configure(state, id, request.config, out);
    return;
  }
  if (state.isProposer) state.highest = Math.max(state.highest, request.instance);
  propose(state, id, request.instance, request.value, out);
}

/** Comes up with what the disk holds: the acceptor's promises and votes, and the highest round used. */
function onStart(state: PaxosState, stored: readonly Saved[], out: Out): void {
  for (const record of stored) {
    const fact = readRecord(record);
    if (fact.type === 'round') {
      state.proposer.round = fact.round;
    } else {
      setPaged(state.acceptor, fact.instance, fact.slot);
      state.highest = Math.max(state.highest, fact.instance);
    }
  }
  if (state.isLearner) startLearning(state, out);
}

/**
 * The operator's change of a running node. It is no reconfiguration in the sense of the papers: nothing makes the
 * nodes take it at the same moment, so a change of acceptors or quorums in the middle of an instance can be unsafe.
 */
function configure(state: PaxosState, id: number, config: PaxosConfig, out: Out): void {
  if (config.roles.length !== state.nodes.length) {
    const text = `the configuration has roles for ${config.roles.length} nodes; there are ${state.nodes.length}`;
    out.push({ type: 'reply', id, reply: { ok: false, text } });
    return;
  }
  const { isProposer, isLearner } = state;
  const { learnEvery } = state.config;
  useConfig(state, config);
  if (isProposer && !state.isProposer) resign(state, out);
  if (isLearner && !state.isLearner) stopLearning(state, out);
  // One that begins to learn begins anew: what it knows as a proposer it has not reported as chosen.
  if (!isLearner && state.isLearner) startLearning(state, out);
  else if (state.isLearner && learnEvery !== config.learnEvery) onLearnTimer(state, out);
  out.push({ type: 'reply', id, reply: { ok: true, text: `n${state.node} uses the new configuration` } });
}

function describeRequest(request: PaxosRequest): string {
  if (request.type === 'propose') return `wants ${quote(request.value)} chosen in instance ${request.instance}`;
  const { roles, quorum, backoff, nacks } = request.config;
  const acceptors = roles.flatMap((of, i) => (of.includes('acceptor') ? [i + 1] : []));
  const quorums = quorum.type === 'majority' ? 'majorities' : `quorums (${describeQuorums(quorum, acceptors)})`;
  return `configures ${quorums}, backoff ${backoff ? 'on' : 'off'}, refusals ${nacks ? 'told' : 'silent'}`;
}

export const paxos: Protocol<PaxosState, PaxosMessage, PaxosConfig, PaxosRequest> = {
  name: 'paxos',
  title: 'Single-decree Paxos',
  meaning: 'Servers agree on one value, and on another in each instance beside it. The least that consensus can be.',
  slotName: 'instance',
  messages: messageKinds,
  clients: 0,
  membership: false,
  leaders: false,
  settings,
  config: checkConfig,
  proposers: (config, nodes) => nodes.filter((_, i) => config.roles[i]!.includes('proposer')),
  init,
  fork,
  step,
  view,
  memory,
  disk,
  kindOf,
  encode,
  decode,
  request: checkRequest,
  propose: (instance, value) => ({ type: 'propose', instance, value }),
  configure: (config) => ({ type: 'configure', config }),
  describe,
  describeRequest,
  describeSaved,
  describeTimer,
};

/** Which part of a server gets which input; the rules are in the files named here. */
import { compareBallots } from '../ballot.ts';
import { deletePaged, setPaged } from '../paged.ts';
import { nameOf } from '../protocol.ts';
import type { Input, NodeId, Saved } from '../protocol.ts';
import { onAccept, onGrantOver, onHeartbeat, onPrepare } from './acceptor.ts';
import { onLearnTimer, tellChosen } from './catchup.ts';
import { onAnswer, onChange, onChangeRequest } from './changes.ts';
import { whyFixed } from './config.ts';
import type { MultiPaxosConfig, MultiPaxosRequest } from './config.ts';
import {
  campaign,
  firstElection,
  hearLeader,
  onElectionTimer,
  onPromise,
  onRefuse,
  overtake,
  rearmElection,
} from './election.ts';
import { onJoin, onJoinTimer } from './joining.ts';
import { onAccepted, onHeartbeatTimer, onRetryTimer, settle } from './leader.ts';
import { absorb, onLearned } from './learner.ts';
import { mayLead, nodesOf } from './members.ts';
import type { MultiPaxosMessage } from './messages.ts';
import { onAlive, onLeaseOver } from './reads.ts';
import { bornRecord, logRecord, readRecord, slotOfRecord } from './records.ts';
import { onClientRequest } from './requests.ts';
import { install, onSnapshot } from './snapshots.ts';
import type { Out, ServerState } from './state.ts';
import { ELECTION, GRANT, HEARTBEAT, JOIN, LEARN, LEASE, RETRY } from './timers.ts';

export function stepServer(state: ServerState, input: Input<MultiPaxosMessage, MultiPaxosRequest>, out: Out): void {
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
  settle(state, out);
}

function onMessage(state: ServerState, from: NodeId, message: MultiPaxosMessage, out: Out): void {
  switch (message.type) {
    case 'request':
      return onClientRequest(state, message, out);
    case 'accept':
      return onAccept(state, from, message, out);
    case 'accepted':
      return onAccepted(state, from, message, out);
    case 'decide':
      if (compareBallots(message.ballot, state.promised) >= 0) {
        overtake(state, message.ballot, out);
        hearLeader(state, message.ballot, out);
      }
      return absorb(state, from, message.ballot, message.upTo, out);
    case 'heartbeat':
      return onHeartbeat(state, from, message, out);
    case 'alive':
      return onAlive(state, from, message, out);
    case 'prepare':
      return onPrepare(state, from, message, out);
    case 'promise':
      return onPromise(state, from, message, out);
    case 'refuse':
      return onRefuse(state, message, out);
    case 'query':
      return tellChosen(state, from, message.from, out);
    case 'learned':
      return onLearned(state, from, message, out);
    case 'snapshot':
      return onSnapshot(state, from, message, out);
    case 'join':
      return onJoin(state, message, out);
    case 'change':
      return onChange(state, message, out);
    case 'answer':
      return onAnswer(state, message, out);
    case 'response':
    case 'redirect':
    // For clients.
  }
}

function onTimer(state: ServerState, name: string, out: Out): void {
  switch (name) {
    case ELECTION:
      return onElectionTimer(state, out);
    case HEARTBEAT:
      return onHeartbeatTimer(state, out);
    case RETRY:
      return onRetryTimer(state, out);
    case LEARN:
      return onLearnTimer(state, out);
    case JOIN:
      return onJoinTimer(state, out);
    case GRANT:
      return onGrantOver(state);
  }
  onLeaseOver(state, Number(name.slice(LEASE.length)));
}

function onRequest(state: ServerState, id: number, request: MultiPaxosRequest, out: Out): void {
  const reply = (ok: boolean, text: string): void => void out.push({ type: 'reply', id, reply: { ok, text } });
  const name = nameOf(state.node);
  switch (request.type) {
    case 'operate':
      reply(false, `${name} is a server; clients ask for operations`);
      return;
    case 'change-members':
      onChangeRequest(state, id, request.add, request.remove, out);
      return;
    case 'campaign':
      if (!mayLead(state)) reply(false, `${name} is no member, and cannot lead`);
      else if (state.mode !== 'follower') reply(false, `${name} ${state.mode === 'leader' ? 'leads' : 'campaigns'} already`);
      else if (state.granted !== null && state.granted !== state.node) reply(false, `${name} has granted a lease that is not over`);
      else {
        campaign(state, out);
        reply(true, `${name} campaigns`);
      }
      return;
    case 'configure':
      configure(state, request.config, reply, out);
  }
}

/**
 * The operator's change of a running server. Nothing makes the servers take it at the same moment, so that a change of
 * quorums while commands are under way can be unsafe. The window stays: a change of members counts on it.
 */
function configure(state: ServerState, config: MultiPaxosConfig, reply: (ok: boolean, text: string) => void, out: Out): void {
  const { electionMin, electionMax } = state.config;
  const why = whyFixed(state.config, config);
  if (why !== null) {
    reply(false, why);
    return;
  }
  const { term } = state;
  // What was confirmed so far need not have been a lease.
  if (term !== null) {
    term.leaseOver = term.round;
    term.covered = null;
  }
  state.config = config;
  if (config.electionMin !== electionMin || config.electionMax !== electionMax) rearmElection(state, out);
  reply(true, `${nameOf(state.node)} uses the new configuration`);
}

/**
 * Comes up with what the disk holds. Without the record of its first start the disk is new, or lost: in the first
 * incarnation of a founder that is as it should be; any other server is then no acceptor (joining.ts).
 */
function onStart(state: ServerState, stored: readonly Saved[], out: Out): void {
  const isNew = !load(state, stored);
  const records: Saved[] = [];
  if (isNew) {
    state.wasMember = state.incarnation === 1 && state.founders.includes(state.node);
    for (const { key } of stored) records.push({ key, value: null });
    records.push(bornRecord(state.epoch, state.wasMember));
  } else {
    // Of what a snapshot covers, nothing is needed any more.
    for (const record of stored) {
      const slot = slotOfRecord(record);
      if (slot > 0 && slot <= state.edge) records.push(logRecord(slot, null));
    }
  }
  if (records.length > 0) out.push({ type: 'save', records });
  const { config } = state;
  if (config.reads === 'lease' && state.incarnation > 1) {
    // It may have granted one before it went down, and cannot know.
    state.granted = 0;
    out.push({ type: 'setTimer', name: GRANT, after: config.lease });
  }
  if (state.snapshot !== null) {
    out.push({ type: 'apply', from: 1, to: state.applied, by: 'snapshot' });
    for (const { from, members } of state.configs) out.push({ type: 'members', slot: from, members: nodesOf(members) });
  }
  if (mayLead(state)) {
    if (isNew) firstElection(state, out);
    else rearmElection(state, out);
  } else onJoinTimer(state, out);
}

/** Reads the disk. @returns whether it holds the record of a first start; if not, nothing of it counts. */
function load(state: ServerState, stored: readonly Saved[]): boolean {
  const facts = stored.map(readRecord);
  const born = facts.find((fact) => fact?.type === 'born');
  if (born?.type !== 'born') return false;
  state.epoch = born.epoch;
  state.wasMember = born.member;
  for (const fact of facts) {
    if (fact === null) continue;
    if (fact.type === 'round') state.round = fact.round;
    else if (fact.type === 'ballot' && compareBallots(fact.ballot, state.promised) > 0) state.promised = fact.ballot;
    else if (fact.type === 'snapshot') {
      install(state, fact.snapshot);
      state.edge = fact.snapshot.upTo;
    } else if (fact.type === 'vote') {
      setPaged(state.votes, fact.slot, fact.vote);
      state.highest = Math.max(state.highest, fact.slot);
    }
  }
  for (const record of stored) if (slotOfRecord(record) <= state.edge) deletePaged(state.votes, slotOfRecord(record));
  state.seen = state.round;
  return true;
}

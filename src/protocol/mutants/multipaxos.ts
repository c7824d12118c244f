/** Multi-Paxos broken on purpose: its quorums, its leader, its log and its answers. (Its acceptor: multipaxos-acceptor.ts.) */
import { compareBallots } from '../ballot.ts';
import { createSessions } from '../machine/sessions.ts';
import { NO_OP } from '../multipaxos/command.ts';
import type { MultiPaxosConfig } from '../multipaxos/config.ts';
import type { Accept, MultiPaxosMessage, Promised } from '../multipaxos/messages.ts';
import { multipaxos, type MultiPaxosRequest, type MultiPaxosState } from '../multipaxos/multipaxos.ts';
import type { ServerState } from '../multipaxos/state.ts';
import { getPaged } from '../paged.ts';
import { isClient } from '../protocol.ts';
import type { Effect, Input, NodeId } from '../protocol.ts';
import { counted, savingLast, sending, tampered, type Mutant, type Tampering } from './mutant.ts';

type LogInput = Input<MultiPaxosMessage, MultiPaxosRequest>;
type LogEffects = Effect<MultiPaxosMessage>[];

/** What is done differently at servers. */
export type ServerTampering = Tampering<ServerState, MultiPaxosMessage, MultiPaxosConfig, MultiPaxosRequest>;

/** A mutant of Multi-Paxos, whose clients do as they should. */
export function logMutant(name: string, meaning: string, tampering: ServerTampering, control = false): Mutant {
  const { config, input: taken, before, effects: instead } = tampering;
  const atServers: Tampering<MultiPaxosState, MultiPaxosMessage, MultiPaxosConfig, MultiPaxosRequest> = {
    ...(config && { config }),
    ...(taken && { input: (input, state) => (isServer(state) ? taken(input, state) : input) }),
    ...(before && { before: (state, input) => (isServer(state) ? before(state, input) : undefined) }),
    ...(instead && { effects: (effects, state, input) => (isServer(state) ? instead(effects, state, input) : effects) }),
  };
  return { name, protocol: multipaxos.name, meaning, control, change: (protocol) => tampered(protocol, atServers) };
}

function isServer(state: MultiPaxosState): state is ServerState {
  return !isClient(state.node);
}

/** The message of an input, if it is one of this type. */
export function messageOf<Type extends MultiPaxosMessage['type']>(
  input: LogInput,
  type: Type,
): Extract<MultiPaxosMessage, { type: Type }> | null {
  if (input.type !== 'message') return null;
  const { message } = input;
  return is(message, type) ? message : null;
}

function is<Type extends MultiPaxosMessage['type']>(
  message: MultiPaxosMessage,
  type: Type,
): message is Extract<MultiPaxosMessage, { type: Type }> {
  return message.type === type;
}

/** Messages of a type are sent as `change` says. */
export function saying<Type extends MultiPaxosMessage['type']>(
  type: Type,
  change: (message: Extract<MultiPaxosMessage, { type: Type }>, to: NodeId, state: ServerState) => MultiPaxosMessage,
): ServerTampering {
  return {
    effects: (effects, state) => sending(effects, (message, to) => (is(message, type) ? change(message, to, state) : message)),
  };
}

/** What a server takes a message of a type for. */
function hearing<Type extends MultiPaxosMessage['type']>(
  type: Type,
  change: (message: Extract<MultiPaxosMessage, { type: Type }>, state: ServerState) => MultiPaxosMessage,
): ServerTampering {
  return {
    input(input, state) {
      const message = messageOf(input, type);
      return message === null || input.type !== 'message' ? input : { ...input, message: change(message, state) };
    },
  };
}

const quorums = (phase1: (servers: number) => number, phase2: (servers: number) => number): ServerTampering => ({
  config: (config, nodes) => ({ ...config, quorum: counted(phase1(nodes.length), phase2(nodes.length)) }),
});

/** Who comes up again has forgotten its rounds, and does not take its own promise for a sign of them. */
const forgetsRounds: ServerTampering = {
  before(state, input) {
    if (input.type === 'start') {
      return () => {
        state.round = 0;
        state.seen = 0;
      };
    }
    const { promised } = state;
    const mayCampaign = input.type === 'timer' || input.type === 'request';
    if (!mayCampaign || state.round > 0 || promised.node !== state.node) return;
    // What it campaigns with is one higher than what it has promised.
    const lowered = { ...promised, round: promised.round - 1 };
    state.promised = lowered;
    state.seen = Math.min(state.seen, lowered.round);
    return () => {
      if (state.promised === lowered) state.promised = promised;
    };
  },
};

const hidesVotes = (message: Promised): Promised => ({ ...message, items: [] });

const reportedAsNoOps = (message: Promised): Promised => {
  return { ...message, items: message.items.map((item) => ({ ...item, command: NO_OP })) };
};

/** Another put than the client asked for. */
function invented(message: Accept): Accept {
  if (message.command.type !== 'operation') return message;
  return { ...message, command: { ...message.command, operation: { type: 'put', key: 'x', value: 'invented' } } };
}

/** Goes on with the slot after the next when that is known and the next is not. */
const skipsGaps: ServerTampering = {
  effects(effects, state) {
    const { chosen, applied } = state;
    if (getPaged(chosen, applied + 1) === undefined && getPaged(chosen, applied + 2) !== undefined) state.applied++;
    return effects;
  },
};

const forgetsSessions: ServerTampering = {
  effects(effects, state) {
    state.database = { ...state.database, sessions: createSessions() };
    return effects;
  },
};

/** Answers an operation with what it will come to if nothing comes between, when it is proposed. */
const answersEarly = (type: 'put' | 'begin'): ServerTampering => ({
  effects(effects, state) {
    const answered = new Set<number>();
    return effects.flatMap((effect): LogEffects => {
      if (effect.type !== 'send' || effect.message.type !== 'accept' || answered.has(effect.message.slot)) return [effect];
      const { slot, command } = effect.message;
      if (command.type !== 'operation' || command.operation.type !== type) return [effect];
      answered.add(slot);
      const { client, session, sequence } = command;
      const result = type === 'put' ? ({ type: 'done' } as const) : ({ type: 'begun', transaction: nextId(state, slot) } as const);
      return [effect, { type: 'send', to: client, message: { type: 'response', session, sequence, result } }];
    });
  },
});

/** The ID that a `begin` in a slot will be given, if all that is proposed is chosen. */
function nextId({ database, term }: ServerState, slot: number): number {
  const before = [...(term?.proposals.values() ?? [])].filter(
    (proposal) => proposal.slot < slot && proposal.command.type === 'operation' && proposal.command.operation.type === 'begin',
  );
  return database.transactions.next + before.length;
}

const giving = (id: (transaction: number) => number): ServerTampering =>
  saying('response', (message) => {
    const { result } = message;
    return result.type === 'begun' ? { ...message, result: { type: 'begun', transaction: id(result.transaction) } } : message;
  });

/** Higher than any ID that a run gets to. */
const ID_HIGH = 1_000_000;

export const logMutants: readonly Mutant[] = [
  logMutant('quorum-of-one', 'A single acceptor is a quorum, in both phases.', quorums(() => 1, () => 1)),
  logMutant(
    'quorums-that-do-not-meet',
    'Flexible Paxos with q1 + q2 = n: 2 and 2 of 4, say, so that a quorum of promises can miss a quorum of votes.',
    quorums((n) => Math.floor(n / 2), (n) => Math.ceil(n / 2)),
  ),
  logMutant('ballot-reused-after-restart', 'A server that comes up again campaigns with a ballot that it has used before.', forgetsRounds),
  logMutant('round-saved-too-late', 'A candidate sends its prepares first, and only then saves the round of their ballot.', {
    effects: (effects, state, { type }) => (type === 'message' || state.mode !== 'candidate' ? effects : savingLast(effects)),
  }),
  logMutant(
    'older-promise-counted',
    'A candidate counts a promise of an earlier ballot of its own for the present one.',
    hearing('promise', (message, { term }) => {
      return term !== null && compareBallots(message.ballot, term.ballot) < 0 ? { ...message, ballot: term.ballot } : message;
    }),
  ),
  logMutant('reported-votes-ignored', 'A new leader takes no notice of the votes that were reported to it.', hearing('promise', hidesVotes)),
  logMutant(
    'no-op-over-a-reported-slot',
    'A new leader closes the slots that others had begun with no-ops, whatever was reported there.',
    hearing('promise', reportedAsNoOps),
  ),
  logMutant(
    'two-values-at-a-ballot',
    'A leader proposes something else to every second acceptor.',
    saying('accept', (message, to) => (to % 2 === 0 ? invented(message) : message)),
  ),
  logMutant('value-nobody-wanted', 'A leader proposes what no client has asked for.', saying('accept', invented)),
  logMutant(
    'chosen-before-quorum',
    'A leader says that one slot more is chosen than is.',
    { effects: (effects) => sending(effects, (m) => (m.type === 'decide' || m.type === 'heartbeat' ? { ...m, upTo: m.upTo + 1 } : m)) },
  ),
  logMutant(
    'vote-taken-for-choice',
    'A server takes a slot for chosen as soon as it has voted there.',
    hearing('accept', (message) => ({ ...message, upTo: message.slot })),
  ),
  logMutant('gap-skipped', 'A replica applies the next slot that it knows, and leaves out one that it has missed.', skipsGaps),
  logMutant('no-client-deduplication', 'Replicas do not remember which operations of a client took effect.', forgetsSessions),
  logMutant(
    'stale-leader-read',
    'Who once led goes on answering reads from its own table, and never asks whether it still leads: only linearizability sees it.',
    hearing('request', (message, { round }) => (round > 0 && message.operation.type === 'get' ? { ...message, reads: 'local' } : message)),
  ),
  logMutant('reply-before-chosen', 'A leader answers a put when it has proposed it, not when it is chosen.', answersEarly('put')),
  logMutant('id-before-chosen', 'A leader hands out a transaction ID when it has proposed the transaction, not when that is chosen.', answersEarly('begin')),
  logMutant('id-without-the-log', 'A server hands out transaction IDs from a counter of its own, which begins anew all the time.', giving((id) => 1 + (id % 2))),
  logMutant('ids-going-down', 'Transaction IDs are counted down.', giving((id) => ID_HIGH - id)),
  logMutant(
    'legal-flexible-quorums',
    'Flexible Paxos with small quorums for votes and large ones for promises, q1 + q2 = n + 1: harmless.',
    quorums((n) => n + 1 - Math.max(1, Math.floor(n / 2)), (n) => Math.floor(n / 2)),
    true,
  ),
];

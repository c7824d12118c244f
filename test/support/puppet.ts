/**
 * A protocol for tests of the engine: it does what it is told. A request's value is a list of actions as JSON; what a
 * node sends, and what a timer stands for, are actions too, carried out where and when they arrive.
 */
import { createHeader, type RunHeader } from '../../src/cluster/run.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import type { Effect, Json, NodeId, Protocol, Reply, Saved } from '../../src/protocol/protocol.ts';
import { ProtocolError } from '../../src/protocol/protocol.ts';

export type Action =
  | readonly ['note', text: string]
  | readonly ['save', key: string, value: Json]
  | readonly ['saveAll', records: readonly Saved[]]
  | readonly ['send', to: NodeId, actions: readonly Action[]]
  | readonly ['timer', name: string, after: number, actions: readonly Action[]]
  | readonly ['cancel', name: string]
  | readonly ['chosen', slot: number, value: string]
  | readonly ['apply', from: number, to: number]
  | readonly ['lead', round: number, on: boolean]
  | readonly ['members', slot: number, members: readonly NodeId[]]
  | readonly ['invoke', session: number, sequence: number, operation: Json]
  | readonly ['return', session: number, sequence: number, result: Json]
  | readonly ['reply', text: string]
  /** The step throws; so does the effect that cannot be encoded; so does the one that cannot be decoded. */
  | readonly ['throw', message: string]
  | readonly ['throwText', message: string]
  | readonly ['sendBroken', to: NodeId]
  | readonly ['saveBroken', key: string]
  /** Ends of a thread that no step can catch. */
  | readonly ['allocate']
  | readonly ['exit', code: number]
  /** Ends the thread, with code 4, some time after the step. */
  | readonly ['exitLater'];

interface PuppetMessage {
  readonly actions: readonly Action[];
  readonly broken?: boolean;
}

interface PuppetRequest {
  readonly slot: number;
  readonly value: string;
}

interface PuppetState {
  readonly node: NodeId;
  readonly timers: { [name: string]: readonly Action[] };
  steps: number;
}

/** What a test gives as the value of a `propose` command. */
export function told(...actions: Action[]): string {
  return JSON.stringify(actions);
}

export const puppet: Protocol<PuppetState, PuppetMessage, { readonly limit: number }, PuppetRequest> = {
  name: 'puppet',
  title: 'Puppet',
  slotName: 'act',
  messages: [{ name: 'word', letter: 'W', shape: 'circle', family: 'other', meaning: 'What to do.' }],
  clients: 1,
  membership: true,
  leaders: false,
  config(given) {
    const { limit = 0 } = given as { readonly limit?: unknown };
    if (typeof limit !== 'number') throw new ProtocolError('config.limit', 'must be a number');
    return { limit };
  },
  proposers: (_config, nodes) => nodes,
  init: ({ node }) => ({ node, timers: {}, steps: 0 }),
  fork: (state) => structuredClone(state),
  step(state, input) {
    state.steps++;
    switch (input.type) {
      case 'start':
        return [{ type: 'note', text: `up with ${JSON.stringify(input.stored)}` }];
      case 'timer':
        return perform(state, state.timers[input.name]!, 0);
      case 'message':
        return perform(state, input.message.actions, 0);
      case 'request':
        return perform(state, JSON.parse(input.request.value) as Action[], input.id);
    }
  },
  view: (state) => ({ roles: ['proposer'], leading: false, status: `${state.steps} steps`, slots: [] }),
  memory: (state) => ({ steps: state.steps }),
  disk: (stored) => Object.fromEntries(stored.map(({ key, value }) => [key, value])),
  kindOf: () => 0,
  encode(message, writer) {
    writer.text(JSON.stringify(message));
    if (message.broken === true && message.actions.length === 0) throw new Error('cannot be encoded');
  },
  decode(_kind, reader) {
    return JSON.parse(reader.text()) as PuppetMessage;
  },
  request: (given) => given as PuppetRequest,
  propose: (slot, value) => ({ slot, value: value.startsWith('[') ? value : told(['note', value], ['reply', value]) }),
  configure: ({ limit }) => ({ slot: 0, value: told(['note', `limit ${limit}`], ['reply', 'configured']) }),
  describe: (message) => JSON.stringify(message.actions),
  describeRequest: (request) => request.value,
  describeSaved: (record) => record.key,
  describeTimer: (name) => name,
};

/** A run of puppets: nobody proposes by itself, every packet needs 1 ms. */
export function puppetHeader(nodes: number, choices: Partial<Parameters<typeof createHeader>[1]> = {}): RunHeader {
  const still = { latency: { distribution: 'constant', min: 1000, max: 1000, mean: 0 } };
  return createHeader(puppet, {
    nodes,
    clients: 0,
    seed: 1,
    network: completeNetwork({ loss: { probability: 0 }, duplication: { probability: 0 }, ...still }),
    client: { enabled: false },
    ...choices,
  });
}

function perform(state: PuppetState, actions: readonly Action[], id: number): Effect<PuppetMessage>[] {
  return actions.flatMap((action) => one(state, action, id));
}

function one(state: PuppetState, action: Action, id: number): Effect<PuppetMessage>[] {
  switch (action[0]) {
    case 'note':
      return [{ type: 'note', text: action[1] }];
    case 'save':
      return [{ type: 'save', records: [{ key: action[1], value: action[2] }] }];
    case 'saveAll':
      return [{ type: 'save', records: action[1] }];
    case 'send':
      return [{ type: 'send', to: action[1], message: { actions: action[2] } }];
    case 'timer':
      state.timers[action[1]] = action[3];
      return [{ type: 'setTimer', name: action[1], after: action[2] }];
    case 'cancel':
      return [{ type: 'cancelTimer', name: action[1] }];
    case 'chosen':
      return [{ type: 'chosen', slot: action[1], value: action[2], ballot: { round: 1, node: state.node }, quorum: [1] }];
    case 'apply':
      return [{ type: 'apply', from: action[1], to: action[2], by: 'log' }];
    case 'lead':
      return [{ type: 'lead', ballot: { round: action[1], node: state.node }, on: action[2] }];
    case 'members':
      return [{ type: 'members', slot: action[1], members: action[2] }];
    case 'invoke':
      return [{ type: 'invoke', session: action[1], sequence: action[2], operation: JSON.stringify(action[3]) }];
    case 'return':
      return [{ type: 'return', session: action[1], sequence: action[2], result: JSON.stringify(action[3]) }];
    case 'reply': {
      const reply: Reply = { ok: true, text: action[1] };
      return [{ type: 'reply', id, reply }];
    }
    case 'throw':
      throw new TypeError(action[1]);
    case 'throwText':
      throw action[1];
    case 'sendBroken':
      return [{ type: 'send', to: action[1], message: { actions: [], broken: true } }];
    case 'saveBroken':
      return [{ type: 'save', records: [{ key: action[1], value: 1 }, { key: 'circle', value: circle() }] }];
    case 'allocate':
      return allocate();
    case 'exit':
      throw new Exit(action[1], false);
    case 'exitLater':
      throw new Exit(4, true);
  }
}

/** How a puppet asks its thread to end; the test's node entry turns it into `process.exit`. */
export class Exit extends Error {
  readonly code: number;
  readonly later: boolean;
  constructor(code: number, later: boolean) {
    super(`exit ${code}`);
    this.code = code;
    this.later = later;
  }
}

function circle(): Json {
  const json: { [key: string]: Json } = {};
  json.self = json;
  return json;
}

/** Fills the heap until the thread dies of it. */
function allocate(): never {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => i + kept.length));
}

/** The configuration of Multi-Paxos and its requests: what they may hold, and what is wrong with one that does not. */
import { flagField, integerField, objectField, show } from '../fields.ts';
import { checkOperation } from '../machine/database.ts';
import { readModes } from '../machine/operation.ts';
import type { Operation, ReadMode } from '../machine/operation.ts';
import { actorNamed, NODES_MAX, ProtocolError } from '../protocol.ts';
import type { NodeId } from '../protocol.ts';
import { checkQuorum } from '../quorum.ts';
import type { QuorumSystem } from '../quorum.ts';

/** What the clients ask for by themselves. */
export interface LoadConfig {
  /** Operations that each client has under way at once, each in a session of its own; 0: none. @default 1 */
  readonly sessions: number;
  /** Mean time between the answer of an operation and the next of its session, µs; 0: at once. @default 5 s */
  readonly pause: number;
  /** How many of 100 operations are transactions (begin, one or two writes, commit); of the rest … @default 40 */
  readonly transactions: number;
  /** … how many of 100 are reads, and how many compare and swap; what is left are puts. @default 40, 10 */
  readonly reads: number;
  readonly swaps: number;
  /** How many keys there are. @default 8 */
  readonly keys: number;
  /** How many of 100 operations go to the first key: the hot one. @default 25 */
  readonly hot: number;
}

export interface MultiPaxosConfig {
  /** Over the members of the moment. @default majority */
  readonly quorum: QuorumSystem;
  /**
   * Slots that may be in flight: nothing is proposed in slot s before slot s − window is applied. It is the α of a change
   * of members, too: one chosen in slot s holds from slot s + window on. @default 8, from 1 to 1024
   */
  readonly window: number;
  /** How often a leader is heard of when it has nothing to say, µs. @default 1 s */
  readonly heartbeat: number;
  /** A server that hears of no leader for a time drawn evenly from these campaigns, µs. @default 4 s to 8 s */
  readonly electionMin: number;
  readonly electionMax: number;
  /** How long a prepare, an accept, or a question goes unanswered before it is sent again, µs. @default 2 s */
  readonly retryAfter: number;
  /** Whether the leader tells at once that a slot is chosen, or with the next message there is anyway. @default true */
  readonly tellAtOnce: boolean;
  /** What a server that does not lead does with a request. @default forward */
  readonly followers: 'forward' | 'refuse';
  /** How a get is answered. `lease` needs clocks that keep to `clockDrift`; `local` is not linearizable. @default log */
  readonly reads: ReadMode;
  /** How long a lease lasts by the clock of the server that grants it, µs. @default 3 s */
  readonly lease: number;
  /** By how much two clocks are trusted to differ at most, a share: the leader counts its lease as shorter by it. @default 0.1 */
  readonly clockDrift: number;
  /** A snapshot is taken every so many applied slots, and the log before it let go; 0: never. @default 200 */
  readonly snapshotEvery: number;
  /** Slots kept before the snapshot, for those that lag only a little. @default 50 */
  readonly snapshotKeep: number;
  /** How long a client waits for an answer before it asks another server, with the same sequence number, µs. @default 6 s */
  readonly clientTimeout: number;
  readonly load: LoadConfig;
}

export type MultiPaxosRequest =
  /** To a client: has it ask for this, in a session of the person. `server`: which it asks first. */
  | { readonly type: 'operate'; readonly operation: Operation; readonly server?: NodeId; readonly reads?: ReadMode }
  /** To a server: puts a change of members into the log. */
  | { readonly type: 'change-members'; readonly add: readonly NodeId[]; readonly remove: readonly NodeId[] }
  /** To a server: campaigns now. */
  | { readonly type: 'campaign' }
  /** To all. Not durable: a restarted node is given the current configuration by the cluster. */
  | { readonly type: 'configure'; readonly config: MultiPaxosConfig };

const LOAD_DEFAULTS = {
  sessions: 1,
  pause: 5_000_000,
  transactions: 40,
  reads: 40,
  swaps: 10,
  keys: 8,
  hot: 25,
};

const DEFAULTS = {
  window: 8,
  heartbeat: 1_000_000,
  electionMin: 4_000_000,
  electionMax: 8_000_000,
  retryAfter: 2_000_000,
  tellAtOnce: true,
  followers: 'forward',
  reads: 'log',
  lease: 3_000_000,
  clockDrift: 0.1,
  snapshotEvery: 200,
  snapshotKeep: 50,
  clientTimeout: 6_000_000,
};

/** Widest window. */
export const WINDOW_MAX = 1_024;
/** Most sessions of the load at a client. */
export const LOAD_SESSIONS_MAX = 256;
/** Most keys of the load. */
export const LOAD_KEYS_MAX = 1_000;
/** Most slots between two snapshots, and most that are kept. */
export const SNAPSHOT_SLOTS_MAX = 1_000_000;

/** Shortest and longest times that may be configured, µs. */
const TIME_MIN = 1_000;
const TIME_MAX = 3_600_000_000;
/** More than by this share no two clocks are assumed to differ. */
const DRIFT_MAX = 0.9;

/**
 * Completes a configuration with the defaults and checks it. Unsafe quorums are let through on purpose (quorum.ts).
 * @param nodes the servers; `null` where they are not known
 * @throws ProtocolError naming the field that is wrong.
 */
export function checkConfig(given: unknown, nodes: readonly NodeId[] | null): MultiPaxosConfig {
  const fields = objectField('config', given ?? {}, ['quorum', 'load', ...Object.keys(DEFAULTS)]);
  const { tellAtOnce, followers, reads, clockDrift } = { ...DEFAULTS, ...fields };
  const timeOf = (name: TimeField): number => time(`config.${name}`, fields[name] ?? DEFAULTS[name]);
  const slots = (name: 'snapshotEvery' | 'snapshotKeep'): number =>
    integerField(`config.${name}`, fields[name] ?? DEFAULTS[name], 0, SNAPSHOT_SLOTS_MAX, ' slots');
  const config: MultiPaxosConfig = {
    quorum: checkQuorum('config.quorum', fields.quorum, nodes),
    window: integerField('config.window', fields.window ?? DEFAULTS.window, 1, WINDOW_MAX, ' slots'),
    heartbeat: timeOf('heartbeat'),
    electionMin: timeOf('electionMin'),
    electionMax: timeOf('electionMax'),
    retryAfter: timeOf('retryAfter'),
    tellAtOnce: flagField('config.tellAtOnce', tellAtOnce),
    followers: oneOf('config.followers', followers, ['forward', 'refuse']),
    reads: oneOf('config.reads', reads, readModes),
    lease: timeOf('lease'),
    clockDrift: share('config.clockDrift', clockDrift),
    snapshotEvery: slots('snapshotEvery'),
    snapshotKeep: slots('snapshotKeep'),
    clientTimeout: timeOf('clientTimeout'),
    load: checkLoad(fields.load),
  };
  if (config.electionMax < config.electionMin) {
    throw new ProtocolError('config.electionMax', `must not be below electionMin (${config.electionMin} µs)`);
  }
  return config;
}

type TimeField = 'heartbeat' | 'electionMin' | 'electionMax' | 'retryAfter' | 'lease' | 'clientTimeout';

function checkLoad(given: unknown): LoadConfig {
  const fields = { ...LOAD_DEFAULTS, ...objectField('config.load', given ?? {}, Object.keys(LOAD_DEFAULTS)) };
  const number = (name: keyof LoadConfig, min: number, max: number, unit: string): number =>
    integerField(`config.load.${name}`, fields[name], min, max, unit);
  const load: LoadConfig = {
    sessions: number('sessions', 0, LOAD_SESSIONS_MAX, ''),
    pause: number('pause', 0, TIME_MAX, ' µs'),
    transactions: number('transactions', 0, 100, ' %'),
    reads: number('reads', 0, 100, ' %'),
    swaps: number('swaps', 0, 100, ' %'),
    keys: number('keys', 1, LOAD_KEYS_MAX, ''),
    hot: number('hot', 0, 100, ' %'),
  };
  if (load.reads + load.swaps > 100) {
    throw new ProtocolError('config.load.swaps', `with ${load.reads} % reads there can be at most ${100 - load.reads} %`);
  }
  return load;
}

/** The window cannot be changed in a running cluster: from it, every server tells from which slot a change of members holds. */
export function whyFixed(before: MultiPaxosConfig, after: MultiPaxosConfig): string | null {
  if (after.window === before.window) return null;
  return `the window stays at ${before.window}: it says when a change of members holds; begin a new run for another`;
}

/**
 * Checks a request.
 * @throws ProtocolError naming the field that is wrong.
 */
export function checkRequest(given: unknown): MultiPaxosRequest {
  const { type } = objectField('request', given, null);
  switch (type) {
    case 'operate': {
      const { operation, server, reads } = objectField('request', given, ['type', 'operation', 'server', 'reads']);
      return {
        type,
        operation: checkOperation(operation, 'request.operation'),
        ...(server !== undefined && { server: node('request.server', server) }),
        ...(reads !== undefined && { reads: oneOf('request.reads', reads, readModes) }),
      };
    }
    case 'change-members': {
      const { add, remove } = objectField('request', given, ['type', 'add', 'remove']);
      return { type, add: nodeList('request.add', add), remove: nodeList('request.remove', remove) };
    }
    case 'campaign':
      objectField('request', given, ['type']);
      return { type };
    case 'configure':
      return { type, config: checkConfig(objectField('request', given, ['type', 'config']).config, null) };
  }
  throw new ProtocolError(
    'request.type',
    `must be "operate", "change-members", "campaign" or "configure", not ${show(type)}`,
  );
}

function nodeList(field: string, given: unknown): readonly NodeId[] {
  if (given === undefined) return [];
  if (!Array.isArray(given) || given.length > NODES_MAX) {
    throw new ProtocolError(field, `must be a list of at most ${NODES_MAX} servers, not ${show(given)}`);
  }
  const nodes = given.map((item: unknown, i) => node(`${field}.${i}`, item));
  return [...new Set(nodes)].sort((a, b) => a - b);
}

/** A server, by its number or, as people write it, by its name. */
function node(field: string, given: unknown): NodeId {
  const named = typeof given === 'string' ? actorNamed(given) : given;
  return integerField(field, named ?? given, 1, NODES_MAX, ' (a server)');
}

function time(field: string, given: unknown): number {
  return integerField(field, given, TIME_MIN, TIME_MAX, ' µs');
}

function share(field: string, given: unknown): number {
  if (typeof given !== 'number' || !(given >= 0 && given <= DRIFT_MAX)) {
    throw new ProtocolError(field, `must be a number from 0 to ${DRIFT_MAX}, not ${show(given)}`);
  }
  return given;
}

function oneOf<T extends string>(field: string, given: unknown, those: readonly T[]): T {
  const found = those.find((one) => one === given);
  if (found !== undefined) return found;
  const last = those.length - 1;
  const names = those.map((one) => JSON.stringify(one));
  throw new ProtocolError(field, `must be ${names.slice(0, last).join(', ')} or ${names[last]}, not ${show(given)}`);
}

/** The configuration of Paxos and its requests: what they may hold, and what is wrong with one that does not. */
import { ProtocolError, TEXT_LENGTH_MAX } from '../protocol.ts';
import type { NodeId, Role } from '../protocol.ts';
import type { QuorumSystem } from '../quorum.ts';

export interface PaxosConfig {
  /** Roles of each node, in the order of the nodes. @default all three on every node */
  readonly roles: readonly (readonly Role[])[];
  /** @default majority */
  readonly quorum: QuorumSystem;
  /** Whether a proposer that met a higher ballot waits a random, growing time. Off shows the duel. @default true */
  readonly backoff: boolean;
  /** Whether acceptors say that they refuse. Off: they are silent. @default true */
  readonly nacks: boolean;
  /** How long a proposer waits for a quorum's answers in each phase, µs. @default 2 s */
  readonly retryAfter: number;
  /** Shortest wait after meeting a higher ballot, µs. @default 0.2 s */
  readonly backoffMin: number;
  /** Longest wait after meeting a higher ballot, µs. @default 10 s */
  readonly backoffMax: number;
  /** How often a learner asks another whether it has missed something, µs. @default 4 s */
  readonly learnEvery: number;
}

export type PaxosRequest =
  | { readonly type: 'propose'; readonly instance: number; readonly value: string }
  /** Not durable: a restarted node is given the current configuration by the cluster. */
  | { readonly type: 'configure'; readonly config: PaxosConfig };

/** Highest number of an instance. */
export const INSTANCE_MAX = 1_000_000_000;

const ROLES: readonly Role[] = ['proposer', 'acceptor', 'learner'];

const DEFAULTS = {
  backoff: true,
  nacks: true,
  retryAfter: 2_000_000,
  backoffMin: 200_000,
  backoffMax: 10_000_000,
  learnEvery: 4_000_000,
};

/** Shortest and longest times that may be configured, µs. */
const TIME_MIN = 1_000;
const TIME_MAX = 3_600_000_000;

type Fields = { readonly [key: string]: unknown };

/**
 * Completes a configuration with the defaults and checks it. Quorums that need not meet are let through on purpose
 * (see `isSafe` in quorum.ts); sizes that no set of acceptors can have are not.
 * @throws ProtocolError naming the field that is wrong.
 */
export function checkConfig(given: unknown, nodes: readonly NodeId[]): PaxosConfig {
  const fields = object('config', given ?? {}, ['roles', 'quorum', ...Object.keys(DEFAULTS)]);
  const roles = checkRoles(fields.roles, nodes);
  const acceptors = roles.filter((of) => of.includes('acceptor')).length;
  const config: PaxosConfig = {
    roles,
    quorum: checkQuorum(fields.quorum, acceptors),
    backoff: flag('config.backoff', fields.backoff ?? DEFAULTS.backoff),
    nacks: flag('config.nacks', fields.nacks ?? DEFAULTS.nacks),
    retryAfter: time('config.retryAfter', fields.retryAfter ?? DEFAULTS.retryAfter),
    backoffMin: time('config.backoffMin', fields.backoffMin ?? DEFAULTS.backoffMin),
    backoffMax: time('config.backoffMax', fields.backoffMax ?? DEFAULTS.backoffMax),
    learnEvery: time('config.learnEvery', fields.learnEvery ?? DEFAULTS.learnEvery),
  };
  if (config.backoffMax < config.backoffMin) {
    throw new ProtocolError('config.backoffMax', `must not be below backoffMin (${config.backoffMin} µs)`);
  }
  return config;
}

/**
 * Checks a request.
 * @throws ProtocolError naming the field that is wrong.
 */
export function checkRequest(given: unknown): PaxosRequest {
  const type = object('request', given, ['type', 'instance', 'value', 'config']).type;
  if (type === 'propose') {
    const fields = object('request', given, ['type', 'instance', 'value']);
    return { type, instance: checkInstance(fields.instance), value: checkValue(fields.value) };
  }
  if (type === 'configure') {
    const { config } = object('request', given, ['type', 'config']);
    const roles = object('request.config', config, null).roles;
    // How many nodes there are is known to the node only; it refuses a configuration for another number.
    if (!Array.isArray(roles)) throw new ProtocolError('config.roles', 'must be a list with the roles of each node');
    return { type, config: checkConfig(config, roles.map((_, i) => i + 1)) };
  }
  throw new ProtocolError('request.type', `must be "propose" or "configure", not ${show(type)}`);
}

function checkInstance(given: unknown): number {
  return integer('request.instance', given, 1, INSTANCE_MAX, '');
}

function checkValue(given: unknown): string {
  if (typeof given !== 'string') throw new ProtocolError('request.value', `must be text, not ${show(given)}`);
  if (given.length < 1 || given.length > TEXT_LENGTH_MAX) {
    throw new ProtocolError('request.value', `must have 1 to ${TEXT_LENGTH_MAX} characters, not ${given.length}`);
  }
  return given;
}

function checkRoles(given: unknown, nodes: readonly NodeId[]): readonly (readonly Role[])[] {
  if (given === undefined) return nodes.map(() => ROLES);
  if (!Array.isArray(given) || given.length !== nodes.length) {
    throw new ProtocolError('config.roles', `must be a list with the roles of each of the ${nodes.length} nodes`);
  }
  const roles = given.map((of: unknown, i) => checkRolesOf(`config.roles.${i}`, of));
  for (const role of ROLES) {
    if (!roles.some((of) => of.includes(role))) {
      throw new ProtocolError('config.roles', `at least one node must be ${role === 'acceptor' ? 'an' : 'a'} ${role}`);
    }
  }
  return roles;
}

function checkRolesOf(field: string, given: unknown): readonly Role[] {
  if (!Array.isArray(given)) throw new ProtocolError(field, `must be a list of roles, not ${show(given)}`);
  for (const role of given as unknown[]) {
    if (!ROLES.includes(role as Role)) {
      throw new ProtocolError(field, `${show(role)} is no role; there are ${ROLES.join(', ')}`);
    }
  }
  // In one order and without repetition, so that equal configurations are equal data.
  return ROLES.filter((role) => given.includes(role));
}

function checkQuorum(given: unknown, acceptors: number): QuorumSystem {
  if (given === undefined) return { type: 'majority' };
  const { type } = object('config.quorum', given, ['type', 'phase1', 'phase2']);
  if (type === 'majority') {
    object('config.quorum', given, ['type']);
    return { type };
  }
  if (type === 'counted') {
    const { phase1, phase2 } = object('config.quorum', given, ['type', 'phase1', 'phase2']);
    return {
      type,
      phase1: integer('config.quorum.phase1', phase1, 1, acceptors, ' (the number of acceptors)'),
      phase2: integer('config.quorum.phase2', phase2, 1, acceptors, ' (the number of acceptors)'),
    };
  }
  throw new ProtocolError('config.quorum.type', `must be "majority" or "counted", not ${show(type)}`);
}

/** The fields of an object; `known` lists those there may be (`null`: any). */
function object(field: string, given: unknown, known: readonly string[] | null): Fields {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ProtocolError(field, `must be an object, not ${show(given)}`);
  }
  for (const key of Object.keys(given)) {
    if (known && !known.includes(key)) throw new ProtocolError(`${field}.${key}`, 'there is no such field');
  }
  return given as Fields;
}

function flag(field: string, given: unknown): boolean {
  if (typeof given !== 'boolean') throw new ProtocolError(field, `must be true or false, not ${show(given)}`);
  return given;
}

function time(field: string, given: unknown): number {
  return integer(field, given, TIME_MIN, TIME_MAX, ' µs');
}

function integer(field: string, given: unknown, min: number, max: number, unit: string): number {
  if (typeof given !== 'number' || !Number.isInteger(given) || given < min || given > max) {
    throw new ProtocolError(field, `must be a whole number from ${min} to ${max}${unit}, not ${show(given)}`);
  }
  return given;
}

function show(given: unknown): string {
  if (given === undefined) return 'nothing';
  if (typeof given === 'string') return JSON.stringify(given);
  return typeof given === 'object' && given !== null ? (Array.isArray(given) ? 'a list' : 'an object') : String(given);
}

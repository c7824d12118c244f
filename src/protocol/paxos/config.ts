/** The configuration of Paxos and its requests: what they may hold, and what is wrong with one that does not. */
import { flagField, integerField, objectField, show } from '../fields.ts';
import { ProtocolError, TEXT_LENGTH_MAX } from '../protocol.ts';
import type { NodeId, Role } from '../protocol.ts';
import { checkQuorum } from '../quorum.ts';
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

/**
 * Completes a configuration with the defaults and checks it. Quorums that need not meet are let through on purpose
 * (see `isSafe` in quorum.ts); those that no set of acceptors can be are not.
 * @throws ProtocolError naming the field that is wrong.
 */
export function checkConfig(given: unknown, nodes: readonly NodeId[]): PaxosConfig {
  const fields = objectField('config', given ?? {}, ['roles', 'quorum', ...Object.keys(DEFAULTS)]);
  const roles = checkRoles(fields.roles, nodes);
  const acceptors = nodes.filter((_, i) => roles[i]!.includes('acceptor'));
  const config: PaxosConfig = {
    roles,
    quorum: checkQuorum('config.quorum', fields.quorum, acceptors),
    backoff: flagField('config.backoff', fields.backoff ?? DEFAULTS.backoff),
    nacks: flagField('config.nacks', fields.nacks ?? DEFAULTS.nacks),
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
  const type = objectField('request', given, ['type', 'instance', 'value', 'config']).type;
  if (type === 'propose') {
    const fields = objectField('request', given, ['type', 'instance', 'value']);
    return { type, instance: checkInstance(fields.instance), value: checkValue(fields.value) };
  }
  if (type === 'configure') {
    const { config } = objectField('request', given, ['type', 'config']);
    const roles = objectField('request.config', config, null).roles;
    // How many nodes there are is known to the node only; it refuses a configuration for another number.
    if (!Array.isArray(roles)) throw new ProtocolError('config.roles', 'must be a list with the roles of each node');
    return { type, config: checkConfig(config, roles.map((_, i) => i + 1)) };
  }
  throw new ProtocolError('request.type', `must be "propose" or "configure", not ${show(type)}`);
}

function checkInstance(given: unknown): number {
  return integerField('request.instance', given, 1, INSTANCE_MAX, '');
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

function time(field: string, given: unknown): number {
  return integerField(field, given, TIME_MIN, TIME_MAX, ' µs');
}

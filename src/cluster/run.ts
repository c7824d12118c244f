/** What determines a run: its header and its journal of commands. */
import * as z from 'zod';
import { CLIENT_FIRST, CLIENTS_MAX, NODES_MAX, NODES_MIN, ProtocolError } from '../protocol/protocol.ts';
import type { AnyProtocol, Inspection, NodeId } from '../protocol/protocol.ts';
import { mutantNamed } from '../protocol/mutants.ts';
import type { NetworkSettings } from '../network/settings.ts';
import { defaultNetwork } from '../network/settings.ts';
import type { ClientSettings, JournalEntry } from './commands.ts';
import { clientDefaults } from './commands.ts';
import type { ScriptedCommand } from './script.ts';

/** Raised whenever the same header and commands would no longer give the same events. */
export const ENGINE_VERSION = 3;

export interface RunHeader {
  readonly engine: number;
  readonly protocol: string;
  /** The name of the change by which the protocol is broken on purpose (protocol/mutants). @default none */
  readonly mutant?: string;
  /** Complete and checked by the protocol. */
  readonly config: unknown;
  /** An unsigned 32-bit integer. */
  readonly seed: number;
  /** The servers it begins with, ascending from 1. */
  readonly nodes: readonly NodeId[];
  /** How many clients there are. */
  readonly clients: number;
  readonly network: NetworkSettings;
  readonly client: ClientSettings;
  /** Commands at times and at conditions. @default none */
  readonly script?: readonly ScriptedCommand[];
}

export interface Run {
  readonly header: RunHeader;
  /** What was done to it, by whomever, the script included. */
  readonly journal: readonly JournalEntry[];
}

/** A place in a run, between two events: `seq` events have happened, and virtual time is `at`, µs. */
export interface Place {
  readonly at: number;
  readonly seq: number;
}

export const seedSchema = z.int().min(0).max(0xffffffff);
export const nodeCountSchema = z.int().min(NODES_MIN).max(NODES_MAX);

export const clientCountSchema = z.int().min(0).max(CLIENTS_MAX);

/** The servers and clients that a run begins with, ascending. */
export function actorsOf({ nodes, clients }: Pick<RunHeader, 'nodes' | 'clients'>): readonly NodeId[] {
  return [...nodes, ...clientsOf(clients)];
}

/** The identities of so many clients, ascending. */
export function clientsOf(count: number): readonly NodeId[] {
  return Array.from({ length: count }, (_, index) => CLIENT_FIRST + index);
}

/** The client that keeps proposing, in a run of this protocol: where clients are actors, it has nothing to do. */
export function proposingClient(protocol: AnyProtocol, given: Partial<ClientSettings>): ClientSettings {
  return { ...clientDefaults, ...given, ...(protocol.propose === null && { enabled: false }) };
}

/**
 * So many clients as actors of a run of this protocol.
 * @throws ProtocolError when it knows none.
 */
export function checkClients(protocol: AnyProtocol, count: number): number {
  if (count === 0 || protocol.clients > 0) return count;
  throw new ProtocolError('clients', `must be 0: servers of ${protocol.title} are asked directly`);
}

/**
 * A header from its few free choices.
 * @throws ProtocolError when the protocol refuses the configuration, or the clients, or has no such mutant.
 */
export function createHeader(
  protocol: AnyProtocol,
  choices: {
    readonly nodes: number;
    /** @default as the protocol has it */
    readonly clients?: number;
    readonly seed: number;
    readonly config?: unknown;
    readonly network?: NetworkSettings;
    readonly client?: Partial<ClientSettings>;
    readonly script?: readonly ScriptedCommand[];
    /** The name of the change by which it is broken on purpose. @default not at all */
    readonly mutant?: string;
  },
): RunHeader {
  const { script = [], mutant } = choices;
  const nodes = Array.from({ length: nodeCountSchema.parse(choices.nodes) }, (_, i) => i + 1);
  const changed = mutant === undefined ? protocol : mutantNamed(protocol.name, mutant).change(protocol);
  return {
    engine: ENGINE_VERSION,
    protocol: protocol.name,
    ...(mutant !== undefined && { mutant }),
    config: changed.config(choices.config ?? {}, nodes),
    seed: seedSchema.parse(choices.seed),
    nodes,
    clients: checkClients(protocol, clientCountSchema.parse(choices.clients ?? protocol.clients)),
    network: choices.network ?? defaultNetwork(),
    client: proposingClient(protocol, choices.client ?? {}),
    ...(script.length > 0 && { script }),
  };
}

/** What the inspector shows of one node. */
export interface NodeInspection extends Inspection {
  /** The node is up, so that `memory` is its memory now; otherwise `memory` is null. */
  readonly up: boolean;
}

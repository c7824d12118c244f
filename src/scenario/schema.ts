/**
 * Scenario files: a run as a person writes it down. docs/scenarios.md describes every field. The schema fills in what
 * is left out, turns times and shares into µs and numbers from 0 to 1, and conditions into patterns over events.
 */
import * as z from 'zod';
import type { NodeId } from '../protocol/protocol.ts';
import { protocolOf } from '../protocol/mutants.ts';
import { protocolNamed, protocols } from '../protocol/registry.ts';
import { completeNetwork } from '../network/settings.ts';
import { clientDefaults } from '../cluster/commands.ts';
import type { Condition } from '../cluster/conditions.ts';
import { checkClients, clientCountSchema, nodeCountSchema, seedSchema } from '../cluster/run.ts';
import type { ScriptedCommand } from '../cluster/script.ts';
import { CONDITION_LENGTH_MAX, ConditionError, readCondition, type Vocabulary } from './conditions.ts';
import { readExpectation } from './expectations.ts';
import {
  checkCommand,
  checkDirection,
  checkNodes,
  clientChangeSchema,
  commandOf,
  fileCommandSchema,
  guarded,
  linkSettingsSchema,
  networkSchema,
  type FileCommand,
} from './file-commands.ts';
import { TIME_MAX_US, timeSchema } from './quantity.ts';

/** Most commands in one scenario. */
export const SCENARIO_COMMANDS_MAX = 10_000;

/** Most expectations in one scenario. */
export const SCENARIO_EXPECTATIONS_MAX = 100;

/** Nodes of a scenario that does not say. */
export const SCENARIO_NODES_DEFAULT = 5;

export const scenarioSchema = z
  .strictObject({
    /** Version of the file format. */
    synod: z.literal(1),
    title: z.string().trim().min(1).max(120),
    /** What to watch for, in a few sentences. */
    about: z.string().trim().max(4000).default(''),
    protocol: z.enum(protocols.map((protocol) => protocol.name) as [string, ...string[]]),
    /** By what the protocol is broken on purpose (protocol/mutants.ts). */
    mutant: z.string().exactOptional(),
    nodes: nodeCountSchema.default(SCENARIO_NODES_DEFAULT),
    /** By default as many as the protocol has. */
    clients: clientCountSchema.optional(),
    /** Without one, every opening draws another. */
    seed: seedSchema.optional(),
    config: z.record(z.string(), z.unknown()).default({}),
    network: networkSchema.default(() => completeNetwork({})),
    /** Directions of links that differ from the network. */
    links: z.array(linkSettingsSchema).max(225).default([]),
    /** The client that keeps proposing. A scenario that does not name it has none: it does only what it says. */
    client: clientChangeSchema
      .transform((given) => ({ ...clientDefaults, ...given }))
      .default({ ...clientDefaults, enabled: false }),
    commands: z.array(fileCommandSchema).max(SCENARIO_COMMANDS_MAX).default([]),
    /** When the scenario is over, and what is expected is judged. */
    until: timeSchema(1, TIME_MAX_US, 'from 1 µs to 24 h').optional(),
    expect: z.array(z.string().trim().min(1).max(CONDITION_LENGTH_MAX)).max(SCENARIO_EXPECTATIONS_MAX).default([]),
  })
  // Only what has the right shape comes here: the checks below take it for granted.
  .transform((scenario, context) => {
    const protocol = guarded(context, '', () => protocolOf(scenario)) ?? protocolNamed(scenario.protocol);
    const nodes = nodesOf(scenario.nodes);
    const config = guarded(context, '', () => protocol.config(scenario.config, nodes));
    const clients = guarded(context, '', () => checkClients(protocol, scenario.clients ?? protocol.clients)) ?? 0;
    const scope = { protocol: protocol.name, nodes, clients };
    checkNodes(context, ['client', 'proposers'], scenario.client.proposers, scope);
    scenario.links.forEach((link, index) => checkDirection(context, ['links', index], link, scope));
    scenario.commands.forEach((command, index) => {
      checkCommand(commandOf(command), protocol, config, scope, context, ['commands', index]);
    });
    if (scenario.expect.length > 0 && scenario.until === undefined) {
      const message = 'is missing: what is expected needs a time, such as "30 s", at which it is judged';
      context.addIssue({ code: 'custom', path: ['until'], message });
    }
    const vocabulary = { protocol, nodes, clients };
    return {
      ...scenario,
      clients,
      until: scenario.until ?? null,
      commands: scenario.commands.map((command, index) => {
        return scriptedOf(command, vocabulary, context, ['commands', index]);
      }),
      expect: scenario.expect.map((text, index) => {
        return read(context, ['expect', index], () => readExpectation(text, vocabulary)) ?? z.NEVER;
      }),
    };
  });

export type Scenario = z.output<typeof scenarioSchema>;

/** The nodes of a cluster of `count`, ascending from 1. */
export function nodesOf(count: number): NodeId[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function scriptedOf(
  given: FileCommand,
  vocabulary: Vocabulary,
  context: z.RefinementCtx,
  path: PropertyKey[],
): ScriptedCommand {
  const { at, when, after, plus } = given;
  const refuse = (field: string, message: string): never => {
    context.addIssue({ code: 'custom', path: field === '' ? path : [...path, field], message });
    return z.NEVER;
  };
  const named = (['at', 'when', 'after'] as const).filter((field) => given[field] !== undefined);
  if (named.length === 0) {
    return refuse('at', 'is missing: a command has "at" with a time, or "when" or "after" with a condition');
  }
  if (named.length > 1) {
    return refuse(named[1]!, `cannot be there beside "${named[0]}": a command has one of at, when, after`);
  }
  const command = commandOf(given);
  if (at !== undefined) {
    if (plus === undefined) return { at, command };
    return refuse('plus', 'belongs to a condition: leave it out, or name a later time');
  }
  const occurrence = read(context, [...path, named[0]!], () => readCondition((when ?? after)!, vocabulary));
  if (occurrence === null) return z.NEVER;
  const condition: Condition = { ...occurrence, plus: plus ?? 0 };
  return { when: condition, command };
}

/** What `reading` gives; null, and an issue with its sentence, when it is no condition. */
function read<T>(context: z.RefinementCtx, path: PropertyKey[], reading: () => T): T | null {
  try {
    return reading();
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    context.addIssue({ code: 'custom', path, message: error.message });
    return null;
  }
}

/**
 * Scenario files: a run as a person writes it down. docs/scenarios.md describes every field. The schema fills in what
 * is left out and turns times and shares into µs and numbers from 0 to 1.
 */
import * as z from 'zod';
import { ProtocolError, type AnyProtocol, type NodeId } from '../protocol/protocol.ts';
import { protocols } from '../protocol/registry.ts';
import { linkFaults } from '../network/faults/registry.ts';
import { completeNetwork, presets, SettingsError, type NetworkSettings } from '../network/settings.ts';
import { checkGroups, TopologyError } from '../network/topology.ts';
import { clientDefaults, clientSchema, commandSchema, type Command } from '../cluster/commands.ts';
import { nodeCountSchema, seedSchema } from '../cluster/run.ts';
import { share, TIME_MAX_US, timeSchema, timeUs } from './quantity.ts';

/** Most commands in one scenario. */
export const SCENARIO_COMMANDS_MAX = 10_000;

/** Nodes of a scenario that does not say. */
export const SCENARIO_NODES_DEFAULT = 5;

const presetNames = presets.map((preset) => preset.name) as [string, ...string[]];

const settingsSchema = z
  .union([z.enum(presetNames), z.record(z.string(), z.record(z.string(), z.unknown()))])
  .describe(
    `the name of a preset (${presetNames.join(', ')}), or settings by fault (${linkFaults.map((f) => f.name).join(', ')})`,
  );

const networkSchema = settingsSchema.transform((given, context): NetworkSettings => {
  if (typeof given === 'string') return presets.find((preset) => preset.name === given)!.network;
  return guarded(context, 'network', () => completeNetwork(inUnits(given))) ?? z.NEVER;
});

/** Like the network of the scenario, but what is not named stays as it is at that moment. */
const networkChangeSchema = settingsSchema.transform((given, context) => {
  if (typeof given === 'string') return presets.find((preset) => preset.name === given)!.network;
  const settings = inUnits(given);
  return guarded(context, 'network', () => completeNetwork(settings)) === null ? z.NEVER : settings;
});

const clientChangeSchema = z
  .strictObject({ ...clientSchema.shape, interval: timeSchema(1000, 600_000_000, 'from 1 ms to 10 min') })
  .partial();

const at = timeSchema(0, TIME_MAX_US, 'from 0 to 24 h');

/** What a file may command: everything but `died`, which only the host of a node writes. */
const scriptSchema = z.discriminatedUnion('type', [
  optionOf('propose').extend({ at }),
  optionOf('crash').extend({ at }),
  optionOf('restart').extend({ at }),
  optionOf('partition').extend({ at }),
  optionOf('network').extend({ at, settings: networkChangeSchema }),
  optionOf('client').extend({ at, settings: clientChangeSchema }),
  optionOf('configure').extend({ at }),
]);

export const scenarioSchema = z
  .strictObject({
    /** Version of the file format. */
    synod: z.literal(1),
    title: z.string().trim().min(1).max(120),
    /** What to watch for, in a few sentences. */
    about: z.string().trim().max(4000).default(''),
    protocol: z.enum(protocols.map((protocol) => protocol.name) as [string, ...string[]]),
    nodes: nodeCountSchema.default(SCENARIO_NODES_DEFAULT),
    /** Without one, every opening draws another. */
    seed: seedSchema.optional(),
    config: z.record(z.string(), z.unknown()).default({}),
    network: networkSchema.default(() => completeNetwork({})),
    /** The client that keeps proposing. A scenario that does not name it has none: it does only what it says. */
    client: clientChangeSchema
      .transform((given) => ({ ...clientDefaults, ...given }))
      .default({ ...clientDefaults, enabled: false }),
    commands: z.array(scriptSchema).max(SCENARIO_COMMANDS_MAX).default([]),
  })
  .superRefine((scenario, context) => {
    const protocol = protocols.find((known) => known.name === scenario.protocol)!;
    const nodes = nodesOf(scenario.nodes);
    const config = guarded(context, '', () => protocol.config(scenario.config, nodes));
    checkNodes(context, ['client', 'proposers'], scenario.client.proposers, nodes);
    scenario.commands.forEach((command, index) => {
      checkCommand(command, protocol, config, nodes, context, ['commands', index]);
    });
  });

export type Scenario = z.output<typeof scenarioSchema>;

/** The nodes of a cluster of `count`, ascending from 1. */
export function nodesOf(count: number): NodeId[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** What the cluster itself could not carry out later is refused while the file is still in hand. */
function checkCommand(
  command: Command,
  protocol: AnyProtocol,
  config: unknown,
  nodes: readonly NodeId[],
  context: z.RefinementCtx,
  path: PropertyKey[],
): void {
  if ('node' in command) checkNodes(context, [...path, 'node'], command.node, nodes);
  if (command.type === 'client')
    checkNodes(context, [...path, 'settings', 'proposers'], command.settings.proposers ?? [], nodes);
  if (command.type === 'partition') guarded(context, '', () => checkGroups(command.groups, nodes), [...path, 'groups']);
  if (command.type === 'configure' && typeof config === 'object') {
    guarded(context, '', () => protocol.config({ ...config, ...command.config }, nodes), path);
  }
}

function checkNodes(
  context: z.RefinementCtx,
  path: PropertyKey[],
  given: NodeId | readonly NodeId[],
  nodes: readonly NodeId[],
): void {
  const complain = (node: NodeId, where: PropertyKey[]): void => {
    if (nodes.includes(node)) return;
    context.addIssue({
      code: 'custom',
      path: where,
      message: `there is no n${node}: the cluster has ${nodes.length} nodes`,
    });
  };
  if (typeof given === 'number') complain(given, path);
  else given.forEach((node, index) => complain(node, [...path, index]));
}

/**
 * What `check` gives; null, and an issue with its sentence at the field it names, when it refuses.
 * @param root the first word of the paths that `check` names, which stands for the value being checked itself
 */
function guarded<T>(context: z.RefinementCtx, root: string, check: () => T, path: PropertyKey[] = []): T | null {
  try {
    return check();
  } catch (error) {
    if (error instanceof SettingsError || error instanceof ProtocolError) {
      const field = error.field.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      const inner = field[0] === root ? field.slice(1) : field;
      const message = error.message.replace(`${error.field}: `, '');
      context.addIssue({ code: 'custom', path: [...path, ...inner], message });
      return null;
    }
    if (error instanceof TopologyError) {
      context.addIssue({ code: 'custom', path, message: error.message });
      return null;
    }
    throw error;
  }
}

/** Times and shares of the settings turned into numbers; what is neither stays, for the check to refuse. */
function inUnits(given: { readonly [fault: string]: { readonly [field: string]: unknown } }): NetworkSettings {
  const settings = Object.entries(given).map(([name, fields]) => {
    const fault = linkFaults.find((known) => known.name === name);
    const converted = Object.entries(fields).map(([key, value]) => {
      const field = fault !== undefined && Object.hasOwn(fault.fields, key) ? fault.fields[key] : undefined;
      const convert = field?.type !== 'number' ? null : field.unit === 'µs' ? timeUs : share;
      return [key, convert !== null && typeof value === 'string' ? (convert(value) ?? value) : value];
    });
    return [name, Object.fromEntries(converted)];
  });
  return Object.fromEntries(settings);
}

function optionOf<T extends Command['type']>(type: T) {
  const option = commandSchema.options.find((known) => known.shape.type.value === type);
  if (option === undefined) throw new Error(`there is no command ${type}`);
  return option as Extract<(typeof commandSchema.options)[number], { shape: { type: z.ZodLiteral<T> } }>;
}

/** Commands as scenario files have them: each at a time or at a condition, nodes as `n1`, settings with units. */
import * as z from 'zod';
import { ACTORS_MAX, actorNamed, CLIENTS_MAX, NODES_MAX, ProtocolError, type AnyProtocol, type NodeId } from '../protocol/protocol.ts';
import { completeFault, nodeFaultNamed } from '../network/faults/conditions.ts';
import { cutFaults, linkFaults, nodeFaults } from '../network/faults/registry.ts';
import { completeNetwork, presets, SettingsError, type NetworkSettings } from '../network/settings.ts';
import { checkGroups, TopologyError } from '../network/topology.ts';
import { clientSchema, commandSchema, type Command } from '../cluster/commands.ts';
import { canBe, noNode } from '../cluster/run-file/schema.ts';
import { CONDITION_LENGTH_MAX } from './conditions.ts';
import { TIME_MAX_US, timeSchema } from './quantity.ts';
import { fromUnits } from './units.ts';

/** A node as `n3`, or as its number. */
export const nodeSchema = z
  .union([z.int().min(1).max(ACTORS_MAX), z.string().regex(/^(?:n(?:[1-9]|1[0-5])|c[1-8])$/)])
  .transform((given) => (typeof given === 'string' ? actorNamed(given)! : given))
  .describe(`a node from n1 to n${NODES_MAX}, such as "n1" or 1, or a client from c1 to c${CLIENTS_MAX}`);

const nodesSchema = z.array(nodeSchema).max(ACTORS_MAX);

const presetNames = presets.map((preset) => preset.name) as [string, ...string[]];

const settingsSchema = z
  .union([z.enum(presetNames), z.record(z.string(), z.record(z.string(), z.unknown()))])
  .describe(`the name of a preset (${presetNames.join(', ')}), or settings by fault (${names(linkFaults)})`);

export const networkSchema = settingsSchema.transform((given, context): NetworkSettings => {
  if (typeof given === 'string') return presetNamed(given);
  return guarded(context, 'network', () => completeNetwork(networkFromUnits(given))) ?? z.NEVER;
});

/** Like the network of the scenario, but what is not named stays as it is at that moment. */
const networkChangeSchema = settingsSchema.transform((given, context) => {
  if (typeof given === 'string') return presetNamed(given);
  const settings = networkFromUnits(given);
  return guarded(context, 'network', () => completeNetwork(settings)) === null ? z.NEVER : settings;
});

export const clientChangeSchema = z
  .strictObject({
    ...clientSchema.shape,
    interval: timeSchema(1000, 600_000_000, 'from 1 ms to 10 min'),
    proposers: nodesSchema,
  })
  .partial();

const directionSchema = z.strictObject({ from: nodeSchema, to: nodeSchema });
const directionsSchema = z.array(directionSchema).min(1).max(ACTORS_MAX * ACTORS_MAX);

/** Settings of one direction of a link, from the beginning of a scenario. */
export const linkSettingsSchema = z.strictObject({ from: nodeSchema, to: nodeSchema, settings: networkChangeSchema });

const conditionSchema = z.string().trim().min(1).max(CONDITION_LENGTH_MAX);

/** When a command strikes: at one of the three. */
const when = {
  at: timeSchema(0, TIME_MAX_US, 'from 0 to 24 h').optional(),
  when: conditionSchema.optional(),
  after: conditionSchema.optional(),
  plus: timeSchema(0, TIME_MAX_US, 'from 0 to 24 h').optional(),
};

/** What a file may command: everything but `died`, which only the host of a node writes. */
export const fileCommandSchema = z.discriminatedUnion('type', [
  optionOf('propose').extend({ ...when, node: nodeSchema }),
  optionOf('request').extend({ ...when, node: nodeSchema }),
  optionOf('add').extend({ ...when, node: nodeSchema.optional(), beside: nodeSchema.optional() }),
  optionOf('remove').extend({ ...when, node: nodeSchema }),
  optionOf('crash').extend({ ...when, node: nodeSchema }),
  optionOf('restart').extend({ ...when, node: nodeSchema }),
  optionOf('partition').extend({ ...when, groups: z.array(nodesSchema).min(1).max(ACTORS_MAX) }),
  optionOf('network').extend({ ...when, settings: networkChangeSchema }),
  optionOf('link').extend({ ...when, from: nodeSchema, to: nodeSchema, settings: networkChangeSchema.nullable() }),
  optionOf('cut').extend({ ...when, links: directionsSchema }),
  optionOf('cut-pattern').extend({ ...when, nodes: nodesSchema.default([]) }),
  optionOf('mend').extend({ ...when, links: directionsSchema.optional() }),
  optionOf('fault').extend({ ...when, node: nodeSchema }),
  optionOf('hold').extend(when),
  optionOf('packet').extend({ ...when, by: timeSchema(1, 600_000_000, 'from 1 µs to 10 min').default(1_000_000) }),
  optionOf('fire').extend({ ...when, node: nodeSchema }),
  optionOf('client').extend({ ...when, settings: clientChangeSchema }),
  optionOf('configure').extend(when),
]);
export type FileCommand = z.output<typeof fileCommandSchema>;

/** The command of a file's entry, without its time or condition; settings of a node's fault have no units any more. */
export function commandOf({ at: _at, when: _when, after: _after, plus: _plus, ...command }: FileCommand): Command {
  if (command.type !== 'fault') return command as Command;
  return { ...command, settings: fromUnits(nodeFaultNamed(command.fault)?.fields ?? {}, command.settings) };
}

/** Who can be meant in a scenario. */
export interface Scope {
  readonly protocol: string;
  readonly nodes: readonly NodeId[];
  readonly clients: number;
}

/** What the cluster itself could not carry out later is refused while the file is still in hand. */
export function checkCommand(
  command: Command,
  protocol: AnyProtocol,
  config: unknown,
  scope: Scope,
  context: z.RefinementCtx,
  path: PropertyKey[],
): void {
  const { nodes } = scope;
  const refuse = (field: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [...path, field], message });
  switch (command.type) {
    case 'client':
      return checkNodes(context, [...path, 'settings', 'proposers'], command.settings.proposers ?? [], scope);
    case 'partition':
      checkNodes(context, [...path, 'groups'], command.groups.flat(), scope);
      // Who is there by then cannot be told where servers come and go.
      if (protocol.membership) return;
      return void guarded(context, '', () => checkGroups(command.groups, nodes), [...path, 'groups']);
    case 'request':
      checkNodes(context, [...path, 'node'], command.node, scope);
      return void guarded(context, 'request', () => protocol.request(command.request), [...path, 'request']);
    case 'configure':
      if (typeof config !== 'object') return;
      return void guarded(context, '', () => protocol.config({ ...config, ...command.config }, nodes), path);
    case 'link':
      return checkDirection(context, path, command, scope);
    case 'cut':
    case 'mend':
      return command.links?.forEach((link, index) => checkDirection(context, [...path, 'links', index], link, scope));
    case 'cut-pattern': {
      checkNodes(context, [...path, 'nodes'], command.nodes, scope);
      const pattern = cutFaults.find(({ name }) => name === command.pattern);
      const { min, max, cluster } = pattern?.picks ?? { min: 0, max: 0, cluster: 0 };
      const count = command.nodes.length;
      if (pattern === undefined) {
        refuse('pattern', `must be one of ${names(cutFaults)}, not ${quoted(command.pattern)}`);
      } else if (nodes.length < cluster) refuse('pattern', `needs a cluster of at least ${cluster} nodes`);
      else if (count < min || count > max) refuse('nodes', `must name ${min === max ? min : `${min} to ${max}`} nodes`);
      return;
    }
    case 'fault': {
      checkNodes(context, [...path, 'node'], command.node, scope);
      const fault = nodeFaultNamed(command.fault);
      if (fault === undefined) refuse('fault', `must be one of ${names(nodeFaults)}, not ${quoted(command.fault)}`);
      else guarded(context, fault.name, () => completeFault(fault, command.settings), [...path, 'settings']);
      return;
    }
    default:
      if ('node' in command && command.node !== undefined) checkNodes(context, [...path, 'node'], command.node, scope);
  }
}

export function checkDirection(
  context: z.RefinementCtx,
  path: PropertyKey[],
  { from, to }: { readonly from: NodeId; readonly to: NodeId },
  scope: Scope,
): void {
  checkNodes(context, [...path, 'from'], from, scope);
  checkNodes(context, [...path, 'to'], to, scope);
  if (from === to) context.addIssue({ code: 'custom', path: [...path, 'to'], message: 'a link joins two nodes' });
}

export function checkNodes(
  context: z.RefinementCtx,
  path: PropertyKey[],
  given: NodeId | readonly NodeId[],
  scope: Scope,
): void {
  const complain = (node: NodeId, where: PropertyKey[]): void => {
    if (canBe(node, scope)) return;
    context.addIssue({
      code: 'custom',
      path: where,
      message: noNode(node, scope),
    });
  };
  if (typeof given === 'number') complain(given, path);
  else given.forEach((node, index) => complain(node, [...path, index]));
}

/**
 * What `check` gives; null, and an issue with its sentence at the field it names, when it refuses.
 * @param root the first word of the paths that `check` names, which stands for the value being checked itself
 */
export function guarded<T>(context: z.RefinementCtx, root: string, check: () => T, path: PropertyKey[] = []): T | null {
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

function presetNamed(name: string): NetworkSettings {
  return presets.find((preset) => preset.name === name)!.network;
}

function networkFromUnits(given: { readonly [fault: string]: { readonly [field: string]: unknown } }): NetworkSettings {
  const settings = Object.entries(given).map(([name, fields]) => {
    return [name, fromUnits(linkFaults.find((known) => known.name === name)?.fields ?? {}, fields)];
  });
  return Object.fromEntries(settings);
}

function names(faults: readonly { readonly name: string }[]): string {
  return faults.map(({ name }) => name).join(', ');
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function optionOf<T extends Command['type']>(type: T) {
  const option = commandSchema.options.find((known) => known.shape.type.value === type);
  if (option === undefined) throw new Error(`there is no command ${type}`);
  return option as Extract<(typeof commandSchema.options)[number], { shape: { type: z.ZodLiteral<T> } }>;
}

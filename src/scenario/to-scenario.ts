/** Writes a run as a scenario file: what was done to it, by a person or by conditions, becomes commands at times. */
import { Document, isMap, isSeq, type YAMLMap } from 'yaml';
import { nameOf, type NodeId } from '../protocol/protocol.ts';
import { protocolOf } from '../protocol/mutants.ts';
import { nodeFaultNamed } from '../network/faults/conditions.ts';
import { linkFaults } from '../network/faults/registry.ts';
import { defaultNetwork, presets, type NetworkSettings } from '../network/settings.ts';
import type { Direction } from '../network/topology.ts';
import { clientDefaults, type ClientSettings, type Command } from '../cluster/commands.ts';
import type { Run, RunHeader } from '../cluster/run.ts';
import { timeText } from './quantity.ts';
import { SCENARIO_COMMANDS_MAX } from './schema.ts';
import { inUnits } from './units.ts';

export interface ScenarioNotes {
  /** 1 to 120 characters. */
  readonly title: string;
  /** What to watch for, at most 4,000 characters; empty: nothing is said. */
  readonly about?: string;
  /** When the scenario is over, virtual time in µs. */
  readonly until?: number;
  /** What it expects, as a file has it; `until` must be given then. @default nothing */
  readonly expect?: readonly string[];
}

type Plain = { readonly [key: string]: unknown };

/**
 * The YAML text of a scenario that does the same at the same virtual times. A command strikes before all else that
 * happens at its microsecond; where among the events of that microsecond it struck in the run is not kept. A thread
 * that ended by itself becomes a crash. What the script has not done yet, and what was refused, is not in it.
 * @throws RangeError when the run has more commands than a scenario can have.
 */
export function toScenario({ header, journal: all }: Run, { title, about = '', until, expect = [] }: ScenarioNotes): string {
  const journal = all.filter(({ refused }) => refused === undefined);
  if (journal.length > SCENARIO_COMMANDS_MAX) {
    const [most, given] = [SCENARIO_COMMANDS_MAX, journal.length].map((count) => count.toLocaleString('en'));
    throw new RangeError(`a scenario has at most ${most} commands, and this run has ${given}`);
  }
  const commands = journal.map(({ at, command }) => ({ at: timeText(at), ...written(command) }));
  const document = new Document(
    withoutUndefined({
      synod: 1,
      title,
      about: about === '' ? undefined : about,
      ...headOf(header),
      until: until === undefined ? undefined : timeText(until),
      commands: commands.length === 0 ? undefined : commands,
      expect: expect.length === 0 ? undefined : expect,
    }),
    { schema: 'core' },
  );
  const list = document.get('commands');
  if (isSeq(list)) {
    list.items.forEach((item, index) => {
      if (isMap(item)) (item as YAMLMap).flow = true;
      const { command } = journal[index]!;
      if (command.type === 'died' && isMap(item)) item.commentBefore = commented(`its thread ended: ${command.error}`);
    });
  }
  for (const field of ['config', 'network', 'client'] as const) {
    const inner = document.get(field);
    if (isMap(inner)) for (const { value } of inner.items) if (isMap(value)) value.flow = true;
  }
  return document.toString({ lineWidth: 120, flowCollectionPadding: true });
}

function headOf(header: RunHeader): Plain {
  const { mutant, nodes, clients, seed, config, network, client } = header;
  const protocol = protocolOf(header);
  return {
    protocol: protocol.name,
    mutant,
    nodes: nodes.length,
    clients: unless(clients, protocol.clients),
    seed,
    config: orNothing(differing(config as Plain, protocol.config({}, nodes) as Plain)),
    network: networkOf(network),
    client: clientOf(client),
  };
}

function networkOf(network: NetworkSettings): unknown {
  const usual = defaultNetwork();
  if (same(network, usual)) return undefined;
  const preset = presets.find((one) => same(one.network, network));
  if (preset !== undefined) return preset.name;
  const changed = Object.entries(network)
    .map(([fault, settings]) => [fault, differing(settings, usual[fault] ?? {})] as const)
    .filter(([, settings]) => Object.keys(settings).length > 0);
  return networkInUnits(Object.fromEntries(changed));
}

function clientOf(client: ClientSettings): unknown {
  if (same(client, { ...clientDefaults, enabled: false })) return undefined;
  const changed = differing(client, clientDefaults);
  return Object.keys(changed).length === 0 ? { enabled: true } : clientInUnits(changed);
}

/** A command as a file has it: nodes by name, settings with units, without what goes without saying. */
function written(command: Command): Plain {
  switch (command.type) {
    case 'propose':
      return withoutUndefined({ ...command, node: named(command.node) });
    case 'crash':
      return withoutUndefined({ ...command, node: named(command.node), point: unless(command.point, 'now') });
    case 'died':
      return { type: 'crash', node: named(command.node) };
    case 'restart':
      return withoutUndefined({ ...command, node: named(command.node), disk: unless(command.disk, 'kept') });
    case 'partition':
      return { ...command, groups: command.groups.map((group) => group.map(named)) };
    case 'network':
      return { ...command, settings: networkInUnits(command.settings) };
    case 'link': {
      const settings = command.settings === null ? null : networkInUnits(command.settings);
      return { ...command, ...directionOf(command), settings };
    }
    case 'cut':
      return { ...command, links: command.links.map(directionOf) };
    case 'cut-pattern':
      return withoutUndefined({ ...command, nodes: command.nodes.length === 0 ? undefined : command.nodes.map(named) });
    case 'mend':
      return withoutUndefined({ ...command, links: command.links?.map(directionOf) });
    case 'fault': {
      const settings = inUnits(nodeFaultNamed(command.fault)?.fields ?? {}, command.settings);
      return withoutUndefined({ ...command, node: named(command.node), settings: orNothing(settings) });
    }
    case 'packet':
      return withoutUndefined({ ...command, by: command.by === 1_000_000 ? undefined : timeText(command.by) });
    case 'fire':
      return { ...command, node: named(command.node) };
    case 'client':
      return { ...command, settings: clientInUnits(command.settings) };
    case 'request':
    case 'remove':
      return { ...command, node: named(command.node) };
    case 'add': {
      const { node, beside } = command;
      const [number, host] = [node, beside].map((one) => (one === undefined ? undefined : named(one)));
      return withoutUndefined({ ...command, node: number, beside: host });
    }
    case 'hold':
    case 'configure':
      return { ...command };
  }
}

function clientInUnits({ interval, proposers, ...settings }: Partial<ClientSettings>): Plain {
  return withoutUndefined({
    ...settings,
    interval: interval === undefined ? undefined : timeText(interval),
    proposers: proposers?.map(named),
  });
}

function networkInUnits(settings: { readonly [fault: string]: Plain }): Plain {
  const changed = Object.entries(settings).map(([fault, fields]) => {
    return [fault, inUnits(linkFaults.find(({ name }) => name === fault)?.fields ?? {}, fields)];
  });
  return Object.fromEntries(changed);
}

function named(node: NodeId): string {
  return nameOf(node);
}

function directionOf({ from, to }: Direction): Plain {
  return { from: named(from), to: named(to) };
}

function unless<T>(value: T, usual: T): T | undefined {
  return value === usual ? undefined : value;
}

/** The fields of `given` that `usual` does not have in the same way. */
function differing(given: Plain, usual: Plain): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([key, value]) => !same(value, usual[key])));
}

function orNothing(fields: Plain): Plain | undefined {
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function withoutUndefined(fields: Plain): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Whether two plain values are the same, whatever the order of their fields. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as Plain)[key], (b as Plain)[key]))
  );
}

/** Comments begin after `#`, in every line. */
function commented(text: string): string {
  return text.split('\n').map((line) => ` ${line}`).join('\n');
}

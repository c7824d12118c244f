/** Simpler settings: a network without faults, a configuration that goes without saying, commands that say less. */
import { ProtocolError, type AnyProtocol } from '../../protocol/protocol.ts';
import { protocolNamed } from '../../protocol/registry.ts';
import { defaultsOf, type FaultSettings } from '../../network/faults/fault.ts';
import { linkFaults } from '../../network/faults/registry.ts';
import type { Command } from '../../cluster/commands.ts';
import type { ScriptedCommand } from '../../cluster/script.ts';
import type { Found } from '../fuzz/finding.ts';
import type { FuzzRun } from '../fuzz/fuzz-run.ts';
import { withScript } from './commands.ts';

/** Latencies to try, µs: all packets take as long. */
const CONSTANTS_US = [100_000, 20_000];

export function* simplerSettings(given: Found): Generator<FuzzRun, void, Found | null> {
  let { fuzzed } = given;
  const take = function* (candidate: FuzzRun): Generator<FuzzRun, void, Found | null> {
    fuzzed = (yield candidate)?.fuzzed ?? fuzzed;
  };
  for (const fault of linkFaults) {
    for (const settings of simplerFault(fault.name, fuzzed.header.network[fault.name]!)) {
      const before = fuzzed;
      yield* take({ ...fuzzed, header: { ...fuzzed.header, network: { ...fuzzed.header.network, [fault.name]: settings } } });
      if (fuzzed !== before) break;
    }
  }
  const protocol = protocolNamed(fuzzed.header.protocol);
  for (const [field, value] of Object.entries(plainConfig(protocol, fuzzed))) {
    const simpler = withConfig(fuzzed, { [field]: value });
    if (simpler !== null) yield* take(simpler);
  }
  for (let i = 0; i < (fuzzed.header.script ?? []).length; i++) {
    for (const command of simplerCommands(fuzzed.header.script![i]!.command)) {
      const changed: ScriptedCommand = { ...fuzzed.header.script![i]!, command };
      const before = fuzzed;
      yield* take(withScript(fuzzed, fuzzed.header.script!.with(i, changed)));
      if (fuzzed !== before) break;
    }
  }
}

function simplerFault(name: string, settings: FaultSettings): FaultSettings[] {
  const usual = defaultsOf(linkFaults.find((fault) => fault.name === name)!);
  if (name !== 'latency') return same(settings, usual) ? [] : [usual];
  if (settings.distribution === 'constant' && CONSTANTS_US.includes(settings.min as number)) return [];
  return [...CONSTANTS_US.map((min) => ({ ...usual, distribution: 'constant', min })), { ...usual, ...settings, distribution: 'constant' }];
}

/** The fields of the configuration that differ from what it is by itself, as they are then. */
function plainConfig(protocol: AnyProtocol, { header }: FuzzRun): { readonly [field: string]: unknown } {
  const usual = protocol.config({}, header.nodes) as { readonly [field: string]: unknown };
  const config = header.config as { readonly [field: string]: unknown };
  return Object.fromEntries(Object.entries(usual).filter(([field, value]) => !same(value, config[field])));
}

/** The run with a change of its configuration; `null` when the protocol refuses it. */
export function withConfig(fuzzed: FuzzRun, change: object): FuzzRun | null {
  const { header } = fuzzed;
  try {
    const config: unknown = protocolNamed(header.protocol).config({ ...(header.config as object), ...change }, header.nodes);
    return { ...fuzzed, header: { ...header, config } };
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

function simplerCommands(command: Command): Command[] {
  switch (command.type) {
    case 'crash':
      return command.point === 'now' ? [] : [{ ...command, point: 'now' }];
    case 'restart':
      return command.disk === 'kept' ? [] : [{ ...command, disk: 'kept' }];
    case 'link':
      return command.settings === null ? [] : Object.keys(command.settings).map((name) => ({ ...command, settings: omit(command.settings!, name) }));
    case 'cut':
      return command.links.length === 1 ? [] : command.links.map((link) => ({ ...command, links: [link] }));
    default:
      return [];
  }
}

function omit<T>(fields: { readonly [name: string]: T }, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

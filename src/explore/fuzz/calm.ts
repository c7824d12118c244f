/** The commands that heal a run for good: a core of nodes that has all it needs, and the rest gone. */
import type { Command } from '../../cluster/commands.ts';
import { actorsOf, type RunHeader } from '../../cluster/run.ts';
import type { TimedCommand } from '../../cluster/script.ts';
import { defaultsOf } from '../../network/faults/fault.ts';
import { nodeFaults } from '../../network/faults/registry.ts';
import { completeNetwork } from '../../network/settings.ts';
import { directionKey } from '../../network/topology.ts';
import type { NodeId } from '../../protocol/protocol.ts';
import { nextFloat, type Random } from '../../protocol/random.ts';

/** Nothing is lost, and a round trip takes much less than any timer is set to. */
export const CALM_NETWORK = completeNetwork({ latency: { distribution: 'uniform', min: 5_000, max: 20_000 } });

/**
 * Heals at `at` (µs) what `script` may have broken before.
 * @param core who goes on; the others are cut off for good, and some of them down
 */
export function healing(
  random: Random,
  header: RunHeader,
  script: readonly TimedCommand[],
  core: readonly NodeId[],
  at: number,
): TimedCommand[] {
  const rest = actorsOf(header).filter((node) => !core.includes(node));
  const commands: Command[] = [
    { type: 'hold', on: false },
    { type: 'network', settings: CALM_NETWORK },
    ...linksIn(script),
    { type: 'mend' },
    { type: 'partition', groups: [core, ...rest.map((node) => [node])].map((group) => [...group]) },
    ...faultsIn(script, core),
    ...rest.filter(() => nextFloat(random) < 0.5).map((node): Command => ({ type: 'crash', node, point: 'now' })),
    // A crash may still be waiting for a step of its node.
    ...crashesIn(script, core),
    ...core.map((node): Command => ({ type: 'restart', node, disk: 'kept' })),
  ];
  return commands.map((command) => ({ at, command }));
}

function linksIn(script: readonly TimedCommand[]): Command[] {
  const links = new Map<number, Command>();
  for (const { command } of script) {
    if (command.type !== 'link') continue;
    const { from, to } = command;
    links.set(directionKey(from, to), { type: 'link', from, to, settings: null });
  }
  return [...links.values()];
}

/** Clocks are right again, and disks fast; who stands still wakes by itself. */
function faultsIn(script: readonly TimedCommand[], core: readonly NodeId[]): Command[] {
  const faults = new Map<string, Command>();
  for (const { command } of script) {
    if (command.type !== 'fault' || !core.includes(command.node)) continue;
    const fault = nodeFaults.find(({ name }) => name === command.fault)!;
    if (fault.freeze !== undefined) continue;
    faults.set(`${command.node} ${fault.name}`, { ...command, settings: defaultsOf(fault) });
  }
  return [...faults.values()];
}

function crashesIn(script: readonly TimedCommand[], core: readonly NodeId[]): Command[] {
  const armed = new Set<NodeId>();
  for (const { command } of script) if (command.type === 'crash' && command.point !== 'now') armed.add(command.node);
  return core.filter((node) => armed.has(node)).map((node) => ({ type: 'crash', node, point: 'now' }));
}

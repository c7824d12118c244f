/** From a scenario to the run it describes. */
import { protocolNamed } from '../protocol/registry.ts';
import type { Command } from '../cluster/commands.ts';
import { createHeader, type RunHeader } from '../cluster/run.ts';
import type { ScriptedCommand } from '../cluster/script.ts';
import type { Scenario } from './schema.ts';

export interface ScenarioRun {
  readonly title: string;
  readonly header: RunHeader;
  /** Ascending by time; those of one time in the order of the file. */
  readonly script: readonly ScriptedCommand[];
}

/**
 * The run of a scenario.
 * @param seed an unsigned 32-bit integer, used when the scenario names none
 */
export function scenarioRun(scenario: Scenario, seed: number): ScenarioRun {
  const { nodes, config, network, client } = scenario;
  return {
    title: scenario.title,
    header: createHeader(protocolNamed(scenario.protocol), {
      nodes,
      seed: scenario.seed ?? seed,
      config,
      network,
      client,
    }),
    script: scenario.commands
      .map(({ at, ...command }) => ({ at, command: command as Command }))
      .sort((a, b) => a.at - b.at),
  };
}

/** From a scenario to the run it describes. */
import { protocolNamed } from '../protocol/registry.ts';
import { createHeader, type RunHeader } from '../cluster/run.ts';
import type { Expected } from './expect.ts';
import type { Scenario } from './schema.ts';

export interface ScenarioRun {
  readonly title: string;
  readonly header: RunHeader;
  /** When the scenario is over, virtual time in µs; `null` when it does not say. */
  readonly until: number | null;
  /** What it expects, for an ExpectationJudge (expect.ts); `null` when it expects nothing. */
  readonly expected: Expected | null;
}

/**
 * The run of a scenario.
 * @param seed an unsigned 32-bit integer, used when the scenario names none
 */
export function scenarioRun(scenario: Scenario, seed: number): ScenarioRun {
  const { nodes, clients, mutant, config, network, client, until } = scenario;
  return {
    title: scenario.title,
    header: createHeader(protocolNamed(scenario.protocol), {
      nodes,
      clients,
      seed: scenario.seed ?? seed,
      config,
      network,
      client,
      ...(mutant !== undefined && { mutant }),
      script: [...scenario.links.map((link) => ({ at: 0, command: { type: 'link' as const, ...link } })), ...scenario.commands],
    }),
    until,
    expected: until === null || scenario.expect.length === 0 ? null : { list: scenario.expect, until },
  };
}

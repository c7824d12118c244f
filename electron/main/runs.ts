/** What a run can begin from: the command line, a scenario file, the window's dialog. */
import { randomInt } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type * as z from 'zod';
import type { windowRequests } from '../../src/contract/contract.ts';
import { CommandError } from '../../src/cluster/commands.ts';
import { createHeader } from '../../src/cluster/run.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { parseScenario, SCENARIO_LENGTH_MAX, ScenarioError } from '../../src/scenario/parse.ts';
import { SCENARIO_NODES_DEFAULT } from '../../src/scenario/schema.ts';
import { scenarioRun } from '../../src/scenario/start.ts';
import type { RunStart } from './cluster-service.ts';

const SEED_COUNT = 2 ** 32;
const PROTOCOL_DEFAULT = 'paxos';

/** A seed that nobody chose. */
export function drawSeed(): number {
  return randomInt(SEED_COUNT);
}

/**
 * The run the app opens with when it is told nothing else: a classroom network and a client that keeps proposing, a
 * first value chosen by the time the window is there.
 */
export function usualRun(choices: { readonly nodes: number | null; readonly seed: number | null }): RunStart {
  const nodes = choices.nodes ?? SCENARIO_NODES_DEFAULT;
  const seed = choices.seed ?? drawSeed();
  return {
    title: '',
    header: createHeader(protocolNamed(PROTOCOL_DEFAULT), { nodes, seed }),
    script: [],
    headStart: 1,
  };
}

/**
 * The run that a person put together in the window.
 * @throws ProtocolError, SettingsError or CommandError naming what cannot be.
 */
export function chosenRun(choices: z.output<(typeof windowRequests)['session:new']>): RunStart {
  const { nodes, seed, config, network, client } = choices;
  const strange = client.proposers?.find((node) => node > nodes);
  if (strange !== undefined) throw new CommandError(`client.proposers: there is no n${strange} among ${nodes} nodes`);
  const header = createHeader(protocolNamed(PROTOCOL_DEFAULT), {
    nodes,
    seed,
    config,
    network: completeNetwork(network),
    client,
  });
  return { title: '', header, script: [] };
}

/**
 * The run of a scenario file.
 * @param path of the file
 * @param seed used instead of the file's own; null: the file's, or a fresh one
 * @throws ScenarioError when the file cannot be read or is no scenario.
 */
export async function runOfFile(path: string, seed: number | null): Promise<RunStart> {
  const scenario = parseScenario(await readText(path), basename(path));
  return scenarioRun(seed === null ? scenario : { ...scenario, seed }, drawSeed());
}

async function readText(path: string): Promise<string> {
  const unreadable = (message: string): ScenarioError =>
    new ScenarioError(basename(path), [{ line: null, field: '', message }]);
  try {
    const { size } = await stat(path);
    // A character takes at most four bytes.
    if (size > SCENARIO_LENGTH_MAX * 4) throw unreadable(`the file is too large for a scenario (${size} bytes)`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    throw unreadable(`the file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

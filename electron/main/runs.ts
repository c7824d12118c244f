/** What a run can begin from: the command line, a file, the library, the window's dialog. */
import { randomInt } from 'node:crypto';
import { basename } from 'node:path';
import type * as z from 'zod';
import type { windowRequests } from '../../src/contract/contract.ts';
import { CommandError } from '../../src/cluster/commands.ts';
import { createHeader } from '../../src/cluster/run.ts';
import { isRunFile } from '../../src/cluster/run-file/run-file.ts';
import type { Loaded } from '../../src/host/history/messages.ts';
import type { Recovered } from '../../src/host/recovery.ts';
import { readRunText } from '../../src/host/run-file.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import type { AnyProtocol } from '../../src/protocol/protocol.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { library, libraryFile, libraryText } from '../../src/scenario/library.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { expectedOfSession, openRunFile, type OpenedRun } from '../../src/scenario/run-file.ts';
import { SCENARIO_NODES_DEFAULT } from '../../src/scenario/schema.ts';
import { scenarioRun } from '../../src/scenario/start.ts';
import { Branches } from './branches.ts';
import type { EarlierRun, RunStart } from './cluster-service.ts';
import type { Verdict } from './session.ts';

/** What the names of run files end in, after a dot. */
export const RUN_EXTENSION = 'synod';

/** What a file holds. */
export type Opened =
  | { readonly type: 'scenario'; readonly start: RunStart }
  | { readonly type: 'run'; readonly earlier: EarlierRun };

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
export function usualRun(choices: {
  readonly nodes: number | null;
  readonly seed: number | null;
  readonly protocol?: string | null;
  readonly clients?: number | null;
}): RunStart {
  const nodes = choices.nodes ?? SCENARIO_NODES_DEFAULT;
  const seed = choices.seed ?? drawSeed();
  const protocol = protocolNamed(choices.protocol ?? PROTOCOL_DEFAULT);
  return {
    title: '',
    header: createHeader(protocol, { nodes, seed, ...clientsOf(protocol, choices.clients) }),
    headStart: 1,
  };
}

/**
 * The run that a person put together in the window.
 * @throws ProtocolError, SettingsError or CommandError naming what cannot be.
 */
export function chosenRun(choices: z.output<(typeof windowRequests)['session:new']>): RunStart {
  const { protocol, nodes, clients, seed, config, network, client } = choices;
  const strange = client.proposers?.find((node) => node > nodes);
  if (strange !== undefined) throw new CommandError(`client.proposers: there is no n${strange} among ${nodes} nodes`);
  const header = createHeader(protocolNamed(protocol), {
    nodes,
    ...clientsOf(protocolNamed(protocol), clients),
    seed,
    config,
    network: completeNetwork(network),
    client,
  });
  return { title: '', header };
}

/** How many clients there are to be, if that was said. A protocol that knows none has none, whatever was said. */
function clientsOf(protocol: AnyProtocol, clients: number | null | undefined): { readonly clients?: number } {
  return clients == null || protocol.clients === 0 ? {} : { clients };
}

/**
 * The run of a scenario of the library.
 * @throws CommandError when there is none of this name.
 */
export function libraryRun(name: string): RunStart {
  if (!library().some((entry) => entry.name === name)) throw new CommandError(`the library has no scenario “${name}”`);
  return scenarioStart(libraryText(name), libraryFile(name), null);
}

/**
 * Reads a file, of whichever kind it is.
 * @param seed for a scenario, used instead of the file's own; null: the file's, or a fresh one
 * @throws ScenarioError or RunFileError, ready to be shown, when the file cannot be read or is neither.
 */
export async function readRunOrScenario(path: string, seed: number | null): Promise<Opened> {
  const name = basename(path);
  const text = await readRunText(path);
  if (!isRunName(name) && !isRunFile(text)) return { type: 'scenario', start: scenarioStart(text, name, seed) };
  const file = openRunFile(text, name);
  if (seed !== null) throw new CommandError(`${name} is a run and has its seed already: leave --seed out`);
  return { type: 'run', earlier: earlierRun(file, path) };
}

/** Whether a file's name says that it is a run. */
function isRunName(name: string): boolean {
  return name.toLowerCase().endsWith(`.${RUN_EXTENSION}`);
}

function scenarioStart(text: string, name: string, seed: number | null): RunStart {
  const scenario = parseScenario(text, name);
  const { title, header, expected } = scenarioRun(seed === null ? scenario : { ...scenario, seed }, drawSeed());
  return { title, header, expected };
}

function earlierRun(file: OpenedRun, path: string): EarlierRun {
  const { title, run, end, expected } = file;
  return {
    title,
    run,
    end,
    expected,
    path,
    edited: false,
    branches: null,
    judge: (loaded) => verdictOn(loaded, file),
  };
}

/** The run of an interrupted session, with its tree. It belongs to no file any more. */
export function interruptedRun(session: Recovered): EarlierRun {
  const { title, run, end, digest, readOnly, branches, live, expect } = session;
  return {
    title,
    run,
    end,
    expected: expectedOfSession(expect, run.header, 'autosave'),
    path: null,
    edited: true,
    branches: new Branches(branches, live),
    judge: (loaded) => verdictOn(loaded, { digest, marks: [], readOnly }),
  };
}

/** Whether a run that was saved may go on, after it was executed again. */
export function verdictOn(loaded: Loaded, saved: Pick<OpenedRun, 'digest' | 'marks' | 'readOnly'>): Verdict {
  const reason = whyReadOnly(loaded, saved);
  return { readOnly: reason, exactUpTo: reason === '' ? loaded.seq : exactUpTo(loaded, saved) };
}

function whyReadOnly({ divergence, digest }: Loaded, saved: Pick<OpenedRun, 'digest' | 'readOnly'>): string {
  if (saved.readOnly !== '') return saved.readOnly;
  if (divergence !== null) return `This run cannot be had again to its end: ${divergence}. What is shown ends there.`;
  if (saved.digest === null || saved.digest === digest) return '';
  return (
    'Executed again, this run gave other events than its file says: the file was changed, or damaged. ' +
    'It can be looked at, but what is shown is not what happened then.'
  );
}

/** Up to which event the digests on the way are the same. */
function exactUpTo(loaded: Loaded, { digest, marks }: Pick<OpenedRun, 'digest' | 'marks'>): number {
  if (loaded.divergence === null && loaded.digest === digest) return loaded.seq;
  const executed = new Map(loaded.marks.map((mark) => [mark.seq, mark.digest]));
  let exact = 0;
  for (const mark of marks) {
    if (executed.get(mark.seq) !== mark.digest) break;
    exact = mark.seq;
  }
  return exact;
}

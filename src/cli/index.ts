#!/usr/bin/env node
/** synod: the same engine as in the app, without a window. Bundled to out/cli/cli.cjs. */
import { randomInt } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createHeader } from '../cluster/run.ts';
import { protocolNamed } from '../protocol/registry.ts';
import { parseScenario, SCENARIO_LENGTH_MAX, ScenarioError } from '../scenario/parse.ts';
import { SCENARIO_NODES_DEFAULT } from '../scenario/schema.ts';
import { scenarioRun, type ScenarioRun } from '../scenario/start.ts';
import manifest from '../../package.json' with { type: 'json' };
import {
  EXIT_DISAGREED,
  EXIT_FAILED,
  EXIT_INTERRUPTED,
  EXIT_OK,
  EXIT_USAGE,
  HELP,
  readArguments,
  UsageError,
  type Request,
  type RunOptions,
} from './arguments.ts';
import { runInline } from './inline.ts';
import { Report } from './report.ts';
import { runThreads } from './threads.ts';

const SEED_COUNT = 2 ** 32;

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));

/** @returns the exit code; every error has been printed. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const request = readArguments(args);
    return await carryOut(request);
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message}\nsynod --help lists the options.`, EXIT_USAGE);
    if (error instanceof ScenarioError) return complain(error.message, EXIT_USAGE);
    return complain(error instanceof Error ? (error.stack ?? error.message) : String(error), EXIT_FAILED);
  }
}

async function carryOut(request: Request): Promise<number> {
  if (request.type === 'run') return runAndReport(request);
  process.stdout.write(request.type === 'help' ? HELP : `${manifest.version}\n`);
  return EXIT_OK;
}

async function runAndReport(options: RunOptions): Promise<number> {
  const run = await runOf(options);
  const interruption = interrupted();
  const report = new Report(run.header, {
    title: run.title,
    json: options.json,
    only: options.only,
    write: (text) => void process.stdout.write(text),
  });
  report.begin();
  const host = options.host === 'inline' ? runInline : runThreads;
  const ending = await host(run, options, report, interruption);
  report.end(ending);
  return report.disagreed ? EXIT_DISAGREED : EXIT_OK;
}

async function runOf({ file, seed, nodes }: RunOptions): Promise<ScenarioRun> {
  const drawn = seed ?? randomInt(SEED_COUNT);
  if (file === null) {
    const header = createHeader(protocolNamed('paxos'), { nodes: nodes ?? SCENARIO_NODES_DEFAULT, seed: drawn });
    return { title: '', header, script: [], until: null, expected: null };
  }
  const scenario = parseScenario(await readScenario(file), basename(file));
  return scenarioRun(seed === null ? scenario : { ...scenario, seed }, drawn);
}

async function readScenario(path: string): Promise<string> {
  try {
    // A character takes at most four bytes.
    if ((await stat(path)).size <= SCENARIO_LENGTH_MAX * 4) return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new UsageError(`${path} is too large for a scenario`);
}

/** The first interruption ends the run with its summary, the second ends the program. */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Whoever reads may have seen enough (`synod run | head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT_OK);
  });
  return controller.signal;
}

function complain(message: string, code: number): number {
  process.stderr.write(`synod: ${message}\n`);
  return code;
}

#!/usr/bin/env node
/** synod: the same engine as in the app, without a window. Bundled to out/cli/cli.cjs. */
import { RunFileError } from '../cluster/run-file/error.ts';
import { ScenarioError } from '../scenario/parse.ts';
import manifest from '../../package.json' with { type: 'json' };
import { UsageError } from './argument-values.ts';
import { HELP, readArguments, type Request } from './arguments.ts';
import { check } from './check.ts';
import { write } from './command.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './exit-codes.ts';
import { explore } from './explore.ts';
import { fuzz, listMutants, mergeShards } from './fuzz.ts';
import { replay } from './replay.ts';
import { run } from './run.ts';
import { spec } from './spec.ts';

/** The exit code, when the command is done; for the installed program, which loads this instead of starting it. */
export const finished: Promise<number> = main(process.argv.slice(2)).then((code) => (process.exitCode = code));

/** @returns the exit code; every error has been printed. */
async function main(args: readonly string[]): Promise<number> {
  try {
    return await carryOut(readArguments(args));
  } catch (error) {
    if (error instanceof UsageError) return complain(`${error.message}\nsynod --help lists the options.`, EXIT_USAGE);
    if (error instanceof ScenarioError || error instanceof RunFileError) return complain(error.message, EXIT_USAGE);
    return complain(error instanceof Error ? (error.stack ?? error.message) : String(error), EXIT_FAILED);
  }
}

async function carryOut(request: Request): Promise<number> {
  if (request.type === 'run') return run(request);
  if (request.type === 'replay') return replay(request);
  if (request.type === 'spec') return spec(request);
  if (request.type === 'check') return check(request);
  if (request.type === 'explore') return explore(request);
  if (request.type === 'fuzz') return fuzz(request);
  if (request.type === 'fuzz-merge') return mergeShards(request);
  if (request.type === 'list-mutants') return listMutants(request);
  write(request.type === 'help' ? HELP : `${manifest.version}\n`);
  return EXIT_OK;
}

function complain(message: string, code: number): number {
  process.stderr.write(`synod: ${message}\n`);
  return code;
}

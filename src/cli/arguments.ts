/** The command line: its commands, and the help text. What each of them takes stands in a file of its own. */
import { logGroups } from '../contract/log.ts';
import { protocols } from '../protocol/registry.ts';
import { UsageError } from './argument-values.ts';
import { CHECK_HELP, readCheckArguments, type CheckOptions } from './check-arguments.ts';
import { EXPLORE_HELP, readExploreArguments, type ExploreOptions } from './explore-arguments.ts';
import { FUZZ_HELP, readFuzzArguments, type FuzzOptions, type ListMutantsOptions, type MergeOptions } from './fuzz-arguments.ts';
import { readReplayArguments, type ReplayOptions } from './replay-arguments.ts';
import { readRunArguments, type RunOptions } from './run-arguments.ts';
import { readSpecArguments, SPEC_HELP, type SpecOptions } from './spec-arguments.ts';

export type Request =
  | { readonly type: 'help' | 'version' }
  | RunOptions
  | ReplayOptions
  | SpecOptions
  | CheckOptions
  | FuzzOptions
  | MergeOptions
  | ListMutantsOptions
  | ExploreOptions;

export const HELP = `Usage: synod run [SCENARIO] [OPTIONS]
       synod replay FILE [OPTIONS]
       synod spec NAME [OPTIONS]
       synod check FILE [OPTIONS]
       synod fuzz [OPTIONS]
       synod explore [OPTIONS]
       synod --help | --version

run runs a cluster without a window and prints what happens, one sentence per event.
It ends with a summary: at --until, at the end of the scenario, or when interrupted
(Ctrl-C).

  SCENARIO         a scenario (YAML or JSON); without it, five nodes and a client
  --seed N         seed, 0 to 4294967295; the same seed gives the same run
  --nodes N        how many nodes, 1 to 15; not with SCENARIO, which says so itself
  --protocol NAME  what the nodes run: ${protocols.map(({ name }) => name).join(', ')}; not with SCENARIO
  --mutant NAME    the protocol broken on purpose (fuzz --list-mutants names the ways)
  --clients N      how many clients use it, 0 to 8, where it has any; not with SCENARIO
  --until SECONDS  virtual time at which the run ends
  --speed X        virtual time against wall time, 1/64 to 64 (as 0.25 or 1/4), or
                   max: as fast as it goes; unless given, max for a run that has an
                   end, 1 for one that has none
  --out FILE       saves the run in FILE in the end, to be replayed or opened

replay has a saved run again, as fast as it goes, and compares it with what was saved.
The summary says whether it is exact: true, false, or null when FILE does not tell.

  FILE             a run file, as saved by --out or by the app
  --until-event N  stops after N events

Both take

  --host HOST      threads: a thread per node, with its storage on disk (as the app
                   does); inline: all in one thread and in memory; unless given,
                   threads for run, inline for replay
  --only GROUPS    prints only these kinds of events, separated by commas:
                   ${logGroups.join(', ')}
  --json           JSON Lines: one object per event, the summary last

${SPEC_HELP}
${CHECK_HELP}
${FUZZ_HELP}
${EXPLORE_HELP}
Exit codes: 0 the run ended, or was interrupted; 1 it failed; 2 the command line or
the file is wrong; 4 the replay differs from the run that was saved; 5 an expectation
of the scenario is broken; 6 a violation was found, which the scenario did not expect;
7 a check gave up and does not know; 130 a replay or a search was interrupted before
its end.
`;

const readers = new Map<string, (args: readonly string[]) => Request>([
  ['run', readRunArguments],
  ['replay', readReplayArguments],
  ['spec', readSpecArguments],
  ['check', readCheckArguments],
  ['fuzz', readFuzzArguments],
  ['explore', readExploreArguments],
]);

/**
 * Reads the arguments after the program's name.
 * @throws UsageError saying which argument is wrong and what it must be.
 */
export function readArguments(args: readonly string[]): Request {
  const [command, ...rest] = args;
  if (command === undefined || args.includes('--help') || args.includes('-h')) return { type: 'help' };
  if (args.includes('--version')) return { type: 'version' };
  const read = readers.get(command);
  if (read !== undefined) return read(rest);
  if (command.startsWith('-')) throw new UsageError('a command is missing: synod run, or synod replay FILE');
  throw new UsageError(`there is no command ${command}; there are ${[...readers.keys()].join(', ')}`);
}

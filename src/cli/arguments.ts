/** The command line: what it takes, and what is wrong with what it was given. */
import { parseArgs } from 'node:util';
import { SPEED_MAX, SPEED_MIN, type Speed } from '../cluster/frames.ts';
import { nodeCountSchema, seedSchema } from '../cluster/run.ts';
import { logGroups, type LogGroup } from '../contract/log.ts';

/** Exit codes; part of the help text. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_DISAGREED = 3;
export const EXIT_INTERRUPTED = 130;

export type HostKind = 'threads' | 'inline';

export interface RunOptions {
  readonly file: string | null;
  readonly seed: number | null;
  readonly nodes: number | null;
  /** Virtual time at which the run ends, µs; Infinity: when it is interrupted. */
  readonly until: number;
  readonly host: HostKind;
  readonly json: boolean;
  readonly speed: Speed;
  /** What is printed. */
  readonly only: readonly LogGroup[];
}

export type Request = { readonly type: 'help' | 'version' } | ({ readonly type: 'run' } & RunOptions);

/** A command line that cannot be followed. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Longest run, virtual seconds. */
const UNTIL_MAX_S = 1_000_000;

export const HELP = `Usage: synod run [FILE] [OPTIONS]
       synod --help | --version

Runs a cluster without a window and prints what happens, one sentence per event.
Ends with a summary: at --until, or when interrupted (Ctrl-C).

  FILE             a scenario (YAML or JSON); without it, five nodes and a client
  --seed N         seed, 0 to 4294967295; the same seed gives the same run
  --nodes N        how many nodes, 1 to 15; not with FILE, which says so itself
  --until SECONDS  virtual time at which the run ends
  --speed X        virtual time against wall time, 1/64 to 64 (as 0.25 or 1/4), or
                   max: as fast as it goes; 1 unless --until is given, then max
  --host HOST      threads: a thread per node, with its storage on disk (as the app
                   does); inline: all in one thread and in memory; threads unless given
  --only GROUPS    prints only these kinds of events, separated by commas:
                   ${logGroups.join(', ')}
  --json           JSON Lines: one object per event, the summary last

Exit codes: 0 the run ended, or was interrupted; 1 it failed; 2 the command line or
the scenario is wrong; 3 two values were chosen in one instance: Agreement is broken.
`;

/**
 * Reads the arguments after the program's name.
 * @throws UsageError saying which argument is wrong and what it must be.
 */
export function readArguments(args: readonly string[]): Request {
  const { values, positionals } = parse(args);
  if (values.help === true || (positionals.length === 0 && args.length === 0)) return { type: 'help' };
  if (values.version === true) return { type: 'version' };
  const [command, file, ...more] = positionals;
  if (command !== 'run') {
    throw new UsageError(
      command === undefined ? 'a command is missing: synod run' : `there is no command ${command}; there is run`,
    );
  }
  if (more.length > 0) throw new UsageError(`only one FILE can be run, not ${[file, ...more].join(' and ')}`);
  const nodes = values.nodes === undefined ? null : wholeNumber('--nodes', values.nodes, nodeCountSchema);
  if (file !== undefined && nodes !== null) {
    throw new UsageError('--nodes cannot be given together with FILE: the scenario says how many nodes there are');
  }
  const until = untilOf(values.until);
  return {
    type: 'run',
    file: file ?? null,
    seed: values.seed === undefined ? null : wholeNumber('--seed', values.seed, seedSchema),
    nodes,
    until,
    host: hostOf(values.host),
    json: values.json === true,
    speed: values.speed === undefined ? (until === Infinity ? 1 : 'max') : speedOf(values.speed),
    only: values.only === undefined ? logGroups : groupsOf(values.only),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seed: { type: 'string' },
        nodes: { type: 'string' },
        until: { type: 'string' },
        speed: { type: 'string' },
        host: { type: 'string' },
        only: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    // The parser adds advice of its own after its first sentence.
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.split('. To specify')[0]!);
  }
}

function wholeNumber(name: string, text: string, schema: typeof seedSchema): number {
  const parsed = schema.safeParse(/^\d{1,15}$/.test(text) ? Number(text) : Number.NaN);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `${name} must be a whole number from ${schema.minValue} to ${schema.maxValue}, not ${JSON.stringify(text)}`,
  );
}

function untilOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  const seconds = decimal(text);
  if (seconds !== null && seconds > 0 && seconds <= UNTIL_MAX_S) return Math.round(seconds * 1_000_000);
  throw new UsageError(
    `--until must be a number of seconds above 0, at most ${UNTIL_MAX_S}, not ${JSON.stringify(text)}`,
  );
}

function speedOf(text: string): Speed {
  if (text === 'max') return 'max';
  const [over, under, ...rest] = text.split('/').map(decimal);
  const speed = rest.length > 0 || over == null || under === null ? Number.NaN : over / (under ?? 1);
  if (speed >= SPEED_MIN && speed <= SPEED_MAX) return speed;
  throw new UsageError(`--speed must be from 1/64 to 64, or max, not ${JSON.stringify(text)}`);
}

function decimal(text: string): number | null {
  return /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : null;
}

function hostOf(text: string | undefined): HostKind {
  if (text === undefined || text === 'threads') return 'threads';
  if (text === 'inline') return 'inline';
  throw new UsageError(`--host must be threads or inline, not ${JSON.stringify(text)}`);
}

function groupsOf(text: string): LogGroup[] {
  return text.split(',').map((name) => {
    const group = logGroups.find((known) => known === name.trim());
    if (group === undefined)
      throw new UsageError(`--only: there is no group ${JSON.stringify(name)}; there are ${logGroups.join(', ')}`);
    return group;
  });
}

/** What a person may say on the command line of the app. */
import { commandNames } from '../../src/cli/command-names.ts';
import { clientCountSchema, nodeCountSchema, seedSchema } from '../../src/cluster/run.ts';
import { protocols } from '../../src/protocol/registry.ts';

export interface Options {
  /** Run or scenario, as given; null: a cluster of the usual kind. */
  readonly file: string | null;
  /** null: drawn anew at each start. */
  readonly seed: number | null;
  readonly nodes: number | null;
  /** null: the usual one. */
  readonly protocol: string | null;
  /** null: as many as the protocol has. */
  readonly clients: number | null;
  readonly help: boolean;
  readonly version: boolean;
  /** Options that are not ours; Chromium may know them. */
  readonly unknown: readonly string[];
}

/** A command line that cannot be followed. */
export class OptionsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OptionsError';
  }
}

export const USAGE = [
  'Usage: synod [FILE] [OPTIONS]',
  `       synod COMMAND …      without a window: ${commandNames.join(', ')}; synod run --help says more`,
  '',
  '  FILE                 a run (.synod) or a scenario (YAML, JSON) to open; without it, a cluster of five nodes',
  '  --seed N             seed of the run, 0 to 4294967295; the same seed gives the same run; not with a run to open',
  '  --nodes N            how many nodes the cluster has, 1 to 15; not with FILE, which says so itself',
  `  --protocol NAME      what the nodes run: ${protocols.map(({ name }) => name).join(', ')}; not with FILE`,
  '  --clients N          how many clients use it, 0 to 8, where it has any; not with FILE',
  '  --user-data-dir DIR  where settings and the disks of nodes are kept',
  '  --help, --version',
  '',
].join('\n');

/**
 * What a person said: everything after the program and, when it is a bare Electron, the app's folder. Chromium's
 * switches may stand before and between them.
 * @param argv as the process got it
 * @param bare whether Electron was started with the app's folder as an argument
 */
export function argumentsOf(argv: readonly string[], bare: boolean): string[] {
  const args = argv.slice(1);
  const folder = bare ? args.findIndex((argument) => !argument.startsWith('-')) : -1;
  return args.filter((_argument, index) => index !== folder);
}

/**
 * Reads the arguments after the program's name (and, in development, after the app's folder).
 * @throws OptionsError saying which argument is wrong and what it must be.
 */
export function readOptions(args: readonly string[]): Options {
  let file: string | null = null;
  let protocol: string | null = null;
  const numbers: { seed: number | null; nodes: number | null; clients: number | null } = { seed: null, nodes: null, clients: null };
  const unknown: string[] = [];
  let help = false;
  let version = false;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index]!;
    const [name, inline] = splitOption(argument);
    if (name === '--seed') {
      numbers.seed = wholeNumber(name, inline ?? args[++index], seedSchema);
    } else if (name === '--nodes') {
      numbers.nodes = wholeNumber(name, inline ?? args[++index], nodeCountSchema);
    } else if (name === '--clients') {
      numbers.clients = wholeNumber(name, inline ?? args[++index], clientCountSchema);
    } else if (name === '--protocol') {
      protocol = protocolOf(inline ?? args[++index]);
    } else if (name === '--user-data-dir') {
      if (inline === null) index++;
    } else if (argument === '--help' || argument === '-h') help = true;
    else if (argument === '--version') version = true;
    else if (argument === '--' || argument === '') continue;
    else if (argument.startsWith('-')) unknown.push(argument);
    else if (file === null) file = argument;
    else throw new OptionsError(`only one FILE can be opened, not both ${file} and ${argument}`);
  }
  const said = Object.entries({ nodes: numbers.nodes, protocol, clients: numbers.clients }).find(([, value]) => value !== null);
  if (file !== null && said !== undefined) {
    throw new OptionsError(`--${said[0]} cannot be given together with FILE: the file says how many nodes there are, and what they run`);
  }
  return { file, ...numbers, protocol, help, version, unknown };
}

function protocolOf(text: string | undefined): string {
  const known = protocols.find(({ name }) => name === text);
  if (known !== undefined) return known.name;
  const found = text === undefined ? 'nothing' : JSON.stringify(text);
  throw new OptionsError(`--protocol must be one of ${protocols.map(({ name }) => name).join(', ')}, not ${found}`);
}

function splitOption(argument: string): [string, string | null] {
  const equals = argument.indexOf('=');
  if (!argument.startsWith('--') || equals < 0) return [argument, null];
  return [argument.slice(0, equals), argument.slice(equals + 1)];
}

function wholeNumber(name: string, text: string | undefined, schema: typeof seedSchema): number {
  const given = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const found = text === undefined ? 'nothing' : JSON.stringify(text);
  throw new OptionsError(`${name} must be a whole number from ${schema.minValue} to ${schema.maxValue}, not ${found}`);
}

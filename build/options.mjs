// The options of `npm start`, in one table for the parser and the help text.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const SEED_MAX = 0xffff_ffff;
const NODES_MAX = 15;

const OPTIONS = [
  { name: 'seed', value: 'N', does: `seed of the run, 0 to ${SEED_MAX}; the same seed gives the same run` },
  { name: 'nodes', value: 'N', does: `how many nodes the cluster has, 1 to ${NODES_MAX}; a scenario says so itself` },
  { name: 'headless', does: 'runs the cluster without a window and prints what happens' },
  { name: 'until', value: 'SECONDS', does: 'with --headless: ends the run at this virtual time' },
  { name: 'help', does: 'prints this and does nothing else' },
];

/** The text of `npm start -- --help`. */
export function helpText() {
  const lines = OPTIONS.map(({ name, value, does }) => `  ${`--${name}${value ? ` ${value}` : ''}`.padEnd(18)} ${does}`);
  return [
    'Usage: npm start -- [FILE] [OPTIONS]',
    '',
    'Opens Synod on a running cluster, after fetching whatever it needs.',
    '',
    `  ${'FILE'.padEnd(18)} run or scenario to open; a five-node cluster without it`,
    ...lines,
    '',
  ].join('\n');
}

/**
 * Reads the arguments of `npm start`.
 * @param {string[]} args
 * @param {string} folder what a relative FILE is relative to
 * @returns {{ help: boolean, headless: boolean, passed: string[] }} `passed` is what the app or the command line gets:
 *   FILE, --seed N, --nodes N, --until SECONDS, those that were given
 * @throws {Error} saying which argument is wrong and what it must be
 */
export function readOptions(args, folder) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: Object.fromEntries(OPTIONS.map(({ name, value }) => [name, { type: value ? 'string' : 'boolean' }])),
  });
  if (positionals.length > 1) throw new Error(`one FILE at most, not ${positionals.length}: ${positionals.join(' ')}`);
  checkInteger('seed', values.seed, 0, SEED_MAX);
  checkInteger('nodes', values.nodes, 1, NODES_MAX);
  if (values.until !== undefined && !(Number(values.until) > 0)) {
    throw new Error(`--until takes a number of seconds above 0, not ${JSON.stringify(values.until)}`);
  }
  if (values.nodes !== undefined && positionals.length > 0) {
    throw new Error('--nodes does not go with FILE: the scenario says how many nodes there are');
  }
  if (values.until !== undefined && !values.headless) throw new Error('--until goes with --headless');
  const passed = positionals.map((file) => {
    const path = resolve(folder, file);
    if (!existsSync(path)) throw new Error(`no such scenario file: ${path}`);
    return path;
  });
  for (const name of ['seed', 'nodes', 'until']) if (values[name] !== undefined) passed.push(`--${name}`, values[name]);
  return { help: values.help === true, headless: values.headless === true, passed };
}

function checkInteger(name, text, min, max) {
  if (text === undefined) return;
  if (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max) return;
  throw new Error(`--${name} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}

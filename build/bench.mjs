// npm run bench: set-up, build, then every test/bench/*.bench.ts, and a table of what they measured.
//   npm run bench -- --json       the figures as JSON, on standard output and nothing else there
//   npm run bench -- --only NAME  the benches whose file name contains NAME
//
// A bench module default-exports `{ name: string, run(): Promise<Row[]> }`, where
//   Row = { bench, metric, value, unit, reference?, ratio?, aim? }
// `reference` is measured in the same run, `ratio` is value / reference, and `aim` says in words what is aimed at
// ('>= 0.4'); with a ratio the aim is about the ratio, else about the value. Each bench runs in a Node process of its own,
// one after the other, on a virtual display, with SYNOD_ELECTRON_PATH and SYNOD_ELECTRON_ARGS set as for tests.
import { fork } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { withVirtualDisplay } from './setup/display.mjs';
import { ensureElectron, sandboxArguments } from './setup/electron.mjs';
import { ensureDependencies } from './setup/npm.mjs';
import { outDir, root } from './setup/paths.mjs';
import { printStepsTo, runCommand } from './setup/steps.mjs';
import { ensureSystemPackages } from './setup/system.mjs';

const COLUMNS = ['bench', 'metric', 'value', 'unit', 'reference', 'ratio', 'aim', 'met'];
const RIGHT_ALIGNED = new Set(['value', 'reference', 'ratio']);

// As a child: run the one bundle that is named, hand its rows to the parent.
if (process.send && process.argv[2] === '--child') {
  const { default: loaded } = await import(process.argv[3]);
  const bench = loaded.default ?? loaded;
  process.send(await bench.run(), () => process.exit(0));
} else {
  await runCommand(main);
}

async function main() {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string' } } });
  printStepsTo(process.stderr);
  await ensureDependencies();
  await ensureSystemPackages({ display: true });
  const electron = await ensureElectron();
  await build();
  const bundles = await bundleBenches(values.only ?? '');
  const failures = [];
  const rows = await withVirtualDisplay(async (display) => {
    const env = {
      ...display,
      SYNOD_ELECTRON_PATH: electron.path,
      SYNOD_ELECTRON_ARGS: JSON.stringify(sandboxArguments()),
    };
    const measured = [];
    for (const bundle of bundles) {
      process.stderr.write(`measuring ${basename(bundle, '.cjs')}\n`);
      measured.push(...await runBench(bundle, env).catch((error) => {
        failures.push(error.message);
        return [];
      }));
    }
    return measured;
  });
  process.stdout.write(values.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows));
  for (const failure of failures) process.stderr.write(`${failure}\n`);
  return failures.length === 0 ? 0 : 1;
}

async function bundleBenches(only) {
  const folder = join(root, 'test', 'bench');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.bench.ts')).sort() : [];
  const [{ build: viteBuild }, { nodeBundle }] = await Promise.all([import('vite'), import('./vite.node.mjs')]);
  const bundles = [];
  for (const name of names.filter((text) => text.includes(only))) {
    const bundle = join(outDir, 'bench', name.replace('.bench.ts', '.cjs'));
    // Packages stay outside: a bench is run where node_modules is.
    await viteBuild(nodeBundle(join(folder, name), bundle, [/^[^./]/]));
    bundles.push(bundle);
  }
  return bundles;
}

function runBench(bundle, env) {
  return new Promise((done, fail) => {
    const child = fork(fileURLToPath(import.meta.url), ['--child', bundle], { cwd: root, env });
    let rows = null;
    child.on('message', (message) => {
      rows = message;
    });
    child.on('exit', (code) => {
      if (code === 0 && rows) done(rows);
      else fail(new Error(`${basename(bundle)} ended with code ${code}`));
    });
  });
}

function table(rows) {
  const cells = [COLUMNS, ...rows.map((row) => COLUMNS.map((column) => format({ ...row, met: met(row) }[column])))];
  const widths = COLUMNS.map((_, index) => Math.max(...cells.map((row) => row[index].length)));
  const line = (row) => row.map((cell, index) => {
    return RIGHT_ALIGNED.has(COLUMNS[index]) ? cell.padStart(widths[index]) : cell.padEnd(widths[index]);
  }).join('  ').trimEnd();
  return `${[line(cells[0]), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)].join('\n')}\n`;
}

// Whether the aim is met; nothing for a row without one, or with one that is only words.
function met({ aim, ratio, value }) {
  const parsed = /^(>=|<=)\s*([\d.]+)$/.exec(aim ?? '');
  if (!parsed) return undefined;
  const [figure, bound] = [ratio ?? value, Number(parsed[2])];
  return (parsed[1] === '>=' ? figure >= bound : figure <= bound) ? 'yes' : 'no';
}

function format(value) {
  if (value === undefined) return '';
  if (typeof value !== 'number') return String(value);
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) >= 1000 ? 0 : 3 });
}

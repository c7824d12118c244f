// Builds everything into out/, leaving alone what is up to date. As a command: node build/build.mjs [TARGET ...]
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { withLock } from './setup/lock.mjs';
import { outDir, root } from './setup/paths.mjs';
import { SetupError, runCommand, runStep } from './setup/steps.mjs';

const TITLE = 'build';
const BUNDLES = {
  main: { entry: 'electron/main/index.ts', file: 'main/main.cjs' },
  router: { entry: 'src/host/thread/router-worker.ts', file: 'main/router-worker.cjs' },
  node: { entry: 'src/host/thread/node-worker.ts', file: 'main/node-worker.cjs' },
  history: { entry: 'electron/main/history-worker.ts', file: 'main/history-worker.cjs' },
  job: { entry: 'src/cli/job-worker.ts', file: 'main/job-worker.cjs' },
  preload: { entry: 'electron/preload/index.ts', file: 'preload/preload.cjs' },
  cli: { entry: 'src/cli/index.ts', file: 'cli/cli.cjs' },
};
const COMMON_INPUTS = ['package.json', 'package-lock.json', 'build/build.mjs', 'src'];

const TARGETS = Object.fromEntries(
  Object.entries(BUNDLES).map(([name, { entry, file }]) => [name, {
    inputs: [...COMMON_INPUTS, 'build/vite.node.mjs', entry.split('/')[0]],
    output: join(outDir, file),
    make: (folder) => bundle(join(root, entry), join(folder, basename(file))),
  }]),
);
TARGETS.renderer = {
  inputs: [...COMMON_INPUTS, 'build/vite.renderer.mjs', 'renderer'],
  output: join(outDir, 'renderer', 'index.html'),
  make: page,
};

/** What the command line needs, and nothing of the window. */
export const CLI_TARGETS = ['router', 'node', 'job', 'cli'];

/**
 * Brings build output up to date. Outputs come into place whole, so a running app never reads half a file.
 * @param {string[]} [names] targets; all by default
 * @returns {Promise<void>}
 * @throws {SetupError} naming each target that does not build, after trying them all
 */
export async function build(names = Object.keys(TARGETS)) {
  await runStep(TITLE, async (step) => {
    const stale = names.filter((name) => !isFresh(name));
    if (stale.length === 0) return { outcome: 'up to date' };
    return withLock(`build ${root}`, async () => {
      const failures = [];
      for (const [index, name] of stale.entries()) {
        step.progress(index / stale.length, name);
        // Another process may have built it while we waited for the lock.
        if (isFresh(name)) continue;
        await buildTarget(name).catch((error) => failures.push(`${name}: ${stripVTControlCharacters(error.message)}`));
      }
      if (failures.length > 0) throw new SetupError(TITLE, failures.join('\n'), 'node build/build.mjs');
      return { outcome: stale.join(', ') };
    }, () => step.phase('waiting for another build,'));
  });
}

async function buildTarget(name) {
  const { output, make } = TARGETS[name];
  // Taken before building: a file saved meanwhile makes the next build run again.
  const key = inputKey(name);
  const staging = join(outDir, '.staging', name);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  await make(staging);
  mkdirSync(dirname(output), { recursive: true });
  if (basename(output) === 'index.html') {
    rmSync(dirname(output), { recursive: true, force: true });
    renameSync(staging, dirname(output));
  } else {
    for (const file of readdirSync(staging)) renameSync(join(staging, file), join(dirname(output), file));
  }
  mkdirSync(join(outDir, '.setup'), { recursive: true });
  writeFileSync(keyFile(name), key);
}

async function bundle(entry, file) {
  const [{ build: viteBuild }, { nodeBundle }] = await Promise.all([import('vite'), import('./vite.node.mjs')]);
  await viteBuild(nodeBundle(entry, file));
}

async function page(folder) {
  const [{ build: viteBuild }, { rendererConfig }] = await Promise.all([import('vite'), import('./vite.renderer.mjs')]);
  await viteBuild(rendererConfig(folder));
}

function isFresh(name) {
  if (!existsSync(TARGETS[name].output) || !existsSync(keyFile(name))) return false;
  return readFileSync(keyFile(name), 'utf8') === inputKey(name);
}

function keyFile(name) {
  return join(outDir, '.setup', `built-${name}`);
}

// Names, sizes and times of all inputs: a change of any of them rebuilds, and looking costs a few milliseconds.
function inputKey(name) {
  const hash = createHash('sha256');
  for (const input of TARGETS[name].inputs) {
    for (const file of filesOf(join(root, input))) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
    }
  }
  return hash.digest('hex');
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  await runCommand(() => build(names.length > 0 ? names : undefined));
}

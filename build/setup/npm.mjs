// npm dependencies, from the lock file, with `npm ci --ignore-scripts`: nothing we use needs an install script.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { outDir, root } from './paths.mjs';
import { npmCommand, runQuietly, tail } from './run.mjs';
import { SetupError, runStep } from './steps.mjs';

const TITLE = 'npm dependencies';
const COMMAND = 'npm ci --ignore-scripts';
const PROGRESS_MS = 400;

/**
 * Makes node_modules hold exactly what package-lock.json says.
 * @throws {SetupError} when npm cannot fetch or unpack something
 */
export async function ensureDependencies() {
  await runStep(TITLE, async (step) => {
    if (upToDate()) return { outcome: 'up to date' };
    return withLock(`npm ${root}`, async () => ({ outcome: await install(step) }), () => {
      step.phase('waiting for another set-up,');
    });
  });
}

async function install(step) {
  // The other process may have done it while we waited.
  if (upToDate()) return 'up to date';
  const { packages, count } = lockedPackages();
  mkdirSync(join(outDir, '.setup'), { recursive: true });
  writeFileSync(unfinishedMark(), '');
  step.phase(`installing ${count} packages,`);
  const poll = setInterval(() => step.progress(unpackedCount(packages) / count), PROGRESS_MS);
  const [command, args] = npmCommand(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  const { code, output } = await runQuietly(command, args, { cwd: root }).finally(() => clearInterval(poll));
  if (code !== 0) {
    throw new SetupError(TITLE, `npm ci ended with code ${code}:\n${tail(output)}`, COMMAND);
  }
  rmSync(unfinishedMark());
  return `${count} packages installed`;
}

// npm writes node_modules/.package-lock.json when it has finished; we compare it with the lock file rather than keep
// a mark of our own, so that a developer's `npm install` counts as well. Our mark only says that npm was interrupted.
function upToDate() {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden) || existsSync(unfinishedMark())) return false;
  const have = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(lockedPackages().packages).every(([path, wanted]) => {
    if (!have[path]) return wanted.optional === true || wanted.devOptional === true;
    return have[path].version === wanted.version && existsSync(join(root, path, 'package.json'));
  });
}

function unfinishedMark() {
  return join(outDir, '.setup', 'npm-ci-unfinished');
}

function lockedPackages() {
  const { '': _self, ...packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return { packages, count: Object.values(packages).filter((entry) => !entry.optional).length };
}

function unpackedCount(packages) {
  return Object.keys(packages).filter((path) => existsSync(join(root, path, 'package.json'))).length;
}

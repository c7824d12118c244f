/** The repository's own files, as the tidy tests read them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Files of the repository, tracked or about to be, relative to its root with forward slashes.
 * @param pattern which of them
 */
export function repositoryFiles(pattern: RegExp): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n');
  return listed.filter((name) => pattern.test(name) && existsSync(join(root, name))).sort();
}

export function read(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

/**
 * The module names a TypeScript, JavaScript or Vue file imports, re-exports or loads lazily.
 * @param text the file's text
 */
export function importsOf(text: string): string[] {
  const matches = text.matchAll(/(?:^|[\s;{}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g);
  return [...matches].map((match) => match[1] ?? match[2] ?? '');
}

// Where things are: the checkout, its build output, and the cache that outlives node_modules.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of this checkout. */
export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** Everything the build makes; removed without loss. */
export const outDir = join(root, 'out');

/** What `npm run dist` makes. */
export const distDir = join(root, 'dist');

/**
 * The folder for what is fetched once per person and kept when node_modules is removed.
 * @returns {string} an absolute path; it need not exist yet
 */
export function cacheDir() {
  if (process.env.SYNOD_CACHE_DIR) return resolve(process.env.SYNOD_CACHE_DIR);
  if (process.env.XDG_CACHE_HOME) return join(resolve(process.env.XDG_CACHE_HOME), 'synod');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'synod');
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? homedir(), 'synod', 'cache');
  return join(homedir(), '.cache', 'synod');
}

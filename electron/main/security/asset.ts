/** Which file an address of app:// stands for. No Electron in here, so that it can be tested by itself. */
import { extname, join, normalize, sep } from 'node:path';

export const APP_SCHEME = 'app';
export const APP_HOST = 'synod';
export const APP_ORIGIN = `${APP_SCHEME}://${APP_HOST}`;
/** The page of the window. */
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

const mimeTypes: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

export interface Asset {
  /** Absolute path inside `root`. */
  readonly path: string;
  readonly mimeType: string;
}

/**
 * The file behind an address, or null when there can be none: another scheme or host, a way out of `root`, a kind of
 * file that the page has no use for. Whether the file exists is not looked at.
 * @param root absolute path of the folder with the page
 * @param address as the page asked for it
 */
export function assetOf(root: string, address: string): Asset | null {
  if (!isAppAddress(address)) return null;
  let name: string;
  try {
    name = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
  // A decoded address may hold what the parser of addresses would have taken apart: `%2e%2e`, `%5c`, `%00`.
  if (name.includes('\0') || name.includes('\\') || name.split('/').includes('..')) return null;
  const path = normalize(join(root, name === '/' ? 'index.html' : name));
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return null;
  const mimeType = mimeTypes[extname(path).toLowerCase()];
  return mimeType === undefined ? null : { path, mimeType };
}

/** Whether an address is one of the app's own pages. */
export function isAppAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  return protocol === `${APP_SCHEME}:` && host === APP_HOST && username === '' && password === '';
}

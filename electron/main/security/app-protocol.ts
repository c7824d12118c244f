/** app://synod: the page's own origin, served from the built renderer and from nowhere else. */
import { readFile } from 'node:fs/promises';
import { protocol, type Session } from 'electron';
import { APP_SCHEME, assetOf } from './asset.ts';
import { SECURITY_HEADERS } from './csp.ts';

/** Makes app:// an origin like https://, whose scripts are kept compiled. To be called before the app is ready. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/**
 * Answers app:// with the files in `root`; everything else is not found. With `protocol.handle`, which took this
 * function's place, Electron makes a web `Request` and takes a web `Response`, and loads Node's whole HTTP client for
 * it: 40 ms of processor time before the page has its first byte.
 */
export function serveApp(session: Session, root: string): void {
  session.protocol.registerBufferProtocol(APP_SCHEME, async ({ method, url }, answer) => {
    const asset = method === 'GET' ? assetOf(root, url) : null;
    const data = asset === null ? null : await readFile(asset.path).catch(() => null);
    const headers = { ...SECURITY_HEADERS };
    if (asset === null || data === null) answer({ statusCode: 404, headers, data: Buffer.from('Not found') });
    else answer({ headers: { ...headers, 'Content-Type': asset.mimeType }, data });
  });
}

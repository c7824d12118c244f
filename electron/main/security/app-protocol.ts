/** app://synod: the page's own origin, served from the built renderer and from nowhere else. */
import { readFile } from 'node:fs/promises';
import { protocol, type Session } from 'electron';
import { APP_SCHEME, assetOf } from './asset.ts';
import { SECURITY_HEADERS } from './csp.ts';

/** Makes app:// an origin like https://. To be called before the app is ready. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Answers app:// with the files in `root`; everything else is not found. */
export function serveApp(session: Session, root: string): void {
  session.protocol.handle(APP_SCHEME, async (request) => {
    const asset = request.method === 'GET' ? assetOf(root, request.url) : null;
    const body = asset === null ? null : await readFile(asset.path).catch(() => null);
    if (asset === null || body === null) return new Response('Not found', { status: 404, headers: SECURITY_HEADERS });
    return new Response(new Uint8Array(body), { headers: { ...SECURITY_HEADERS, 'Content-Type': asset.mimeType } });
  });
}

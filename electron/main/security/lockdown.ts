/** Shuts every door the app does not use: navigation, windows, frames, permissions, downloads, the network. */
import type { App, Session, WebContents } from 'electron';
import { isAppAddress } from './asset.ts';

/** Schemes that stay inside the program. */
const LOCAL_SCHEMES = new Set(['app:', 'blob:', 'data:', 'devtools:']);

/**
 * Denies all permissions, and every request that would leave the machine.
 * @param session the session of the window
 */
export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !staysInside(details.url) }));
}

/** Holds whatever web contents come into being to the app's own page: no navigation, no new windows, no webview. */
export function lockWebContents(app: App): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    const stayOnPage = (event: { preventDefault(): void; readonly url: string }): void => {
      if (!isAppAddress(event.url)) event.preventDefault();
    };
    contents.on('will-navigate', stayOnPage);
    contents.on('will-frame-navigate', stayOnPage);
    contents.on('will-redirect', stayOnPage);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

function staysInside(address: string): boolean {
  return URL.canParse(address) && LOCAL_SCHEMES.has(new URL(address).protocol);
}

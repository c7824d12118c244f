/** What the app does when it fails itself: it says what happened, keeps a record, and does not go on half alive. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog, type BrowserWindow } from 'electron';

/** Exit codes of the app. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** How often a page that crashes is loaded again. */
const RELOADS_MAX = 3;

/** Set to `off`, no box waits for a click: tests and servers have nobody to give it. */
const DIALOGS_VARIABLE = 'SYNOD_DIALOGS';

/** Writes an error to standard error and to the log file. @returns the log file's path. */
export function record(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  const folder = join(app.getPath('userData'), 'logs');
  const file = join(folder, 'errors.log');
  try {
    mkdirSync(folder, { recursive: true });
    appendFileSync(file, `${new Date().toISOString()} ${app.getVersion()} ${text}\n`);
  } catch {
    // The disk is full or read-only; standard error has it.
  }
  return file;
}

/** Shows an error box and waits until it is closed. */
export function showError(title: string, detail: string): void {
  if (process.env[DIALOGS_VARIABLE] !== 'off') dialog.showErrorBox(title, detail);
}

/** An error that nobody caught ends the app: what it would do next could not be trusted. */
export function catchFailures(): void {
  const fail = (error: unknown): void => {
    const file = record(error);
    const message = error instanceof Error ? error.message : String(error);
    showError(
      'Synod has to close',
      `Something went wrong in the program itself: ${message}\n\nStart it again to go on. ` +
        `If it happens again, please report it with the file\n${file}`,
    );
    app.exit(EXIT_FAILED);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
}

/** The page's process can end by itself (out of memory, say); the run goes on, so the page is loaded again. */
export function reloadAfterCrash(window: BrowserWindow): void {
  let crashes = 0;
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    record(new Error(`the window's process ended: ${details.reason} (${details.exitCode})`));
    if (++crashes > RELOADS_MAX) {
      showError(
        'Synod has to close',
        'The window stopped again and again. Start Synod anew, with fewer nodes if there are many.',
      );
      app.exit(EXIT_FAILED);
      return;
    }
    showError(
      'The window stopped',
      'Its process ended unexpectedly. The cluster is still running; the window opens again.',
    );
    window.webContents.reload();
  });
}

/** The window: where it stands, what it looks like before the page is there, and what it may do. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron';
import * as z from 'zod';
import type { Document } from './cluster-service.ts';
import { APP_PAGE } from './security/asset.ts';

const SIZE = { width: 1440, height: 900 };
const SIZE_MIN = { width: 1024, height: 700 };
/** The page's own ground in both themes, so that nothing flashes before it is painted. */
const BACKGROUND = { light: '#f5f7f7', dark: '#0e1214' };
const SAVE_AFTER_MS = 400;
/** At least this much of a remembered window must be on a screen, px. */
const VISIBLE_MIN = 100;

const boundsSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(SIZE_MIN.width).max(20_000),
  height: z.int().min(SIZE_MIN.height).max(20_000),
  maximized: z.boolean(),
});
type Bounds = z.infer<typeof boundsSchema>;

/**
 * Opens the window, shown as soon as it has something to show.
 * @param preload absolute path of the preload bundle
 * @param boundsFile where its place is remembered
 */
export function openWindow(preload: string, boundsFile: string): BrowserWindow {
  const bounds = readBounds(boundsFile);
  const window = new BrowserWindow({
    ...SIZE,
    ...(bounds !== null && { x: bounds.x, y: bounds.y, width: bounds.width, height: bounds.height }),
    minWidth: SIZE_MIN.width,
    minHeight: SIZE_MIN.height,
    title: 'Synod',
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
    },
  });
  if (bounds?.maximized === true) window.maximize();
  window.once('ready-to-show', () => window.show());
  // The title is the document's, not the page's.
  window.on('page-title-updated', (event) => event.preventDefault());
  rememberBounds(window, boundsFile);
  void window.loadURL(APP_PAGE);
  return window;
}

/** Shows in the title of the window what the person works at, and whether it has been saved. */
export function showDocument(window: BrowserWindow, { title, path, edited }: Document): void {
  const name = path === null ? title : basename(path);
  window.setTitle(`${edited ? '• ' : ''}${name === '' ? '' : `${name} – `}Synod`);
  if (process.platform !== 'darwin') return;
  window.setRepresentedFilename(path ?? '');
  window.setDocumentEdited(edited);
}

function readBounds(file: string): Bounds | null {
  try {
    const bounds = boundsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return screen.getAllDisplays().some((display) => overlaps(display.workArea, bounds)) ? bounds : null;
  } catch {
    // There is none yet, or somebody wrote something else into it: open where a first window would.
    return null;
  }
}

function overlaps(area: Rectangle, bounds: Rectangle): boolean {
  const width = Math.min(area.x + area.width, bounds.x + bounds.width) - Math.max(area.x, bounds.x);
  const height = Math.min(area.y + area.height, bounds.y + bounds.height) - Math.max(area.y, bounds.y);
  return width >= VISIBLE_MIN && height >= VISIBLE_MIN;
}

function rememberBounds(window: BrowserWindow, file: string): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (window.isDestroyed()) return;
    const bounds: Bounds = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      mkdirSync(dirname(file), { recursive: true });
      // Renamed into place: a crash in the middle leaves the earlier file.
      writeFileSync(`${file}.new`, JSON.stringify(bounds));
      renameSync(`${file}.new`, file);
    } catch {
      // A full or read-only disk: the window opens at its usual place next time.
    }
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('close', () => {
    if (timer !== undefined) save();
  });
}

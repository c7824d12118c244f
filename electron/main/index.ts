/** The app's life: from the command line to the last thread ended. */
import { mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { app, dialog, ipcMain, Menu, session, type BrowserWindow } from 'electron';
import { CommandError } from '../../src/cluster/command-error.ts';
import type { SessionInfo } from '../../src/cluster/frames.ts';
import { RunFileError } from '../../src/cluster/run-file/error.ts';
import { ScenarioError } from '../../src/scenario/parse.ts';
import { ClusterService } from './cluster-service.ts';
import { carryOutCommand, commandOf } from './command-line.ts';
import { jobStarter, realEngine } from './engine.ts';
import { catchFailures, EXIT_FAILED, EXIT_USAGE, record, reloadAfterCrash, showError } from './failures.ts';
import { Files, type Dialogs } from './files.ts';
import { answerRequests } from './ipc.ts';
import { Lab } from './lab.ts';
import { installMenu } from './menu.ts';
import { argumentsOf, OptionsError, readOptions, USAGE, type Options } from './options.ts';
import { requestHandlers } from './requests.ts';
import { usualRun } from './runs.ts';
import { declareAppScheme, serveApp } from './security/app-protocol.ts';
import { lockSession, lockWebContents } from './security/lockdown.ts';
import { GivenUpError } from './tasks.ts';
import { openWindow, showDocument } from './window.ts';

/** How long the threads have to end before the app ends without them. */
const CLOSE_WITHIN_MS = 3000;

/** When what earlier launches left behind is removed. */
const REMOVE_OLDER_AFTER_MS = 2000;

/** What a second start hands to the first. */
interface SecondStart {
  readonly args: readonly string[];
  readonly folder: string;
}

/** History and autosave begin so long after the window is there, or after the start when it is not, ms. */
const SETTLED_AFTER_WINDOW_MS = 400;
const SETTLED_AFTER_START_MS = 5000;

/** Why a job ends that nobody has cancelled. */
const ANOTHER_RUN = 'It ended because another run was begun.';
const CLOSING = 'Synod is closing.';

const outDir = join(__dirname, '..');
let window: BrowserWindow | null = null;

let settle: () => void = () => {};
const settled = new Promise<void>((resolve) => (settle = resolve));

const args = argumentsOf(process.argv, process.defaultApp === true);
const command = commandOf(args);
if (command !== null) carryOutCommand(command, outDir);
else prepare();

/** What has to be said before Electron is ready. */
function prepare(): void {
  catchFailures();
  app.setName('Synod');
  const userData = app.commandLine.getSwitchValue('user-data-dir') || process.env.SYNOD_USER_DATA;
  if (userData !== undefined && userData !== '') app.setPath('userData', resolve(userData));
  // Root can have no sandbox; whoever passes the switch knows.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.commandLine.appendSwitch('disable-http-cache');
  declareAppScheme();
  // Or Electron makes a menu of its own first.
  Menu.setApplicationMenu(null);
  lockWebContents(app);
  launch();
}

function launch(): void {
  const options = optionsOrExit(args);
  if (options === null) return;
  const mine: SecondStart = { args, folder: process.cwd() };
  if (!app.requestSingleInstanceLock({ ...mine })) {
    process.stderr.write('Synod is open already; its window comes to the front.\n');
    app.quit();
    return;
  }
  const service = createService();
  const files = new Files(service, systemDialogs(), app.getVersion());
  const lab = createLab(service, files);
  service.onRun = () => void lab.end(ANOTHER_RUN);
  firstRun(service, files, options, process.cwd()).catch(failToBegin);
  app.on('second-instance', (_event, _argv, _folder, given) => takeSecondStart(service, files, given as SecondStart));
  // macOS hands over the files of double clicks like this.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    void openFile(service, files, path, null);
  });
  endWith(service, lab);
  void app.whenReady().then(() => openApp(service, files, lab));
}

function optionsOrExit(args: readonly string[]): Options | null {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    process.stderr.write(`synod: ${error.message}\n\n${USAGE}`);
    showError('Synod cannot start like this', error.message);
    app.exit(EXIT_USAGE);
    return null;
  }
  if (options.help || options.version) {
    process.stdout.write(options.help ? USAGE : `${app.getVersion()}\n`);
    app.exit(0);
    return null;
  }
  return options;
}

async function firstRun(service: ClusterService, files: Files, options: Options, folder: string): Promise<SessionInfo> {
  if (options.file === null) return service.begin(usualRun(options));
  try {
    return await files.openPath(resolve(folder, options.file), options.seed);
  } catch (error) {
    // Nobody wanted to wait for a long run; there has to be one all the same.
    if (error instanceof GivenUpError) return service.begin(usualRun(options));
    throw error;
  }
}

function createService(): ClusterService {
  const runs = join(app.getPath('userData'), 'runs');
  const launchName = Date.now().toString(36);
  mkdirSync(runs, { recursive: true });
  // Not while the window opens.
  setTimeout(settle, SETTLED_AFTER_START_MS);
  setTimeout(() => void removeOlderRuns(runs, launchName), REMOVE_OLDER_AFTER_MS);
  return new ClusterService({
    engine: realEngine(__dirname, journalFolder(), app.getVersion(), settled, record),
    directory: runs,
    launch: launchName,
    send: (channel, message) => {
      if (window !== null && !window.isDestroyed()) window.webContents.send(channel, message);
    },
    onDocument: (document) => {
      if (window !== null && !window.isDestroyed()) showDocument(window, document);
    },
  });
}

function createLab(service: ClusterService, files: Files): Lab {
  return new Lab({
    service,
    files,
    startJob: jobStarter(__dirname),
    cores: availableParallelism(),
    send: (news) => {
      if (window !== null && !window.isDestroyed()) window.webContents.send('lab', news);
    },
    report: record,
  });
}

/** Where sessions that were interrupted are found again. */
function journalFolder(): string {
  return join(app.getPath('userData'), 'sessions');
}

/** What earlier launches left behind: they had no time to clean up. The lock says that none of them still runs. */
async function removeOlderRuns(runs: string, launchName: string): Promise<void> {
  const names = await readdir(runs).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${launchName}-`)) await rm(join(runs, name), { recursive: true, force: true }).catch(record);
  }
}

function failToBegin(error: unknown): void {
  if (isOfFile(error)) {
    process.stderr.write(`synod: ${error.message}\n`);
    showError('This file cannot be opened', error.message);
    app.exit(EXIT_USAGE);
    return;
  }
  const file = record(error);
  const message = error instanceof Error ? error.message : String(error);
  showError('The cluster cannot start', `${message}\n\nDetails are in ${file}`);
  app.exit(EXIT_FAILED);
}

function openApp(service: ClusterService, files: Files, lab: Lab): void {
  lockSession(session.defaultSession);
  serveApp(session.defaultSession, join(outDir, 'renderer'));
  const info = {
    version: app.getVersion(),
    electron: process.versions.electron,
    chromium: process.versions.chrome,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
  };
  answerRequests(
    ipcMain,
    requestHandlers({ service, files, lab, journals: journalFolder(), info, report: record }),
    (contents) => window?.webContents.id === contents,
    record,
  );
  window = openWindow(join(outDir, 'preload', 'preload.cjs'), join(app.getPath('userData'), 'window.json'));
  const opened = window;
  opened.on('closed', () => (window = null));
  opened.once('ready-to-show', () => setTimeout(settle, SETTLED_AFTER_WINDOW_MS));
  reloadAfterCrash(opened);
  showDocument(opened, service.document);
  installMenu((action) => opened.webContents.send('menu', action), !app.isPackaged);
}

/** The system's own. */
function systemDialogs(): Dialogs {
  return {
    open: async (title, filters) => {
      const options = { title, properties: ['openFile' as const], filters: filtersOf(filters) };
      const answer = window === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options);
      const { filePaths } = await answer;
      return filePaths[0] ?? null;
    },
    save: async (title, proposed, filters) => {
      const defaultPath = isAbsolute(proposed) ? proposed : join(app.getPath('documents'), proposed);
      const options = { title, defaultPath, filters: filtersOf(filters) };
      const answer = window === null ? dialog.showSaveDialog(options) : dialog.showSaveDialog(window, options);
      const { filePath } = await answer;
      return filePath === '' ? null : filePath;
    },
  };
}

function filtersOf(filters: Parameters<Dialogs['open']>[1]): Electron.FileFilter[] {
  return filters.map(({ name, extensions }) => ({ name, extensions: [...extensions] }));
}

/** A file that was handed over from outside the window; the run that goes on stays if it cannot be opened. */
async function openFile(service: ClusterService, files: Files, path: string, seed: number | null): Promise<void> {
  try {
    await files.openPath(path, seed);
  } catch (error) {
    if (error instanceof GivenUpError) return;
    if (!isOfFile(error)) record(error);
    const detail = error instanceof Error ? error.message : String(error);
    service.tell({ title: 'This file cannot be opened', detail });
  }
}

/** An error that says all there is to say of a file. */
function isOfFile(error: unknown): error is Error {
  return error instanceof ScenarioError || error instanceof RunFileError || error instanceof CommandError;
}

function takeSecondStart(service: ClusterService, files: Files, { args, folder }: SecondStart): void {
  if (window !== null) {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }
  // Already checked by the second program itself, which had the same argument reader.
  const { file, seed } = readOptions(args);
  if (file !== null) void openFile(service, files, resolve(folder, file), seed);
}

/** Closing the window ends the app, and the app ends its threads first. */
function endWith(service: ClusterService, lab: Lab): void {
  let ended = false;
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    ended = true;
    window?.hide();
    const late = new Promise<void>((done) => setTimeout(done, CLOSE_WITHIN_MS));
    void Promise.race([Promise.all([lab.end(CLOSING), service.close()]).catch(record), late]).then(() => app.quit());
  });
}

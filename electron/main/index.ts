/** The app's life: from the command line to the last thread ended. */
import { mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { app, dialog, ipcMain, Menu, session, type BrowserWindow } from 'electron';
import { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';
import { ScenarioError } from '../../src/scenario/parse.ts';
import { ClusterService, type RunStart } from './cluster-service.ts';
import { catchFailures, EXIT_FAILED, EXIT_USAGE, record, reloadAfterCrash, showError } from './failures.ts';
import { answerRequests } from './ipc.ts';
import { installMenu } from './menu.ts';
import { argumentsOf, OptionsError, readOptions, USAGE, type Options } from './options.ts';
import { chosenRun, runOfFile, usualRun } from './runs.ts';
import { declareAppScheme, serveApp } from './security/app-protocol.ts';
import { lockSession, lockWebContents } from './security/lockdown.ts';
import { openWindow } from './window.ts';

/** How long the threads have to end before the app ends without them. */
const CLOSE_WITHIN_MS = 3000;

/** When what earlier launches left behind is removed. */
const REMOVE_OLDER_AFTER_MS = 2000;

/** What a second start hands to the first. */
interface SecondStart {
  readonly args: readonly string[];
  readonly folder: string;
}

const outDir = join(__dirname, '..');
let window: BrowserWindow | null = null;

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

function launch(): void {
  const args = argumentsOf(process.argv, process.defaultApp === true);
  const options = optionsOrExit(args);
  if (options === null) return;
  const mine: SecondStart = { args, folder: process.cwd() };
  if (!app.requestSingleInstanceLock({ ...mine })) {
    process.stderr.write('Synod is open already; its window comes to the front.\n');
    app.quit();
    return;
  }
  const service = createService();
  const first = startOf(options, process.cwd()).then((start) => service.begin(start));
  first.catch(failToBegin);
  app.on('second-instance', (_event, _argv, _folder, given) => takeSecondStart(service, given as SecondStart));
  endWith(service);
  void app.whenReady().then(() => openApp(service));
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

function startOf(options: Options, folder: string): Promise<RunStart> {
  if (options.file === null) return Promise.resolve(usualRun(options));
  return runOfFile(resolve(folder, options.file), options.seed);
}

function createService(): ClusterService {
  const runs = join(app.getPath('userData'), 'runs');
  const launchName = Date.now().toString(36);
  mkdirSync(runs, { recursive: true });
  // Not while the window opens.
  setTimeout(() => void removeOlderRuns(runs, launchName), REMOVE_OLDER_AFTER_MS);
  return new ClusterService({
    directory: runs,
    launch: launchName,
    start: ({ header, script, headStart = 0, run, directory, transport }) =>
      ThreadCluster.start({ header, script, headStart, run, directory, transport, workers: workers(), observe: true }),
    send: (channel, message) => {
      if (window !== null && !window.isDestroyed()) window.webContents.send(channel, message);
    },
    discard: (directory) => rm(directory, { recursive: true, force: true }),
    report: record,
  });
}

/** Workers are started from files; in a package these lie beside the archive. */
function workers(): { router: string; node: string } {
  const folder = __dirname.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
  return { router: join(folder, 'router-worker.cjs'), node: join(folder, 'node-worker.cjs') };
}

/** What earlier launches left behind: they had no time to clean up. The lock says that none of them still runs. */
async function removeOlderRuns(runs: string, launchName: string): Promise<void> {
  const names = await readdir(runs).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${launchName}-`)) await rm(join(runs, name), { recursive: true, force: true }).catch(record);
  }
}

function failToBegin(error: unknown): void {
  if (error instanceof ScenarioError) {
    process.stderr.write(`synod: ${error.message}\n`);
    showError('This scenario cannot be opened', error.message);
    app.exit(EXIT_USAGE);
    return;
  }
  const file = record(error);
  const message = error instanceof Error ? error.message : String(error);
  showError('The cluster cannot start', `${message}\n\nDetails are in ${file}`);
  app.exit(EXIT_FAILED);
}

function openApp(service: ClusterService): void {
  lockSession(session.defaultSession);
  serveApp(session.defaultSession, join(outDir, 'renderer'));
  answerRequests(
    ipcMain,
    {
      'app:info': () => ({
        version: app.getVersion(),
        electron: process.versions.electron,
        chromium: process.versions.chrome,
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
      }),
      'session:attach': () => service.attach(),
      'session:new': (choices) => service.begin(chosenRun(choices)),
      'session:command': (command) => service.command(command),
      'transport:set': (change) => service.setTransport(change),
      'transport:step': () => service.step(),
      'node:inspect': ({ node }) => service.inspect(node),
      'frame:acknowledge': ({ run, frame }) => service.acknowledge(run, frame),
    },
    (contents) => window?.webContents.id === contents,
    record,
  );
  window = openWindow(join(outDir, 'preload', 'preload.cjs'), join(app.getPath('userData'), 'window.json'));
  const opened = window;
  opened.on('closed', () => (window = null));
  reloadAfterCrash(opened);
  installMenu(
    {
      act: (action) => opened.webContents.send('menu', action),
      openFile: () =>
        void chooseFile(opened).then((path) => (path === null ? undefined : openFile(service, path, null))),
    },
    !app.isPackaged,
  );
}

async function chooseFile(parent: BrowserWindow): Promise<string | null> {
  const { filePaths } = await dialog.showOpenDialog(parent, {
    title: 'Open Scenario',
    properties: ['openFile'],
    filters: [{ name: 'Scenarios', extensions: ['yaml', 'yml', 'json'] }],
  });
  return filePaths[0] ?? null;
}

/** A run that was asked for from outside the window; the one that goes on stays if it cannot be had. */
async function openFile(service: ClusterService, path: string, seed: number | null): Promise<void> {
  try {
    await service.begin(await runOfFile(path, seed));
  } catch (error) {
    if (!(error instanceof ScenarioError)) record(error);
    const detail = error instanceof Error ? error.message : String(error);
    service.tell({ title: 'This scenario cannot be opened', detail });
  }
}

function takeSecondStart(service: ClusterService, { args, folder }: SecondStart): void {
  if (window !== null) {
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }
  // Already checked by the second program itself, which had the same argument reader.
  const { file, seed } = readOptions(args);
  if (file !== null) void openFile(service, resolve(folder, file), seed);
}

/** Closing the window ends the app, and the app ends its threads first. */
function endWith(service: ClusterService): void {
  let ended = false;
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (ended) return;
    event.preventDefault();
    ended = true;
    window?.hide();
    const late = new Promise<void>((done) => setTimeout(done, CLOSE_WITHIN_MS));
    void Promise.race([service.close().catch(record), late]).then(() => app.quit());
  });
}

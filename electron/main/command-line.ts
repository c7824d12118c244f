/**
 * The command line inside the installed program: `synod fuzz …` does what `npx synod fuzz …` does in the repository, with
 * the same bundle, in this process and without a window.
 *
 * On Linux a program with Chromium in it wants a display before anything else, but for one that was started as headless,
 * and what a script says comes too late for that. So the program starts itself a second time, and waits for it.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { app } from 'electron';
import { commandNames } from '../../src/cli/command-names.ts';
import { EXIT_INTERRUPTED } from '../../src/cli/exit-codes.ts';

/** No display, no graphics, and nothing on standard error but what the command says. */
const HEADLESS = ['--ozone-platform=headless', '--disable-gpu', '--log-level=3'];

/** How often the second program looks whether the first is still there, ms. */
const PARENT_WATCH_MS = 500;

/** What the command line's bundle gives whoever loads it instead of starting it. */
interface CommandLine {
  /** The exit code, when the command is done. */
  readonly finished: Promise<number>;
}

/**
 * The words of a command, without what is meant for Chromium before them; `null` when this is no command.
 * @param args everything after the program and, when it is a bare Electron, the app's folder
 */
export function commandOf(args: readonly string[]): readonly string[] | null {
  const first = args.findIndex((argument) => !argument.startsWith('-'));
  if (first < 0 || !commandNames.includes(args[first]!)) return null;
  return args.slice(first);
}

/**
 * Does a command, and ends the program with its exit code.
 * @param folder of the built program; in a package, what is started from files lies beside the archive
 */
export function carryOutCommand(words: readonly string[], folder: string): void {
  if (process.platform === 'linux' && app.commandLine.getSwitchValue('ozone-platform') !== 'headless') {
    const own = process.argv.slice(1);
    // A terminal interrupts both; the second one ends with its summary, and the first waits for it.
    process.on('SIGINT', () => {});
    const { status, signal } = spawnSync(process.execPath, [...HEADLESS, ...own], { stdio: 'inherit' });
    process.exit(signal === null ? (status ?? EXIT_INTERRUPTED) : EXIT_INTERRUPTED);
  }
  // Chromium has the signals, and makes the wish to quit of them.
  app.on('before-quit', (event) => {
    event.preventDefault();
    process.emit('SIGINT');
  });
  endWithParent();
  const beside = folder.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
  process.argv = [process.execPath, 'synod', ...words];
  // Loaded at run time: it is a bundle of its own, and of no use to the window.
  const { finished } = require(join(beside, 'cli', 'cli.cjs')) as CommandLine;
  void finished.then((code) => process.stdout.write('', () => app.exit(code)));
}

/** Whoever ends the program that was started means the one that it has started. */
function endWithParent(): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.emit('SIGINT');
  }, PARENT_WATCH_MS);
}

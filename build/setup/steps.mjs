// One line per step of set-up, with progress on that same line, and one way to fail.

const BRIEF_MS = 500;

let stream = process.stdout;
let onlyWork = false;

/**
 * Sends the step lines elsewhere, for commands whose own output must stay clean.
 * @param {NodeJS.WriteStream} target
 * @param {{ onlyWork?: boolean }} [options] with `onlyWork`, a step that finds everything in place prints nothing
 */
export function printStepsTo(target, options = {}) {
  stream = target;
  onlyWork = options.onlyWork ?? false;
}

/** A set-up step that could not be done: which one, why, and the command that would put it right. */
export class SetupError extends Error {
  /**
   * @param {string} step the step's title
   * @param {string} why what went wrong, for a person
   * @param {string} command the exact command to run
   */
  constructor(step, why, command) {
    super(why);
    this.name = 'SetupError';
    this.step = step;
    this.command = command;
  }
}

/**
 * Begins a step: prints its title and keeps the line open for progress until it ends.
 * On a terminal the line is rewritten; elsewhere each further tenth is appended to it.
 * @param {string} title
 */
export function beginStep(title) {
  const started = performance.now();
  let shown = '';
  let lastTenth = 0;
  let opened = false;
  const open = () => {
    if (!opened) stream.write(stream.isTTY ? title : `${title} ...`);
    opened = true;
  };
  if (!onlyWork) open();

  /** @param {string} text */
  const rewrite = (text) => {
    if (text === shown) return;
    shown = text;
    stream.write(`\r\u001b[K${title} ... ${text}`);
  };

  return {
    /**
     * Shows how far the step is.
     * @param {number} fraction 0 to 1
     * @param {string} [what] what is being done, shown on a terminal
     */
    progress(fraction, what = '') {
      open();
      const percent = Math.min(99, Math.floor(fraction * 100));
      if (stream.isTTY) {
        rewrite(`${percent} %${what ? ` ${what}` : ''}`);
        return;
      }
      const tenth = Math.floor(percent / 10);
      if (tenth <= lastTenth) return;
      lastTenth = tenth;
      stream.write(` ${tenth * 10}%`);
    },
    /**
     * Says what this step does next and starts its progress again from nothing.
     * @param {string} what
     */
    phase(what) {
      open();
      lastTenth = 0;
      if (stream.isTTY) rewrite(what);
      else stream.write(` ${what}`);
    },
    /**
     * Ends the step's line.
     * @param {string} outcome
     */
    end(outcome) {
      const ms = performance.now() - started;
      if (!opened && ms < BRIEF_MS) return;
      open();
      const took = ms < BRIEF_MS ? '' : ` (${(ms / 1000).toFixed(1)} s)`;
      stream.write(stream.isTTY ? `\r\u001b[K${title}: ${outcome}${took}\n` : ` ${outcome}${took}\n`);
    },
    /** Ends the line of a step that failed; the error says the rest. */
    fail() {
      open();
      stream.write(stream.isTTY ? `\r\u001b[K${title}: failed\n` : ' failed\n');
    },
  };
}

/**
 * Runs one step and closes its line whatever happens.
 * @template T
 * @param {string} title
 * @param {(step: ReturnType<typeof beginStep>) => Promise<{ outcome: string, value?: T }>} work
 * @returns {Promise<T>}
 */
export async function runStep(title, work) {
  const step = beginStep(title);
  try {
    const { outcome, value } = await work(step);
    step.end(outcome);
    return value;
  } catch (error) {
    step.fail();
    throw error;
  }
}

/**
 * Prints a line of its own between steps.
 * @param {string} text
 */
export function say(text) {
  stream.write(`${text}\n`);
}

/**
 * Runs a whole command; a failed step ends the process with its reason and remedy, not a stack trace.
 * @param {() => Promise<number | void>} main gives the exit code; nothing means 0
 */
export async function runCommand(main) {
  // A log is no place for colour codes, whatever the programs we start believe.
  if (!process.stdout.isTTY && !process.env.FORCE_COLOR) process.env.NO_COLOR ??= '1';
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\nFailed at: ${error.step}\nWhy:       ${error.message}\nRun this:  ${error.command}\n`);
    process.exitCode = 1;
  }
}

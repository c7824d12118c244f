// Running other programs with their noise kept and shown only when they fail.
import { spawn } from 'node:child_process';

/**
 * Runs a program and collects what it prints.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onStatus?: (line: string) => void }} [options] `onStatus` receives
 *   each line the program writes to file descriptor 3
 * @returns {Promise<{ code: number, output: string }>} code is 127 when the program could not be started
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((done) => {
    const stdio = ['ignore', 'pipe', 'pipe'];
    if (options.onStatus) stdio.push('pipe');
    const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, stdio });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    if (options.onStatus) {
      let rest = '';
      child.stdio[3].setEncoding('utf8').on('data', (chunk) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) options.onStatus(line);
      });
    }
    child.on('error', (error) => done({ code: 127, output: error.message }));
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

/**
 * Runs a program with this process's own input and output.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>} its exit code; 128 + n when signal n ended it
 */
export function runShown(command, args, options = {}) {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM'];
    for (const signal of signals) process.on(signal, forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      done(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/**
 * The last lines of a program's output, where the reason for a failure usually is.
 * @param {string} output
 * @param {number} [lines]
 */
export function tail(output, lines = 12) {
  return output.trim().split('\n').slice(-lines).join('\n');
}

/**
 * How to start npm: the one that started us, else the one on the PATH.
 * @param {string[]} args
 * @returns {[string, string[]]} program and arguments
 */
export function npmCommand(args) {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.[cm]?js$/.test(script)) return [process.execPath, [script, ...args]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
}

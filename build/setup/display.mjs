// A display to draw on: whether there is one, and one in memory for tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SetupError } from './steps.mjs';

const SCREEN = '1920x1200x24';
const START_MS = 15_000;

/** Whether a window can be opened; only Linux has machines without. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/**
 * Runs `work` with an X server of its own that draws to memory, and ends that server afterwards, however it ends.
 * @template T
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} work gets the environment for programs that draw
 * @returns {Promise<T>}
 * @throws {SetupError} when Xvfb does not start
 */
export async function withVirtualDisplay(work) {
  if (process.platform !== 'linux') return work(process.env);
  // Xvfb picks a free display and writes its number to descriptor 3.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', SCREEN, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const end = () => server.kill();
  process.on('exit', end);
  try {
    const number = await Promise.race([firstLine(server), failure(server)]);
    const { WAYLAND_DISPLAY: _unwanted, ...env } = process.env;
    return await work({ ...env, DISPLAY: `:${number}` });
  } finally {
    process.off('exit', end);
    end();
  }
}

async function firstLine(server) {
  let text = '';
  for await (const chunk of server.stdio[3]) {
    text += chunk;
    if (text.includes('\n')) return text.trim();
  }
  return new Promise(() => {});
}

async function failure(server) {
  const timeout = AbortSignal.timeout(START_MS);
  const why = await Promise.race([
    once(server, 'error', { signal: timeout }).then(([error]) => error.message),
    once(server, 'exit', { signal: timeout }).then(([code]) => `it ended with code ${code}`),
  ]).catch(() => 'it did not answer');
  throw new SetupError('virtual display', `Xvfb: ${why}`, `Xvfb -displayfd 1 -screen 0 ${SCREEN}`);
}

// A lock between processes that the system itself takes back when its holder dies, so it can never be left behind.
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;

/**
 * Runs `work` while no other process on this machine holds the lock of the same name.
 * @template T
 * @param {string} name what is being protected, usually an absolute path
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called once if another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(name, work, onWait = () => {}) {
  const address = lockAddress(name);
  let server = await tryListen(address);
  if (!server) onWait();
  while (!server) {
    await sleep(POLL_MS);
    server = await tryListen(address);
  }
  try {
    return await work();
  } finally {
    await new Promise((closed) => server.close(closed));
  }
}

// A listening socket is the lock: an abstract one on Linux, a pipe on Windows, a file elsewhere.
function lockAddress(name) {
  const key = `synod-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  if (process.platform === 'linux') return `\0${key}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${key}`;
  return join(tmpdir(), `${key}.sock`);
}

async function tryListen(address) {
  const server = createServer((socket) => socket.destroy());
  const free = await new Promise((settle, reject) => {
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? settle(false) : reject(error)));
    server.listen(address, () => settle(true));
  });
  if (free) {
    server.unref();
    return server;
  }
  // Only a socket that is a file can outlive its holder.
  if (address.startsWith('/') && !(await answers(address))) rmSync(address, { force: true });
  return null;
}

function answers(address) {
  return new Promise((settle) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      settle(true);
    });
    socket.once('error', () => settle(false));
  });
}

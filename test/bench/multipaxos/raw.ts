/** The raw limits: what a message between two threads takes, and what a synced write does. */
import { closeSync, fdatasync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MessageChannel, parentPort, Worker, type MessagePort } from 'node:worker_threads';
import { ClassicLevel } from 'classic-level';

const WARM_UP = 2_000;

/** A thread of these measurements is started with this. */
export type RawThread =
  | { readonly raw: 'ask'; readonly bytes: number; readonly count: number; readonly ports: readonly [MessagePort] }
  | { readonly raw: 'echo'; readonly ports: readonly [MessagePort] }
  | { readonly raw: 'relay'; readonly ports: readonly [MessagePort, MessagePort] };

export function serveRaw(data: RawThread): void {
  switch (data.raw) {
    case 'ask': {
      const [port] = data.ports;
      const payload = new Uint8Array(data.bytes);
      let answers = 0;
      let begun = 0;
      port.on('message', () => {
        answers++;
        if (answers === WARM_UP) begun = performance.now();
        if (answers < WARM_UP + data.count) port.postMessage(payload);
        else parentPort!.postMessage(((performance.now() - begun) * 1000) / data.count);
      });
      port.postMessage(payload);
      return;
    }
    case 'echo': {
      const [port] = data.ports;
      port.on('message', (message) => port.postMessage(message));
      return;
    }
    case 'relay': {
      const [a, b] = data.ports;
      a.on('message', (message) => b.postMessage(message));
      b.on('message', (message) => a.postMessage(message));
    }
  }
}

/** µs for a message to another thread and back, event loop to event loop. @param relayed by way of a third thread */
export async function roundTrip(entry: string, bytes: number, count: number, relayed: boolean): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  const threads: RawThread[] = [{ raw: 'ask', bytes, count, ports: [port1] }];
  if (relayed) {
    const further = new MessageChannel();
    threads.push({ raw: 'relay', ports: [port2, further.port1] }, { raw: 'echo', ports: [further.port2] });
  } else threads.push({ raw: 'echo', ports: [port2] });
  const workers = threads.map((data) => new Worker(entry, { workerData: data, transferList: [...data.ports] }));
  const result = await new Promise<number>((resolve) => workers[0]!.on('message', resolve));
  await Promise.all(workers.map((worker) => worker.terminate()));
  return result;
}

/** Synced writes a second of wall time. @param together so many writers share one sync */
export async function syncedWrites(bytes: number, together: number, ms: number): Promise<{ readonly file: number; readonly level: number }> {
  const directory = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  const file = openSync(join(directory, 'log'), 'a');
  const db = new ClassicLevel<string, Uint8Array>(join(directory, 'level'), { valueEncoding: 'view' });
  const payload = new Uint8Array(bytes * together);
  const value = new Uint8Array(bytes);
  const sync = promisify(fdatasync);
  let slot = 0;
  try {
    await db.open();
    const ofFile = await rateOf(ms, async () => {
      writeSync(file, payload);
      await sync(file);
    });
    const ofLevel = await rateOf(ms, () => {
      const writes = Array.from({ length: together }, () => ({ type: 'put' as const, key: `log ${slot++}`, value }));
      return db.batch(writes, { sync: true });
    });
    return { file: ofFile * together, level: ofLevel * together };
  } finally {
    closeSync(file);
    await db.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** How often a second `work` can be done, one after the other. */
async function rateOf(ms: number, work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  let count = 0;
  for (; performance.now() - begun < ms; count++) await work();
  return count / ((performance.now() - begun) / 1000);
}

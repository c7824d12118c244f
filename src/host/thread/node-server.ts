/**
 * A node on its thread: takes batches from the router, steps through them, syncs what they saved, and only then hands
 * the output back. Owns no clock and no randomness, and no I/O but its storage.
 */
import type { AnyProtocol } from '../../protocol/protocol.ts';
import { NodeRunner } from '../runner.ts';
import { LevelStorage } from '../storage/level.ts';
import type { FromNode, NodeWorkerData, ToNode } from './messages.ts';

/** Serves until the thread is terminated. */
export async function serveNode(data: NodeWorkerData, protocolOf: (name: string) => AnyProtocol): Promise<void> {
  const { port, setup, observe } = data;
  const tell = (message: FromNode, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const fail = (error: unknown): void => {
    tell({ type: 'failed', error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
    // Ends the thread with the same reason: main, which hears only of its end, may tell the router sooner than the port.
    setImmediate(() => {
      throw error;
    });
  };
  try {
    const { resume } = data;
    const protocol = protocolOf(data.protocol);
    const storage = await (resume === undefined
      ? LevelStorage.open(data.directory, data.disk)
      : LevelStorage.restore(data.directory, resume.disk));
    const runner =
      resume === undefined
        ? new NodeRunner({ protocol, setup, stored: await storage.load(), observe })
        : NodeRunner.resume({ protocol, observe }, resume.runner);
    port.on('message', (message: ToNode) => {
      if (message instanceof ArrayBuffer) runBatch(runner, storage, new Uint8Array(message), tell).catch(fail);
      else {
        storage
          .load()
          .then((stored) => tell({ type: 'inspection', id: message.id, inspection: runner.inspect(stored) }))
          .catch(fail);
      }
    });
    tell({ type: 'ready' });
  } catch (error) {
    fail(error);
  }
}

async function runBatch(
  runner: NodeRunner,
  storage: LevelStorage,
  batch: Uint8Array,
  tell: (message: FromNode, transfer: ArrayBuffer[]) => void,
): Promise<void> {
  const { output, saves } = runner.run(batch);
  // Durable before visible: nothing leaves the thread until all that the batch saved is synced, once for all of it.
  if (saves.length > 0) await storage.commit(saves);
  // The runner's buffer goes along whole; `bytes` is the view of it that counts.
  tell({ type: 'output', ...output }, [output.bytes.buffer as ArrayBuffer]);
}

/**
 * A node on its thread: takes batches from the router, steps through them, syncs what they saved, and only then hands
 * the output back. Owns no clock and no randomness, and no I/O but its storage.
 */
import type { MessagePort } from 'node:worker_threads';
import type { NodeOutput } from '../../cluster/batch.ts';
import type { AnyProtocol } from '../../protocol/protocol.ts';
import { NodeRunner } from '../runner.ts';
import { LevelStorage } from '../storage/level.ts';
import { NodeMailbox } from './mailbox.ts';
import type { FromNode, NodeWorkerData, ToNode } from './messages.ts';

/** Wall time for which a node waits for the next batch where it is, ms, before it goes back to its event loop. */
const PARK_MS = 10;

/** What a node's storage does for it. */
export type NodeStorage = Pick<LevelStorage, 'load' | 'commit'>;

/** Where storages come from. */
export interface Storages {
  open(...how: Parameters<typeof LevelStorage.open>): Promise<NodeStorage>;
  restore(...how: Parameters<typeof LevelStorage.restore>): Promise<NodeStorage>;
}

/**
 * Serves until the thread is terminated.
 * @param storages for measurements; a node's storage is LevelDB.
 */
export async function serveNode(
  data: NodeWorkerData,
  protocolOf: (run: NodeWorkerData['run']) => AnyProtocol,
  storages: Storages = LevelStorage,
): Promise<void> {
  const { port, setup } = data;
  const tell = (message: FromNode): void => port.postMessage(message);
  const fail = (error: unknown): void => {
    tell({ type: 'failed', error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
    // Ends the thread with the same reason: main, which hears only of its end, may tell the router sooner than the port.
    setImmediate(() => {
      throw error;
    });
  };
  try {
    const { resume } = data;
    const protocol = protocolOf(data.run);
    const storage = await (resume === undefined
      ? storages.open(data.directory, data.disk)
      : storages.restore(data.directory, resume.disk));
    const runner =
      resume === undefined
        ? new NodeRunner({ protocol, setup, stored: await storage.load(), observe: false })
        : NodeRunner.resume({ protocol, observe: false }, resume.runner);
    const worker = new BatchWorker(runner, storage, port);
    port.on('message', (message: ToNode) => {
      if (message instanceof ArrayBuffer) worker.run(new Uint8Array(message)).catch(fail);
      else if (message.type === 'mailbox') worker.mailbox = new NodeMailbox(message.mailbox);
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

/** Runs batches, and hands over what comes of them when what they saved is on the disk. */
class BatchWorker {
  /** The short way to the router, once it has been shown. */
  mailbox: NodeMailbox | null = null;
  private readonly runner: NodeRunner;
  private readonly storage: NodeStorage;
  private readonly port: MessagePort;

  constructor(runner: NodeRunner, storage: NodeStorage, port: MessagePort) {
    this.runner = runner;
    this.storage = storage;
    this.port = port;
  }

  /** Runs a batch that has come by the port, and those that follow it in the mailbox. */
  async run(batch: Uint8Array): Promise<void> {
    for (let next: Uint8Array | null = batch; next !== null; next = this.mailbox?.park(PARK_MS) ?? null) {
      // An empty batch, without even a head, asks for what the node shows of itself.
      if (next.length === 0) {
        this.handOver(this.runner.look());
        continue;
      }
      const { output, saves } = this.runner.run(next);
      // Durable before visible: nothing leaves the thread until all that the batch saved is synced, once for all of it.
      if (saves.length > 0) await this.storage.commit(saves);
      this.handOver(output);
    }
  }

  private handOver(output: NodeOutput): void {
    if (this.mailbox?.deliver(output) === true) return;
    // The runner's buffer goes along whole; `bytes` is the view of it that counts.
    this.port.postMessage({ type: 'output', ...output } satisfies FromNode, [output.bytes.buffer as ArrayBuffer]);
    this.mailbox?.posted();
  }
}

/** The router's end of one node's thread. */
import type { MessagePort } from 'node:worker_threads';
import type { NodeOutput } from '../../cluster/batch.ts';
import type { Inspection, NodeId } from '../../protocol/protocol.ts';
import type { FromNode, ToNode } from './messages.ts';

/** Why a node gives no answer any more. */
export class NodeEnded extends Error {
  constructor(error: string) {
    super(error);
    this.name = 'NodeEnded';
  }
}

export class NodeLink {
  readonly node: NodeId;
  readonly incarnation: number;
  /** The reason for which the thread ended; `null` while it runs. */
  ended: string | null = null;
  /** Called once, when the thread ends or fails. */
  onEnded: (error: string) => void = () => {};
  private readonly port: MessagePort;
  private readonly becameReady: Promise<void>;
  private ready!: () => void;
  private notReady!: (error: NodeEnded) => void;
  private onOutput: ((output: NodeOutput | null) => void) | null = null;
  private readonly inspections = new Map<number, { give: (i: Inspection) => void; refuse: (e: Error) => void }>();
  private asked = 0;

  constructor(node: NodeId, incarnation: number, port: MessagePort) {
    this.node = node;
    this.incarnation = incarnation;
    this.port = port;
    this.becameReady = new Promise((resolve, reject) => {
      this.ready = resolve;
      this.notReady = reject;
    });
    this.becameReady.catch(() => {});
    port.on('message', (message: FromNode) => this.hear(message));
  }

  /** Resolves when the node has read its disk. @throws NodeEnded */
  whenReady(): Promise<void> {
    return this.becameReady;
  }

  /** Hands over a batch; `done` gets the output, or `null` if the node ends first. */
  run(batch: ArrayBuffer, done: (output: NodeOutput | null) => void): void {
    if (this.ended !== null) return done(null);
    this.onOutput = done;
    this.port.postMessage(batch satisfies ToNode, [batch]);
  }

  inspect(): Promise<Inspection> {
    if (this.ended !== null) return Promise.reject(new NodeEnded(this.ended));
    const id = ++this.asked;
    return new Promise((give, refuse) => {
      this.inspections.set(id, { give, refuse });
      this.port.postMessage({ type: 'inspect', id } satisfies ToNode);
    });
  }

  /** The thread has ended. */
  end(error: string): void {
    if (this.ended !== null) return;
    this.ended = error;
    this.port.close();
    this.notReady(new NodeEnded(error));
    for (const { refuse } of this.inspections.values()) refuse(new NodeEnded(error));
    this.inspections.clear();
    const waiting = this.onOutput;
    this.onOutput = null;
    this.onEnded(error);
    waiting?.(null);
  }

  private hear(message: FromNode): void {
    switch (message.type) {
      case 'output': {
        const done = this.onOutput;
        this.onOutput = null;
        done?.(message);
        return;
      }
      case 'ready':
        return this.ready();
      case 'inspection':
        this.inspections.get(message.id)?.give(message.inspection);
        this.inspections.delete(message.id);
        return;
      case 'failed':
        return this.end(message.error);
    }
  }
}

/** The router's end of one node's thread. */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { NodeOutput } from '../../cluster/batch.ts';
import type { Writer } from '../../protocol/codec.ts';
import type { Inspection, NodeId } from '../../protocol/protocol.ts';
import { RouterMailbox } from './mailbox.ts';
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
  private readonly mailbox: RouterMailbox;
  /** What has come of the batch; `undefined` while the node is at it, `null` if it ended over it. */
  private output: NodeOutput | null | undefined = null;
  private onOutput: ((output: NodeOutput | null) => void) | null = null;
  private readonly inspections = new Map<number, { give: (i: Inspection) => void; refuse: (e: Error) => void }>();
  private asked = 0;

  /** @param bell that all mailboxes of the router share. */
  constructor(node: NodeId, incarnation: number, port: MessagePort, bell: SharedArrayBuffer) {
    this.node = node;
    this.incarnation = incarnation;
    this.port = port;
    this.becameReady = new Promise((resolve, reject) => {
      this.ready = resolve;
      this.notReady = reject;
    });
    this.becameReady.catch(() => {});
    this.mailbox = new RouterMailbox(bell);
    port.on('message', (message: FromNode) => this.hear(message));
    this.post({ type: 'mailbox', mailbox: this.mailbox.data });
  }

  /** Resolves when the node has read its disk. @throws NodeEnded */
  whenReady(): Promise<void> {
    return this.becameReady;
  }

  /** Hands over a batch. */
  give({ bytes, length }: Pick<Writer, 'bytes' | 'length'>): void {
    if (this.ended !== null) return;
    this.output = undefined;
    if (this.mailbox.open) {
      this.mailbox.awaitOutput();
      if (this.mailbox.give(bytes.subarray(0, length))) return;
    }
    this.post(bytes.buffer, [bytes.buffer]);
  }

  /** What has come of the batch by now; `undefined` if nothing has, `null` if the node ended over it. */
  poll(): NodeOutput | null | undefined {
    if (this.output === undefined) {
      const taken = this.mailbox.take(this.node);
      if (taken === 'posted') this.hearPosted();
      else if (taken !== null) this.output = taken;
    }
    return this.output;
  }

  /** Whether what comes of the batch comes to the mailbox, so that it is worth while to wait there. */
  get polled(): boolean {
    return this.mailbox.open;
  }

  /** Resolves with what comes of the batch; with `null` if the node ends first. */
  whenDone(): Promise<NodeOutput | null> {
    const output = this.mailbox.leave() ? this.output : this.poll();
    if (output !== undefined) return Promise.resolve(output);
    return new Promise((done) => {
      this.onOutput = done;
    });
  }

  inspect(): Promise<Inspection> {
    if (this.ended !== null) return Promise.reject(new NodeEnded(this.ended));
    const id = ++this.asked;
    return new Promise((give, refuse) => {
      this.inspections.set(id, { give, refuse });
      this.post({ type: 'inspect', id });
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
    this.onEnded(error);
    this.done(null);
  }

  /** Hears at once what the event loop would hear of later, up to the output. */
  private hearPosted(): void {
    while (this.output === undefined) {
      const received = receiveMessageOnPort(this.port);
      if (received === undefined) return;
      this.hear(received.message as FromNode);
    }
  }

  private hear(message: FromNode): void {
    switch (message.type) {
      case 'output':
        return this.done(message);
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

  private done(output: NodeOutput | null): void {
    if (this.output === undefined) this.output = output;
    const waiting = this.onOutput;
    this.onOutput = null;
    waiting?.(output);
  }

  private post(message: ToNode, transfer: ArrayBuffer[] = []): void {
    this.port.postMessage(message, transfer);
  }
}

/** Why a node ended, no longer than a command takes. */
export function reasonOf(link: NodeLink | undefined): string {
  return (link?.ended ?? 'the thread is gone').slice(0, 2000);
}

/** One life of a node. */
export function keyOf(about: { readonly node: NodeId; readonly incarnation: number }): string {
  return `${about.node}/${about.incarnation}`;
}

/**
 * A router's server in this thread, with nodes in this thread too: their ends of the ports are in the test's hands, so
 * that they can be slow, silent or dead. The clock is the test's.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import type { Transport } from '../../src/cluster/frames.ts';
import type { AnyProtocol, NodeId } from '../../src/protocol/protocol.ts';
import type { RunHeader } from '../../src/cluster/run.ts';
import { NodeRunner } from '../../src/host/runner.ts';
import type { FromNode, FromRouter, RouterRequest, RunStatus, ToNode } from '../../src/host/thread/messages.ts';
import { RouterServer } from '../../src/host/thread/router-server.ts';
import { puppet } from './puppet.ts';

export interface FakeNode {
  readonly node: NodeId;
  readonly incarnation: number;
  /** What it does with a batch, an inspection, and at its start: what a node does, or nothing. */
  behaviour: 'works' | 'silent';
  say(message: FromNode): void;
}

export class FakeCluster {
  readonly clock = { ms: 0 };
  /** All that the router told main. */
  readonly told: FromRouter[] = [];
  readonly nodes = new Map<NodeId, FakeNode>();
  /** Nodes that come up silent. */
  readonly silent = new Set<NodeId>();
  private readonly protocol: AnyProtocol;
  private readonly server: RouterServer;
  private readonly ports: MessagePort[] = [];
  private readonly waiting = new Map<number, (answer: FromRouter) => void>();
  private asked = 0;

  constructor(
    header: RunHeader,
    options: { transport?: Partial<Transport>; observe?: boolean; headStart?: number; protocol?: AnyProtocol } = {},
  ) {
    const { observe = false, headStart = 0, protocol = puppet } = options;
    this.protocol = protocol;
    const transport: Transport = { playing: false, speed: 'max', ...options.transport };
    const data = { header, run: 1, transport, observe, headStart };
    this.server = new RouterServer(data, protocol, (message) => this.hear(message), () => this.clock.ms);
    onTestFinished(() => {
      // A paused server with nothing to do sleeps; nothing of it outlives the test but that.
      this.server.hear({ type: 'request', id: 0, request: { type: 'transport', change: { playing: false } } });
      for (const port of this.ports) port.close();
    });
    void this.server.serve();
  }

  /** @returns the answer; a refusal rejects with its reason. */
  ask<T>(request: RouterRequest): Promise<T> {
    const id = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (answer) => {
        if (answer.type === 'answer') resolve(answer.value as T);
        else if (answer.type === 'refusal') reject(new Error(answer.error));
      });
      // As from another thread: never within what the router is doing.
      setImmediate(() => this.server.hear({ type: 'request', id, request }));
    });
  }

  status(): Promise<RunStatus> {
    return this.ask({ type: 'status' });
  }

  acknowledge(frame: number): void {
    this.server.hear({ type: 'acknowledge', frame });
  }

  /** The thread of a node ends. */
  end(node: NodeId, incarnation: number, error: string): void {
    this.server.hear({ type: 'ended', node, incarnation, error });
  }

  private hear(message: FromRouter): void {
    this.told.push(message);
    if (message.type === 'answer' || message.type === 'refusal') this.waiting.get(message.id)?.(message);
    // Main answers later, never within the call.
    if (message.type === 'spawn') setImmediate(() => this.spawn(message));
    if (message.type === 'terminate') setImmediate(() => this.end(message.node, message.incarnation, ''));
  }

  private spawn({ setup, incarnation }: Extract<FromRouter, { type: 'spawn' }>): void {
    const { port1, port2 } = new MessageChannel();
    this.ports.push(port1);
    const { node } = setup;
    const say = (message: FromNode): void => port2.postMessage(message);
    const fake: FakeNode = { node, incarnation, behaviour: this.silent.has(node) ? 'silent' : 'works', say };
    this.nodes.set(node, fake);
    const runner = new NodeRunner({ protocol: this.protocol, setup, stored: [], observe: false });
    port2.on('message', (message: ToNode) => {
      if (fake.behaviour === 'silent') return;
      if (message instanceof ArrayBuffer) {
        const output = message.byteLength === 0 ? runner.look() : runner.run(new Uint8Array(message)).output;
        say({ type: 'output', ...output, bytes: output.bytes.slice() });
      } else if (message.type === 'inspect') say({ type: 'inspection', id: message.id, inspection: runner.inspect([]) });
    });
    this.server.hear({ type: 'spawned', node, incarnation, port: port1 });
    if (fake.behaviour === 'works') say({ type: 'ready' });
  }
}

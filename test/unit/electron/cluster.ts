/** The service's cluster on the real engine, in this thread: no made-up answers. */
import { InlineCluster } from '../../../src/host/inline.ts';
import type { Frame, Transport } from '../../../src/cluster/frames.ts';
import type { RunHeader } from '../../../src/cluster/run.ts';
import type { Cluster, ServiceOptions } from '../../../electron/main/cluster-service.ts';

export class TestCluster implements Cluster {
  readonly engine: InlineCluster;
  readonly run: number;
  readonly directory: string;
  readonly acknowledged: number[] = [];
  transport: Transport;
  attached = 0;
  closed = false;
  onFrame: (frame: Frame) => void = () => undefined;
  onProblem: Cluster['onProblem'] = () => undefined;

  constructor(options: { header: RunHeader; run: number; directory: string; transport: Transport }) {
    this.engine = new InlineCluster(options.header);
    this.run = options.run;
    this.directory = options.directory;
    this.transport = options.transport;
  }

  command: Cluster['command'] = async (command) => this.engine.command(command);
  inspect: Cluster['inspect'] = async (node) => this.engine.inspect(node);

  async setTransport(change: Partial<Transport>): Promise<void> {
    this.transport = { ...this.transport, ...change };
  }

  async step(): Promise<void> {
    this.engine.step();
    this.transport = { ...this.transport, playing: false };
  }

  async attach(): Promise<void> {
    this.attached++;
  }

  acknowledge(frame: number): void {
    this.acknowledged.push(frame);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Sends a frame without events. */
  frame(number: number): void {
    const { now } = this.engine;
    const events = { firstSeq: 0, count: 0, baseAt: 0, bytes: new Uint8Array() };
    this.onFrame({ run: this.run, frame: number, events, views: [], now, transport: this.transport, world: null });
  }
}

/** Options of a service on test clusters, with a record of all it did. */
export function testService() {
  const clusters: TestCluster[] = [];
  const sent: { channel: string; message: unknown }[] = [];
  const discarded: string[] = [];
  const reported: unknown[] = [];
  const failures: Error[] = [];
  const options: ServiceOptions = {
    directory: '/runs',
    launch: 'test',
    start: async (start) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const cluster = new TestCluster(start);
      clusters.push(cluster);
      return cluster;
    },
    send: (channel, message) => sent.push({ channel, message }),
    discard: async (directory) => void discarded.push(directory),
    report: (error) => reported.push(error),
  };
  return { options, clusters, sent, discarded, reported, failures };
}

/**
 * The window's bridge on a real cluster in this thread: requests are checked by the contract's own schemas and carried
 * out by the engine, frames carry its real events. Components are tested against this, never against made-up data.
 */
import {
  applyEvent,
  applyView,
  createWorld,
  readEvents,
  windowRequests,
  type Answer,
  type Frame,
  type MainChannel,
  type MainMessage,
  type SessionInfo,
  type SynodBridge,
  type Transport,
  type WindowArgument,
  type WindowChannel,
  type WindowResults,
  type World,
} from '../../src/contract/index.ts';
import { createHeader, type RunHeader } from '../../src/cluster/run.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { completeNetwork } from '../../src/network/settings.ts';
import { InlineCluster } from '../../src/host/inline.ts';

type Listener = (message: never) => void;

export interface BridgeOptions {
  readonly nodes?: number;
  readonly seed?: number;
  readonly config?: unknown;
}

export class InlineBridge implements SynodBridge {
  cluster!: InlineCluster;
  transport: Transport = { playing: true, speed: 1 };
  /** Every request in the order it came, but for acknowledgements. */
  readonly requests: { channel: WindowChannel; argument: unknown }[] = [];
  readonly acknowledged: number[] = [];
  run = 0;
  private frames = 0;
  private silent = false;
  private world!: World;
  private mark!: ReturnType<InlineCluster['scheduler']['log']['mark']>;
  private readonly listeners = new Map<MainChannel, Set<Listener>>();

  constructor({ nodes = 5, seed = 1, config = {} }: BridgeOptions = {}) {
    this.begin(createHeader(protocolNamed('paxos'), { nodes, seed, config }));
  }

  get session(): SessionInfo {
    return { run: this.run, header: this.cluster.scheduler.header, title: '', transport: this.transport };
  }

  on<C extends MainChannel>(channel: C, listener: (message: MainMessage<C>) => void): () => void {
    const set = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, set.add(listener as Listener));
    return () => set.delete(listener as Listener);
  }

  /** The commands among the requests, as they were given. The inspector asks whenever it likes, and is not among them. */
  get commands(): unknown[] {
    return this.requests.filter(({ channel }) => channel === 'session:command').map(({ argument }) => argument);
  }

  /** @param options `silent`: whatever main would send by the way is not sent */
  async request<C extends WindowChannel>(
    channel: C,
    argument: WindowArgument<C>,
    { silent = false } = {},
  ): Promise<Answer<WindowResults[C]>> {
    this.silent = silent;
    // What cannot be cloned cannot cross to main either.
    const given: unknown = structuredClone(argument);
    if (channel !== 'frame:acknowledge') this.requests.push({ channel, argument: given });
    const checked = windowRequests[channel].safeParse(given);
    if (!checked.success) return { ok: false, error: checked.error.issues.map(({ message }) => message).join('; ') };
    try {
      return { ok: true, value: structuredClone(this.carryOut(channel, checked.data)) as WindowResults[C] };
    } catch (error) {
      return { ok: false, error: (error as Error).message };
    } finally {
      this.silent = false;
    }
  }

  /** Sends a message as main would. */
  emit<C extends MainChannel>(channel: C, message: unknown): void {
    if (this.silent) return;
    for (const listener of this.listeners.get(channel) ?? []) listener(structuredClone(message) as never);
  }

  /** Lets virtual time run (µs) and sends what happened as one frame. */
  play(us: number): void {
    this.cluster.runUntil(this.cluster.now + us);
    this.emit('frame', this.frame());
  }

  /** All that happened since the last frame; with `snapshot` the world before it too. */
  frame(snapshot = false): Frame {
    const world = snapshot ? structuredClone(this.world) : null;
    const { log } = this.cluster.scheduler;
    const events = log.since(this.mark)!;
    this.mark = log.mark();
    for (const event of readEvents(events)) applyEvent(this.world, event);
    const views = [...this.cluster.views].map(([node, view]) => ({ node, view: structuredClone(view) }));
    for (const { node, view } of views) applyView(this.world, node, view);
    return { run: this.run, frame: ++this.frames, events, views, now: this.cluster.now, transport: this.transport, world };
  }

  private begin(header: RunHeader): void {
    this.run++;
    this.cluster = new InlineCluster(header, { observe: true });
    this.world = createWorld(header);
    this.mark = { chunk: 0, offset: 0, seq: 0, at: 0 };
  }

  private carryOut(channel: WindowChannel, argument: unknown): unknown {
    switch (channel) {
      case 'app:info':
        return { version: '0.1.0', electron: '33', chromium: '130', node: '20', platform: 'test' };
      case 'session:attach':
        this.emit('frame', this.frame(true));
        return this.session;
      case 'session:new': {
        const { nodes, seed, config, network, client } = windowRequests[channel].parse(argument);
        this.begin(createHeader(protocolNamed('paxos'), { nodes, seed, config, network: completeNetwork(network), client }));
        this.emit('session', this.session);
        return this.session;
      }
      case 'session:command': {
        const place = this.cluster.command(windowRequests[channel].parse(argument));
        this.emit('frame', this.frame());
        return place;
      }
      case 'transport:set':
        this.transport = { ...this.transport, ...windowRequests[channel].parse(argument) } as Transport;
        this.emit('frame', this.frame());
        return null;
      case 'transport:step':
        this.transport = { ...this.transport, playing: false };
        this.cluster.step();
        this.emit('frame', this.frame());
        return null;
      case 'node:inspect':
        return this.cluster.inspect(windowRequests[channel].parse(argument).node);
      case 'frame:acknowledge':
        this.acknowledged.push(windowRequests[channel].parse(argument).frame);
        return null;
    }
  }
}

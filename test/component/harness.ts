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
import type { LibraryEntry, Recoverable } from '../../src/contract/index.ts';
import type { Run } from '../../src/cluster/run.ts';
import type { Expected } from '../../src/scenario/expect.ts';
import { library, libraryFile, libraryText } from '../../src/scenario/library.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { scenarioRun } from '../../src/scenario/start.ts';
import { toScenario } from '../../src/scenario/to-scenario.ts';
import { BranchTree } from './branch-tree.ts';
import { InlineLab, isOfLab } from './inline-lab.ts';
import { clusterAt, comparisonOf, exactnessOf, expectationsOf, linearizationOf, marksOf, momentOf } from './past.ts';

type Listener = (message: never) => void;

interface Deed {
  readonly text: string;
  undo(): void;
}

export interface BridgeOptions {
  /** @default paxos */
  readonly protocol?: string;
  readonly nodes?: number;
  readonly seed?: number;
  readonly config?: unknown;
  /** By what the protocol is broken on purpose. @default nothing */
  readonly mutant?: string;
}

export class InlineBridge implements SynodBridge {
  cluster!: InlineCluster;
  transport: Transport = { playing: true, speed: 1 };
  /** Every request in the order it came, but for acknowledgements. */
  readonly requests: { channel: WindowChannel; argument: unknown }[] = [];
  readonly acknowledged: number[] = [];
  run = 0;
  title = '';
  file = '';
  readOnly = '';
  /** Name of the file a person would pick in the next dialog; `null`: they would think better of it. */
  picked: string | null = 'counter.synod';
  /** What was written, by name of the file. */
  readonly saved = new Map<string, string>();
  /** Runs of an earlier launch. */
  recoverable: (Recoverable & { readonly run: Run })[] = [];
  /** Requests of a channel wait for as long as this is not settled. */
  readonly delays = new Map<WindowChannel, Promise<void>>();
  readonly lab = new InlineLab((news) => this.emit('lab', news));
  private readonly branches = new BranchTree();
  private deeds: Deed[] = [];
  private expected: Expected | null = null;
  private frames = 0;
  private silent = false;
  private world!: World;
  private mark!: ReturnType<InlineCluster['scheduler']['log']['mark']>;
  private readonly listeners = new Map<MainChannel, Set<Listener>>();

  constructor({ protocol = 'paxos', nodes = 5, seed = 1, config = {}, mutant }: BridgeOptions = {}) {
    this.begin(createHeader(protocolNamed(protocol), { nodes, seed, config, ...(mutant !== undefined && { mutant }) }));
  }

  get session(): SessionInfo {
    const { run, title, transport, file, readOnly } = this;
    const branch = this.branches.current;
    return { run, header: this.cluster.scheduler.header, title, transport, branch, file, readOnly };
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
    const delay = this.delays.get(channel);
    if (delay !== undefined) await delay;
    try {
      return { ok: true, value: structuredClone(this.carryOut(channel, checked.data)) as WindowResults[C] };
    } catch (error) {
      return { ok: false, error: (error as Error).message };
    } finally {
      this.silent = false;
    }
  }

  /** The world after all events that were sent. */
  get worldNow(): World {
    return structuredClone(this.world);
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

  /** Tells of the past, as the history thread does a few times a second. */
  tellTimeline(): void {
    const { seq, at } = this.cluster.scheduler.log;
    this.emit('timeline', {
      run: this.run,
      seq,
      at,
      marks: marksOf(this.cluster),
      reset: true,
      exactness: exactnessOf(this.past, this.cluster),
      expectations: expectationsOf(this.expected, this.cluster),
    });
  }

  private get past() {
    return { run: this.cluster.run() };
  }

  private begin(header: RunHeader, expected: Expected | null = null): void {
    this.expected = expected;
    this.title = this.file = '';
    this.deeds = [];
    const cluster = new InlineCluster(header, { observe: true });
    this.branches.begin(cluster);
    this.goOnWith(cluster);
  }

  /** Another run, or another branch of it, goes on in this state; its past is in it. */
  private goOnWith(cluster: InlineCluster): void {
    this.run++;
    this.cluster = cluster;
    this.world = createWorld(cluster.scheduler.header);
    this.mark = { chunk: 0, offset: 0, seq: 0, at: 0 };
  }

  private fork(seq: number): SessionInfo {
    this.branches.park(this.cluster);
    const cluster = clusterAt(this.past, seq);
    this.branches.fork(cluster);
    this.goOnWith(cluster);
    return this.entered();
  }

  private switchTo(id: number): SessionInfo {
    const cluster = this.branches.clusterOf(id);
    this.branches.park(this.cluster);
    this.branches.current = id;
    this.goOnWith(cluster);
    return this.entered();
  }

  private entered(): SessionInfo {
    this.transport = { ...this.transport, playing: false };
    this.emit('session', this.session);
    this.emit('frame', this.frame(true));
    this.tellBranches();
    this.tellTimeline();
    return this.session;
  }

  /** Something was done to the branches that can be taken back. */
  private undoable(text: string, undo: () => void): void {
    this.tellBranches();
    this.deeds.push({
      text,
      undo: () => {
        undo();
        this.tellBranches();
      },
    });
  }

  private tellBranches(): void {
    this.emit('branches', this.branches.list(this.cluster));
  }

  private save(as: boolean): string | null {
    const file = as || this.file === '' ? this.picked : this.file;
    if (file === null) return null;
    this.saved.set(file, JSON.stringify(this.cluster.run()));
    this.file = file;
    this.emit('session', this.session);
    return file;
  }

  /** What is in the file that was picked: a run, up to its last command. */
  private open(): SessionInfo | null {
    const text = this.picked === null ? undefined : this.saved.get(this.picked);
    if (text === undefined) return null;
    const run = JSON.parse(text) as Run;
    this.begin(run.header);
    this.cluster = clusterAt({ run }, run.journal.at(-1)?.seq ?? 0);
    this.file = this.picked!;
    return this.entered();
  }

  private openFromLibrary(name: string): SessionInfo {
    const { title, header, expected } = scenarioRun(parseScenario(libraryText(name), libraryFile(name)), 1);
    this.begin(header, expected);
    this.title = title;
    return this.entered();
  }

  private restore(id: string): SessionInfo {
    const found = this.recoverable.find((one) => one.id === id);
    if (found === undefined) throw new Error('it is not there any more');
    this.recoverable = this.recoverable.filter((one) => one !== found);
    return this.have(found.run, found.run.journal.at(-1)?.seq ?? 0);
  }

  private undo(): string {
    const deed = this.deeds.pop();
    deed?.undo();
    return deed?.text ?? '';
  }

  /** A run as it was after so many events takes the place of the one before. */
  have(run: Run, seq: number): SessionInfo {
    this.begin(run.header);
    this.cluster = clusterAt({ run }, seq);
    return this.entered();
  }

  private carryOut(channel: WindowChannel, argument: unknown): unknown {
    if (isOfLab(channel)) return this.lab.carryOut(channel, argument, this);
    switch (channel) {
      case 'app:info':
        return { version: '0.1.0', electron: '33', chromium: '130', node: '20', platform: 'test' };
      case 'session:attach':
        this.emit('frame', this.frame(true));
        this.tellBranches();
        this.tellTimeline();
        return this.session;
      case 'session:new': {
        const { protocol, nodes, seed, config, network, client } = windowRequests[channel].parse(argument);
        this.begin(createHeader(protocolNamed(protocol), { nodes, seed, config, network: completeNetwork(network), client }));
        this.emit('session', this.session);
        return this.session;
      }
      case 'session:command': {
        const command = windowRequests[channel].parse(argument);
        const place = this.cluster.command(command);
        this.deeds.push({ text: command.type, undo: () => void this.fork(place.seq) });
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
      case 'history:seek': {
        const { run, seq, before, after } = windowRequests[channel].parse(argument);
        if (run !== this.run) throw new Error('that run is over');
        if (this.transport.playing) {
          this.transport = { ...this.transport, playing: false };
          this.emit('frame', this.frame());
        }
        return momentOf(run, this.past, this.cluster, seq, before, after);
      }
      case 'history:inspect': {
        const { seq, node } = windowRequests[channel].parse(argument);
        return clusterAt(this.past, seq).inspect(node);
      }
      case 'history:linearize': {
        const { run, ...question } = windowRequests[channel].parse(argument);
        if (run !== this.run) throw new Error('that run is over');
        return linearizationOf(run, this.cluster, question);
      }
      case 'history:export':
        if (this.picked !== null) this.saved.set(this.picked, windowRequests[channel].parse(argument).text);
        return this.picked;
      case 'branch:fork': {
        const from = this.branches.current;
        const session = this.fork(windowRequests[channel].parse(argument).seq);
        const to = this.branches.current;
        this.undoable('fork', () => {
          this.switchTo(from);
          this.branches.remove(to);
        });
        return session;
      }
      case 'branch:switch':
        return this.switchTo(windowRequests[channel].parse(argument).branch);
      case 'branch:rename': {
        const { branch, name } = windowRequests[channel].parse(argument);
        const before = this.branches.rename(branch, name);
        this.undoable(`renaming of “${before}”`, () => this.branches.rename(branch, before));
        return null;
      }
      case 'branch:delete': {
        const { name, restore } = this.branches.remove(windowRequests[channel].parse(argument).branch);
        this.undoable(`deletion of “${name}”`, restore);
        return null;
      }
      case 'branch:compare': {
        this.branches.park(this.cluster);
        const { a, b } = windowRequests[channel].parse(argument);
        return comparisonOf({ id: a, cluster: this.branches.clusterOf(a) }, { id: b, cluster: this.branches.clusterOf(b) });
      }
      case 'session:undo':
        return this.undo();
      case 'run:open':
        return this.open();
      case 'run:save':
        return this.save(windowRequests[channel].parse(argument).as);
      case 'run:save-scenario': {
        if (this.picked === null) return null;
        this.saved.set(this.picked, toScenario(this.cluster.run(), { title: this.title, until: this.cluster.now }));
        return this.picked;
      }
      case 'library:list':
        return library() satisfies readonly LibraryEntry[];
      case 'library:open':
        return this.openFromLibrary(windowRequests[channel].parse(argument).name);
      case 'recovery:list':
        return this.recoverable.map(({ run: _, ...found }) => found);
      case 'recovery:restore':
        return this.restore(windowRequests[channel].parse(argument).id);
      case 'recovery:discard': {
        const { id } = windowRequests[channel].parse(argument);
        this.recoverable = this.recoverable.filter((one) => one.id !== id);
        return null;
      }
      case 'task:cancel':
        return null;
      case 'frame:acknowledge':
        this.acknowledged.push(windowRequests[channel].parse(argument).frame);
        return null;
    }
  }
}

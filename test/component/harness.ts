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
import type { ScriptedCommand } from '../../src/cluster/script.ts';
import type { Branch, LibraryEntry, Recoverable } from '../../src/contract/index.ts';
import type { Run } from '../../src/cluster/run.ts';
import type { Expected } from '../../src/scenario/expect.ts';
import { library, libraryFile, libraryText } from '../../src/scenario/library.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { scenarioRun } from '../../src/scenario/start.ts';
import { toScenario } from '../../src/scenario/to-scenario.ts';
import { clusterAt, comparisonOf, exactnessOf, expectationsOf, marksOf, momentOf } from './past.ts';

type Listener = (message: never) => void;

/** A branch as main keeps it: the one that goes on is as it was when it was last left. */
interface Kept extends Omit<Branch, 'chosen' | 'current'> {
  readonly run: Run;
}

interface Deed {
  readonly text: string;
  undo(): void;
}

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
  private branches: Kept[] = [];
  private current = 0;
  private ids = 0;
  private deeds: Deed[] = [];
  private script: readonly ScriptedCommand[] = [];
  private expected: Expected | null = null;
  private frames = 0;
  private silent = false;
  private world!: World;
  private mark!: ReturnType<InlineCluster['scheduler']['log']['mark']>;
  private readonly listeners = new Map<MainChannel, Set<Listener>>();

  constructor({ nodes = 5, seed = 1, config = {} }: BridgeOptions = {}) {
    this.begin(createHeader(protocolNamed('paxos'), { nodes, seed, config }));
  }

  get session(): SessionInfo {
    const { run, title, transport, current: branch, file, readOnly } = this;
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
    return { run: this.cluster.run(), script: this.script };
  }

  private begin(header: RunHeader, script: readonly ScriptedCommand[] = [], expected: Expected | null = null): void {
    this.script = script;
    this.expected = expected;
    this.title = this.file = '';
    this.deeds = [];
    const cluster = new InlineCluster(header, { observe: true, script: [...script] });
    this.current = ++this.ids;
    this.branches = [{ id: this.current, name: 'Branch 1', parent: null, forkedAt: null, seq: 0, at: 0, run: cluster.run() }];
    this.goOnWith(cluster);
  }

  /** Another run, or another branch of it, goes on in this state; its past is in it. */
  private goOnWith(cluster: InlineCluster): void {
    this.run++;
    this.cluster = cluster;
    this.world = createWorld(cluster.scheduler.header);
    this.mark = { chunk: 0, offset: 0, seq: 0, at: 0 };
  }

  private listBranches(): Branch[] {
    return this.branches.map(({ run, ...kept }) => {
      const current = kept.id === this.current;
      const cluster = current ? this.cluster : clusterAt({ run, script: this.script }, kept.seq);
      const { seq, at } = cluster.scheduler.log;
      return { ...kept, seq, at, chosen: new Set(marksOf(cluster).filter(({ kind }) => kind === 'chosen').map(({ text }) => text)).size, current };
    });
  }

  /** Keeps the branch that goes on as it is now. */
  private park(): void {
    const { seq, at } = this.cluster.scheduler.log;
    this.branches = this.branches.map((branch) => (branch.id === this.current ? { ...branch, seq, at, run: this.cluster.run() } : branch));
  }

  private branch(id: number): Kept {
    const found = this.branches.find((branch) => branch.id === id);
    if (found === undefined) throw new Error(`there is no branch ${id}`);
    return found;
  }

  private fork(seq: number): SessionInfo {
    this.park();
    const cluster = clusterAt(this.past, seq);
    const { log } = cluster.scheduler;
    const forkedAt = { seq: log.seq, at: log.at };
    const id = ++this.ids;
    this.branches.push({ id, name: `Branch ${id}`, parent: this.current, forkedAt, ...forkedAt, run: cluster.run() });
    this.current = id;
    this.goOnWith(cluster);
    return this.entered();
  }

  private switchTo(id: number): SessionInfo {
    const { run, seq } = this.branch(id);
    this.park();
    this.current = id;
    this.goOnWith(clusterAt({ run, script: this.script }, seq));
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

  private tellBranches(): void {
    this.emit('branches', this.listBranches());
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
    const { title, header, script, expected } = scenarioRun(parseScenario(libraryText(name), libraryFile(name)), 1);
    this.begin(header, script, expected);
    this.title = title;
    return this.entered();
  }

  private restore(id: string): SessionInfo {
    const found = this.recoverable.find((one) => one.id === id);
    if (found === undefined) throw new Error('it is not there any more');
    this.recoverable = this.recoverable.filter((one) => one !== found);
    this.begin(found.run.header);
    this.cluster = clusterAt({ run: found.run }, found.run.journal.at(-1)?.seq ?? 0);
    return this.entered();
  }

  private undo(): string {
    const deed = this.deeds.pop();
    deed?.undo();
    return deed?.text ?? '';
  }

  private carryOut(channel: WindowChannel, argument: unknown): unknown {
    switch (channel) {
      case 'app:info':
        return { version: '0.1.0', electron: '33', chromium: '130', node: '20', platform: 'test' };
      case 'session:attach':
        this.emit('frame', this.frame(true));
        this.tellBranches();
        this.tellTimeline();
        return this.session;
      case 'session:new': {
        const { nodes, seed, config, network, client } = windowRequests[channel].parse(argument);
        this.begin(createHeader(protocolNamed('paxos'), { nodes, seed, config, network: completeNetwork(network), client }));
        this.emit('session', this.session);
        return this.session;
      }
      case 'session:command': {
        const command = windowRequests[channel].parse(argument);
        const place = this.cluster.command(command);
        const from = this.current;
        this.deeds.push({ text: `${command.type}`, undo: () => this.current === from && void this.fork(place.seq) });
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
      case 'branch:fork': {
        const from = this.current;
        const session = this.fork(windowRequests[channel].parse(argument).seq);
        const to = this.current;
        this.deeds.push({
          text: 'fork',
          undo: () => {
            this.switchTo(from);
            this.branches = this.branches.filter(({ id }) => id !== to);
            this.tellBranches();
          },
        });
        return session;
      }
      case 'branch:switch':
        return this.switchTo(windowRequests[channel].parse(argument).branch);
      case 'branch:rename': {
        const { branch, name } = windowRequests[channel].parse(argument);
        const before = this.branch(branch).name;
        const rename = (next: string): void => {
          this.branches = this.branches.map((one) => (one.id === branch ? { ...one, name: next } : one));
          this.tellBranches();
        };
        rename(name);
        this.deeds.push({ text: `renaming of “${before}”`, undo: () => rename(before) });
        return null;
      }
      case 'branch:delete': {
        const deleted = this.branch(windowRequests[channel].parse(argument).branch);
        if (deleted.id === this.current) throw new Error('it goes on now');
        const before = this.branches;
        this.branches = before.filter(({ id }) => id !== deleted.id).map((one) => (one.parent === deleted.id ? { ...one, parent: deleted.parent } : one));
        this.tellBranches();
        this.deeds.push({
          text: `deletion of “${deleted.name}”`,
          undo: () => {
            this.branches = before;
            this.tellBranches();
          },
        });
        return null;
      }
      case 'branch:compare': {
        this.park();
        const side = (id: number) => {
          const { run, seq } = this.branch(id);
          return { id, cluster: clusterAt({ run, script: this.script }, seq) };
        };
        const { a, b } = windowRequests[channel].parse(argument);
        return comparisonOf(side(a), side(b));
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

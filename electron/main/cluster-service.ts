/**
 * The run that goes on, and the tree of branches it belongs to. Numbers the runs, tells the window of them, and carries
 * out what the window asks for. No Electron in here, so that it can be tested by itself.
 */
import { basename, join } from 'node:path';
import type { CommandPlace, MainChannel, MainMessage, Problem, WindowArgument } from '../../src/contract/contract.ts';
import { CommandError, type Command } from '../../src/cluster/commands.ts';
import { canBe, noNode } from '../../src/cluster/run-file/schema.ts';
import type { SessionInfo, Transport } from '../../src/cluster/frames.ts';
import type { Linearization } from '../../src/check/linearizability/linearization.ts';
import type { NodeInspection, RunHeader } from '../../src/cluster/run.ts';
import type { Comparison, Moment } from '../../src/cluster/timeline.ts';
import type { Loaded } from '../../src/host/history/messages.ts';
import type { NodeId } from '../../src/protocol/protocol.ts';
import type { Expected } from '../../src/scenario/expect.ts';
import type { Branches } from './branches.ts';
import type { Engine, RunSoFar, Snapshot } from './parts.ts';
import { RunTree, type TreeHost } from './run-tree.ts';
import { Session, type SessionStart, type Verdict } from './session.ts';
import { Tasks } from './tasks.ts';

/** What a run begins from. */
export interface RunStart {
  /** From a scenario file, or empty. */
  readonly title: string;
  /** With the scenario's script. */
  readonly header: RunHeader;
  /** What the scenario expects. @default nothing */
  readonly expected?: Expected | null;
  /** Slots to have chosen before the pace is kept. @default 0 */
  readonly headStart?: number;
}

/** A run that was had before, to be had again. */
export interface EarlierRun extends RunSoFar {
  readonly title: string;
  /** What its scenario expects of it; `null`: nothing. */
  readonly expected: Expected | null;
  /** Path of the file it comes from; `null` without one. */
  readonly path: string | null;
  /** The tree of which it is the branch that went on; `null`: there was this one only. */
  readonly branches: Branches | null;
  /** It has not been saved to that file, or to any. */
  readonly edited: boolean;
  /** Whether it may go on, from what came of executing it again. */
  readonly judge: (loaded: Loaded) => Verdict;
}

/** What the person works at, for the title of the window. */
export interface Document {
  readonly title: string;
  readonly path: string | null;
  readonly edited: boolean;
}

export interface ServiceOptions {
  readonly engine: Engine;
  /** Tells the window. */
  send<C extends MainChannel>(channel: C, message: MainMessage<C>): void;
  /** Told whenever the document has changed. */
  onDocument(document: Document): void;
  /** Folder in which each run gets a folder of its own. */
  readonly directory: string;
  /** Name of this launch: no earlier one may have had it, for its folders may still be there. */
  readonly launch: string;
}

const NO_RUN = 'no run is going on; begin a new one';

/** Something is to be seen at once: a run begins by itself. */
const TRANSPORT_AT_START: Transport = { playing: true, speed: 1 };

export class ClusterService {
  readonly tasks: Tasks;
  /** Told when another run has taken the place of the one before. */
  onRun: () => void = () => {};
  readonly #options: ServiceOptions;
  #runs = 0;
  #session: Session | null = null;
  #openTree: RunTree | null = null;
  readonly #treeHost: TreeHost;
  #document: Document = { title: '', path: null, edited: false };
  /** Raised whenever the person has done something to the document. */
  #revision = 0;
  /** Settles when the last change of runs is over; changes wait for each other. */
  #changing: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** A window has asked for the run, and hears of everything from then on. */
  #watched = false;
  /** What it will have to be told. */
  readonly #problems: Problem[] = [];

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.tasks = new Tasks((news) => options.send('task', news));
    const session = (): Session => this.#here();
    this.#treeHost = {
      tasks: this.tasks,
      engine: options.engine,
      tell: (problem) => this.tell(problem),
      get session() {
        return session();
      },
      startOf: (...given) => this.#startOf(...given),
      install: async (next) => {
        const before = this.#here();
        this.#edit();
        await this.#install(next);
        before.close('goes on').catch(options.engine.report);
      },
      changed: () => this.#tellBranches(),
    };
  }

  /**
   * Begins a run and ends the one before, which stays as it is if the new one cannot begin.
   * @throws Error when the threads or their storage cannot be had.
   */
  begin(start: RunStart): Promise<SessionInfo> {
    return this.#change(async () => {
      const { title, header, headStart = 0, expected = null } = start;
      const session = await Session.begin(this.#options.engine, {
        ...this.#startOf(title, expected, TRANSPORT_AT_START),
        header,
        headStart,
      });
      return this.#begin(session, { title, path: null, edited: false }, null);
    });
  }

  /**
   * Has an earlier run again up to its end, paused, and ends the one before, which goes on until then.
   * @param what for the window, should it take long: `Opening duel.synod`
   * @throws Error when it cannot be had; CommandError when it was given up.
   */
  open(what: string, { run, end, title, expected, path, edited, branches, judge }: EarlierRun): Promise<SessionInfo> {
    const prepare = (): Promise<Session> =>
      this.tasks.run(what, (control) => {
        const start = this.#startOf(title, expected, { playing: false, speed: 1 });
        return Session.open(this.#options.engine, start, { run, end }, judge, control);
      });
    const document = { title, path, edited };
    // Whoever attaches while the very first run is being had waits for it.
    if (this.#session === null) return this.#change(async () => this.#begin(await prepare(), document, branches));
    return prepare().then(async (session) => {
      if (this.#closed) await session.close('ends');
      return this.#change(() => this.#begin(session, document, branches));
    });
  }

  /** The run that goes on; frames begin to come, the first with a snapshot. */
  async attach(): Promise<SessionInfo> {
    try {
      const session = await this.#current();
      await session.cluster.attach();
      // After the answer, so that the window knows the run whose past it is told.
      setImmediate(() => this.#tellPast(session));
      return this.#info(session);
    } finally {
      this.#watched = true;
      for (const problem of this.#problems.splice(0)) this.#options.send('problem', problem);
    }
  }

  /** Tells the window of something that went wrong, as soon as there is one. */
  tell(problem: Problem): void {
    if (this.#watched) this.#options.send('problem', problem);
    else this.#problems.push(problem);
  }

  async command(command: Command): Promise<CommandPlace> {
    // The journal's own entry: a node that ended by itself. Nobody may claim that of a node that runs.
    if (command.type === 'died') throw new CommandError('a node dies by itself; to end one, crash it');
    await this.#changing;
    const place = await this.#tree.command(command);
    this.#edit();
    return place;
  }

  async setTransport(change: WindowArgument<'transport:set'>): Promise<null> {
    const session = await this.#current();
    const { playing = session.transport.playing, speed = session.transport.speed } = change;
    await session.setTransport({ playing, speed });
    return null;
  }

  async step(): Promise<null> {
    await (await this.#current()).step();
    return null;
  }

  async inspect(node: NodeId): Promise<NodeInspection> {
    const session = await this.#current();
    mustHaveNode(session, node);
    return session.cluster.inspect(node);
  }

  /** A moment of the past; the run stands still from then on. */
  async seek({ run, seq, before, after }: WindowArgument<'history:seek'>): Promise<Moment> {
    const session = await this.#current(run);
    const { transport } = session;
    await session.pause();
    try {
      return await session.past(seq, (history) => history.seek(seq, before, after));
    } catch (error) {
      await session.setTransport(transport);
      throw error;
    }
  }

  async inspectPast({ run, seq, node }: WindowArgument<'history:inspect'>): Promise<NodeInspection> {
    const session = await this.#current(run);
    mustHaveNode(session, node);
    return session.past(seq, (history) => history.inspect(seq, node));
  }

  /** What clients were answered, and whether that is linearizable. What was asked before is called off. */
  async linearize({ run, ...question }: WindowArgument<'history:linearize'>): Promise<Linearization> {
    return (await this.#current(run)).linearize(question);
  }

  /** Goes on from a moment of the past, paused, in a branch of its own. */
  fork({ run, seq }: WindowArgument<'branch:fork'>): Promise<SessionInfo> {
    return this.#change(async () => {
      this.#here(run);
      await this.#tree.fork(seq);
      return this.#info(this.#here());
    });
  }

  /** Goes on, paused, where another branch was left. */
  switchTo(branch: number): Promise<SessionInfo> {
    return this.#change(async () => {
      await this.#tree.switchTo(branch);
      return this.#info(this.#here());
    });
  }

  rename(branch: number, name: string): Promise<null> {
    return this.#change(async () => {
      this.#tree.rename(branch, name);
      return null;
    });
  }

  delete(branch: number): Promise<null> {
    return this.#change(async () => {
      this.#tree.delete(branch);
      return null;
    });
  }

  async compare(a: number, b: number): Promise<Comparison> {
    await this.#changing;
    return this.#tree.compare(a, b);
  }

  /** Takes back what was done last. @returns what that was, as part of a sentence; empty: there is nothing. */
  undo(): Promise<string> {
    return this.#change(() => this.#tree.undo());
  }

  /** @throws CommandError for a run that may only be looked at. */
  mustBeSavable(): void {
    const { readOnly } = this.#here();
    if (readOnly !== '') throw new CommandError(`only its own file has this run as it was. ${readOnly}`);
  }

  /** The run that goes on as it is now. `revision` is for `saved`. */
  async snapshot(): Promise<Snapshot & { readonly expected: Expected | null; readonly revision: number }> {
    const session = await this.#current();
    const revision = this.#revision;
    return { ...(await session.cluster.snapshot()), expected: session.expected, revision };
  }

  /** The run as it was at that revision is in that file. */
  saved(path: string, revision: number): void {
    this.#setDocument({ ...this.#document, path, edited: revision !== this.#revision });
    // The window calls it by its file.
    if (this.#watched && this.#session !== null) this.#options.send('session', this.#info(this.#session));
  }

  get document(): Document {
    return this.#document;
  }

  /** Frames of an earlier run need no acknowledgement any more. */
  acknowledge(run: number, frame: number): null {
    if (this.#session?.run === run) this.#session.cluster.acknowledge(frame);
    return null;
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.#closed = true;
    this.tasks.cancelAll();
    await this.#changing;
    const session = this.#session;
    this.#session = null;
    await Promise.all([session?.close('ends'), this.#openTree?.close()]);
  }

  /** One change of runs after another. Who asked for one is told of its failure; the next goes ahead all the same. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    const change = this.#changing.then(() => {
      if (this.#closed) throw new CommandError('Synod is closing');
      return work();
    });
    this.#changing = change.catch(() => undefined);
    return change;
  }

  #startOf(title: string, expected: Expected | null, transport: Transport): SessionStart {
    const run = ++this.#runs;
    const directory = join(this.#options.directory, `${this.#options.launch}-${run}`);
    return { run, title, expected, directory, transport };
  }

  /** A run of its own takes the place of the one before. */
  async #begin(session: Session, document: Document, branches: Branches | null): Promise<SessionInfo> {
    const { report } = this.#options.engine;
    const [before, tree] = [this.#session, this.#openTree];
    this.#session = session;
    this.#openTree = new RunTree(this.#treeHost, branches);
    this.#setDocument(document);
    await this.#install(session);
    if (before !== null) this.onRun();
    before?.close('ends').catch(report);
    tree?.close().catch(report);
    return this.#info(session);
  }

  /** The window hears of a run before it sees a frame of it, and sees none of the run before any more. */
  async #install(session: Session): Promise<void> {
    const { send } = this.#options;
    this.#session = session;
    session.onFrame = (frame) => {
      if (this.#session === session) send('frame', frame);
    };
    session.onProblem = (problem) => this.tell(problem);
    if (this.#watched) {
      send('session', this.#info(session));
      this.#tellPast(session);
    }
    session.chronicle.onNews = (news) => {
      if (this.#watched && this.#session === session) send('timeline', news);
    };
    if (this.#watched) await session.cluster.attach();
  }

  #tellPast(session: Session): void {
    if (this.#session !== session) return;
    this.#tellBranches();
    const past = session.chronicle.all;
    if (past !== null) this.#options.send('timeline', past);
  }

  #tellBranches(): void {
    if (this.#watched) this.#options.send('branches', this.#tree.list());
  }

  #edit(): void {
    this.#revision++;
    if (!this.#document.edited) this.#setDocument({ ...this.#document, edited: true });
  }

  #setDocument(document: Document): void {
    this.#document = document;
    this.#options.onDocument(document);
  }

  #info(session: Session): SessionInfo {
    const { path } = this.#document;
    return session.info(this.#tree.current, path === null ? '' : basename(path));
  }

  get #tree(): RunTree {
    if (this.#openTree === null) throw new CommandError(NO_RUN);
    return this.#openTree;
  }

  /** Waits for a change of runs that is under way. @throws CommandError when another run goes on than is meant. */
  async #current(run?: number): Promise<Session> {
    await this.#changing;
    return this.#here(run);
  }

  #here(run?: number): Session {
    if (this.#session === null) throw new CommandError(NO_RUN);
    if (run === undefined || run === this.#session.run) return this.#session;
    throw new CommandError(`run ${run} is over: run ${this.#session.run} goes on now`);
  }
}

function mustHaveNode({ header }: Session, node: NodeId): void {
  if (canBe(node, header)) return;
  throw new CommandError(noNode(node, header));
}

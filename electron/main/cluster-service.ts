/**
 * The run that goes on. Owns the cluster's threads, numbers the runs, sends their frames to the window, and carries
 * out what the window asks for. No Electron in here, so that it can be tested by itself.
 */
import { join } from 'node:path';
import type {
  CommandPlace,
  MainChannel,
  MainMessage,
  Problem,
  WindowArgument,
  WindowResults,
} from '../../src/contract/contract.ts';
import { CommandError, type Command } from '../../src/cluster/commands.ts';
import type { Frame, SessionInfo, Transport } from '../../src/cluster/frames.ts';
import type { NodeInspection, RunHeader } from '../../src/cluster/run.ts';
import type { ScriptedCommand } from '../../src/cluster/script.ts';
import type { NodeId } from '../../src/protocol/protocol.ts';

/** As much of ThreadCluster (src/host/thread) as the service needs. */
export interface Cluster {
  onFrame: (frame: Frame) => void;
  onProblem: (problem: Problem) => void;
  command(command: Command): Promise<CommandPlace>;
  setTransport(change: Partial<Transport>): Promise<void>;
  step(): Promise<void>;
  inspect(node: NodeId): Promise<NodeInspection>;
  attach(): Promise<void>;
  acknowledge(frame: number): void;
  close(): Promise<void>;
}

/** What a run begins from. */
export interface RunStart {
  /** From a scenario file, or empty. */
  readonly title: string;
  readonly header: RunHeader;
  readonly script: readonly ScriptedCommand[];
  /** Slots to have chosen before the pace is kept. @default 0 */
  readonly headStart?: number;
}

export interface ServiceOptions {
  /** Starts the threads of a cluster whose nodes keep their storage in `directory`. */
  start(
    options: RunStart & { readonly run: number; readonly directory: string; readonly transport: Transport },
  ): Promise<Cluster>;
  /** Tells the window. */
  send<C extends MainChannel>(channel: C, message: MainMessage<C>): void;
  /** Folder in which each run gets a folder of its own. */
  readonly directory: string;
  /** Name of this launch: no earlier one may have had it, for its folders may still be there. */
  readonly launch: string;
  /** Removes what a run has left on disk. */
  discard(directory: string): Promise<void>;
  /** Told of errors in what nobody waits for. */
  report(error: unknown): void;
}

interface Session {
  readonly run: number;
  readonly title: string;
  readonly header: RunHeader;
  readonly directory: string;
  readonly cluster: Cluster;
  transport: Transport;
}

/** Something is to be seen at once: a run begins by itself. */
const TRANSPORT_AT_START: Transport = { playing: true, speed: 1 };

export class ClusterService {
  readonly #options: ServiceOptions;
  #runs = 0;
  #session: Session | null = null;
  /** Settles when the last change of runs is over; changes wait for each other. */
  #changing: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** A window has asked for the run, and hears of everything from then on. */
  #watched = false;
  /** What it will have to be told. */
  readonly #problems: Problem[] = [];

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /**
   * Begins a run and ends the one before, which stays as it is if the new one cannot begin.
   * @throws Error when the threads or their storage cannot be had.
   */
  begin(start: RunStart): Promise<SessionInfo> {
    const change = this.#changing.then(() => this.#replace(start));
    // Whoever asked for this change is told of its failure; the next change goes ahead all the same.
    this.#changing = change.catch(() => undefined);
    return change;
  }

  /** The run that goes on; frames begin to come, the first with a snapshot. */
  async attach(): Promise<SessionInfo> {
    try {
      const session = await this.#current();
      await session.cluster.attach();
      return infoOf(session);
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
    return (await this.#current()).cluster.command(command);
  }

  async setTransport(change: WindowArgument<'transport:set'>): Promise<null> {
    const session = await this.#current();
    const { playing = session.transport.playing, speed = session.transport.speed } = change;
    await session.cluster.setTransport({ playing, speed });
    session.transport = { playing, speed };
    return null;
  }

  async step(): Promise<null> {
    const session = await this.#current();
    await session.cluster.step();
    session.transport = { ...session.transport, playing: false };
    return null;
  }

  async inspect(node: NodeId): Promise<WindowResults['node:inspect']> {
    const session = await this.#current();
    if (!session.header.nodes.includes(node)) {
      throw new CommandError(`there is no n${node}: the cluster has ${session.header.nodes.length} nodes`);
    }
    return session.cluster.inspect(node);
  }

  /** Frames of an earlier run need no acknowledgement any more. */
  acknowledge(run: number, frame: number): null {
    if (this.#session?.run === run) this.#session.cluster.acknowledge(frame);
    return null;
  }

  /** Ends all threads. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#changing;
    const session = this.#session;
    this.#session = null;
    if (session !== null) await this.#end(session);
  }

  async #replace(start: RunStart): Promise<SessionInfo> {
    if (this.#closed) throw new CommandError('Synod is closing');
    const run = ++this.#runs;
    const directory = join(this.#options.directory, `${this.#options.launch}-${run}`);
    const transport = TRANSPORT_AT_START;
    const cluster = await this.#options.start({ ...start, run, directory, transport });
    const session: Session = { run, title: start.title, header: start.header, directory, cluster, transport };
    const before = this.#session;
    this.#session = session;
    cluster.onFrame = (frame) => {
      if (this.#session !== session) return;
      session.transport = frame.transport;
      this.#options.send('frame', frame);
    };
    cluster.onProblem = (problem) => this.tell(problem);
    if (before !== null) this.#end(before).catch(this.#options.report);
    if (this.#watched) {
      // The window hears of the run before it sees a frame of it.
      this.#options.send('session', infoOf(session));
      await cluster.attach();
    }
    return infoOf(session);
  }

  async #end(session: Session): Promise<void> {
    session.cluster.onFrame = () => undefined;
    session.cluster.onProblem = () => undefined;
    await session.cluster.close();
    await this.#options.discard(session.directory);
  }

  /** Waits for a change of runs that is under way. */
  async #current(): Promise<Session> {
    await this.#changing;
    if (this.#session === null) throw new CommandError('no run is going on; begin a new one');
    return this.#session;
  }
}

function infoOf({ run, header, title, transport }: Session): SessionInfo {
  return { run, header, title, transport };
}

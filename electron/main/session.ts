/**
 * An open run: its threads, and the history that follows them. Within one tree of branches the history is handed from
 * session to session, for it keeps what two branches have in common; the threads are each session's own.
 */
import type { CommandPlace, Problem } from '../../src/contract/contract.ts';
import type { Linearization } from '../../src/check/linearizability/linearization.ts';
import { CommandError } from '../../src/cluster/command-error.ts';
import type { Command, JournalEntry } from '../../src/cluster/commands.ts';
import type { Frame, SessionInfo, Transport } from '../../src/cluster/frames.ts';
import type { ProgressMark } from '../../src/cluster/run-file/journal.ts';
import type { Place, RunHeader } from '../../src/cluster/run.ts';
import type { Question } from '../../src/host/history/clients.ts';
import { HistoryError } from '../../src/host/history/history-client.ts';
import type { SessionNews } from '../../src/host/session-journal.ts';
import type { Loaded } from '../../src/host/history/messages.ts';
import type { Expected } from '../../src/scenario/expect.ts';
import { Chronicle } from './chronicle.ts';
import type { Cluster, Engine, History, RunSoFar } from './parts.ts';
import type { TaskControl } from './tasks.ts';

/** What every session is opened with. */
export interface SessionStart {
  /** Number of the run. */
  readonly run: number;
  readonly title: string;
  /** What the run's scenario expects of it; `null`: nothing. */
  readonly expected: Expected | null;
  /** Where its nodes keep their storage. */
  readonly directory: string;
  readonly transport: Transport;
}

/** A run that begins at its beginning. */
export interface FreshStart extends SessionStart {
  readonly header: RunHeader;
  readonly headStart: number;
}

/** Whether a run that was had again may go on. */
export interface Verdict {
  /** Why not, one sentence; empty when it may. */
  readonly readOnly: string;
  /** Events that are known to be as they were. */
  readonly exactUpTo: number;
}

/** How long the history may take to get to what happened just now, ms. */
const CATCH_UP_MS = 5000;

/** It may. */
export const EXACT: Verdict = { readOnly: '', exactUpTo: 0 };

interface Parts {
  readonly history: History;
  readonly chronicle: Chronicle;
  readonly cluster: Cluster;
  readonly begun: RunSoFar;
  readonly verdict: Verdict;
}

export class Session {
  readonly run: number;
  readonly title: string;
  readonly header: RunHeader;
  readonly cluster: Cluster;
  readonly history: History;
  readonly chronicle: Chronicle;
  readonly expected: Expected | null;
  /** Where it stood when it was opened. */
  readonly begun: Place;
  /** All commands so far, in order. */
  readonly journal: JournalEntry[];
  /** How far it had got when it was last heard of; no command comes after it. */
  mark: ProgressMark;
  transport: Transport;
  /** Why it cannot go on, one sentence; empty when it can. */
  readonly readOnly: string;
  /** Of a run that cannot go on, the events that are known to be as they were. */
  readonly exactUpTo: number;
  /** Hears of every frame; frames that come before somebody listens are lost, and come again when he attaches. */
  onFrame: (frame: Frame) => void = () => {};
  /** Hears of all that becomes part of the run. */
  onJournal: (news: SessionNews) => void = () => {};
  readonly #engine: Engine;
  readonly #directory: string;
  #historyLost = false;
  /** Calls off the search for an order that is under way. */
  #searching = new AbortController();
  #onProblem: ((problem: Problem) => void) | null = null;
  readonly #problems: Problem[] = [];

  private constructor(engine: Engine, start: SessionStart, parts: Parts) {
    this.#engine = engine;
    this.run = start.run;
    this.title = start.title;
    this.expected = start.expected;
    this.transport = start.transport;
    this.#directory = start.directory;
    this.begun = parts.begun.end;
    this.mark = { ...parts.begun.end, digest: null };
    this.header = parts.begun.run.header;
    this.journal = [...parts.begun.run.journal];
    this.readOnly = parts.verdict.readOnly;
    this.exactUpTo = parts.verdict.exactUpTo;
    this.history = parts.history;
    this.chronicle = parts.chronicle;
    this.cluster = parts.cluster;
    this.cluster.onFrame = (frame) => {
      this.transport = frame.transport;
      this.onFrame(frame);
    };
    this.cluster.onProblem = (problem) => this.#tell(problem);
    this.cluster.onJournal = (entries, { end, digest }) => {
      for (const entry of entries) this.journal.push(entry);
      this.mark = { ...end, digest };
      this.onJournal({ entries, ...this.mark });
    };
    this.history.onProblem = (problem) => {
      this.#historyLost = true;
      this.#tell(problem);
    };
  }

  /** Begins a run. @throws Error when its threads or their storage cannot be had; nothing is left of it then. */
  static async begin(engine: Engine, start: FreshStart): Promise<Session> {
    const { header, run, expected } = start;
    const history = engine.startHistory(false);
    const chronicle = new Chronicle(run);
    history.onNews = chronicle.take;
    try {
      const begun: RunSoFar = { run: { header, journal: [] }, end: { at: 0, seq: 0 } };
      // Not waited for, as the cluster can begin before its history has; one that cannot says so itself.
      history.load(begun.run, begun.end, { run, expectations: expected }).catch(() => undefined);
      const cluster = await engine.startCluster({ ...start, history: history.port(), resume: null });
      return new Session(engine, start, { history, chronicle, cluster, begun, verdict: EXACT });
    } catch (error) {
      await close([history], engine, start.directory);
      throw error;
    }
  }

  /**
   * Has a run again up to its end, with a history of its own, and goes on from there.
   * @param judge whether the run may go on, from what came of executing it again
   * @throws Error when it cannot be had; nothing is left of it then.
   */
  static async open(
    engine: Engine,
    start: SessionStart,
    wanted: RunSoFar,
    judge: (loaded: Loaded) => Verdict,
    control: TaskControl,
  ): Promise<Session> {
    const history = engine.startHistory(true);
    try {
      return await Session.#transplant(engine, start, history, wanted, judge, control);
    } catch (error) {
      await close([history], engine, start.directory);
      throw error;
    }
  }

  /**
   * Another run of the same tree takes this one's place: the history is its from then on, and only the threads of this
   * one are left to end. When that cannot be, everything is as before.
   * @param wanted with the digest of its events, if that is known
   * @param verdict whether it may go on
   * @throws Error when it cannot be had.
   */
  async succeed(
    start: SessionStart,
    wanted: RunSoFar & { readonly digest: string | null },
    verdict: Verdict,
    control: TaskControl,
  ): Promise<Session> {
    const { history } = this;
    const judge = ({ divergence, digest }: Loaded): Verdict => {
      if (divergence !== null) throw new CommandError(`this moment cannot be had again: ${divergence}`);
      if (wanted.digest === null || wanted.digest === digest) return verdict;
      throw new CommandError('executed again, this branch gave other events than it had');
    };
    try {
      return await Session.#transplant(this.#engine, start, history, wanted, judge, control);
    } catch (error) {
      await this.#reclaim().catch(this.#engine.report);
      await this.#engine.discard(start.directory).catch(this.#engine.report);
      throw error;
    }
  }

  static async #transplant(
    engine: Engine,
    start: SessionStart,
    history: History,
    wanted: RunSoFar,
    judge: (loaded: Loaded) => Verdict,
    control: TaskControl,
  ): Promise<Session> {
    const { run, expected } = start;
    const chronicle = new Chronicle(run);
    history.onNews = chronicle.take;
    const options = { run, expectations: expected, onProgress: control.progress, signal: control.signal };
    const loaded = await history.load(wanted.run, wanted.end, options);
    const verdict = judge(loaded);
    const resume = await history.checkpointAt(loaded.seq);
    control.signal.throwIfAborted();
    const cluster = await engine.startCluster({
      header: wanted.run.header,
      run,
      directory: start.directory,
      transport: start.transport,
      headStart: 0,
      history: history.port(),
      resume,
    });
    return new Session(engine, start, { history, chronicle, cluster, begun: resume, verdict });
  }

  info(branch: number, file: string): SessionInfo {
    const { run, header, title, transport, readOnly } = this;
    return { run, header, title, transport, branch, file, readOnly };
  }

  /** From now on somebody hears of what goes wrong; first of what has gone wrong so far. */
  set onProblem(listener: (problem: Problem) => void) {
    this.#onProblem = listener;
    for (const problem of this.#problems.splice(0)) listener(problem);
  }

  async command(command: Command): Promise<CommandPlace> {
    this.mustGoOn();
    return this.cluster.command(command);
  }

  async setTransport(transport: Transport): Promise<void> {
    if (transport.playing) this.mustGoOn();
    await this.cluster.setTransport(transport);
    this.transport = transport;
  }

  /** One step of one node, or one event of the network; pauses first. */
  async step(): Promise<void> {
    this.mustGoOn();
    await this.cluster.step();
    this.transport = { ...this.transport, playing: false };
  }

  async pause(): Promise<void> {
    if (this.transport.playing) await this.setTransport({ ...this.transport, playing: false });
  }

  /**
   * Asks the history about the run after its first `seq` events. What happened just now it may not know yet; it is
   * asked again when it does.
   * @throws HistoryError when it cannot tell.
   */
  async past<T>(seq: number, ask: (history: History) => Promise<T>): Promise<T> {
    try {
      return await ask(this.history);
    } catch (error) {
      if (!(error instanceof HistoryError) || this.#historyLost) throw error;
      if (seq > (await this.cluster.status()).events) throw error;
      await this.chronicle.reached(seq, CATCH_UP_MS);
      return ask(this.history);
    }
  }

  /** What clients were answered, and whether that is linearizable. What was asked before is called off. */
  linearize(question: Question): Promise<Linearization> {
    this.#searching.abort();
    const { signal } = (this.#searching = new AbortController());
    return this.past(question.seq, (history) => history.linearize(question, { signal }));
  }

  /** @throws CommandError with the reason when the run cannot go on. */
  mustGoOn(): void {
    if (this.readOnly !== '') throw new CommandError(this.readOnly);
  }

  /** @throws CommandError when it is not known that the first `seq` events were these. */
  mustBeExact(seq: number): void {
    if (this.readOnly === '' || seq <= this.exactUpTo) return;
    const known = this.exactUpTo === 0 ? '' : ` Up to event ${this.exactUpTo} it is known to be exact: fork there.`;
    throw new CommandError(`${this.readOnly}${known}`);
  }

  /** Ends the threads; nothing is left of them. The history ends too, unless a successor has it. */
  async close(history: 'ends' | 'goes on'): Promise<void> {
    this.onFrame = () => {};
    this.onJournal = () => {};
    this.cluster.onProblem = () => {};
    if (history === 'ends') this.history.onProblem = () => {};
    await close(history === 'ends' ? [this.cluster, this.history] : [this.cluster], this.#engine, this.#directory);
  }

  /** The history belongs to this session again. */
  async #reclaim(): Promise<void> {
    this.history.onNews = this.chronicle.take;
    const { run, expected } = this;
    const now = await this.cluster.snapshot();
    await this.history.load(now.run, now.end, { run, expectations: expected });
    this.cluster.follow(this.history.port());
  }

  #tell(problem: Problem): void {
    if (this.#onProblem === null) this.#problems.push(problem);
    else this.#onProblem(problem);
  }
}

/** Closes all of them, whatever becomes of one, and removes what the nodes have left on disk. */
async function close(parts: readonly { close(): Promise<void> }[], engine: Engine, directory: string): Promise<void> {
  const closed = await Promise.allSettled(parts.map((part) => part.close()));
  for (const result of closed) if (result.status === 'rejected') engine.report(result.reason);
  await engine.discard(directory).catch(engine.report);
}

/**
 * The tree of one run: forking it, going from branch to branch, comparing them, and taking back what was done last.
 * Whoever calls sees to it that one of these is over before the next begins.
 */
import { CommandError } from '../../src/cluster/command-error.ts';
import type { CommandPlace, Problem } from '../../src/contract/contract.ts';
import type { Command, JournalEntry } from '../../src/cluster/commands.ts';
import type { Transport } from '../../src/cluster/frames.ts';
import type { Session as SavedSession } from '../../src/cluster/run-file/journal.ts';
import type { Branch, Comparison } from '../../src/cluster/timeline.ts';
import type { Expected } from '../../src/scenario/expect.ts';
import { writtenExpectations } from '../../src/scenario/run-file.ts';
import { Autosave } from './autosave.ts';
import { Branches } from './branches.ts';
import type { Engine, RunSoFar } from './parts.ts';
import { EXACT, type Session, type SessionStart, type Verdict } from './session.ts';
import type { TaskControl, Tasks } from './tasks.ts';
import { deedText, UndoStack, type Deed } from './undo.ts';

/** What the tree needs of the service that has it. */
export interface TreeHost {
  readonly tasks: Tasks;
  readonly engine: Engine;
  /** The session that goes on. */
  readonly session: Session;
  /** What the next session is opened with. */
  startOf(title: string, expected: Expected | null, transport: Transport): SessionStart;
  /** Has a session of this tree go on from now on; the one before ends. */
  install(next: Session): Promise<void>;
  tell(problem: Problem): void;
  /** Told when the list of branches is no longer what it was. */
  changed(): void;
}

export class RunTree {
  readonly #host: TreeHost;
  readonly #branches: Branches;
  readonly #undo = new UndoStack();
  /** Branches that can only be looked at. */
  readonly #verdicts = new Map<number, Verdict>();
  /** There is none before there is a branch that goes on: what can only be looked at is in its file. */
  #autosave: Autosave | null = null;

  /**
   * The tree of the session that begins.
   * @param branches of an earlier launch, one of which the session goes on with; `null`: there is this one only
   */
  constructor(host: TreeHost, branches: Branches | null) {
    const { header, journal, begun, readOnly, exactUpTo } = host.session;
    this.#host = host;
    this.#branches = branches ?? Branches.of({ header, journal: [...journal] }, begun);
    if (readOnly !== '') this.#verdicts.set(this.current, { readOnly, exactUpTo });
    this.#listen();
  }

  /** Number of the branch that goes on. */
  get current(): number {
    return this.#branches.current.id;
  }

  list(): Branch[] {
    this.#noteProgress();
    return this.#branches.list();
  }

  /** Does something to the cluster; it is on the disk when this is answered, and can be taken back. */
  async command(command: Command): Promise<CommandPlace> {
    const place = await this.#host.session.command(command);
    await this.#autosave?.synced();
    this.#done({ ...place, command });
    return place;
  }

  /** It has ended as it should: nothing is left of it on the disk but what was saved. */
  async close(): Promise<void> {
    await this.#autosave?.close();
  }

  #done(entry: JournalEntry): void {
    this.#undo.push({ type: 'command', entry });
  }

  /** Goes on, paused, after the first `seq` events, in a branch of its own. @throws Error, and nothing has changed. */
  async fork(seq: number): Promise<void> {
    const { session, tasks } = this.#host;
    const branches = this.#branches;
    branches.checkRoom();
    session.mustBeExact(seq);
    const from = branches.current.id;
    await tasks.run('Forking', async (control) => {
      const place = await session.past(seq, (history) => history.checkpointAt(seq));
      await this.#move({ run: place.run, end: place.end, digest: null }, EXACT, control, () => {
        this.#undo.push({ type: 'fork', from, to: branches.fork(place.run, place.end).id });
      });
    });
  }

  /** Goes on, paused, where another branch was left. @throws Error, and nothing has changed. */
  async switchTo(id: number): Promise<void> {
    const branches = this.#branches;
    const branch = branches.get(id);
    if (branch === branches.current) throw new CommandError(`“${branch.name}” goes on already`);
    await this.#host.tasks.run(`Going to “${branch.name}”`, (control) =>
      this.#move(branch, this.#verdicts.get(id) ?? EXACT, control, () => void branches.switchTo(id)),
    );
  }

  /** @throws CommandError when there is no such branch. */
  rename(id: number, name: string): void {
    this.#undo.push({ type: 'rename', branch: id, before: this.#branches.rename(id, name) });
    this.#changed();
  }

  /** @throws CommandError for the branch that goes on, or when there is none of this number. */
  delete(id: number): void {
    this.#undo.push({ type: 'delete', deleted: this.#branches.delete(id) });
    this.#changed();
  }

  /** Two branches side by side. @throws CommandError when there is no such branch; HistoryError */
  async compare(a: number, b: number): Promise<Comparison> {
    const { session, tasks } = this.#host;
    const branches = this.#branches;
    for (const id of [a, b]) branches.get(id);
    const now = await session.cluster.snapshot();
    const side = (id: number) => {
      const { run, end } = id === branches.current.id ? now : branches.get(id);
      return { id, run, end };
    };
    return tasks.run('Comparing branches', ({ progress, signal }) =>
      session.history.compare(side(a), side(b), { onProgress: progress, signal }),
    );
  }

  /**
   * Takes back what was done last.
   * @returns what that was, as part of a sentence; empty: there is nothing
   * @throws Error, and nothing has changed.
   */
  async undo(): Promise<string> {
    const deed = this.#undo.latest((one) => this.#canTakeBack(one));
    if (deed === null) return '';
    await this.#takeBack(deed);
    this.#undo.remove(deed);
    this.#changed();
    return deedText(deed);
  }

  /**
   * Another run of the tree takes the place of the one that goes on, which is parked.
   * @param register told once it is there: puts it into the tree
   */
  async #move(
    wanted: RunSoFar & { readonly digest: string | null },
    verdict: Verdict,
    control: TaskControl,
    register: () => void,
  ): Promise<void> {
    const { session } = this.#host;
    const { transport, title, expected } = session;
    await session.pause();
    const now = await session.cluster.snapshot();
    const start = this.#host.startOf(title, expected, { ...transport, playing: false });
    let next: Session;
    try {
      next = await session.succeed(start, wanted, verdict, control);
    } catch (error) {
      await session.setTransport(transport);
      throw error;
    }
    this.#noteProgress();
    this.#branches.park(now);
    register();
    await this.#host.install(next);
    this.#listen();
    this.#save();
  }

  /** What becomes part of the run that goes on is saved. */
  #listen(): void {
    const { session, engine, tell } = this.#host;
    session.onJournal = (news) => this.#autosave?.append(news);
    if (session.readOnly !== '') return;
    this.#autosave ??= new Autosave(engine.startJournal, () => this.#saved(), tell, engine.settled);
  }

  #save(): void {
    this.#autosave?.replace(this.#saved());
  }

  #saved(): SavedSession {
    const { session, engine } = this.#host;
    const { header, journal, title, mark, expected } = session;
    this.#noteProgress();
    const live = this.#branches.current.id;
    const { at, seq, digest } = mark;
    const now = { run: { header, journal: [...journal] }, end: { at, seq }, digest };
    const branches = this.#branches.stored().map((branch) => (branch.id === live ? { ...branch, ...now } : branch));
    const expect = writtenExpectations(expected);
    return { title, app: engine.version, branches, live, ...(expect && { expect }) };
  }

  #changed(): void {
    this.#save();
    this.#host.changed();
  }

  /** A deed of another branch waits until that goes on again. */
  #canTakeBack(deed: Deed): boolean {
    const branches = this.#branches;
    switch (deed.type) {
      case 'command': {
        const { journal, readOnly } = this.#host.session;
        return readOnly === '' && indexIn(journal, deed.entry) >= 0;
      }
      case 'fork':
        return branches.has(deed.from) && branches.has(deed.to) && branches.descends(branches.current.id, deed.to);
      case 'rename':
        return branches.has(deed.branch);
      case 'delete':
        return true;
    }
  }

  async #takeBack(deed: Deed): Promise<void> {
    const branches = this.#branches;
    switch (deed.type) {
      case 'command': {
        const { header, journal } = this.#host.session;
        const { at, seq } = deed.entry;
        const run = { header, journal: journal.slice(0, indexIn(journal, deed.entry)) };
        const wanted = { run, end: { at, seq }, digest: null };
        branches.checkRoom();
        return this.#leave(() =>
          this.#host.tasks.run('Going back', (control) =>
            this.#move(wanted, EXACT, control, () => void branches.fork(wanted.run, wanted.end)),
          ),
        );
      }
      case 'fork':
        return this.#leave(() => this.switchTo(deed.from));
      case 'delete':
        return branches.restore(deed.deleted);
      case 'rename':
        branches.rename(deed.branch, deed.before);
    }
  }

  /** Taking something back leaves no branch behind in which nothing was done. */
  async #leave(go: () => Promise<void>): Promise<void> {
    const left = this.#branches.current.id;
    await go();
    this.#branches.drop(left);
  }

  #noteProgress(): void {
    const { progress } = this.#host.session.chronicle;
    if (progress !== null) this.#branches.progress(progress.end, progress.chosen);
  }
}

/** Where a person's command stands among all; -1 when it does not. Of two that are the same at one place, the later. */
function indexIn(journal: readonly JournalEntry[], { at, seq, command }: JournalEntry): number {
  const text = JSON.stringify(command);
  const isIt = (one: JournalEntry): boolean => one.at === at && one.seq === seq && JSON.stringify(one.command) === text;
  return journal.findLastIndex((one) => one.scripted === undefined && isIt(one));
}

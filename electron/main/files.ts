/** Opening and saving: what the person chooses in the system's own dialogs, and what becomes of it. */
import { basename, dirname, join } from 'node:path';
import type { SessionInfo } from '../../src/cluster/frames.ts';
import { runFileText } from '../../src/cluster/run-file/run-file.ts';
import { RUN_TITLE_MAX } from '../../src/cluster/run-file/schema.ts';
import { CommandError } from '../../src/cluster/command-error.ts';
import type { DigestMark } from '../../src/cluster/digest.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { replayTo } from '../../src/host/replay.ts';
import { writtenExpectations } from '../../src/scenario/run-file.ts';
import { toScenario } from '../../src/scenario/to-scenario.ts';
import type { ClusterService } from './cluster-service.ts';
import type { RunSoFar } from './parts.ts';
import { readRunOrScenario, RUN_EXTENSION } from './runs.ts';
import { saveWhole } from './save.ts';

/** What a dialog offers by kind of file. */
export interface FileFilter {
  readonly name: string;
  readonly extensions: readonly string[];
}

/** The system's dialogs; each gives a path, or `null` when the person thought better of it. */
export interface Dialogs {
  open(title: string, filters: readonly FileFilter[]): Promise<string | null>;
  /** @param proposed name of the file, or path of one */
  save(title: string, proposed: string, filters: readonly FileFilter[]): Promise<string | null>;
}

const RUNS: FileFilter = { name: 'Runs', extensions: [RUN_EXTENSION] };
const SCENARIOS: FileFilter = { name: 'Scenarios', extensions: ['yaml', 'yml', 'json'] };
const PICTURES: FileFilter = { name: 'Pictures', extensions: ['svg'] };
const HISTORIES: FileFilter = { name: 'Histories', extensions: ['json'] };
const BOTH: FileFilter = { name: 'Runs and scenarios', extensions: [...RUNS.extensions, ...SCENARIOS.extensions] };

/** Longest part of a title that becomes the proposed name of a file. */
const NAME_LENGTH_MAX = 60;

export class Files {
  readonly #service: ClusterService;
  readonly #dialogs: Dialogs;
  readonly #version: string;

  /** @param version of the program, which run files name as the one that wrote them */
  constructor(service: ClusterService, dialogs: Dialogs, version: string) {
    this.#service = service;
    this.#dialogs = dialogs;
    this.#version = version;
  }

  /** Asks for a run or scenario and opens it. @returns `null` when the person thought better of it. */
  async open(): Promise<SessionInfo | null> {
    const path = await this.#dialogs.open('Open', [BOTH, RUNS, SCENARIOS]);
    return path === null ? null : this.openPath(path, null);
  }

  /**
   * Opens a run or a scenario.
   * @param seed for a scenario, used instead of the file's own; null: the file's, or a fresh one
   * @throws Error with the reason, and the run that goes on is as it was.
   */
  async openPath(path: string, seed: number | null): Promise<SessionInfo> {
    const opened = await readRunOrScenario(path, seed);
    if (opened.type === 'scenario') return this.#service.begin(opened.start);
    return this.#service.open(`Opening ${basename(path)}`, opened.earlier);
  }

  /**
   * Saves the run that goes on.
   * @param as asks for a file even if there is one
   * @returns the name of the file; `null` when the person thought better of it
   * @throws CommandError saying why it could not be saved.
   */
  async save(as: boolean): Promise<string | null> {
    const { path: known, title } = this.#service.document;
    this.#service.mustBeSavable();
    const path = known !== null && !as ? known : await this.#ask('Save Run', known, title, RUNS);
    if (path === null) return null;
    const { run, end, digest, marks, expected, revision } = await this.#service.snapshot();
    const expect = writtenExpectations(expected);
    const text = inOneFile(() =>
      runFileText({ title: title.slice(0, RUN_TITLE_MAX), app: this.#version, run, end, digest, marks, expect }),
    );
    await saveWhole(path, text);
    this.#service.saved(path, revision);
    return basename(path);
  }

  /** The same as a scenario, which a person can read and change. */
  async saveScenario(): Promise<string | null> {
    const { path: known, title } = this.#service.document;
    const path = await this.#ask('Save as Scenario', null, title, SCENARIOS);
    if (path === null) return null;
    const { run, end } = await this.#service.snapshot();
    const names = [title, known === null ? '' : withoutExtension(known), withoutExtension(path)];
    const notes = { title: names.find((one) => one !== '')!.slice(0, RUN_TITLE_MAX), until: Math.max(1, end.at) };
    const text = inOneFile(() => toScenario(run, notes));
    await saveWhole(path, text);
    return basename(path);
  }

  /** Asks for a file and saves a run that is not the one that goes on. @throws CommandError when it cannot be had again. */
  async saveFound(title: string, { run, end }: RunSoFar): Promise<string | null> {
    const path = await this.#ask('Save Run', null, title, RUNS);
    if (path === null) return null;
    const { digest, marks } = await digestOf({ run, end });
    const text = inOneFile(() => runFileText({ title, app: this.#version, run, end, digest, marks, expect: null }));
    await saveWhole(path, text);
    return basename(path);
  }

  /** Asks for a file and saves the text of a scenario. */
  async saveScenarioText(title: string, text: string): Promise<string | null> {
    const path = await this.#ask('Save as Scenario', null, title, SCENARIOS);
    if (path === null) return null;
    await saveWhole(path, text);
    return basename(path);
  }

  /** Saves what clients saw: a picture, or the history itself. @returns the name of the file; `null` for none */
  async saveHistory(kind: 'svg' | 'json', text: string): Promise<string | null> {
    const { path: known, title } = this.#service.document;
    const [what, filter] = kind === 'svg' ? (['Save Picture', PICTURES] as const) : (['Save History', HISTORIES] as const);
    const name = title !== '' || known === null ? title : withoutExtension(known);
    const path = await this.#ask(what, null, `${name} history`, filter);
    if (path === null) return null;
    await saveWhole(path, text);
    return basename(path);
  }

  /** A path whose name ends as it has to. */
  async #ask(title: string, known: string | null, name: string, filter: FileFilter): Promise<string | null> {
    const extension = filter.extensions[0]!;
    const proposed = known ?? `${fileName(name)}.${extension}`;
    const chosen = await this.#dialogs.save(title, proposed, [filter]);
    if (chosen === null) return null;
    const fits = filter.extensions.some((one) => chosen.toLowerCase().endsWith(`.${one}`));
    return fits ? chosen : join(dirname(chosen), `${basename(chosen)}.${extension}`);
  }
}

/** Has a run again, a piece at a time, for the digests of its events. @throws CommandError when it cannot be had. */
async function digestOf({ run, end }: RunSoFar): Promise<{ readonly digest: string; readonly marks: readonly DigestMark[] }> {
  const cluster = new InlineCluster(run.header);
  const steps = replayTo(cluster, run.journal, end);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) await new Promise((resolve) => setImmediate(resolve));
  if (step.value !== null) throw new CommandError(`this run cannot be saved: ${step.value}`);
  const { digest, marks } = cluster.scheduler.log;
  return { digest, marks };
}

/** A run with more commands than a file can have is refused like everything else that cannot be. */
function inOneFile(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof RangeError) throw new CommandError(error.message);
    throw error;
  }
}

/** A name that every system takes: letters, digits, and single dashes between. */
function fileName(title: string): string {
  const name = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, NAME_LENGTH_MAX)
    .replace(/^-|-$/g, '');
  return name === '' ? 'run' : name;
}

function withoutExtension(path: string): string {
  return basename(path).replace(/\.[^.]+$/, '');
}

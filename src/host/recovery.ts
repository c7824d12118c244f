/** Sessions that were interrupted: what an earlier launch has left in the folder of the autosave journals. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal, RunFileError } from '../cluster/run-file/error.ts';
import { parseSession, type ReadSession } from '../cluster/run-file/journal.ts';
import { RUN_FILE_BYTES_MAX, tooLargeText } from '../cluster/run-file/run-file.ts';
import type { Place, Run } from '../cluster/run.ts';
import type { Recoverable } from '../cluster/timeline.ts';
import { isRunning } from './process-identity.ts';
import { JOURNAL_SUFFIX } from './session-journal.ts';

/** An interrupted session: its tree of forks, and the branch that went on. */
export interface Recovered extends ReadSession {
  readonly run: Run;
  readonly end: Place;
  /** Over all events up to the end; null when the last that was saved is a command. */
  readonly digest: string | null;
}

const ID = /^[\w-]{1,100}$/;

/**
 * The sessions that were interrupted, the latest first. Those of processes that still run are left out, and those whose
 * files cannot be read; those in which nothing had happened yet are cleared away.
 */
export async function recoverable(folder: string): Promise<Recoverable[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  await Promise.all(names.map((name) => clearHalfWritten(folder, name)));
  const found = await Promise.all(
    names.filter((name) => name.endsWith(JOURNAL_SUFFIX)).map((name) => look(folder, name.slice(0, -JOURNAL_SUFFIX.length))),
  );
  return found.filter((one) => one !== null).sort((a, b) => (a.saved < b.saved ? 1 : -1));
}

/**
 * An interrupted session, as it was when it was last synced.
 * @param id from `recoverable`
 * @throws RunFileError when there is none, it goes on in another process, or its file is damaged: with line and field.
 */
export async function recover(folder: string, id: string): Promise<Recovered> {
  const session = await readSession(folder, id);
  if (isRunning(session.process)) throw refusal(id, null, 'the session goes on in another window');
  const { run, end, digest } = session.branches.find((branch) => branch.id === session.live)!;
  return { ...session, run, end, digest };
}

/**
 * Throws an interrupted session away.
 * @throws RunFileError when it goes on in another process. @throws Error of the file system.
 */
export async function discard(folder: string, id: string): Promise<void> {
  const session = await readSession(folder, id).catch(() => null);
  if (session !== null && isRunning(session.process)) throw refusal(id, null, 'the session goes on in another window');
  await rm(pathOf(folder, id), { force: true });
}

async function look(folder: string, id: string): Promise<Recoverable | null> {
  try {
    const session = await readSession(folder, id);
    if (isRunning(session.process)) return null;
    const live = session.branches.find((branch) => branch.id === session.live)!;
    const commands = session.branches.reduce((sum, { run }) => sum + run.journal.length, 0);
    if (commands === 0 && session.branches.every(({ end }) => end.seq === 0)) {
      await discard(folder, id);
      return null;
    }
    const { mtime } = await stat(pathOf(folder, id));
    return { id, title: session.title, saved: mtime.toISOString(), commands: live.run.journal.length, at: live.end.at };
  } catch {
    // Another process may have cleared it away meanwhile; one that is damaged stays, for somebody to look at.
    return null;
  }
}

async function readSession(folder: string, id: string): Promise<ReadSession> {
  const path = pathOf(folder, id);
  let text: string;
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error('it is no ordinary file');
    if (found.size > RUN_FILE_BYTES_MAX) throw refusal(id, null, tooLargeText(found.size));
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof RunFileError) throw error;
    throw refusal(id, null, `the journal cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseSession(text, id + JOURNAL_SUFFIX);
}

/** A file that was to take the place of a journal, when the process that wrote it has ended. */
async function clearHalfWritten(folder: string, name: string): Promise<void> {
  const pid = /\.journal\.(\d{1,10})\.tmp$/.exec(name)?.[1];
  if (pid !== undefined && !isRunning({ pid: Number(pid), start: '' })) await rm(join(folder, name), { force: true });
}

function pathOf(folder: string, id: string): string {
  if (!ID.test(id)) throw refusal('autosave', null, `there is no session ${JSON.stringify(id.slice(0, 100))}`);
  return join(folder, id + JOURNAL_SUFFIX);
}

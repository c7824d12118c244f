/**
 * The autosave journal of a session, as text: a record a line. First the header of the run, then one branch after the
 * other, the one that goes on last: its name, its commands, and marks of how far it has got. Records are only ever added
 * at the end, so that whatever interrupts the writing leaves everything before it readable. A command counts when a mark
 * stands after it: both are written at once, and only then is the command acknowledged.
 */
import * as z from 'zod';
import type { JournalEntry } from '../commands.ts';
import type { Place, Run, RunHeader } from '../run.ts';
import { Checker, isFields } from './checker.ts';
import { refusal, RunFileError } from './error.ts';
import { readJson } from './json.ts';
import { expectSchema, type WrittenExpectations } from './run-file.ts';
import {
  appSchema,
  checkEntry,
  checkHeader,
  checkOrder,
  digestSchema,
  placeSchema,
  readOnlyReason,
  RUN_COMMANDS_MAX,
  titleSchema,
  versionSchema,
} from './schema.ts';
import { withScript } from './script.ts';
import { JOURNAL_FORMAT, migrate, newerText } from './versions.ts';

/** Most branches of a session. */
export const SESSION_BRANCHES_MAX = 1000;

/** Which process writes a journal: its number, and when it was started as the system tells it, or empty. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly start: string;
}

/** A branch of a session's tree of forks (timeline.ts), with its commands and how far it has got. */
export interface SessionBranch {
  readonly id: number;
  readonly name: string;
  readonly parent: number | null;
  readonly forkedAt: Place | null;
  /** Slots in which a value is chosen. */
  readonly chosen: number;
  readonly run: Run;
  readonly end: Place;
  /** Over all events up to the end; null when it is not known. */
  readonly digest: string | null;
}

export interface Session {
  readonly title: string;
  /** Version of the program that wrote it. */
  readonly app: string;
  readonly branches: readonly SessionBranch[];
  /** The branch that goes on. */
  readonly live: number;
  /** What the scenario expects of its runs. @default nothing */
  readonly expect?: WrittenExpectations;
}

export interface ReadSession extends Session {
  readonly process: ProcessIdentity;
  /** Why its runs cannot go on; empty when they can. */
  readonly readOnly: string;
  /** Lines at the end that were not written to their end, or not acknowledged: the writing was interrupted. */
  readonly dropped: number;
}

/** A mark as the router gives it: how far the run has got, and the digest of its events. */
export interface ProgressMark extends Place {
  readonly digest: string | null;
}

const headerSchema = z.strictObject({
  synod: z.literal('journal'),
  version: versionSchema,
  app: appSchema,
  process: z.strictObject({ pid: z.int().min(1), start: z.string().max(100) }),
  title: titleSchema,
  header: z.unknown(),
  script: z.array(z.unknown()).max(RUN_COMMANDS_MAX).default([]),
  expect: expectSchema.optional(),
});

const branchSchema = z.strictObject({
  branch: z.strictObject({
    id: z.int().min(1),
    name: z.string().min(1).max(60),
    parent: z.int().min(1).nullable(),
    forkedAt: placeSchema.nullable(),
    chosen: z.int().min(0),
  }),
});

const markSchema = z.strictObject({ mark: placeSchema.extend({ digest: digestSchema.nullable() }) });

/** The text of a whole session. */
export function sessionText(session: Session, process: ProcessIdentity): string {
  const { title, app, branches, live, expect } = session;
  const current = branches.find(({ id }) => id === live)!;
  const { script, ...header } = current.run.header;
  const head = { synod: 'journal', version: JOURNAL_FORMAT.version, app, process, title, header, script, expect };
  return line(head) + [...branches.filter((branch) => branch !== current), current].map(branchText).join('');
}

/** The record of a command. */
export function entryText({ at, seq, command, scripted, refused }: JournalEntry): string {
  return line({ at, seq, command, scripted, refused });
}

/** The record of how far the run has got. */
export function markText({ at, seq, digest }: ProgressMark): string {
  return line({ mark: { at, seq, digest } });
}

function branchText({ id, name, parent, forkedAt, chosen, run, end, digest }: SessionBranch): string {
  const begin = line({ branch: { id, name, parent, forkedAt, chosen } });
  return begin + run.journal.map(entryText).join('') + markText({ ...end, digest });
}

function line(record: unknown): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Reads the journal of a session. The first line that is no JSON ends it: there the writing was interrupted.
 * @param name of the file, for messages
 * @throws RunFileError naming line and field of what is wrong.
 */
export function parseSession(text: string, name: string): ReadSession {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const reader = new SessionReader(name, lines[0] ?? '');
  let read = 1;
  while (read < lines.length && reader.take(lines[read]!, read + 1)) read++;
  return reader.end(Math.max(0, lines.length - read));
}

interface ReadBranch {
  branch: SessionBranch;
  readonly entries: JournalEntry[];
  /** Commands after the last mark. */
  readonly unmarked: JournalEntry[];
  /** Where it begins in the file. */
  readonly line: number;
}

class SessionReader {
  readonly #name: string;
  readonly #head: z.output<typeof headerSchema>;
  readonly #header: RunHeader;
  readonly #branches: ReadBranch[] = [];

  constructor(name: string, first: string) {
    this.#name = name;
    const given = this.#json(first, 1);
    [this.#head, this.#header] = this.#checked(1, (checker) => {
      if (!isFields(given) || given.synod !== 'journal') return checker.complain([], 'this is no journal of a session');
      const version = checker.parse(versionSchema, given.version, ['version']);
      if (version === null) return null;
      if (version > JOURNAL_FORMAT.version) {
        return checker.complain(['version'], newerText(version, given.app, JOURNAL_FORMAT));
      }
      const head = checker.parse(headerSchema, migrate(given, version, JOURNAL_FORMAT), []);
      if (head === null) return null;
      const bare = checkHeader(checker, head.header, ['header']);
      const header = bare && withScript(checker, bare, head.script, ['script']);
      return header && [head, header];
    });
  }

  /** Takes one record. @returns whether it was one; if not, nothing that follows can be relied on. */
  take(text: string, number: number): boolean {
    let given: unknown;
    try {
      given = this.#json(text, number);
    } catch (error) {
      if (error instanceof RunFileError) return false;
      throw error;
    }
    if (isFields(given) && 'branch' in given) this.#begin(given, number);
    else if (isFields(given) && 'mark' in given) this.#mark(given, number);
    else this.#entry(given, number);
    return true;
  }

  end(dropped: number): ReadSession {
    const live = this.#branches.at(-1);
    if (live === undefined) throw refusal(this.#name, null, 'the journal has no branch');
    for (const { branch, line: number } of this.#branches) {
      const { parent } = branch;
      if (parent === null || this.#branches.some((other) => other.branch.id === parent)) continue;
      throw new RunFileError(this.#name, [{ line: number, field: 'branch.parent', message: `there is no branch ${parent}` }]);
    }
    const { title, app, process, expect } = this.#head;
    const branches = this.#branches.map(({ branch }) => branch).sort((a, b) => a.id - b.id);
    const lost = dropped + this.#branches.reduce((sum, { unmarked }) => sum + unmarked.length, 0);
    const about = { title, app, process, ...(expect && { expect }) };
    return { ...about, branches, live: live.branch.id, readOnly: readOnlyReason(this.#header), dropped: lost };
  }

  #begin(given: unknown, number: number): void {
    const { branch } = this.#checked(number, (checker) => {
      const record = checker.parse(branchSchema, given, []);
      if (record === null) return null;
      const { id, parent } = record.branch;
      if (this.#branches.some((other) => other.branch.id === id)) return checker.complain(['branch', 'id'], `${id} is there twice`);
      if (parent !== null && parent >= id) return checker.complain(['branch', 'parent'], `must be below ${id}, not ${parent}`);
      if (this.#branches.length < SESSION_BRANCHES_MAX) return record;
      return checker.complain([], `there are more than ${SESSION_BRANCHES_MAX} branches`);
    });
    const entries: JournalEntry[] = [];
    const run: Run = { header: this.#header, journal: entries };
    const end = { at: 0, seq: 0 };
    this.#branches.push({ branch: { ...branch, run, end, digest: null }, entries, unmarked: [], line: number });
  }

  #mark(given: unknown, number: number): void {
    const current = this.#current(number);
    const { at, seq, digest } = this.#checked(number, (checker) => {
      const record = checker.parse(markSchema, given, []);
      return record !== null && checkOrder(checker, record.mark, ['mark'], before(current)) ? record.mark : null;
    });
    for (const entry of current.unmarked.splice(0)) current.entries.push(entry);
    current.branch = { ...current.branch, end: { at, seq }, digest };
  }

  #entry(given: unknown, number: number): void {
    const current = this.#current(number);
    const entry = this.#checked(number, (checker) => {
      if (current.entries.length + current.unmarked.length >= RUN_COMMANDS_MAX) {
        return checker.complain([], `there are more than ${RUN_COMMANDS_MAX.toLocaleString('en')} commands`);
      }
      return checkEntry(checker, given, [], before(current), this.#header);
    });
    current.unmarked.push(entry);
  }

  #current(number: number): ReadBranch {
    const current = this.#branches.at(-1);
    if (current === undefined) throw refusal(this.#name, number, 'a branch was expected before this');
    return current;
  }

  #json(text: string, number: number): unknown {
    return readJson(text, { name: this.#name, line: number, listMax: RUN_COMMANDS_MAX });
  }

  #checked<T>(number: number, check: (checker: Checker) => T | null): T {
    const checker = new Checker();
    const result = check(checker);
    checker.finish(this.#name, (paths) => paths.map(() => number));
    return result!;
  }
}

/** The place that what follows must not come before. */
function before({ branch, unmarked }: ReadBranch): Place {
  return unmarked.at(-1) ?? branch.end;
}

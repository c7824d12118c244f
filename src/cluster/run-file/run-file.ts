/**
 * Run files: a run as a person saves it, versioned JSON. docs/run-files.md describes every field. What is read is
 * checked as if somebody meant harm; the same run is written as the same text, one command a line.
 */
import { createScanner } from 'jsonc-parser';
import * as z from 'zod';
import { TEXT_LENGTH_MAX } from '../../protocol/protocol.ts';
import type { JournalEntry } from '../commands.ts';
import type { DigestMark } from '../digest.ts';
import type { Place, Run, RunHeader } from '../run.ts';
import { Checker, isFields } from './checker.ts';
import { refusal } from './error.ts';
import { linesOf, readJson } from './json.ts';
import {
  appSchema,
  checkEntry,
  checkHeader,
  checkOrder,
  digestSchema,
  markSchema,
  placeSchema,
  readOnlyReason,
  RUN_COMMANDS_MAX,
  RUN_TIME_MAX_US,
  titleSchema,
  versionSchema,
} from './schema.ts';
import { withScript } from './script.ts';
import { migrate, newerText, RUN_FORMAT, type Format } from './versions.ts';

/** Largest run file, bytes; it is also the most UTF-16 code units. */
export const RUN_FILE_BYTES_MAX = 32 * 1024 * 1024;

export interface RunFile {
  /** May be empty. */
  readonly title: string;
  /** Version of the program that wrote it. */
  readonly app: string;
  readonly run: Run;
  /** How far the run had got. */
  readonly end: Place;
  /** Over all events up to the end; null when it is not known. */
  readonly digest: string | null;
  /** Digests on the way, ascending, to narrow a divergence down; some or all may be missing. */
  readonly marks: readonly DigestMark[];
  /** What the scenario expects of the run; null when it expects nothing. */
  readonly expect: WrittenExpectations | null;
}

/** Expectations as they stand in a scenario. */
export interface WrittenExpectations {
  /** When they are judged, virtual time in µs. */
  readonly until: number;
  readonly list: readonly string[];
}

export interface OpenedRunFile extends RunFile {
  /** Why the run cannot go on; empty for one that can. */
  readonly readOnly: string;
}

const fileSchema = z.strictObject({
  synod: z.literal('run'),
  version: versionSchema,
  app: appSchema.default(''),
  title: titleSchema.default(''),
  header: z.unknown(),
  script: z.unknown().optional(),
  commands: z.unknown().optional(),
  end: placeSchema,
  digest: digestSchema.nullable().default(null),
  marks: z.unknown().optional(),
  expect: z.unknown().optional(),
});

/** Most expectations of a run. */
const RUN_EXPECTATIONS_MAX = 100;

export const expectSchema = z.strictObject({
  until: z.int().min(1).max(RUN_TIME_MAX_US),
  list: z.array(z.string().min(1).max(TEXT_LENGTH_MAX)).min(1).max(RUN_EXPECTATIONS_MAX),
});

export interface ParseOptions {
  /** Says what is wrong with an expectation; empty when nothing is. What they mean is the scenario's business. */
  readonly expectation?: (text: string, header: RunHeader) => string;
  /** For tests of migration. */
  readonly format?: Format;
}

/**
 * Reads a run file.
 * @param text the file's content; a byte order mark is skipped
 * @param name the file's name, for messages
 * @throws RunFileError naming every problem found, at most ten, each with its line and field.
 */
export function parseRunFile(text: string, name: string, options: ParseOptions = {}): OpenedRunFile {
  const json = withoutMark(text);
  if (json.length > RUN_FILE_BYTES_MAX) throw refusal(name, null, tooLargeText(json.length));
  const given = readJson(json, { name, line: 1, listMax: RUN_COMMANDS_MAX });
  const checker = new Checker();
  const file = checkFile(checker, given, options);
  checker.finish(name, (paths) => linesOf(json, paths));
  return file!;
}

/** The text of a run file. @throws RangeError when the run has more commands, or is larger, than a file can be. */
export function runFileText(file: RunFile): string {
  const { title, app, run, end, digest, marks, expect } = file;
  if (run.journal.length > RUN_COMMANDS_MAX) {
    throw new RangeError(`the run has ${run.journal.length} commands; a run file holds at most ${RUN_COMMANDS_MAX}`);
  }
  const { script = [], ...head } = run.header;
  if (script.length > RUN_COMMANDS_MAX) {
    throw new RangeError(`the script has ${script.length} commands; a run file holds at most ${RUN_COMMANDS_MAX}`);
  }
  const header = Object.entries(head).map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const fields = [
    `"synod": "run"`,
    `"version": ${RUN_FORMAT.version}`,
    `"app": ${JSON.stringify(app)}`,
    `"title": ${JSON.stringify(title)}`,
    `"header": {\n${header.join(',\n')}\n  }`,
    ...(script.length === 0 ? [] : [`"script": ${listText(script)}`]),
    `"commands": ${listText(run.journal)}`,
    `"end": ${JSON.stringify(end)}`,
    `"digest": ${JSON.stringify(digest)}`,
    ...(marks.length === 0 ? [] : [`"marks": ${listText(thinned(marks))}`]),
    ...(expect === null ? [] : [`"expect": ${JSON.stringify(expect)}`]),
  ];
  const text = `{\n${fields.map((field) => `  ${field}`).join(',\n')}\n}\n`;
  if (text.length > RUN_FILE_BYTES_MAX) throw new RangeError(tooLargeText(text.length));
  return text;
}

/**
 * Whether a text means to be a run file, whatever else may be wrong with it: an object whose field `synod` is `"run"`.
 * Scenarios, the other files of Synod, have a number there.
 */
export function isRunFile(text: string): boolean {
  const json = withoutMark(text);
  const scanner = createScanner(json, true);
  // The tokens are told by their text: the numbers of their kinds are not part of what the package exports.
  const next = (): string => {
    scanner.scan();
    const offset = scanner.getTokenOffset();
    return json.slice(offset, offset + Math.min(scanner.getTokenLength(), 10));
  };
  if (next() !== '{') return false;
  let depth = 1;
  for (let token = next(); token !== '' && depth > 0; token = next()) {
    if (token === '{' || token === '[') depth++;
    if (token === '}' || token === ']') depth--;
    if (depth === 1 && token === '"synod"' && next() === ':') return next() === '"run"';
  }
  return false;
}

/** What to say of a file that is larger than a run can be. */
export function tooLargeText(size: number): string {
  return `the file is too large for a run: ${size.toLocaleString('en')} bytes, more than ${RUN_FILE_BYTES_MAX.toLocaleString('en')}`;
}

function checkFile(checker: Checker, given: unknown, options: ParseOptions): OpenedRunFile | null {
  const { format = RUN_FORMAT, expectation = () => '' } = options;
  if (!isFields(given)) return checker.complain([], 'a run file holds an object with fields');
  if (given.synod !== 'run') return checker.complain(['synod'], 'must be "run": this is no run file');
  const version = checker.parse(versionSchema, given.version, ['version']);
  if (version === null) return null;
  if (version > format.version) return checker.complain(['version'], newerText(version, given.app, format));
  const file = checker.parse(fileSchema, migrate(given, version, format), []);
  if (file === null) return null;
  const head = checkHeader(checker, file.header, ['header']);
  const script = file.script === undefined ? [] : checkList(checker, file.script, 'script', RUN_COMMANDS_MAX);
  const header = head === null ? null : withScript(checker, head, script, ['script']);
  const { app, title, end, digest } = file;
  const journal = header === null ? [] : checkEntries(checker, file.commands ?? [], end, header);
  const marks = checkMarks(checker, file.marks ?? [], end);
  const expect = file.expect === undefined ? null : checker.parse(expectSchema, file.expect, ['expect']);
  if (header === null || !checker.clean) return null;
  expect?.list.forEach((text, index) => {
    const wrong = expectation(text, header);
    if (wrong !== '') checker.complain(['expect', 'list', index], wrong);
  });
  if (!checker.clean) return null;
  return { title, app, run: { header, journal }, end, digest, marks, expect, readOnly: readOnlyReason(header) };
}

function checkEntries(checker: Checker, given: unknown, end: Place, header: RunHeader): JournalEntry[] {
  const list = checkList(checker, given, 'commands', RUN_COMMANDS_MAX);
  const entries: JournalEntry[] = [];
  let before: Place = { at: 0, seq: 0 };
  for (let index = 0; index < list.length && !checker.full; index++) {
    const entry = checkEntry(checker, list[index], ['commands', index], before, header);
    if (entry === null) continue;
    entries.push(entry);
    before = entry;
  }
  if (checker.clean) checkOrder(checker, end, ['end'], before);
  return entries;
}

function checkMarks(checker: Checker, given: unknown, end: Place): DigestMark[] {
  const list = checkList(checker, given, 'marks', RUN_COMMANDS_MAX);
  const marks: DigestMark[] = [];
  for (let index = 0; index < list.length && !checker.full; index++) {
    const mark = checker.parse(markSchema, list[index], ['marks', index]);
    if (mark === null) continue;
    const before = marks.at(-1)?.seq ?? 0;
    if (mark.seq > before && mark.seq <= end.seq) marks.push(mark);
    else {
      const range = `above ${before}, as before it, and at most ${end.seq}, as the end`;
      checker.complain(['marks', index, 'seq'], `must be ${range}, not ${mark.seq}`);
    }
  }
  return marks;
}

function checkList(checker: Checker, given: unknown, field: string, max: number): readonly unknown[] {
  if (Array.isArray(given) && given.length <= max) return given as unknown[];
  checker.complain([field], `must be a list of at most ${max.toLocaleString('en')} entries`);
  return [];
}

/** As many marks as a file can hold, evenly. */
function thinned(marks: readonly DigestMark[]): readonly DigestMark[] {
  const every = Math.ceil(marks.length / RUN_COMMANDS_MAX);
  return every <= 1 ? marks : marks.filter((_mark, index) => index % every === 0);
}

function listText(list: readonly unknown[]): string {
  return list.length === 0 ? '[]' : `[\n${list.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

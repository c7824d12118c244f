/** Ten thousand files and more that nobody would write: each is taken, or refused with a sentence, and nothing else. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../src/cluster/commands.ts';
import { RunFileError } from '../../src/cluster/run-file/error.ts';
import { parseSession, sessionText } from '../../src/cluster/run-file/journal.ts';
import { isRunFile, parseRunFile, runFileText, type OpenedRunFile, type RunFile } from '../../src/cluster/run-file/run-file.ts';
import { createRandom } from '../../src/protocol/random.ts';
import { randomCommand, randomRun } from '../support/random-run.ts';
import { scriptedRunFile, shortRunFile, shortRunText } from '../support/run-files.ts';

const base = shortRunFile();
const text = shortRunText();
/** Without most of its commands and marks, so that a change hits something else, too. */
const small = runFileText({ ...base, marks: base.marks.slice(0, 1), run: { ...base.run, journal: base.run.journal.slice(0, 2) } });

const half = scriptedRunFile();
const scripted = runFileText(half);

/** The file, or null when it was refused as it should be: with a message that says where. */
function read(given: string): OpenedRunFile | null {
  isRunFile(given);
  try {
    return parseRunFile(given, 'fuzz.json');
  } catch (error) {
    if (!(error instanceof RunFileError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.problems.length).toBeLessThanOrEqual(10);
    for (const line of error.message.split('\n')) expect(line).toMatch(/^fuzz\.json(, line \d+)?: ./);
    return null;
  }
}

/** What is taken is written, and read again, as it was. */
function check(given: string): void {
  const file = read(given);
  if (file === null) return;
  const again = runFileText(file);
  expect(parseRunFile(again, 'again.json')).toEqual(file);
  expect(runFileText(parseRunFile(again, 'again.json'))).toBe(again);
}

const seed = 0x5e11;
const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, true, '', 'run', 0, -0, -1, 1, 1.5, 2 ** 53, 1e308, -1e308, 1e15, [], {}, [[]], '__proto__'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const anything = fc.oneof(scalar, fc.jsonValue({ maxDepth: 4 }));

/** Every place in a value: the objects and lists in it, with a key of each. */
function placesOf(value: unknown, found: { holder: Record<string, unknown>; key: string }[] = []) {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push({ holder: value as Record<string, unknown>, key });
    placesOf((value as Record<string, unknown>)[key], found);
  }
  return found;
}

const keys = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'at', 'seq', 'node', '0', '', 'name');

describe('files changed by chance', () => {
  test('cut short, and with characters changed, taken out or put in (6,000)', () => {
    const place = fc.nat(Math.max(text.length, scripted.length));
    const stray = fc.oneof(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '\n', '0', '9', '-', 'e', '.', 'null', '\0', '\u2028', '\\ud800', '//'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
    );
    const change = fc.record({ place, stray, length: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(fc.constantFrom(text, small, scripted), fc.array(change, { maxLength: 3 }), fc.option(place), (from, changes, cut) => {
        let given = from;
        for (const { place: at, stray: put, length } of changes) {
          const where = at % (given.length + 1);
          given = given.slice(0, where) + put + given.slice(where + length);
        }
        check(cut === null ? given : given.slice(0, cut % (given.length + 1)));
      }),
      { numRuns: 6000, seed },
    );
  });

  test('with values of other types and sizes, fields taken out, put in, or moved (5,000)', () => {
    const change = fc.record({
      place: fc.nat(),
      how: fc.constantFrom('replace', 'remove', 'add', 'wrap', 'repeat', 'swap'),
      value: anything,
      key: keys,
    });
    fc.assert(
      fc.property(fc.constantFrom(text, small, scripted), fc.array(change, { minLength: 1, maxLength: 3 }), (from, changes) => {
        const value = JSON.parse(from) as unknown;
        for (const { place, how, value: put, key: name } of changes) {
          const places = placesOf(value);
          const { holder, key } = places[place % places.length]!;
          if (how === 'replace') holder[key] = put;
          else if (how === 'remove' && Array.isArray(holder)) holder.splice(Number(key), 1);
          else if (how === 'remove') delete holder[key];
          else if (how === 'add') Object.defineProperty(holder, name, { value: put, enumerable: true, configurable: true, writable: true });
          else if (how === 'wrap') holder[key] = [holder[key]];
          else if (how === 'repeat' && Array.isArray(holder)) holder.push(holder[Number(key)]);
          else if (how === 'swap' && Array.isArray(holder)) holder.reverse();
        }
        check(JSON.stringify(value));
      }),
      { numRuns: 5000, seed },
    );
  });

  test('with fields doubled, numbers made huge, and nested deeply (1,500)', () => {
    const fields = [...text.matchAll(/"\w+": ?(?=["\d[{])/g)];
    const huge = fc.constantFrom('1e999', '-1e999', '9'.repeat(400), '1e-999', '0.' + '0'.repeat(300) + '1', '-0', '1E+2');
    const deep = fc.integer({ min: 1, max: 20_000 });
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.constantFrom('double', 'huge', 'list', 'object'), huge, deep, (field, how, number, depth) => {
        const [before, after] = [text.slice(0, field.index), text.slice(field.index)];
        const name = field[0];
        if (how === 'double') check(`${before}${name} 1, ${after}`);
        else if (how === 'huge') check(`${before}${name}${number}${after.slice(name.length).replace(/^(?:"[^"]*"|\d+)/, '')}`);
        else if (how === 'list') check(`${before}"x": ${'['.repeat(depth)}${']'.repeat(depth)}, ${after}`);
        else check(`${before}"x": ${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}, ${after}`);
      }),
      { numRuns: 1500, seed },
    );
  });
});

describe('files that never were runs', () => {
  test('any JSON (1,500)', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 6 }), (given) => check(given)), { numRuns: 1500, seed });
  });

  test('any bytes, read as text (1,500)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => check(new TextDecoder().decode(bytes))),
      { numRuns: 1500, seed },
    );
  });
});

test.each([['', base], [' with a script', half]])('journals of sessions%s, changed by chance (1,000)', (_what, { run, end, digest }) => {
  const branch = { id: 1, name: 'Branch 1', parent: null, forkedAt: null, chosen: 3, run, end, digest };
  const fork = { ...branch, id: 2, parent: 1, forkedAt: end };
  const session = { title: base.title, app: base.app, branches: [branch, fork], live: 2 };
  const whole = sessionText(session, { pid: 1, start: '' });
  expect(parseSession(whole, 'a.journal')).toMatchObject(session);
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(4), fc.string({ unit: 'binary', maxLength: 3 }), fc.nat(whole.length), (at, length, put, cut) => {
      const given = (whole.slice(0, at) + put + whole.slice(at + length)).slice(0, Math.max(at, cut));
      try {
        const read = parseSession(given, 'fuzz.journal');
        expect(parseSession(sessionText(read, read.process), 'again')).toEqual({ ...read, dropped: 0 });
      } catch (error) {
        if (!(error instanceof RunFileError)) throw error;
      }
    }),
    { numRuns: 1000, seed },
  );
});

test('runs of every protocol, network and command are read as they were written (300)', () => {
  const whole = fc.integer({ min: 0, max: 1_000_000_000 });
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.array(fc.tuple(whole, whole), { maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 60 }), (drawn, gaps, title) => {
      const { header } = randomRun(drawn);
      // In a cluster of one, links are tried that no cluster has.
      fc.pre(header.nodes.length > 1);
      const random = createRandom(drawn, 1);
      let [at, seq] = [0, 0];
      const journal: JournalEntry[] = gaps.map(([later, more]) => {
        at += later;
        seq += more;
        return { at, seq, command: randomCommand(random, header) };
      });
      const file: RunFile = { ...base, title, marks: [], run: { header, journal }, end: { at, seq } };
      const written = runFileText(file);
      expect(parseRunFile(written, 'a.json')).toEqual({ ...file, readOnly: '' });
    }),
    { numRuns: 300, seed },
  );
});

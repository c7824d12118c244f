import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/cluster/commands.ts';
import { createHeader, ENGINE_VERSION } from '../../src/cluster/run.ts';
import { RunFileError } from '../../src/cluster/run-file/error.ts';
import { isRunFile, parseRunFile, runFileText, RUN_FILE_BYTES_MAX } from '../../src/cluster/run-file/run-file.ts';
import { RUN_COMMANDS_MAX } from '../../src/cluster/run-file/schema.ts';
import { replay } from '../../src/host/replay.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { openRunFile } from '../../src/scenario/run-file.ts';
import { shortRunFile, shortRunText } from '../support/run-files.ts';

const text = shortRunText();

function refusalOf(given: string): RunFileError {
  try {
    parseRunFile(given, 'a.json');
  } catch (error) {
    if (error instanceof RunFileError) return error;
    throw error;
  }
  throw new Error('the file was taken');
}

/** The text with one thing replaced; what is replaced must be there. */
function edited(from: string | RegExp, to: string): string {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${String(from)} is not in the file`);
  return changed;
}

/** The line on which a piece of text stands, counted from 1. */
const lineWith = (given: string, piece: string): number =>
  given.slice(0, given.indexOf(piece)).split('\n').length;

test('what is written is read, and written again it is the same text', () => {
  const file = shortRunFile();
  const read = parseRunFile(text, 'a.json');
  expect(read).toEqual({ ...file, readOnly: '' });
  expect(runFileText(read)).toBe(text);
});

test('what is read replays to its digest, by way of its marks', () => {
  const { run, end, digest, marks } = parseRunFile(text, 'a.json');
  const again = replay(run, end.at);
  expect(marks.length).toBeGreaterThan(0);
  expect([again.digest, again.scheduler.log.seq, again.scheduler.log.marks]).toEqual([digest, end.seq, marks]);
});

test('a command stands on a line of its own', () => {
  const line = text.split('\n').find((one) => one.includes('"restart"'))!;
  expect(JSON.parse(line.replace(/,$/, ''))).toMatchObject({ at: 600_000, command: { type: 'restart', node: 2 } });
});

test('what is left out is filled in', () => {
  const { title, header, end } = JSON.parse(text) as Record<string, unknown>;
  const read = parseRunFile(JSON.stringify({ synod: 'run', version: 1, header, end }), 'a.json');
  expect(read).toMatchObject({ title: '', app: '', digest: null, marks: [], expect: null, run: { journal: [] } });
  expect(title).toBe('A short run');
});

test('a byte order mark and the line ends of Windows do no harm', () => {
  const strange = `\uFEFF${text.replaceAll('\n', '\r\n')}`;
  expect(parseRunFile(strange, 'a.json')).toEqual(parseRunFile(text, 'a.json'));
  expect(isRunFile(strange)).toBe(true);
  expect(refusalOf(strange.replace('"node":2', '"node":99')).problems[0]!.line).toBe(lineWith(text, '"node":2'));
});

test.each([
  ['{ "synod": "run" }', true],
  ['{ "x": { "synod": 1 }, "synod": "run", broken', true],
  ['  {"synod":"run"', true],
  ['{ "synod": 1, "title": "run" }', false],
  ['{ "x": { "synod": "run" } }', false],
  ['synod: 1\ntitle: x', false],
  ['["synod", "run"]', false],
  ['', false],
  ['{'.repeat(10_000), false],
])('%j means to be a run file: %j', (given, is) => expect(isRunFile(given)).toBe(is));

describe('what is wrong is named with its line and field', () => {
  test.each([
    ['a node that is none', '"type":"crash","node":2', '"type":"crash","node":4', 'commands[1].command.node there is no n4: the cluster has 3 nodes'],
    ['a number out of range', '"type":"crash","node":2', '"type":"crash","node":99', 'commands[1].command.node must be a whole number from 1 to 23, not 99'],
    ['a strange type', '"type":"crash"', '"type":"explode"', 'commands[1].command.type must be "propose", or '],
    ['a time that goes back', '"at":300000', '"at":1001', 'commands[1].at must be at least 100000, as before it, not 1001'],
    ['a time that is none', '"at":300000', '"at":"soon"', 'commands[1].at must be a whole number from 0 to 1000000000000000, not "soon"'],
    ['a huge time', '"at":300000', '"at":1e300', 'commands[1].at must be a whole number'],
    ['a fraction', '"at":300000', '"at":300000.5', 'commands[1].at must be a whole number'],
    ['a field that is none', '"type":"crash",', '"type":"crash","colour":"red",', 'commands[1].command there is no field "colour" here; there are type, node, point'],
    ['a setting out of range', '"probability":0.05', '"probability":5', 'commands[4].command.settings network.loss.probability: must be a number from 0 to 1'],
    ['a seed that is none', '"seed": 7', '"seed": -7', 'header.seed must be a whole number from 0 to 4294967295, not -7'],
    ['a strange protocol', '"protocol": "paxos"', '"protocol": "raft"', 'header.protocol must be '],
    ['nodes that do not count from 1', '"nodes": [1,2,3]', '"nodes": [1,3,2]', 'header.nodes[1] must be 2: nodes count from 1'],
    ['too many nodes', '"nodes": [1,2,3]', `"nodes": [${'1,'.repeat(5000)}1]`, 'header.nodes must be a list of at most 15 entries'],
    ['a configuration the protocol refuses', '"backoff":true', '"backoff":"maybe"', 'header.config.backoff must be true or false'],
    ['a network that cannot be', '"min":2000', '"min":-2000', 'header.network.latency.min must be a number from 0'],
    ['a digest that is none', /"digest": "[0-9a-f]{16}"/, '"digest": "xyz"', 'digest must be 16 hexadecimal digits, or nothing, not "xyz"'],
    ['a mark that goes back', /\{"seq":\d+,"digest"/, '{"seq":0,"digest"', 'marks[0].seq must be above 0, as before it, and at most '],
    ['a mark after the end', /\{"seq":\d+,"digest"/, '{"seq":9007199254740991,"digest"', 'as the end, not 9007199254740991'],
    ['an end before the last command', '"end": {"at":60000000', '"end": {"at":3', 'end.at must be at least 600000'],
    ['a list that is none', '"expect": {', '"expect": "x", "expct": {', 'there is no field "expct" here; there are synod, version'],
  ])('%s', (_case, from, to, message) => {
    const given = edited(from, to);
    const error = refusalOf(given);
    expect(error.message).toContain(message);
    expect(error.problems[0]!.line, error.message).toBe(lineWith(given, to));
    expect(error.message).toMatch(/^a\.json, line \d+: /);
  });

  test.each([
    ['title', /"title": ".*",/],
    ['header', /"header": \{[^]*?\n {2}\},/],
  ])('a missing %s', (field, pattern) => {
    const given = edited(pattern, '');
    if (field === 'title') expect(parseRunFile(given, 'a.json').title).toBe('');
    else expect(refusalOf(given).message).toContain(`line 1: ${field} is missing`);
  });

  test('several at once, but no more than anybody reads', () => {
    const twice = edited('"seed": 7', '"seed": 7.5').replace('"protocol": "paxos"', '"protocol": 5');
    expect(refusalOf(twice).problems.map(({ field }) => field)).toEqual(['header.protocol', 'header.seed']);
    expect(refusalOf(text.replaceAll('"node":', '"knot":')).problems.length).toBeGreaterThan(1);
    const many = edited('"commands": [', `"commands": [${'5,'.repeat(1000)}`);
    expect(refusalOf(many).problems).toHaveLength(10);
  });

  test('a file cut short says where it ends', () => {
    const lines = text.split('\n');
    for (let count = 1; count < lines.length - 2; count++) {
      const error = refusalOf(lines.slice(0, count).join('\n'));
      expect(error.message).toMatch(/^a\.json, line \d+: /);
      expect(error.problems[0]!.line).toBeGreaterThanOrEqual(count);
    }
  });
});

describe('versions', () => {
  test('a newer one is refused, with what to do', () => {
    const given = edited('"version": 1', '"version": 2').replace('"app": "0.1.0"', '"app": "0.9.0"');
    expect(refusalOf(given).message).toBe(
      'a.json, line 3: version the file has version 2, written by Synod 0.9.0; ' +
        'this Synod reads up to version 1: update it to open the file',
    );
  });

  test.each(['0', '-1', '1.5', '"1"', 'null', '1e400'])('%s is none', (version) => {
    expect(refusalOf(edited('"version": 1', `"version": ${version}`)).message).toContain('line 3: ');
  });

  test('an older one is brought up to this one, step by step', () => {
    const format = {
      version: 3,
      migrations: [
        ({ name, ...rest }: Record<string, unknown>) => ({ ...rest, heading: name }),
        ({ heading, ...rest }: Record<string, unknown>) => ({ ...rest, title: heading }),
      ],
    };
    const first = edited('"title"', '"name"');
    expect(parseRunFile(first, 'a.json', { format })).toEqual(parseRunFile(text, 'a.json'));
    const second = first.replace('"version": 1', '"version": 2').replace('"name"', '"heading"');
    expect(parseRunFile(second, 'a.json', { format }).title).toBe('A short run');
    expect(() => parseRunFile(text.replace('"version": 1', '"version": 4'), 'a.json', { format })).toThrow('up to version 3');
  });

  test('a run of another engine can only be looked at', () => {
    const given = edited(`"engine": ${ENGINE_VERSION}`, '"engine": 77');
    expect(ENGINE_VERSION).toBeLessThan(77);
    expect(parseRunFile(given, 'a.json').readOnly).toContain('newer engine 77');
  });

  test('a run of the first engine can only be looked at, and had no clients', () => {
    const given = edited(`"engine": ${ENGINE_VERSION}`, '"engine": 1').replace(/ {4}"clients": 0,\n/, '');
    expect(given).not.toContain('"clients"');
    const opened = parseRunFile(given, 'a.json');
    expect(opened.readOnly).toContain('older engine 1');
    expect(opened.run.header).toMatchObject({ engine: 1, clients: 0 });
    expect(parseRunFile(runFileText(opened), 'b.json')).toEqual(opened);
  });
});

describe('a run of a log', () => {
  const header = createHeader(protocolNamed('multipaxos'), { nodes: 2, clients: 1, seed: 5 });
  const commands: Command[] = [
    { type: 'add' },
    { type: 'add', node: 9, beside: 16 },
    { type: 'remove', node: 9 },
    { type: 'request', node: 16, request: { type: 'operate', operation: { type: 'begin' } } },
    { type: 'partition', groups: [[1, 2, 3], [16]] },
    { type: 'crash', node: 16, point: 'now' },
    { type: 'cut', links: [{ from: 16, to: 1 }] },
  ];
  const journal = commands.map((command, i) => ({ at: 1000 * i, seq: i, command }));
  const file = { ...shortRunFile(), marks: [], run: { header, journal }, end: { at: 9000, seq: 99 } };
  const whole = runFileText(file);
  const refusal = (from: string, to: string): string => {
    expect(whole).toContain(from);
    return refusalOf(whole.replace(from, to)).message;
  };

  test('is read as it was written: its clients, and servers that are not there yet', () => {
    expect(whole).toContain('"clients": 1');
    expect(parseRunFile(whole, 'a.json')).toEqual({ ...file, readOnly: '' });
  });

  test('names no client that is not there, and no more than there can be', () => {
    expect(refusal('"node":16,"request"', '"node":17,"request"')).toContain('commands[3].command.node there is no c2: the cluster has 1 client');
    expect(refusal('"beside":16', '"beside":18')).toContain('commands[1].command.beside there is no c3: the cluster has 1 client');
    expect(refusal('"clients": 1', '"clients": 9')).toContain('header.clients must be a whole number from 0 to 8, not 9');
    expect(refusal('"clients": 1', '"clients": 0')).toContain('there is no c1: the cluster has 0 clients');
  });

  test('has no client that proposes by itself; and single-decree Paxos has no clients', () => {
    const proposing = whole.replace('"enabled":false', '"enabled":true');
    expect(proposing).not.toBe(whole);
    expect(parseRunFile(proposing, 'a.json').run.header.client.enabled).toBe(false);
    expect(refusalOf(edited('"clients": 0', '"clients": 2')).message).toContain('header.clients must be 0: servers of Single-decree Paxos are asked directly');
    expect(() => createHeader(protocolNamed('paxos'), { nodes: 3, clients: 1, seed: 1 })).toThrow('clients: must be 0');
  });
});

describe('what is meant to harm', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('a field called %s', (key) => {
    const given = edited('"command":{"type":"crash"', `"command":{"${key}":{"a":1},"type":"crash"`);
    const error = refusalOf(given);
    expect(error.message).toContain(`"${key}" cannot be the name of a field`);
    expect(error.problems[0]!.line).toBe(lineWith(given, key));
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  test('a field that is there twice', () => {
    expect(refusalOf(edited('"type":"crash"', '"type":"crash","type":"crash"')).message).toContain('"type" is there twice');
  });

  test.each(['[', '{"a":', '[{"a":'])('nesting of %s', (open) => {
    expect(refusalOf(open.repeat(500_000)).message).toContain('nested more than 32 deep');
    expect(refusalOf(edited('"expect": {', `"expect": {"x": ${'['.repeat(40)}${']'.repeat(40)},`)).message).toContain('32 deep');
  });

  test('long lists and wide objects', () => {
    const commands = edited('"commands": [', `"commands": [${'0,'.repeat(RUN_COMMANDS_MAX)}`);
    expect(refusalOf(commands).message).toContain('there are more than 100,000 entries here');
    expect(refusalOf(edited('"seed": 7', `"seed": [${'0,'.repeat(10_000)}0]`)).message).toContain('more than 10,000 entries');
    const wide = Array.from({ length: 10_001 }, (_, index) => `"k${index}":0`).join();
    expect(refusalOf(edited('"config": {', `"config": {${wide},`)).message).toContain('more than 10,000 fields');
  });

  test('size', () => {
    expect(refusalOf(' '.repeat(RUN_FILE_BYTES_MAX + 1)).message).toContain('too large for a run: 33,554,433 bytes');
    expect(refusalOf(' '.repeat(RUN_FILE_BYTES_MAX)).message).toContain('more than 1000 spaces in a row');
    const many = Array.from({ length: 9000 }, () => `[${'[],'.repeat(300)}0]`).join();
    expect(refusalOf(`{"synod":"run","x":[${many}]}`).message).toContain('more than 2,000,000 values');
  });

  test('comments and other things that are not JSON', () => {
    expect(refusalOf(edited('"commands"', '// x\n"commands"')).message).toContain('JSON has no comments');
    for (const given of ['', ' ', '5', '[]', 'null', '"run"', '{}', '{ "synod": 1 }', "{'synod':'run'}", 'NaN', '\0']) {
      expect(refusalOf(given), given).toBeInstanceOf(RunFileError);
    }
    expect(refusalOf(edited('"seed": 7', '"seed": 07')).message).toContain('line 10: ');
    expect(refusalOf(edited('"seed": 7', '"seed": 7,,')).message).toContain('line 10: ');
    expect(refusalOf(edited('A short run', 'A short\trun')).message).toContain('a control character cannot stand in text');
    expect(refusalOf(edited('"seed": 7', '"seed": 7\u00a0')).message).toContain('a.json');
  });
});

test('what is expected is read by the scenario, and named with its line', () => {
  const opened = openRunFile(text, 'a.json');
  expect(opened.expected).toMatchObject({ until: 50_000_000, list: [{ text: 'never two values' }, { text: 'instance 1 chosen' }] });
  expect(openRunFile(edited(/,\n {2}"expect": .*/, ''), 'a.json').expected).toBeNull();
  const strange = edited('instance 1 chosen', 'n7 learns');
  const message = `a.json, line ${lineWith(strange, 'n7 learns')}: expect.list[1] there is no n7: the cluster has 3 nodes`;
  expect(() => openRunFile(strange, 'a.json')).toThrow(RunFileError);
  expect(() => openRunFile(strange, 'a.json')).toThrow(message);
  expect(refusalOf(edited('"until":50000000', '"until":-1')).message).toContain('expect.until must be a whole number');
});

test('the example in the documentation is a run file, and exact', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/run-files.md'), 'utf8');
  const example = /```json\n([^]*?)```/.exec(page)![1]!;
  const opened = openRunFile(example, 'docs/run-files.md');
  expect(opened).toMatchObject({ title: 'Majority and minority', readOnly: '', expected: { list: [{ text: 'never minority chosen' }] } });
  const again = replay(opened.run, opened.end.at);
  expect([again.run().journal, again.scheduler.log.seq, again.digest]).toEqual([opened.run.journal, opened.end.seq, opened.digest]);
});

test('a run with more commands than a file holds is not written', () => {
  const file = shortRunFile();
  const journal = Array.from({ length: RUN_COMMANDS_MAX + 1 }, () => file.run.journal[0]!);
  expect(() => runFileText({ ...file, run: { ...file.run, journal } })).toThrow(RangeError);
});

describe('a script', () => {
  const script = [
    { at: 500_000, command: { type: 'propose', node: 1, value: 'red' } },
    { when: { pattern: { type: 'message', kind: 1, happens: 'delivered', from: null, to: 2 }, count: 3, plus: 0 }, command: { type: 'mend' } },
  ];
  const scripted = (list: unknown, more: object = {}): string => {
    return JSON.stringify({ ...(JSON.parse(shortText) as object), script: list, ...more });
  };
  const shortText = runFileText({ ...shortRunFile(), marks: [] });

  test('is part of the header, and a command of it stands on a line of its own', () => {
    const read = parseRunFile(scripted(script), 'a.json');
    expect(read.run.header.script).toEqual(script);
    const written = runFileText(read);
    expect(written.split('\n').map((one) => one.trim().replace(/,$/, ''))).toEqual(expect.arrayContaining(script.map((one) => JSON.stringify(one))));
    expect(parseRunFile(written, 'a.json')).toEqual(read);
    expect(parseRunFile(scripted([]), 'a.json').run.header).not.toHaveProperty('script');
  });

  const when = { pattern: { type: 'chosen', slot: null, value: null }, count: 1, plus: 0 };
  const command = { type: 'mend' };
  const entry = { at: 600_000, seq: 400, command };
  test.each<[string, unknown, string]>([
    ['that is no list', 5, 'script must be a list of at most 100,000 entries'],
    ['with neither a time nor a condition', [{ command }], 'script[0].at '],
    ['with both', [{ at: 1, when, command }], 'script[0] there is no field "at" here'],
    ['with a strange pattern', [{ when: { ...when, pattern: { type: 'x' } }, command }], 'script[0].when.pattern.type must be'],
    ['with a count of none', [{ when: { ...when, count: 0 }, command }], 'script[0].when.count must be'],
    ['with a node that is not there', [{ when: { ...when, pattern: { type: 'crashes', node: 4 } }, command }], 'script[0].when.pattern.node there is no n4'],
    ['with a message that is none', [{ when: { ...when, pattern: { ...script[1]!.when!.pattern, kind: 99 } }, command }], 'script[0].when.pattern.kind must be at most'],
    ['with a command to a node that is not there', [{ at: 1, command: { type: 'crash', node: 9 } }], 'script[0].command.node there is no n9'],
  ])('%s is refused', (_case, list, message) => {
    expect(refusalOf(scripted(list)).message).toContain(message);
  });

  test.each<[string, object, string]>([
    ['that the script does not have', { ...entry, scripted: 2 }, 'commands[0].scripted there is no such command: the script has 2'],
    ['refused, but not of the script', { ...entry, refused: true }, 'commands[0].refused only a command of the script'],
    ['half refused', { ...entry, scripted: 0, refused: 'yes' }, 'commands[0].refused must be'],
  ])('a command %s is refused', (_case, wrong, message) => {
    expect(refusalOf(scripted(script, { commands: [wrong] })).message).toContain(message);
  });
});

import { expect, test } from 'vitest';
import { conclude } from '../../../src/cli/command.ts';
import { EXIT_BROKEN, EXIT_OK, EXIT_VIOLATION } from '../../../src/cli/exit-codes.ts';
import { driveInline } from '../../../src/cli/inline.ts';
import { Report } from '../../../src/cli/report.ts';
import { logGroups, type LogGroup } from '../../../src/contract/log.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { scenarioRun } from '../../../src/scenario/start.ts';

const scenario = `
synod: 1
title: Three
protocol: paxos
nodes: 3
seed: 5
network: lan
until: 1 s
commands:
  - { at: 10 ms, type: propose, node: 1, value: red }
  - { at: 500 ms, type: crash, node: 2 }
  - { at: 600 ms, type: crash, node: 2 }
expect:
  - never two values
  - blue chosen
`;

async function run({ json = false, only = logGroups as readonly LogGroup[], seconds = 1 } = {}) {
  const lines: string[] = [];
  const { title, header, expected } = scenarioRun(parseScenario(scenario, 'three.yaml'), 0);
  const write = (text: string): void => void lines.push(...text.split('\n').slice(0, -1));
  const report = new Report(header, { title, json, only, expected, write });
  report.begin();
  const { signal } = new AbortController();
  const listener = {
    events: report.events.bind(report),
    problem: report.problem.bind(report),
  };
  const driven = await driveInline({ header, until: seconds * 1_000_000, speed: 'max', signal, listener });
  report.end({ at: driven.end.at, digest: driven.digest });
  return { lines, report, driven };
}

test('a line per event, in words, and a summary', async () => {
  const { lines, report } = await run();
  expect(lines[0]).toBe('Three: paxos, 3 nodes, seed 5');
  expect(lines[1]).toBe('00:00.000  n1 started');
  expect(lines.join('\n')).toMatch(/00:00\.\d{3} {2}n1 learned that "red" is chosen in instance 1, 1\.1 accepted by n/);
  expect(lines).toContain('00:00.500  n2 crashed');
  const left = '"crash" at 0.6 s was left out: n2 is down already. The run goes on.';
  expect(lines).toContain(`! A command of the scenario could not be carried out: ${left}`);
  expect(lines.at(-6)).toMatch(/^Ended at 00:01\.000 of virtual time, after \d+ events$/);
  expect(lines.at(-5)).toMatch(/^ {2}chosen {3}in 1: "red", ballot 1\.1, accepted by n\d and n\d; known to n1 and n3$/);
  expect(lines.at(-4)).toMatch(
    /^ {2}packets {2}\d+ sent, 0 doubled, \d+ arrived; lost: 0 on a link, 0 at a cut, \d+ with nobody up$/,
  );
  expect(lines.at(-3)).toBe('  expected never two values: met, it did not happen');
  expect(lines.at(-2)).toMatch(/^ {2}expected blue chosen: BROKEN, /);
  expect(lines.at(-1)).toMatch(/^ {2}digest {3}[0-9a-f]+$/);
  expect([report.violated, report.broken]).toEqual([false, true]);
});

test('the same seed ends with the same digest, however much is printed', async () => {
  const [all, some] = [await run(), await run({ only: ['decisions'] })];
  expect(some.lines.at(-1)).toBe(all.lines.at(-1));
  expect(some.lines.filter((line) => /^\d\d:/.test(line)).every((line) => line.includes('learned that'))).toBe(true);
  expect((await run({ seconds: 0.4 })).lines.at(-1)).not.toBe(all.lines.at(-1));
});

test('JSON Lines: the run, its events, the summary', async () => {
  const { lines } = await run({ json: true });
  const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(objects[0]).toMatchObject({ type: 'run', title: 'Three', header: { seed: 5, nodes: [1, 2, 3] } });
  const events = objects.filter((object) => 'seq' in object);
  expect(events.map((event) => event.seq)).toEqual(events.map((_event, index) => index));
  expect(events.find((event) => event.kind === 'prepare')).toMatchObject({
    type: 'send',
    node: 1,
    text: expect.stringContaining('→'),
  });
  expect(events.find((event) => event.type === 'request')).toMatchObject({ body: { type: 'propose', value: 'red' } });
  expect(objects.at(-1)).toMatchObject({
    type: 'summary',
    at: 1_000_000,
    events: events.length,
    chosen: [{ slot: 1, value: 'red', ballot: '1.1', knownTo: [1, 3], conflict: null }],
    expectations: [
      { text: 'never two values', state: 'met' },
      { text: 'blue chosen', state: 'broken' },
    ],
    violation: null,
    digest: expect.stringMatching(/^[0-9a-f]+$/),
  });
  expect(objects.at(-1)).not.toHaveProperty('exact');
});

test('of a replicated log: its clients, who came, and who knows what among those who are there', async () => {
  const { header } = scenarioRun(parseScenario(
    'synod: 1\ntitle: A log\nprotocol: multipaxos\nnodes: 2\nclients: 1\nseed: 3\nnetwork: lan\nuntil: 20 s\ncommands:\n' +
      '  - { at: 9 s, type: add }\n  - { at: 12 s, type: remove, node: n2 }\n  - { at: 13 s, type: request, node: c1, request: { type: operate, operation: put x = 1 } }\n',
    'log.yaml',
  ), 0);
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(...text.split('\n').slice(0, -1));
  const report = new Report(header, { title: '', json: false, only: logGroups, expected: null, write });
  report.begin();
  const listener = { events: report.events.bind(report), problem: report.problem.bind(report) };
  const { signal } = new AbortController();
  const driven = await driveInline({ header, until: 20_000_000, speed: 'max', signal, listener });
  report.end({ at: driven.end.at, digest: driven.digest });
  expect(lines[0]).toBe('Multi-Paxos: multipaxos, 2 nodes, 1 client, seed 3');
  expect(lines).toContain('00:09.000  n3 was added');
  expect(lines).toContain('00:12.000  n2 was taken away');
  expect(lines.some((line) => /c1 asks \(\d+#\d+\): put x = 1$/.test(line))).toBe(true);
  expect(lines.some((line) => /^ {2}chosen {3}in \d+: .*; known to all$/.test(line))).toBe(true);
  expect(lines.join('\n')).not.toMatch(/\bn1[6-9]\b/);
});

const unsafe = (expect: string): string =>
  'synod: 1\ntitle: Ones\nprotocol: paxos\nnodes: 3\nseed: 5\nuntil: 9 s\nconfig: { quorum: { type: counted, phase1: 1, phase2: 1 } }\n' +
  'commands:\n  - { at: 1 ms, type: propose, node: 1, value: red, slot: 1 }\n  - { at: 1 ms, type: propose, node: 2, value: blue, slot: 1 }\n' +
  `expect:\n  - ${expect}\n`;

test.each([
  ['red chosen', EXIT_VIOLATION],
  ['two values', EXIT_OK],
  ['Agreement violated', EXIT_OK],
  ['never two values', EXIT_VIOLATION],
  ['two values\n  - pink chosen', EXIT_BROKEN],
])('a check that fails is said, and ends the command with its code unless it is expected: %s', async (expected, code) => {
  const scenario = scenarioRun(parseScenario(unsafe(expected), 'ones.yaml'), 0);
  const { signal } = new AbortController();
  const printed = async (json: boolean): Promise<{ readonly code: number; readonly text: string }> => {
    let text = '';
    const report = new Report(scenario.header, { title: '', json, only: [], expected: scenario.expected, write: (more) => (text += more) });
    const listener = { events: report.events.bind(report), problem: report.problem.bind(report) };
    const { end, digest } = await driveInline({ header: scenario.header, until: 9_000_000, speed: 'max', signal, listener });
    return { code: conclude(report, { at: end.at, digest }), text };
  };
  const [plain, json] = [await printed(false), await printed(true)];
  expect([plain.code, json.code]).toEqual([code, code]);
  expect(plain.text).toMatch(/\n {2}VIOLATED Agreement, event \d+: in instance 1, 1\.\d = "\w+" is accepted by n\d, but 1\.\d = "\w+" is accepted by n\d\n/);
  const violation = { check: expect.any(String) as unknown, slot: 1, events: expect.any(Array) as unknown, seq: expect.any(Number) as unknown };
  expect(JSON.parse(json.text.trim().split('\n').at(-1)!)).toMatchObject({ type: 'summary', violation });
});

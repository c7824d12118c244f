import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UsageError } from '../../../src/cli/argument-values.ts';
import { HELP, readArguments } from '../../../src/cli/arguments.ts';
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_VIOLATION } from '../../../src/cli/exit-codes.ts';
import { readExploreArguments } from '../../../src/cli/explore-arguments.ts';
import { explore } from '../../../src/cli/explore.ts';
import { parseRunFile } from '../../../src/cluster/run-file/run-file.ts';

const request = {
  type: 'explore',
  protocol: 'paxos',
  mutant: null,
  nodes: 3,
  proposers: 2,
  values: 2,
  maxBallot: 2,
  crashes: 1,
  statesMax: 10_000_000,
  symmetry: true,
  reduction: true,
};

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'synod-explore-'))));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** What it prints, and its exit code. */
async function outcome(...args: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await explore(readExploreArguments(args));
  return { code, text };
}

test('a search as it is without options', () => {
  expect(readArguments(['explore'])).toEqual({ type: 'explore', request, from: null, out: null, json: false });
});

test('options', () => {
  const given = ['--nodes', '4', '--proposers=3', '--values', '1', '--max-ballot', '3', '--crashes', '0', '--mutant', 'copy-counted'];
  const rest = ['--config', '{"nacks":true}', '--states', '9', '--no-symmetry', '--no-reduction', '--out', 'there', '--json'];
  expect(readExploreArguments([...given, ...rest])).toEqual({
    type: 'explore',
    request: {
      ...request,
      nodes: 4,
      proposers: 3,
      values: 1,
      maxBallot: 3,
      crashes: 0,
      mutant: 'copy-counted',
      config: { nacks: true },
      statesMax: 9,
      symmetry: false,
      reduction: false,
    },
    from: null,
    out: 'there',
    json: true,
  });
});

test.each([
  [['--nodes', '6'], '--nodes must be a whole number from 1 to 5, not "6"'],
  [['--proposers', '4'], '--proposers must be a whole number from 1 to 3, not "4"'],
  [['--protocol', 'raft'], '--protocol must be one that can be explored (paxos, multipaxos), not "raft"'],
  [['--mutant', 'nothing'], '--mutant: paxos has none called "nothing"'],
  [['--config', '[]'], '--config must be an object as JSON, not "[]"'],
  [['here'], 'synod explore takes options only, not here'],
])('%o is wrong', (args, text) => {
  expect(() => readExploreArguments(args)).toThrow(UsageError);
  expect(() => readExploreArguments(args)).toThrow(text);
});

test('the help text names every option', () => {
  const names = ['proposers', 'values', 'max-ballot', 'crashes', 'config', 'states', 'no-symmetry', 'no-reduction', 'from'];
  for (const name of names) expect(HELP).toContain(`--${name} `);
});

test('one line of JSON, for a scope without a fault', async () => {
  const { code, text } = await outcome('--max-ballot', '1', '--crashes', '0', '--json');
  expect(code).toBe(EXIT_OK);
  expect(text).toMatch(/^[^\n]*\n$/);
  expect(JSON.parse(text)).toMatchObject({ distinct: 781, generated: 1519, depth: 13, complete: true, frontier: 0, violation: null });
});

test('what is broken is saved as a run and as a scenario, and can be gone on with', async () => {
  const { code, text } = await outcome('--mutant', 'copy-counted', '--out', folder, '--json');
  expect(code).toBe(EXIT_VIOLATION);
  const { violation } = JSON.parse(text);
  expect(violation).toMatchObject({ check: 'ChosenByQuorum', live: 'ChosenByQuorum', length: 5 });
  expect(violation.steps).toHaveLength(5);
  const { run } = parseRunFile(readFileSync(violation.file, 'utf8'), 'found');
  expect(run.header.mutant).toBe('copy-counted');
  expect(existsSync(violation.scenario)).toBe(true);
  const later = await outcome('--from', violation.file, '--states', '50');
  expect(later.code).toBe(EXIT_OK);
  expect(later.text).toContain('Not all states were searched');
});

test('for people', async () => {
  const { text } = await outcome('--mutant', 'quorum-of-one', '--crashes', '0');
  expect(text).toContain('paxos: 3 nodes, 2 proposers, 2 values, rounds 1 to 2, no crash, broken: quorum-of-one');
  expect(text).toMatch(/Agreement is broken: .*\n {3}1 {2}n\d is asked for "/);
  expect(text).toContain('In a run of the app the checks say: Agreement');
});

test('an interruption ends it with what was counted so far', async () => {
  const before = process.listeners('SIGINT');
  const going = outcome('--json');
  while (process.listeners('SIGINT').length === before.length) await new Promise(setImmediate);
  process.listeners('SIGINT').at(-1)!('SIGINT');
  const { code, text } = await going;
  expect(code).toBe(EXIT_INTERRUPTED);
  expect(JSON.parse(text)).toMatchObject({ complete: false, violation: null });
});

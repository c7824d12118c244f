import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/argument-values.ts';
import { HELP, readArguments } from '../../../src/cli/arguments.ts';
import { readFuzzArguments, type FuzzOptions } from '../../../src/cli/fuzz-arguments.ts';
import { describeFinding, describeSummary, findingLine, merged, readSummary, summaryOf, type FuzzSummary } from '../../../src/cli/fuzz-report.ts';
import { requestOf } from '../../../src/cli/fuzz-shard.ts';
import { fuzzJob } from '../../../src/explore/fuzz/fuzz-job.ts';
import { done } from '../../support/jobs.ts';

const usual = {
  type: 'fuzz',
  protocol: 'paxos',
  mutant: null,
  runs: 1000,
  seed: 1,
  nodes: null,
  shrink: true,
  shard: null,
  out: null,
  json: false,
};

test('as it is without options', () => expect(readArguments(['fuzz'])).toMatchObject(usual));

test.each([
  [['--protocol', 'multipaxos', '--runs', '5', '--seed', '9'], { protocol: 'multipaxos', runs: 5, seed: 9 }],
  [['--mutant', 'quorum-of-one', '--nodes', '3', '--no-shrink'], { mutant: 'quorum-of-one', nodes: 3, shrink: false }],
  [['--shard', '2/3', '--out', 'found', '--json'], { shard: { index: 2, of: 3 }, out: 'found', json: true }],
  [['--threads', '2'], { threads: 2 }],
])('%j', (args, options) => expect(readFuzzArguments(args)).toMatchObject({ ...usual, ...options }));

test('other things that it does', () => {
  expect(readFuzzArguments(['--list-mutants', '--json'])).toEqual({ type: 'list-mutants', protocol: null, json: true });
  expect(readFuzzArguments(['--merge', 'a.json', 'b.json'])).toEqual({ type: 'fuzz-merge', files: ['a.json', 'b.json'], json: false });
});

test.each([
  [['--runs', '0'], '--runs must be a whole number from 1 to 4294967295, not "0"'],
  [['--seed', '4294967295', '--runs', '2'], 'there are no 2 seeds from 4294967295'],
  [['--mutant', 'zap'], '--mutant: paxos has none called "zap"; there are: quorum-of-one'],
  [['--protocol', 'zap'], '--protocol must be one of paxos'],
  [['--nodes', '16'], '--nodes must be a whole number from 1 to 15'],
  [['--shard', '0/3'], '--shard must be I/N, the I-th of N parts from 1/N to N/N, not "0/3"'],
  [['--shard', '4/3'], '--shard must be I/N'],
  [['--shard', '1/3', '--runs', '2'], '--shard: 2 runs make no 3 parts'],
  [['--threads', '0'], '--threads must be a whole number from 1'],
  [['a.yaml'], 'synod fuzz takes no file, not a.yaml; --merge does'],
  [['--merge'], '--merge needs the summaries of the shards'],
])('%j is refused', (args, message) => {
  expect(() => readFuzzArguments(args)).toThrow(UsageError);
  expect(() => readFuzzArguments(args)).toThrow(message);
});

test('the help text names every option', () => {
  const names = ['runs', 'seed', 'mutant', 'nodes', 'no-shrink', 'shard', 'out', 'threads', 'merge', 'list-mutants'];
  for (const name of names) expect(HELP).toMatch(new RegExp(`--${name}[ \\n]`));
});

describe('shards', () => {
  const options: FuzzOptions = { ...usual, type: 'fuzz', threads: 1, mutant: 'disk-lost-at-restart', runs: 70, shrink: false };

  function had(given: FuzzOptions): FuzzSummary {
    const { findings, result } = done(fuzzJob(requestOf(given)));
    return summaryOf(given, result, findings.map((finding) => findingLine(finding, null, null)), 2);
  }
  const shards = [1, 2, 3].map((index) => ({ name: `${index}.json`, summary: had({ ...options, shard: { index, of: 3 } }) }));

  test('are the whole, once they are merged, in whatever order', () => {
    const whole = had(options);
    expect(whole.findings.length).toBeGreaterThan(1);
    const { perSecond: _, ...together } = merged([...shards].reverse());
    expect(whole).toMatchObject(together);
    expect(together.runs).toBe(70);
  });

  test('are read from what --json has printed', () => {
    const { summary } = shards[0]!;
    expect(readSummary(`${JSON.stringify({ type: 'finding' })}\n${JSON.stringify(summary)}\n`, 'a.json')).toEqual(summary);
    expect(() => readSummary('zap', 'a.json')).toThrow('the last line of a.json is no JSON');
    expect(() => readSummary('{"runs":1}', 'a.json')).toThrow('the last line of a.json is no summary');
  });

  test.each([
    ['one is missing', shards.slice(1), 'shard 1/3 is missing'],
    ['one is there twice', [...shards, shards[0]!], 'shard 1/3 is there twice: 1.json, 1.json'],
    ['one is of other seeds', [shards[0]!, { name: 'b', summary: { ...shards[1]!.summary, seed: 5 } }], 'its seed is 5, not 1'],
    ['one is of other parts', [shards[0]!, { name: 'b', summary: { ...shards[1]!.summary, shard: { index: 2, of: 4 } } }], 'b is one of 4 shards'],
    ['one has all the runs', [{ name: 'b', summary: { ...shards[0]!.summary, shard: null } }], 'b is no shard'],
    ['one was interrupted', [{ name: 'b', summary: { ...shards[0]!.summary, complete: false } }], 'b was interrupted'],
  ])('are refused when %s', (_, parts, message) => {
    expect(() => merged(parts)).toThrow(UsageError);
    expect(() => merged(parts)).toThrow(message);
  });

  test('in words', () => {
    const { summary } = shards[0]!;
    const finding = { check: 'P1a', text: 'n1 accepted', slot: 1, seed: 5, size: { nodes: 2, commands: 1, packets: 7, events: 20 }, before: null };
    expect(describeFinding({ ...finding, file: 'a.synod', scenario: null })).toBe(
      'seed 5: P1a: n1 accepted (2 nodes, 1 commands, 7 packets, 20 events)\n  a.synod\n',
    );
    expect(describeSummary({ ...summary, violations: 0 })).toContain('No check has failed.');
    expect(describeSummary({ ...summary, complete: false })).toContain(', of 70 asked for,');
  });
});

import { afterEach, describe, expect, test, vi } from 'vitest';
import { UsageError } from '../../../src/cli/argument-values.ts';
import { HELP, readArguments } from '../../../src/cli/arguments.ts';
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_VIOLATION } from '../../../src/cli/exit-codes.ts';
import { readSpecArguments } from '../../../src/cli/spec-arguments.ts';
import { spec } from '../../../src/cli/spec.ts';

const majorities = [0b011, 0b101, 0b110];
const usual = {
  type: 'spec',
  name: 'paxos',
  scope: { acceptors: 3, values: 2, maxBallot: 1, slots: 2, quorums: { phase1: majorities, phase2: majorities } },
  system: { type: 'majority' },
  mutant: null,
  only: null,
  states: 50_000_000,
  json: false,
};

test('a search as it is without options', () => expect(readArguments(['spec', 'paxos'])).toEqual(usual));

test('options', () => {
  const given = ['multipaxos', '--acceptors', '2', '--values=1', '--max-ballot', '0', '--slots', '3', '--q1', '1', '--q2', '2'];
  const rest = ['--mutant', 'accept-without-check', '--only', 'Agreement, Paxos', '--states', '9', '--json'];
  expect(readSpecArguments([...given, ...rest])).toEqual({
    type: 'spec',
    name: 'multipaxos',
    scope: { acceptors: 2, values: 1, maxBallot: 0, slots: 3, quorums: { phase1: [0b01, 0b10], phase2: [0b11] } },
    system: { type: 'counted', phase1: 1, phase2: 2 },
    mutant: 'accept-without-check',
    only: ['Agreement', 'Paxos'],
    states: 9,
    json: true,
  });
});

test('the help text names every option', () => {
  const names = ['acceptors', 'values', 'max-ballot', 'slots', 'q1', 'q2', 'quorum', 'mutant', 'only', 'states', 'json'];
  for (const name of names) expect(HELP).toContain(`--${name} `);
});

test('any quorum system', () => {
  const { scope } = readSpecArguments(['paxos', '--acceptors', '4', '--quorum', '{"type":"grid","rows":2,"columns":2}']);
  expect(scope.quorums.phase2).toEqual([0b0101, 0b1010]);
});

test.each([
  [[], 'synod spec takes one of paxos, multipaxos, voting, consensus, not nothing'],
  [['zap'], 'not zap'],
  [['paxos', 'voting'], 'not paxos voting'],
  [['paxos', '--acceptors', '9'], '--acceptors must be a whole number from 1 to 8, not "9"'],
  [['paxos', '--max-ballot', '15'], 'values × ballots can be at most 30, not 32'],
  [['paxos', '--slots', '2'], '--slots is for multipaxos'],
  [['paxos', '--q1', '2'], '--q1 and --q2 must be given together'],
  [['paxos', '--q1', '4', '--q2', '1'], '--q1 must be a whole number from 1 to 3, not "4"'],
  [['paxos', '--q1', '2', '--q2', '2', '--quorum', '{}'], '--quorum cannot be given together with'],
  [['paxos', '--quorum', 'grid'], '--quorum must be a quorum system as JSON, not "grid"'],
  [['paxos', '--quorum', '{"type":"grid","rows":2,"columns":2}'], '--quorum: 2 rows of 2 make 4 places'],
  [['paxos', '--mutant', 'zap'], 'there is no mutant "zap" of paxos; there are quorum-of-one, '],
  [['voting', '--mutant', 'zap'], 'it has none'],
  [['paxos', '--only', 'Zap'], '--only: paxos has no property "Zap"; it has Agreement, '],
])('refuses %j', (args, message) => {
  expect(() => readSpecArguments(args)).toThrow(UsageError);
  expect(() => readSpecArguments(args)).toThrow(message);
});

describe('synod spec', () => {
  /** What a search listens to until its process ends. */
  const listening = (['SIGINT', 'SIGTERM'] as const).map((name) => ({ name, before: process.listeners(name) }));

  afterEach(() => {
    vi.restoreAllMocks();
    for (const { name, before } of listening) {
      for (const listener of process.listeners(name)) if (!before.includes(listener)) process.off(name, listener);
    }
  });

  async function run(...args: string[]): Promise<{ readonly code: number; readonly text: string }> {
    let text = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const code = await spec(readSpecArguments(args));
    vi.restoreAllMocks();
    return { code, text };
  }

  test('prints the counts, these four first', async () => {
    const { code, text } = await run('paxos', '--acceptors', '3', '--values', '2', '--max-ballot', '1', '--q1', '2', '--q2', '2', '--json');
    expect(code).toBe(EXIT_OK);
    expect(text).toMatch(/^\{"distinct":3921,"generated":23563,"depth":17,"violation":null,"complete":true,[^\n]*\}\n$/);
    expect(JSON.parse(text)).toMatchObject({ spec: 'paxos', mutant: null, frontier: 0 });
  });

  test('prints what is broken, and how it came about', async () => {
    const { code, text } = await run('paxos', '--acceptors', '4', '--q1', '2', '--q2', '2', '--json');
    expect(code).toBe(EXIT_VIOLATION);
    expect(JSON.parse(text)).toMatchObject({ complete: false, violation: { property: 'Agreement', state: { chosen: ['v1', 'v2'] } } });
  });

  test('in words', async () => {
    const { code, text } = await run('multipaxos', '--mutant', 'higher-slots-not-reported', '--only', 'Agreement');
    expect(code).toBe(EXIT_VIOLATION);
    expect(text).toContain('multipaxos: 3 acceptors, 2 values, ballots 0 to 1, 2 slots, quorums: any 2 of 3 in both phases, broken: ');
    expect(text).toContain('Agreement is broken: At most one value is chosen in each slot.\n   1  Phase1a(0)\n');
    expect(text).toMatch(/\n {2}12 {2}Phase2b\(a\d, s2, \d, v\d\)\n {6}maxBal: /);
    const whole = await run('voting', '--max-ballot', '0', '--acceptors', '4', '--q1', '2', '--q2', '2', '--only', 'Agreement');
    expect(whole.code).toBe(EXIT_OK);
    expect(whole.text).toContain('(unsafe: they need not meet)');
    expect(whole.text).toMatch(/All states were searched. In all of them:\n {2}At most one value is chosen.\n$/);
  });

  test('an interruption ends it with what it has', async () => {
    const running = run('paxos', '--max-ballot', '5', '--json');
    process.emit('SIGINT');
    const { code, text } = await running;
    expect(code).toBe(EXIT_INTERRUPTED);
    expect(JSON.parse(text)).toMatchObject({ violation: null, complete: false });
  });
});

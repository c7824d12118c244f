import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/cli/argument-values.ts';
import { HELP, readArguments } from '../../../src/cli/arguments.ts';
import * as codes from '../../../src/cli/exit-codes.ts';
import { logGroups } from '../../../src/contract/log.ts';

const usual = {
  type: 'run',
  file: null,
  seed: null,
  nodes: null,
  protocol: null,
  clients: null,
  mutant: null,
  until: null,
  host: 'threads',
  json: false,
  speed: null,
  only: logGroups,
  out: null,
};

const usualReplay = {
  type: 'replay',
  file: 'a.synod',
  host: 'inline',
  json: false,
  only: logGroups,
  untilEvent: null,
};

test('a run as it is without options', () => expect(readArguments(['run'])).toEqual(usual));

test('a replay as it is without options', () => expect(readArguments(['replay', 'a.synod'])).toEqual(usualReplay));

test('nothing at all asks for help', () => {
  expect(readArguments([])).toEqual({ type: 'help' });
  expect(readArguments(['run', '--help'])).toEqual({ type: 'help' });
  expect(readArguments(['--version'])).toEqual({ type: 'version' });
});

describe('options', () => {
  test.each([
    [['a.yaml', '--seed', '5'], { file: 'a.yaml', seed: 5 }],
    [['--nodes=3'], { nodes: 3 }],
    [['--protocol', 'multipaxos', '--clients', '3'], { protocol: 'multipaxos', clients: 3 }],
    [['--mutant', 'quorum-of-one'], { mutant: 'quorum-of-one' }],
    [['--until', '2.5'], { until: 2_500_000 }],
    [['--until', '60', '--speed', '16'], { until: 60_000_000, speed: 16 }],
    [['--speed', '1/4'], { speed: 0.25 }],
    [['--speed', '0.25'], { speed: 0.25 }],
    [['--host', 'inline', '--json'], { host: 'inline', json: true }],
    [['--only', 'decisions, faults'], { only: ['decisions', 'faults'] }],
    [['a.yaml', '--out', 'a.synod'], { file: 'a.yaml', out: 'a.synod' }],
  ])('run %j', (args, options) => expect(readArguments(['run', ...args])).toEqual({ ...usual, ...options }));

  test.each([
    [['--host', 'threads', '--json'], { host: 'threads', json: true }],
    [['--until-event', '100'], { untilEvent: 100 }],
    [['--only', 'faults'], { only: ['faults'] }],
  ])('replay a.synod %j', (args, options) =>
    expect(readArguments(['replay', ...args, 'a.synod'])).toEqual({ ...usualReplay, ...options }));

  test.each([
    [['walk'], 'there is no command walk; there are run, replay, '],
    [['--json'], 'a command is missing'],
    [['run', 'a', 'b'], 'only one FILE can be run, not a and b'],
    [['run', 'a', '--nodes', '3'], 'the scenario says how many nodes'],
    [['run', 'a', '--clients', '3'], 'the scenario says what runs'],
    [['run', '--mutant', 'zap'], '--mutant: paxos has none called "zap"; there are quorum-of-one, '],
    [['run', '--protocol', 'zap'], '--protocol must be one of paxos, multipaxos, not "zap"'],
    [['run', '--clients', '9'], '--clients must be a whole number from 0 to 8, not "9"'],
    [['run', '--nodes', '16'], '--nodes must be a whole number from 1 to 15, not "16"'],
    [['run', '--seed', 'x'], '--seed must be a whole number from 0 to 4294967295, not "x"'],
    [['run', '--until', '0'], '--until must be a number of seconds above 0'],
    [['run', '--until', 'soon'], 'not "soon"'],
    [['run', '--speed', '65'], '--speed must be from 1/64 to 64, or max, not "65"'],
    [['run', '--speed', '1/0'], '--speed must be'],
    [['run', '--speed', '1/2/4'], '--speed must be'],
    [['run', '--host', 'cloud'], '--host must be threads or inline, not "cloud"'],
    [['run', '--only', 'gossip'], 'there is no group "gossip"; there are messages, decisions'],
    [['run', '--out', ''], '--out must be the name of a file'],
    [['run', '--until-event', '5'], "Unknown option '--until-event'"],
    [['replay'], 'a FILE is missing: synod replay FILE'],
    [['replay', 'a', 'b'], 'only one FILE can be replayed, not a and b'],
    [['replay', 'a', '--seed', '5'], "Unknown option '--seed'"],
    [['replay', 'a', '--until-event', '0'], '--until-event must be a whole number of at least 1, not "0"'],
    [['run', '--colour'], "Unknown option '--colour'"],
    [['run', '--seed'], "Option '--seed <value>' argument missing"],
  ])('%j is refused', (args, message) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(message);
  });
});

test('the help text names every option and every exit code, and fits a terminal', () => {
  for (const option of ['--seed', '--nodes', '--protocol', '--mutant', '--clients', '--until', '--speed', '--out', '--until-event', '--host', '--only', '--json'])
    expect(HELP).toContain(option);
  for (const code of Object.values(codes)) expect(HELP).toMatch(RegExp(`[\\s:]${code} `));
  for (const line of HELP.split('\n')) expect(line.length, line).toBeLessThanOrEqual(90);
});

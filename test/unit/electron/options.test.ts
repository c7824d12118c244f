import { describe, expect, test } from 'vitest';
import { argumentsOf, OptionsError, readOptions } from '../../../electron/main/options.ts';

describe('what a person said', () => {
  test.each([
    [['/opt/Synod/synod', 'a.yaml'], false, ['a.yaml']],
    [['electron', '/app', '--', 'a.yaml'], true, ['--', 'a.yaml']],
    [
      ['electron', '--inspect=0', '--no-sandbox', '/app', '--seed', '3'],
      true,
      ['--inspect=0', '--no-sandbox', '--seed', '3'],
    ],
  ])('%j', (argv, bare, args) => expect(argumentsOf(argv, bare)).toEqual(args));
});

describe('options', () => {
  test('nothing said', () => {
    const nothing = { file: null, seed: null, nodes: null, protocol: null, clients: null, help: false, version: false, unknown: [] };
    expect(readOptions([])).toEqual(nothing);
    expect(readOptions(['--'])).toEqual(nothing);
  });

  test.each([
    [['--seed', '0'], { seed: 0 }],
    [['--seed=4294967295'], { seed: 4294967295 }],
    [['--nodes', '15'], { nodes: 15 }],
    [['--protocol', 'multipaxos', '--clients=8'], { protocol: 'multipaxos', clients: 8 }],
    [['x.yaml', '--seed', '7'], { file: 'x.yaml', seed: 7 }],
    [['--user-data-dir', '/tmp/x', 'x.yaml'], { file: 'x.yaml' }],
    [['--user-data-dir=/tmp/x', '--no-sandbox'], { file: null, unknown: ['--no-sandbox'] }],
    [['--help'], { help: true }],
    [['--version'], { version: true }],
  ])('%j', (args, options) => expect(readOptions(args)).toMatchObject(options));

  test.each([
    [['--nodes', '16'], '--nodes must be a whole number from 1 to 15, not "16"'],
    [['--nodes', '0'], 'from 1 to 15'],
    [['--nodes'], 'not nothing'],
    [['--seed', '-1'], '--seed must be a whole number from 0 to 4294967295, not "-1"'],
    [['--seed', '4294967296'], 'from 0 to 4294967295'],
    [['--seed', '1e3'], 'not "1e3"'],
    [['a.yaml', 'b.yaml'], 'only one FILE can be opened, not both a.yaml and b.yaml'],
    [['a.yaml', '--nodes', '3'], 'the file says how many nodes'],
    [['a.yaml', '--protocol', 'paxos'], '--protocol cannot be given together with FILE'],
    [['--protocol', 'raft2'], '--protocol must be one of paxos, multipaxos, not "raft2"'],
    [['--protocol'], 'not nothing'],
    [['--clients', '9'], '--clients must be a whole number from 0 to 8, not "9"'],
  ])('%j is refused', (args, message) => {
    expect(() => readOptions(args)).toThrow(OptionsError);
    expect(() => readOptions(args)).toThrow(message);
  });
});

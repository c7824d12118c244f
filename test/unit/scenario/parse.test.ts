import { describe, expect, test } from 'vitest';
import { InlineCluster } from '../../../src/host/inline.ts';
import { presets } from '../../../src/network/settings.ts';
import { parseScenario, ScenarioError, SCENARIO_LENGTH_MAX } from '../../../src/scenario/parse.ts';
import { scenarioRun } from '../../../src/scenario/start.ts';

const head = 'synod: 1\ntitle: Test\nprotocol: paxos\n';

function problemsOf(text: string, name = 'test.yaml') {
  try {
    parseScenario(text, name);
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error('the file was taken');
}

describe('what is left out', () => {
  test('is filled in: five nodes, the default network, no client', () => {
    const scenario = parseScenario(head, 'test.yaml');
    expect(scenario).toMatchObject({ nodes: 5, commands: [], about: '', client: { enabled: false } });
    expect(scenario.network).toEqual(presets[0]!.network);
    expect(scenarioRun(scenario, 42).header.seed).toBe(42);
  });

  test('a client that is named proposes', () => {
    const { client } = parseScenario(`${head}client: { interval: 2 s }\n`, 'test.yaml');
    expect(client).toEqual({ enabled: true, interval: 2_000_000, proposers: [] });
  });
});

describe('times and shares', () => {
  test.each([
    ['2 s', 2_000_000],
    ['1.5 ms', 1500],
    ['350 µs', 350],
    ['1 min', 60_000_000],
    ['250000', 250_000],
  ])('%s is %i µs', (text, us) => {
    const scenario = parseScenario(`${head}commands:\n  - { at: ${text}, type: crash, node: 1 }\n`, 'test.yaml');
    expect(scenario.commands[0]).toMatchObject({ at: us });
  });

  test('settings of the network take them too', () => {
    const { network } = parseScenario(
      `${head}network: { loss: { probability: 30 % }, latency: { min: 10 ms } }\n`,
      'a.yaml',
    );
    expect(network.loss!.probability).toBe(0.3);
    expect(network.latency!.min).toBe(10_000);
  });
});

test('commands of the script come in the order of their times, those of one time in the order of the file', () => {
  const text = `${head}commands:
  - { at: 2 s, type: crash, node: 1 }
  - { at: 1 s, type: crash, node: 2 }
  - { at: 1 s, type: restart, node: 2 }
`;
  const { header } = scenarioRun(parseScenario(text, 'test.yaml'), 0);
  const cluster = new InlineCluster(header);
  cluster.runUntil(3_000_000);
  expect(cluster.run().journal.map(({ command }) => command)).toEqual([
    { type: 'crash', node: 2, point: 'now' },
    { type: 'restart', node: 2, disk: 'kept' },
    { type: 'crash', node: 1, point: 'now' },
  ]);
});

test('commands come at times or conditions, nodes go by name or number, settings have units', () => {
  const { header, until } = scenarioRun(
    parseScenario(
      `${head}until: 1 min
links:
  - from: n1
    to: 2
    settings: { bandwidth: { rate: 2 kB/s }, latency: { distribution: trace, trace: [1 s, 20 ms] } }
commands:
  - { after: 3 promises, plus: 200 ms, type: fault, node: n3, fault: slow-disk, settings: { sync: 1.5 s } }
  - { when: healed, type: client, settings: { proposers: [n1, 2] } }
  - { at: 0, type: packet, packet: 3, action: delay, by: 2 s }
`,
      'test.yaml',
    ),
    0,
  );
  expect(until).toBe(60_000_000);
  expect(header.script).toEqual([
    {
      at: 0,
      command: {
        type: 'link',
        from: 1,
        to: 2,
        settings: { bandwidth: { rate: 2000 }, latency: { distribution: 'trace', trace: [1_000_000, 20_000] } },
      },
    },
    {
      when: {
        pattern: { type: 'message', kind: 1, happens: 'delivered', from: null, to: null },
        count: 3,
        plus: 200_000,
      },
      command: { type: 'fault', node: 3, fault: 'slow-disk', settings: { sync: 1_500_000 } },
    },
    {
      when: { pattern: { type: 'healed' }, count: 1, plus: 0 },
      command: { type: 'client', settings: { proposers: [1, 2] } },
    },
    { at: 0, command: { type: 'packet', packet: 3, action: 'delay', by: 2_000_000 } },
  ]);
});

test('JSON is read as well', () => {
  const text = JSON.stringify({ synod: 1, title: 'Test', protocol: 'paxos', nodes: 3 }, null, 2);
  expect(parseScenario(text, 'test.json').nodes).toBe(3);
});

describe('what is wrong is named with its line and field', () => {
  test.each([
    [
      'a number out of range',
      `${head}nodes: 99\n`,
      'test.yaml, line 4: nodes must be a whole number from 1 to 15, not 99',
    ],
    [
      'a missing field',
      'synod: 1\nprotocol: paxos\n',
      'test.yaml, line 1: title is missing: must be text of 1 to 120 characters',
    ],
    ['another version', 'synod: 2\ntitle: T\nprotocol: paxos\n', 'test.yaml, line 1: synod must be 1, not 2'],
    ['a strange protocol', 'synod: 1\ntitle: T\nprotocol: raft\n', 'line 3: protocol must be '],
    ['a strange field', `${head}colour: red\n`, 'line 4: there is no field "colour" here; there are synod, title'],
    [
      'a strange command',
      `${head}commands:\n  - at: 1 s\n    type: explode\n`,
      'line 6: commands[0].type must be "propose", or "request", or',
    ],
    [
      'a time that is none',
      `${head}commands:\n  - { at: soon, type: crash, node: 1 }\n`,
      'line 5: commands[0].at must be a time',
    ],
    [
      'a node that is none',
      `${head}nodes: 3\ncommands:\n  - at: 1 s\n    type: crash\n    node: 4\n`,
      'line 8: commands[0].node there is no n4: the cluster has 3 nodes',
    ],
    [
      'a partition that leaves one out',
      `${head}nodes: 3\ncommands:\n  - { at: 1, type: partition, groups: [[1], [2]] }\n`,
      'line 6: commands[0].groups n3 stands in no group',
    ],
    [
      'a setting out of range',
      `${head}network:\n  loss:\n    probability: 120 %\n`,
      'line 6: network.loss.probability must be a number from 0 to 1',
    ],
    ['a fault that is none', `${head}network:\n  gravity: {}\n`, 'line 5: network.gravity no such fault'],
    [
      'a configuration the protocol refuses',
      `${head}config:\n  backoff: maybe\n`,
      'line 5: config.backoff must be true or false',
    ],
    [
      'a change of it',
      `${head}commands:\n  - at: 0\n    type: configure\n    config: { nacks: 3 }\n`,
      'line 7: commands[0].config.nacks',
    ],
    [
      'a death by command',
      `${head}commands:\n  - { at: 0, type: died, node: 1, error: x }\n`,
      'commands[0].type must be',
    ],
    [
      'a command at no time',
      `${head}commands:\n  - { type: crash, node: 1 }\n`,
      'line 5: commands[0].at is missing: a command has "at" with a time, or "when" or "after" with a condition',
    ],
    [
      'a command at two times',
      `${head}commands:\n  - at: 1 s\n    when: chosen\n    type: hold\n    on: true\n`,
      'line 6: commands[0].when cannot be there beside "at"',
    ],
    [
      'a delay after a time',
      `${head}commands:\n  - { at: 1 s, plus: 1 s, type: hold, on: true }\n`,
      'line 5: commands[0].plus belongs to a condition',
    ],
    [
      'a condition that is none',
      `${head}commands:\n  - at: 0\n    type: hold\n    on: true\n  - type: hold\n    on: true\n    after: lunch\n`,
      'line 10: commands[1].after "lunch" is no condition; there are chosen · ',
    ],
    [
      'a condition about a node that is none',
      `${head}nodes: 3\ncommands:\n  - { when: n4 crashes, type: hold, on: true }\n`,
      'line 6: commands[0].when there is no n4: the cluster has 3 nodes',
    ],
    [
      'an expectation that is none',
      `${head}until: 30 s\nexpect:\n  - never two values\n  - all goes well\n`,
      'line 7: expect[1] "all goes well" is no expectation; there are never CONDITION · ',
    ],
    [
      'an expectation without an end',
      `${head}expect: [never two values]\n`,
      'until is missing: what is expected needs a time, such as "30 s", at which it is judged',
    ],
    [
      'a node by another name',
      `${head}commands:\n  - { at: 0, type: crash, node: bob }\n`,
      'line 5: commands[0].node must be a node from n1 to n15, such as "n1" or 1, or a client from c1 to c8, not "bob"',
    ],
    [
      'a link of one node',
      `${head}commands:\n  - { at: 0, type: cut, links: [{ from: n1, to: n1 }] }\n`,
      'line 5: commands[0].links[0].to a link joins two nodes',
    ],
    [
      'a link of the beginning to nobody',
      `${head}nodes: 2\nlinks:\n  - { from: n1, to: n3, settings: lan }\n`,
      'line 6: links[0].to there is no n3',
    ],
    [
      'a pattern of cuts that is none',
      `${head}commands:\n  - { at: 0, type: cut-pattern, pattern: maze }\n`,
      'line 5: commands[0].pattern must be one of one-way, deaf, bridge, ring, knife, not "maze"',
    ],
    [
      'a pattern around nobody',
      `${head}commands:\n  - { at: 0, type: cut-pattern, pattern: knife, nodes: [n1] }\n`,
      'line 5: commands[0].nodes must name 2 nodes',
    ],
    [
      'a pattern too large for the cluster',
      `${head}nodes: 3\ncommands:\n  - { at: 0, type: cut-pattern, pattern: ring }\n`,
      'line 6: commands[0].pattern needs a cluster of at least 4 nodes',
    ],
    [
      'a fault of a node that is none',
      `${head}commands:\n  - { at: 0, type: fault, node: n1, fault: flu }\n`,
      'line 5: commands[0].fault must be one of freeze, clock',
    ],
    [
      'a setting of it out of range',
      `${head}commands:\n  - at: 0\n    type: fault\n    node: n1\n    fault: slow-disk\n    settings: { sync: 2 h }\n`,
      'line 9: commands[0].settings.sync must be a number from 0 to 60000000',
    ],
    ['broken YAML', `${head}commands: [1, 2\n`, 'test.yaml, line '],
    ['a field twice', `${head}title: Again\n`, 'line 4: map keys must be unique'],
    ['an unknown tag', `${head}about: !run 3\n`, 'line 4: unresolved tag'],
  ])('%s', (_case, text, message) => {
    expect(problemsOf(text).message).toContain(message);
  });

  test('several problems at once', () => {
    const error = problemsOf(`${head}nodes: 0\nseed: -1\n`);
    expect(error.problems.map(({ line, field }) => [line, field])).toEqual([
      [4, 'nodes'],
      [5, 'seed'],
    ]);
  });

  test('broken JSON', () => {
    expect(problemsOf('{\n  "synod": 1,\n  title\n}', 'test.json').message).toMatch(/^test\.json.*this is not JSON/);
  });
});

describe('what is meant to harm', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('a field called %s', (key) => {
    expect(problemsOf(`${head}config:\n  ${key}: { a: 1 }\n`).message).toContain(`line 5: "${key}" cannot be the name`);
    expect(problemsOf(`{ "synod": 1, "config": { "${key}": 1 } }`, 'a.json').message).toContain('cannot be the name');
  });

  test('aliases', () => {
    expect(problemsOf(`${head}about: &a text\nconfig: { x: *a }\n`).message).toContain('"*a" is an alias');
  });

  test('nesting', () => {
    expect(problemsOf(`${head}config: ${'['.repeat(40)}${']'.repeat(40)}\n`).message).toContain(
      'nested more than 32 deep',
    );
    expect(problemsOf(`${head}config: ${'['.repeat(200_000)}\n`).message).toMatch(/test\.yaml/);
  });

  test('size', () => {
    expect(problemsOf(`${head}about: ${'x'.repeat(SCENARIO_LENGTH_MAX)}`).message).toContain('longer than 1,000,000');
  });

  test.each(['', '5', '[]', 'null', '---\n---\n'])('a file that holds %j', (text) => {
    expect(problemsOf(text)).toBeInstanceOf(ScenarioError);
  });
});

import { describe, expect, test } from 'vitest';
import { commandSchema, type Command } from '../../../src/cluster/commands.ts';
import { createHeader, type Run } from '../../../src/cluster/run.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { presets } from '../../../src/network/settings.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { scenarioRun } from '../../../src/scenario/start.ts';
import { toScenario } from '../../../src/scenario/to-scenario.ts';
import { randomConditions } from '../../support/random-conditions.ts';
import { randomRun } from '../../support/random-run.ts';

const header = createHeader(protocolNamed('paxos'), { nodes: 3, seed: 42, client: { enabled: false } });
const runWith = (...commands: (readonly [number, Command])[]): Run => {
  return { header, journal: commands.map(([at, command], seq) => ({ at, seq, command })) };
};

describe('a run written as a scenario', () => {
  test('is a file for people', () => {
    const text = toScenario(
      runWith(
        [500_000, { type: 'propose', node: 1, value: 'red', slot: 1 }],
        [1_250_000, { type: 'crash', node: 2, point: 'after-save' }],
        [1_250_000, { type: 'partition', groups: [[1, 2], [3]] }],
        [1_250_001, { type: 'network', settings: { loss: { probability: 0.3 }, latency: { min: 10_000 } } }],
        [2_000_000, { type: 'link', from: 1, to: 3, settings: null }],
        [2_000_000, { type: 'cut', links: [{ from: 1, to: 2 }] }],
        [2_000_000, { type: 'mend' }],
        [3_000_000, { type: 'fault', node: 3, fault: 'freeze', settings: { duration: 2_000_000 } }],
        [4_000_000, { type: 'restart', node: 2, disk: 'kept' }],
        [5_000_000, { type: 'died', node: 1, error: 'RangeError: no\nway' }],
      ),
      { title: 'What I did: everything', about: 'Watch n3.', until: 9_000_000 },
    );
    expect(text).toBe(`synod: 1
title: "What I did: everything"
about: Watch n3.
protocol: paxos
nodes: 3
seed: 42
until: 9 s
commands:
  - { at: 500 ms, type: propose, node: n1, value: red, slot: 1 }
  - { at: 1.25 s, type: crash, node: n2, point: after-save }
  - { at: 1.25 s, type: partition, groups: [ [ n1, n2 ], [ n3 ] ] }
  - { at: 1.250001 s, type: network, settings: { loss: { probability: 30 % }, latency: { min: 10 ms } } }
  - { at: 2 s, type: link, from: n1, to: n3, settings: null }
  - { at: 2 s, type: cut, links: [ { from: n1, to: n2 } ] }
  - { at: 2 s, type: mend }
  - { at: 3 s, type: fault, node: n3, fault: freeze, settings: { duration: 2 s } }
  - { at: 4 s, type: restart, node: n2 }
  # its thread ended: RangeError: no
  # way
  - { at: 5 s, type: crash, node: n1 }
`);
    expect(parseScenario(text, 'saved.yaml')).toMatchObject({ title: 'What I did: everything', until: 9_000_000 });
  });

  test('names of its network, client and configuration what does not go without saying', () => {
    const protocol = protocolNamed('paxos');
    const of = (choices: object): string => {
      const head = createHeader(protocol, { nodes: 3, seed: 1, client: { enabled: false }, ...choices });
      const text = toScenario({ header: head, journal: [] }, { title: 'T' });
      expect(scenarioRun(parseScenario(text, 'saved.yaml'), 9).header).toEqual(head);
      return text;
    };
    expect(of({})).not.toMatch(/network|client|config|commands/);
    expect(of({ network: presets.find(({ name }) => name === 'wan')!.network })).toContain('network: wan\n');
    expect(of({ client: { enabled: true } })).toContain('client:\n  enabled: true\n');
    expect(of({ client: { enabled: true, interval: 2_000_000, proposers: [2] } })).toMatch(/interval: 2 s\n/);
    expect(of({ config: { backoff: false } })).toContain('config:\n  backoff: false\n');
  });

  test('gives the same run again, whatever was done at times', () => {
    let commands = 0;
    for (let seed = 1; seed <= 80; seed++) {
      const { header: head, script, until } = randomRun(seed, 6, { protocol: 'mixed' });
      const cluster = new InlineCluster({ ...head, script });
      cluster.runUntil(until);
      const run = cluster.run();
      const again = scenarioRun(parseScenario(toScenario(run, { title: `Seed ${seed}`, until }), 'saved.yaml'), 9);
      expect({ ...again.header, script: undefined }).toEqual(head);
      const second = new InlineCluster(again.header);
      second.runUntil(again.until!);
      const done = run.journal.filter(({ refused }) => refused === undefined);
      expect(second.run().journal, `seed ${seed}`).toEqual(done.map(({ at, seq, command }, scripted) => {
        return { at, seq, command: commandSchema.parse(command), scripted };
      }));
      expect(second.digest, `seed ${seed}`).toBe(cluster.digest);
      commands += run.journal.length;
    }
    expect(commands).toBeGreaterThan(300);
  });

  test('has commands of conditions at the times at which they struck', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { header: head, script, until } = randomRun(seed, 6, { protocol: 'mixed' });
      const cluster = new InlineCluster({ ...head, script: [...script, ...randomConditions(seed, head)] });
      cluster.runUntil(until);
      const journal = cluster.run().journal.filter(({ refused }) => refused === undefined);
      const { header: again } = scenarioRun(parseScenario(toScenario(cluster.run(), { title: 'T' }), 'saved.yaml'), 9);
      expect(again.script ?? []).toEqual(journal.map(({ at, command }) => ({ at, command: commandSchema.parse(command) })));
    }
  });

  test('that is too long for a scenario is refused', () => {
    const many = Array.from({ length: 10_001 }, (_, at) => [at, { type: 'mend' }] as const);
    expect(() => toScenario(runWith(...many), { title: 'T' })).toThrow(
      'a scenario has at most 10,000 commands, and this run has 10,001',
    );
  });
});

/** Protocols broken on purpose: the list of them, and that a run of one is written, read and had again as such. */
import { describe, expect, test } from 'vitest';
import type { Command } from '../../../src/cluster/commands.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { parseRunFile, runFileText } from '../../../src/cluster/run-file/run-file.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { replay } from '../../../src/host/replay.ts';
import { mutantNamed, mutants, mutantsOf, protocolOf } from '../../../src/protocol/mutants.ts';
import { paxos } from '../../../src/protocol/paxos/paxos.ts';
import { ProtocolError } from '../../../src/protocol/protocol.ts';
import { protocolNamed, protocols } from '../../../src/protocol/registry.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { scenarioRun } from '../../../src/scenario/start.ts';
import { toScenario } from '../../../src/scenario/to-scenario.ts';

describe('the list', () => {
  test.each(protocols.map(({ name }) => name))('has mutants and controls of %s, each by a name of its own', (protocol) => {
    const own = mutantsOf(protocol);
    expect(new Set(own.map(({ name }) => name)).size).toBe(own.length);
    expect(own.filter(({ control }) => control !== true).length).toBeGreaterThan(20);
    expect(own.filter(({ control }) => control === true).map(({ name }) => name)).toEqual([
      'legal-flexible-quorums',
      'promise-repeated',
      'disk-read-backwards',
    ]);
  });

  test('says of each in a sentence what is done wrong', () => {
    for (const { name, meaning, protocol } of mutants) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(meaning).toMatch(/^[A-Z][^\n]{20,150}\.$/);
      expect(mutantNamed(protocol, name).meaning).toBe(meaning);
    }
  });

  test('names those there are when one is asked for that is not', () => {
    expect(() => mutantNamed('paxos', 'zap')).toThrow(ProtocolError);
    expect(() => protocolOf({ protocol: 'paxos', mutant: 'gap-skipped' })).toThrow(
      'mutant: paxos has none called "gap-skipped"; there are: quorum-of-one, ',
    );
  });

  test('leaves the protocols as they are', () => {
    const { step, config } = paxos;
    for (const { protocol, change } of mutants) change(protocolNamed(protocol));
    expect(paxos).toMatchObject({ step, config });
    expect(protocolOf({ protocol: 'paxos' })).toBe(paxos);
  });

  test.each(mutants.map(({ protocol, name }) => [protocol, name] as const))('%s: %s makes the same of a configuration it has made', (protocol, name) => {
    const nodes = [1, 2, 3, 4];
    const broken = protocolOf({ protocol, mutant: name });
    const config: unknown = broken.config({}, nodes);
    expect(broken.config(config, nodes)).toEqual(config);
  });
});

const commands: readonly (readonly [number, Command])[] = [
  [100_000, { type: 'partition', groups: [[1, 2], [3]] }],
  [400_000, { type: 'propose', node: 1, value: 'red', slot: 1 }],
  [500_000, { type: 'propose', node: 3, value: 'blue', slot: 1 }],
  [900_000, { type: 'crash', node: 2, point: 'now' }],
  [1_200_000, { type: 'restart', node: 2, disk: 'kept' }],
  [1_300_000, { type: 'partition', groups: [[1, 2, 3]] }],
];

/** A run of Paxos broken so, up to 5 s. */
function runOf(mutant?: string): InlineCluster {
  const header = createHeader(paxos, { nodes: 3, seed: 7, client: { enabled: false }, ...(mutant !== undefined && { mutant }) });
  const cluster = new InlineCluster(header);
  for (const [at, command] of commands) {
    cluster.runUntil(at);
    cluster.command(command);
  }
  cluster.runUntil(5_000_000);
  return cluster;
}

const fileOf = (cluster: InlineCluster) => ({
  ...{ title: 'Broken', app: '', run: cluster.run(), end: { at: cluster.now, seq: cluster.scheduler.log.seq } },
  ...{ digest: cluster.digest, marks: [], expect: null },
});

describe('a run of a broken protocol', () => {
  test('is another than that of the protocol, and violates Agreement', () => {
    const broken = runOf('quorum-of-one');
    expect(broken.scheduler.violations.map(({ check }) => check)).toContain('Agreement');
    expect(runOf().scheduler.violations).toEqual([]);
    expect(broken.digest).not.toBe(runOf().digest);
  });

  test('has a file that says so, and is had again from it', () => {
    const broken = runOf('quorum-of-one');
    const text = runFileText(fileOf(broken));
    expect(text).toContain('"mutant": "quorum-of-one"');
    const { run, end } = parseRunFile(text, 'a.json');
    expect(run.header).toEqual(broken.scheduler.header);
    const again = replay(run, end.at);
    expect([again.digest, again.scheduler.violations]).toEqual([broken.digest, broken.scheduler.violations]);
  });

  test('has no file with a mutant that is not there; a file without one reads as before', () => {
    const text = runFileText(fileOf(runOf('quorum-of-one')));
    const strange = text.replace('"mutant": "quorum-of-one"', '"mutant": "zap"');
    expect(() => parseRunFile(strange, 'a.json')).toThrow('header.mutant paxos has none called "zap"; there are: quorum-of-one, ');
    expect(() => parseRunFile(text.replace('"quorum-of-one"', '7'), 'a.json')).toThrow('header.mutant must be text');
    expect(parseRunFile(runFileText(fileOf(runOf())), 'a.json').run.header).not.toHaveProperty('mutant');
  });

  test('is written as a scenario, which is a test of it', () => {
    const broken = runOf('quorum-of-one');
    const text = toScenario(broken.run(), { title: 'One is enough', until: 5_000_000 });
    expect(text).toContain('protocol: paxos\nmutant: quorum-of-one\nnodes: 3\n');
    expect(text).not.toContain('quorum:');
    const { header } = scenarioRun(parseScenario(text, 'a.yaml'), 1);
    expect(header).toMatchObject({ mutant: 'quorum-of-one', config: { quorum: { type: 'counted', phase1: 1, phase2: 1 } } });
    const cluster = new InlineCluster(header);
    cluster.runUntil(5_000_000);
    expect(cluster.scheduler.violations.map(({ check }) => check)).toContain('Agreement');
  });

  test('is refused in a scenario by a name that is not there', () => {
    const text = 'synod: 1\ntitle: Broken\nprotocol: multipaxos\nmutant: zap\n';
    expect(() => parseScenario(text, 'a.yaml')).toThrow(/a\.yaml, line 4: mutant multipaxos has none called "zap"; there are: quorum-of-one, /);
  });
});

describe('forks of a broken protocol', () => {
  test.each(mutants.map(({ protocol, name }) => [protocol, name] as const))('%s: %s goes on in each as it would alone', (protocol, name) => {
    const header = createHeader(protocolNamed(protocol), { nodes: 3, seed: 3, mutant: name });
    const whole = new InlineCluster(header);
    whole.runUntil(2_000_000);
    whole.command({ type: 'crash', node: 1, point: 'now' });
    const first = whole.checkpoint();
    const run = whole.run();
    const ends = [whole, InlineCluster.resume(run, first), InlineCluster.resume(run, first)].map((cluster) => {
      cluster.command({ type: 'restart', node: 1, disk: 'kept' });
      cluster.runUntil(6_000_000);
      return cluster.digest;
    });
    expect(new Set(ends).size).toBe(1);
  });
});

/** The fuzzer: its runs, what it says of sound and broken protocols, and what it makes of a finding. */
import { describe, expect, it } from 'vitest';
import { runFileText } from '../../../src/cluster/run-file/run-file.ts';
import { executing } from '../../../src/explore/fuzz/execute.ts';
import { fuzzJob } from '../../../src/explore/fuzz/fuzz-job.ts';
import { drawFuzzRun } from '../../../src/explore/fuzz/fuzz-run.ts';
import { EVENTS, HISTORIES, LIVE, RUNS, UNKNOWN } from '../../../src/explore/fuzz/tally.ts';
import type { Finding, FuzzRequest } from '../../../src/explore/job.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { finish, replayTo } from '../../../src/host/replay.ts';
import { openRunFile } from '../../../src/scenario/run-file.ts';
import { eventsOf } from '../../support/events.ts';
import { count, done } from '../../support/jobs.ts';
import { outcome, played, runOf } from '../../support/scenarios.ts';

function request(some: Partial<FuzzRequest>): FuzzRequest {
  return { type: 'fuzz', protocol: 'paxos', mutant: null, runs: 100, seed: 1, shrink: true, ...some };
}

describe('its runs', () => {
  it.each(['paxos', 'multipaxos'])('are the same from the same seed (%s)', (protocol) => {
    const [a, b] = [1, 2].map(() => drawFuzzRun({ protocol, mutant: null }, 7));
    expect(a).toEqual(b);
    expect(drawFuzzRun({ protocol, mutant: null }, 8)).not.toEqual(a);
    expect(finish(executing(a!)).end).toEqual(finish(executing(b!)).end);
  });

  it('are all different from each other', () => {
    const runs = Array.from({ length: 100 }, (_, seed) => drawFuzzRun({ protocol: 'paxos', mutant: null }, seed));
    expect(new Set(runs.map((run) => JSON.stringify({ ...run, header: { ...run.header, seed: 0 } }))).size).toBe(100);
    expect(new Set(runs.map(({ header }) => header.nodes.length)).size).toBeGreaterThan(4);
  });

  it('have as many servers as they are told', () => {
    const { header } = drawFuzzRun({ protocol: 'multipaxos', mutant: null, nodes: 4 }, 1);
    expect(header.nodes).toEqual([1, 2, 3, 4]);
  });

  it('promise nothing where nothing is promised: two proposers can duel for ever', () => {
    const runs = Array.from({ length: 100 }, (_, seed) => drawFuzzRun({ protocol: 'paxos', mutant: null }, seed));
    const dueling = runs.filter(({ header }) => !(header.config as { backoff: boolean }).backoff);
    expect(dueling.length).toBeGreaterThan(5);
    expect(dueling.every(({ calm }) => calm === null)).toBe(true);
  });
});

describe('a sound protocol', () => {
  it.each([
    ['paxos', 250],
    ['multipaxos', 150],
  ])('%s: no check fails in %i runs, and what is asked for after healing is done', (protocol, runs) => {
    const { findings, result } = done(fuzzJob(request({ protocol, runs })));
    expect(findings).toEqual([]);
    expect(result.complete).toBe(true);
    expect(result.sometimes.filter(({ seen }) => !seen)).toEqual([]);
    expect(count(result, RUNS)).toBe(runs);
    expect(count(result, EVENTS)).toBeGreaterThan(100 * runs);
    expect(count(result, LIVE)).toBeGreaterThan(0.6 * runs);
    if (protocol === 'multipaxos') expect(count(result, HISTORIES)).toBeGreaterThan(0.8 * runs);
    expect(count(result, UNKNOWN)).toBeLessThan(0.02 * runs);
  });
});

describe('a protocol that is broken', () => {
  const { findings } = done(fuzzJob(request({ mutant: 'accept-without-ballot-check', runs: 30 })));
  const finding = findings[0]!;

  it('is found out', () => {
    expect(finding.violation.check).toBe('P1a');
    expect(finding.seed).toBeGreaterThan(0);
    expect(findings.map(({ violation }) => violation.check)).toEqual([...new Set(findings.map(({ violation }) => violation.check))]);
  });

  it('by a run that is made small', () => {
    const { size, before } = finding;
    expect(size.nodes).toBeLessThanOrEqual(3);
    expect(size.commands).toBeLessThan(before!.commands);
    expect(size.packets).toBeLessThan(before!.packets);
    expect(size.events).toBeLessThanOrEqual(before!.events);
    expect(finding.run.header.network.loss).toEqual({ probability: 0 });
  });

  it('which opens in the app, and ends right after the violation', () => {
    const { run, end } = finding;
    const text = runFileText({ title: 'Found', app: '0.1.0', run, end, digest: null, marks: [], expect: null });
    const opened = openRunFile(text, 'found.synod');
    expect(opened.readOnly).toBe('');
    const cluster = new InlineCluster(opened.run.header);
    expect(finish(replayTo(cluster, opened.run.journal, opened.end))).toBe(null);
    const last = eventsOf(cluster.scheduler.log).at(-1)!;
    expect(last).toMatchObject({ type: 'violation', seq: end.seq - 1 });
    expect(cluster.scheduler.violations[0]).toMatchObject(finding.violation);
  });

  it('and which is a scenario that expects it', () => {
    const scenario = runOf(finding.scenario!);
    expect(scenario.header.mutant).toBe('accept-without-ballot-check');
    expect(outcome(scenario, played(scenario))).toMatchObject([{ text: 'P1a violated', state: 'met' }]);
  });

  it('is told as it was found, if that is wanted', () => {
    const [raw] = done(fuzzJob(request({ mutant: 'accept-without-ballot-check', runs: 30, shrink: false }))).findings;
    expect(raw).toMatchObject({ seed: finding.seed, before: null, size: finding.before });
  });

  it('can answer wrongly while all servers agree: only what clients saw tells', () => {
    const [stale] = findingsOf('stale-leader-read');
    expect(stale!.violation.check).toBe('Linearizability');
    expect(stale!.scenario).toBe(null);
  });
});

describe('what is harmless', () => {
  it.each(['legal-flexible-quorums', 'disk-read-backwards'])('is not flagged: %s', (mutant) => {
    expect(done(fuzzJob(request({ mutant, runs: 60 }))).findings).toEqual([]);
  });
});

function findingsOf(mutant: string): readonly Finding[] {
  return done(fuzzJob(request({ protocol: 'multipaxos', mutant, runs: 100, shrink: false }))).findings;
}

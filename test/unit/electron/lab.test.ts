/** The lab on a fuzzer that does what a test says; the run it finds is a real one. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { ClusterService } from '../../../electron/main/cluster-service.ts';
import { Files } from '../../../electron/main/files.ts';
import { FINDINGS_MAX } from '../../../electron/main/lab-job.ts';
import { Lab, LAB_NEWS_EVERY_MS, type StartJob } from '../../../electron/main/lab.ts';
import { usualRun } from '../../../electron/main/runs.ts';
import { mainMessages } from '../../../src/contract/contract.ts';
import { labRequests, type LabNews } from '../../../src/contract/lab.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { parseRunFile } from '../../../src/cluster/run-file/run-file.ts';
import type { Finding, JobProgress, JobRequest, JobResult } from '../../../src/explore/job.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { testService } from './cluster.ts';

const SECOND = 1_000_000;
const wanted = { protocol: 'paxos', mutant: null, runs: 1000, seed: 7, shrink: true };
const scope = {
  ...{ protocol: 'paxos', mutant: null, nodes: 3, proposers: 2, values: 2, maxBallot: 1, crashes: 0 },
  ...{ statesMax: 1000, symmetry: true, reduction: true, here: false },
};

/** A job as the lab has begun it, which tells and ends when a test says so. */
interface Job {
  readonly request: JobRequest;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly tell: Parameters<StartJob>[1]['onNews'];
  readonly end: (result: JobResult) => void;
  readonly fail: (error: Error) => void;
}

let world: ReturnType<typeof testService>;
let service: ClusterService;
let lab: Lab;
let jobs: Job[];
let told: LabNews[];
let reported: unknown[];
let folder: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  folder = mkdtempSync(join(tmpdir(), 'synod-lab-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  world = testService();
  service = new ClusterService(world.options);
  await service.begin(usualRun({ nodes: 3, seed: 1 }));
  const files = new Files(
    service,
    { open: async () => null, save: async (_title, proposed) => join(folder, proposed) },
    '0.1.0',
  );
  jobs = [];
  told = [];
  reported = [];
  const startJob: StartJob = (request, { threads, onNews, signal }) =>
    new Promise((end, fail) => jobs.push({ request, threads, signal, tell: onNews, end, fail }));
  lab = new Lab({
    ...{ service, files, startJob, cores: 4 },
    send: (news) => told.push(mainMessages.lab.parse(structuredClone(news))),
    report: (error) => reported.push(error),
  });
  service.onRun = () => void lab.end('Another run was begun.');
});
afterEach(() => vi.useRealTimers());

const runs = (value: number): JobProgress => ({ done: value / 1000, counts: [{ name: 'runs', value }] });
const result = (value: number, complete = true): JobResult => ({ progress: runs(value), complete, sometimes: [] });

/** Lets what the job's end has set off happen. */
async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** A run of three nodes, one of which is crashed after a second. */
function finding(seed: number): Finding {
  const cluster = new InlineCluster(createHeader(protocolNamed('paxos'), { nodes: 3, seed }));
  cluster.runUntil(SECOND);
  cluster.command({ type: 'crash', node: 3, point: 'now' });
  cluster.runUntil(2 * SECOND);
  const { log } = cluster.scheduler;
  const size = { nodes: 3, commands: 1, packets: 30, events: log.seq };
  return {
    violation: { check: 'Agreement', slot: 1, text: '"red" and "blue" are both chosen in instance 1', events: [3, log.seq - 1] },
    run: cluster.run(),
    end: { at: cluster.now, seq: log.seq },
    seed,
    size,
    before: { nodes: 5, commands: 12, packets: 300, events: 2000 },
    scenario: seed % 2 === 0 ? null : 'title: it\nnodes: 3\n',
  };
}

describe('a job', () => {
  test('is begun on all cores but one, and says how it stands', () => {
    const news = lab.fuzz(wanted);
    expect(jobs[0]).toMatchObject({ request: { type: 'fuzz', ...wanted }, threads: 3 });
    expect(news).toMatchObject({ job: 1, kind: 'fuzz', state: 'running', found: 0, findings: [], progress: { done: null } });
    expect(lab.state()).toEqual([news]);
  });

  test('tells how it goes on ten times a second, and how fast', async () => {
    lab.fuzz(wanted);
    for (let done = 1; done <= 400; done++) {
      jobs[0]!.tell({ type: 'progress', progress: runs(done) });
      await vi.advanceTimersByTimeAsync(5);
    }
    expect(told.length).toBeLessThanOrEqual(2000 / LAB_NEWS_EVERY_MS);
    expect(told.length).toBeGreaterThan(10);
    expect(told.at(-1)).toMatchObject({ state: 'running', progress: { done: expect.closeTo(0.4, 1) } });
    expect(told.at(-1)!.rate).toBeCloseTo(200, 0);
    jobs[0]!.end(result(1000));
    await settled();
    expect(told.at(-1)).toMatchObject({ state: 'over', complete: true, progress: { done: 1 }, rate: 500 });
  });

  test('tells each finding once, and keeps what it needs to open it', async () => {
    lab.fuzz(wanted);
    for (const seed of [7, 8]) jobs[0]!.tell({ type: 'finding', finding: finding(seed) });
    await vi.advanceTimersByTimeAsync(LAB_NEWS_EVERY_MS);
    jobs[0]!.tell({ type: 'finding', finding: finding(9) });
    jobs[0]!.end(result(1000));
    await settled();
    expect(told.map(({ from, findings }) => [from, ...findings.map(({ id, seed }) => [id, seed])])).toEqual([
      [0, [1, 7], [2, 8]],
      [2, [3, 9]],
    ]);
    expect(told[0]!.findings[1]).toMatchObject({ violation: { check: 'Agreement' }, before: { nodes: 5 }, testable: false });
    expect(JSON.stringify(told)).not.toContain('journal');
    expect(lab.state()[0]!.findings).toHaveLength(3);
  });

  test('keeps no more findings than a person looks at, and counts them all', async () => {
    lab.fuzz(wanted);
    const one = finding(7);
    for (let i = 0; i < FINDINGS_MAX + 5; i++) jobs[0]!.tell({ type: 'finding', finding: one });
    jobs[0]!.end(result(1000));
    await settled();
    expect(lab.state()[0]).toMatchObject({ found: FINDINGS_MAX + 5, findings: { length: FINDINGS_MAX } });
  });

  test('is cancelled: what was found stays, and what comes late is not heard', async () => {
    lab.fuzz(wanted);
    jobs[0]!.tell({ type: 'finding', finding: finding(7) });
    lab.cancel();
    expect(jobs[0]!.signal.aborted).toBe(true);
    jobs[0]!.end(result(120, false));
    await settled();
    jobs[0]!.tell({ type: 'finding', finding: finding(8) });
    expect(lab.state()).toMatchObject([{ state: 'cancelled', why: '', complete: false, found: 1, progress: { counts: [{ value: 120 }] } }]);
    expect(lab.cancel()).toBeNull();
  });

  test('that answers a cancel with an error was cancelled all the same', async () => {
    lab.fuzz(wanted);
    lab.cancel();
    jobs[0]!.fail(new Error('aborted'));
    await settled();
    expect(told.at(-1)).toMatchObject({ state: 'cancelled', why: '' });
    expect(reported).toEqual([]);
  });

  test('whose thread dies says so, and what was found before can still be opened', async () => {
    lab.fuzz(wanted);
    jobs[0]!.tell({ type: 'finding', finding: finding(7) });
    jobs[0]!.fail(new Error('a thread ended: out of memory'));
    await settled();
    expect(told.at(-1)).toMatchObject({ state: 'failed', why: 'a thread ended: out of memory', found: 1 });
    expect(reported).toHaveLength(1);
    expect(await lab.open(1)).toMatchObject({ run: 2 });
    expect(lab.fuzz(wanted)).toMatchObject({ state: 'running' });
  });

  test('is one at a time; the latest of each kind is kept', async () => {
    lab.fuzz(wanted);
    expect(() => lab.fuzz(wanted)).toThrow('the fuzzer is at work: wait until it has done, or cancel it');
    await expect(lab.explore(scope)).rejects.toThrow('the fuzzer is at work');
    jobs[0]!.end(result(1000));
    await settled();
    await lab.explore(scope);
    expect(() => lab.fuzz(wanted)).toThrow('the search is at work');
    expect(lab.state().map(({ kind, state }) => [kind, state])).toEqual([['fuzz', 'over'], ['explore', 'running']]);
  });

  test('ends when another run is begun, and before the program does', async () => {
    lab.fuzz(wanted);
    await service.begin(usualRun({ nodes: 3, seed: 2 }));
    expect(jobs[0]!.signal.aborted).toBe(true);
    const ended = lab.end('Synod is closing.');
    jobs[0]!.end(result(10, false));
    await ended;
    expect(told.at(-1)).toMatchObject({ state: 'cancelled', why: 'Another run was begun.' });
  });
});

describe('the search', () => {
  test('begins at the beginning', async () => {
    await lab.explore(scope);
    const { here: _, ...asked } = scope;
    expect(jobs[0]!.request).toEqual({ type: 'explore', ...asked, from: null });
  });

  test('from here has the run as it is now, with its protocol and its nodes', async () => {
    world.clusters[0]!.pass(SECOND);
    await service.command({ type: 'crash', node: 2, point: 'now' });
    world.clusters[0]!.pass(SECOND);
    const news = await lab.explore({ ...scope, protocol: 'multipaxos', nodes: 5, here: true });
    const { request } = jobs[0]!;
    const { run, end } = await world.clusters[0]!.snapshot();
    expect(end.seq).toBeGreaterThan(run.journal[0]!.seq);
    expect(request).toMatchObject({ protocol: 'paxos', mutant: null, nodes: 3, from: { ...run, end } });
    expect(run.journal).toHaveLength(1);
    expect(news.request).toMatchObject({ protocol: 'paxos', nodes: 3, here: true });
    expect(news.request).not.toHaveProperty('from');
  });

  test('is refused for a protocol of which there is no model', async () => {
    await expect(lab.explore({ ...scope, protocol: 'raft' })).rejects.toThrow('there is none called "raft"');
    expect(jobs).toEqual([]);
  });

  test('cannot have more proposers than nodes', async () => {
    await expect(lab.explore({ ...scope, proposers: 4 })).rejects.toThrow('proposers: there cannot be more of them than nodes');
    expect(jobs).toEqual([]);
  });
});

describe('what cannot be asked for', () => {
  test('a mutant that is none is refused, with those there are', () => {
    expect(() => lab.fuzz({ ...wanted, mutant: 'wings' })).toThrow(/"wings"/);
    expect(jobs).toEqual([]);
  });

  test.each([
    [{ runs: 0 }, 'runs'],
    [{ runs: 1.5 }, 'runs'],
    [{ seed: -1 }, 'seed'],
    [{ protocol: 'raft' }, 'protocol'],
    [{ shards: 2 }, 'shards'],
  ])('%o is no request', (change, field) => {
    const parsed = labRequests['lab:fuzz'].safeParse({ ...wanted, ...change });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error!.issues)).toContain(field);
  });
});

describe('a finding', () => {
  beforeEach(async () => {
    lab.fuzz(wanted);
    for (const seed of [7, 8]) jobs[0]!.tell({ type: 'finding', finding: finding(seed) });
    jobs[0]!.end(result(1000));
    await settled();
  });

  test('opens as the run that goes on, paused where it ends; nothing of it is in a file', async () => {
    const { run, end } = finding(7);
    const session = await lab.open(1);
    expect(session).toMatchObject({ run: 2, transport: { playing: false }, title: 'Agreement violated: Single-decree Paxos, seed 7', file: '', readOnly: '' });
    expect(await service.snapshot()).toMatchObject({ run, end });
    expect(service.document).toMatchObject({ path: null, edited: true });
    expect(world.clusters[0]!.closed).toBe(true);
  });

  test('that cannot be had leaves the run as it is', async () => {
    world.loadFailures.push(new Error('no memory'));
    await expect(lab.open(1)).rejects.toThrow('no memory');
    expect(world.clusters[0]!.closed).toBe(false);
    await expect(lab.open(99)).rejects.toThrow('not there any more');
  });

  test('is saved as a run with its digest, and as a scenario where it can be one', async () => {
    const name = 'agreement-violated-single-decree-paxos-seed-7.synod';
    expect(await lab.save(1)).toBe(name);
    const { run, end } = finding(7);
    const saved = parseRunFile(readFileSync(join(folder, name), 'utf8'), name);
    expect(saved).toMatchObject({ title: 'Agreement violated: Single-decree Paxos, seed 7', run, end });
    expect(saved.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(await lab.saveScenario(1)).toBe('agreement-violated-single-decree-paxos-seed-7.yaml');
    expect(readFileSync(join(folder, 'agreement-violated-single-decree-paxos-seed-7.yaml'), 'utf8')).toBe(finding(7).scenario);
    await expect(lab.saveScenario(2)).rejects.toThrow('cannot be written as a scenario');
  });
});

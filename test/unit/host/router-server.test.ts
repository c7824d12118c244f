/** The router's server, with nodes that are slow, silent or dead as the test wants. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHeader, type Run } from '../../../src/cluster/run.ts';
import type { FromRouter } from '../../../src/host/thread/messages.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { FakeCluster } from '../../support/fake-nodes.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { puppet, puppetHeader, told } from '../../support/puppet.ts';

const MS = 1000;
const header = puppetHeader(2);
const frames = (cluster: FakeCluster) => cluster.told.filter((one): one is Extract<FromRouter, { type: 'frame' }> => one.type === 'frame');
const died = async (cluster: FakeCluster) => {
  const { journal } = await cluster.ask<Run>({ type: 'run' });
  return journal.flatMap(({ command }) => (command.type === 'died' ? [[command.node, command.error]] : []));
};

describe('requests', () => {
  it('are answered in their order, each at its place in the run', async () => {
    const cluster = new FakeCluster(header);
    const inline = new InlineCluster(header, { protocol: puppet });
    const command = { type: 'propose', node: 1, value: told(['send', 2, [['note', 'x']]]) } as const;
    const answers = await Promise.all([
      cluster.ask({ type: 'command', command }),
      cluster.ask({ type: 'runUntil', until: 10 * MS }),
      cluster.ask({ type: 'inspect', node: 1 }),
      cluster.status(),
    ]);
    inline.command(command);
    inline.runUntil(10 * MS);
    const status = { now: 10 * MS, digest: inline.digest, events: inline.scheduler.log.seq };
    expect(answers[0]).toEqual({ at: 0, seq: 0 });
    expect(answers[1]).toMatchObject(status);
    expect(answers[2]).toEqual({ up: true, memory: { steps: 2 }, disk: {} });
    expect(answers[3]).toMatchObject(status);
  });

  it('that cannot be met are refused with the reason', async () => {
    const cluster = new FakeCluster(header);
    await expect(cluster.ask({ type: 'command', command: { type: 'crash', node: 9, point: 'now' } })).rejects.toThrow('there is no n9');
    await expect(cluster.ask({ type: 'inspect', node: 9 })).rejects.toThrow('there is no n9');
    expect(await died(cluster)).toEqual([]);
  });

  it('to step make one step and pause; with nothing left to do, none', async () => {
    const cluster = new FakeCluster(header, { transport: { playing: true, speed: 1 } });
    const { events } = await cluster.status();
    await cluster.ask({ type: 'step' });
    await cluster.ask({ type: 'step' });
    await cluster.ask({ type: 'step' });
    const after = await cluster.status();
    expect(after.events).toBeGreaterThanOrEqual(events);
    await cluster.ask({ type: 'step' });
    expect(await cluster.status()).toEqual(after);
  });

  it('of the script that cannot be met are told, and the run goes on', async () => {
    const script = [{ at: 5, command: { type: 'restart', node: 1, disk: 'kept' } }] as const;
    const cluster = new FakeCluster({ ...header, script });
    const { refused } = await cluster.ask<{ refused: unknown[] }>({ type: 'runUntil', until: 10 * MS });
    expect(refused).toEqual([{ ...script[0], error: 'n1 is up; crash it first' }]);
    expect(cluster.told.filter(({ type }) => type === 'problem')).toHaveLength(1);
  });
});

describe('a node', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it('that does not finish its batch in time is taken for dead; what it says later is not heard', async () => {
    const cluster = new FakeCluster(header);
    await cluster.ask({ type: 'runUntil', until: MS });
    const { nodes } = cluster;
    nodes.get(1)!.behaviour = 'silent';
    await cluster.ask({ type: 'command', command: { type: 'propose', node: 1, value: told(['note', 'x']) } });
    await cluster.ask({ type: 'command', command: { type: 'propose', node: 2, value: told(['note', 'y']) } });
    const done = cluster.ask({ type: 'runUntil', until: 2 * MS });
    await new Promise((resume) => setTimeout(resume, 20));
    vi.advanceTimersByTime(1000);
    cluster.clock.ms = 20_001;
    vi.advanceTimersByTime(1000);
    await done;
    expect(await died(cluster)).toEqual([[1, 'did not finish a step within 20 s']]);
    nodes.get(1)!.say({ type: 'output', node: 1, bytes: new Uint8Array([99]), nextDue: 5, blockedUntil: 0, busy: false, view: null });
    await cluster.ask({ type: 'command', command: { type: 'restart', node: 1, disk: 'kept' } });
    await cluster.ask({ type: 'runUntil', until: 3 * MS });
    expect(await cluster.ask({ type: 'inspect', node: 1 })).toMatchObject({ up: true });
  });

  it('that says it failed is down with its reason, cut to what a command takes', async () => {
    const cluster = new FakeCluster(header);
    await cluster.ask({ type: 'runUntil', until: MS });
    const node = cluster.nodes.get(2)!;
    node.behaviour = 'silent';
    await cluster.ask({ type: 'command', command: { type: 'propose', node: 2, value: told(['note', 'x']) } });
    const done = cluster.ask({ type: 'runUntil', until: 2 * MS });
    node.say({ type: 'failed', error: 'e'.repeat(5000) });
    await done;
    expect(await died(cluster)).toEqual([[2, 'e'.repeat(2000)]]);
  });

  it('that cannot start is down before anything else happens', async () => {
    const cluster = new FakeCluster(header);
    await cluster.ask({ type: 'runUntil', until: MS });
    await cluster.ask({ type: 'command', command: { type: 'crash', node: 1, point: 'now' } });
    cluster.silent.add(1);
    const restarted = cluster.ask({ type: 'command', command: { type: 'restart', node: 1, disk: 'kept' } });
    await vi.waitFor(() => expect(cluster.nodes.get(1)!.incarnation).toBe(2));
    cluster.end(1, 2, 'no disk');
    await restarted;
    expect(await cluster.ask({ type: 'inspect', node: 1 })).toBeNull();
    expect(await died(cluster)).toEqual([[1, 'no disk']]);
  });

  it('that does not become ready in time is taken for dead', async () => {
    const cluster = new FakeCluster(header);
    await cluster.ask({ type: 'runUntil', until: MS });
    await cluster.ask({ type: 'command', command: { type: 'crash', node: 1, point: 'now' } });
    cluster.silent.add(1);
    const restarted = cluster.ask({ type: 'command', command: { type: 'restart', node: 1, disk: 'kept' } });
    await vi.waitFor(() => expect(cluster.nodes.get(1)!.incarnation).toBe(2));
    cluster.clock.ms = 20_001;
    vi.advanceTimersByTime(1000);
    await restarted;
    expect(await died(cluster)).toEqual([[1, 'did not start within 20 s']]);
  });

  it('that does not show itself to the inspector in time is taken for dead', async () => {
    const cluster = new FakeCluster(header);
    await cluster.ask({ type: 'runUntil', until: MS });
    cluster.nodes.get(1)!.behaviour = 'silent';
    const looked = cluster.ask({ type: 'inspect', node: 1 });
    await new Promise((resume) => setTimeout(resume, 5));
    cluster.clock.ms = 20_001;
    vi.advanceTimersByTime(1000);
    expect(await looked).toBeNull();
    expect(await died(cluster)).toEqual([[1, 'did not answer within 20 s']]);
  });

  it('of which an earlier thread ends late lives on', async () => {
    const cluster = new FakeCluster(header);
    await cluster.ask({ type: 'command', command: { type: 'crash', node: 1, point: 'now' } });
    await cluster.ask({ type: 'command', command: { type: 'restart', node: 1, disk: 'kept' } });
    cluster.end(1, 1, 'long ago');
    await cluster.ask({ type: 'runUntil', until: MS });
    expect(await died(cluster)).toEqual([]);
    expect(await cluster.ask({ type: 'inspect', node: 1 })).toMatchObject({ up: true });
  });
});

describe('time', () => {
  it('goes at the pace of the clock', async () => {
    const cluster = new FakeCluster(header, { transport: { playing: true, speed: 2 } });
    await cluster.ask({ type: 'transport', change: { speed: 2 } });
    const { now } = await cluster.status();
    cluster.clock.ms += 50;
    await vi.waitFor(async () => expect((await cluster.status()).now).toBe(now + 100 * MS));
    await cluster.ask({ type: 'transport', change: { playing: false } });
    cluster.clock.ms += 50;
    await new Promise((resume) => setTimeout(resume, 20));
    expect((await cluster.status()).now).toBe(now + 100 * MS);
  });

  it('does not run away when all nodes are down and only the client tries', async () => {
    const busy = puppetHeader(1, { client: { enabled: true, interval: 1000 } });
    const cluster = new FakeCluster(busy, { transport: { playing: true } });
    const naps = vi.spyOn(globalThis, 'setTimeout');
    await cluster.ask({ type: 'command', command: { type: 'crash', node: 1, point: 'now' } });
    const { now } = await cluster.status();
    // Some hundred turns of the client later it sleeps between them.
    await vi.waitFor(async () => expect((await cluster.status()).now).toBeGreaterThan(now + 300 * MS), { timeout: 20_000 });
    expect(naps.mock.calls.length).toBeGreaterThan(50);
    naps.mockRestore();
    await cluster.ask({ type: 'transport', change: { playing: false } });
  });

  it('begins with a head start, which is given up in the end', async () => {
    const script = [{ at: 50 * MS, command: { type: 'propose', node: 1, value: told(['chosen', 1, 'red']) } }] as const;
    const started = new FakeCluster({ ...header, script }, { headStart: 1 });
    expect((await started.status()).now).toBeLessThan(60 * MS);
    const given = new FakeCluster(header, { headStart: 1 });
    expect((await given.status()).now).toBe(10_000 * MS);
  });
});

describe('frames', () => {
  it('come when somebody watches, not more than he acknowledges, and again when he does', async () => {
    const cluster = new FakeCluster(puppetHeader(1), { observe: true });
    await cluster.ask({ type: 'runUntil', until: MS });
    expect(frames(cluster)).toEqual([]);
    await cluster.ask({ type: 'attach' });
    const more = async (rounds: number) => {
      for (let i = 0; i < rounds; i++) {
        cluster.clock.ms += 20;
        await cluster.ask({ type: 'command', command: { type: 'propose', node: 1, value: told(['note', String(i)]) } });
        const { now } = await cluster.status();
        await cluster.ask({ type: 'runUntil', until: now + 1 });
      }
    };
    await more(10);
    expect(frames(cluster).map(({ frame }) => frame.frame)).toEqual([1, 2, 3, 4]);
    expect(frames(cluster)[0]!.frame.world).not.toBeNull();
    cluster.acknowledge(3);
    await more(10);
    expect(frames(cluster).map(({ frame }) => frame.frame)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const seqs = frames(cluster).map(({ frame }) => [frame.events.firstSeq, frame.events.count]);
    for (let i = 1; i < seqs.length; i++) expect(seqs[i]![0]).toBe(seqs[i - 1]![0]! + seqs[i - 1]![1]!);
  });

  it('bring what each node shows of itself after the last event, and of one that went down what it showed then', async () => {
    const cluster = new FakeCluster(puppetHeader(2), { observe: true });
    const inline = new InlineCluster(puppetHeader(2), { protocol: puppet, observe: true });
    await cluster.ask({ type: 'attach' });
    const views = new Map<number, unknown>();
    for (let i = 0; i < 20; i++) {
      const node = 1 + (i % 2);
      const command = i === 17 ? ({ type: 'crash', node, point: 'now' } as const) : ({ type: 'propose', node, value: told(['note', String(i)]) } as const);
      if (i < 18 || node === 1) {
        await cluster.ask({ type: 'command', command });
        inline.command(command);
      }
      if (i % 3 === 0 || i > 17) cluster.clock.ms += 20;
      await cluster.ask({ type: 'runUntil', until: (i + 1) * MS });
      inline.runUntil((i + 1) * MS);
      for (const { frame } of frames(cluster).slice(-1)) cluster.acknowledge(frame.frame);
    }
    cluster.clock.ms += 20;
    await vi.waitFor(async () => {
      await cluster.status();
      for (const { frame } of frames(cluster)) for (const { node, view } of frame.views) views.set(node, view);
      expect(views).toEqual(inline.views);
    });
  });

  it('never come of a run that nobody may watch', async () => {
    const cluster = new FakeCluster(header);
    await cluster.ask({ type: 'attach' });
    cluster.acknowledge(1);
    cluster.clock.ms += 100;
    await cluster.ask({ type: 'runUntil', until: MS });
    expect(frames(cluster)).toEqual([]);
  });
});

describe('a violation', () => {
  it('pauses the run that plays, and stops none that is to get somewhere', async () => {
    const quorum = { type: 'counted', phase1: 1, phase2: 1 };
    const paxos = protocolNamed('paxos');
    const bare = createHeader(paxos, { nodes: 3, seed: 1, config: { quorum }, client: { enabled: false } });
    const proposals = [1, 2, 3].map((node) => ({ at: 1000, command: { type: 'propose', node, slot: 1, value: `v${node}` } as const }));
    const unsafe = { ...bare, script: proposals };
    const cluster = new FakeCluster(unsafe, { protocol: paxos, observe: true, transport: { playing: true, speed: 'max' } });
    const inline = new InlineCluster(unsafe);
    inline.runUntil(10_000 * MS);
    const [first] = inline.scheduler.violations;
    await cluster.ask({ type: 'attach' });
    const paused = (): boolean => frames(cluster).at(-1)?.frame.transport.playing === false;
    while (!paused()) {
      cluster.clock.ms += 20;
      for (const { frame } of frames(cluster)) cluster.acknowledge(frame.frame);
      await new Promise((resume) => setImmediate(resume));
    }
    const { events, now } = await cluster.status();
    expect(events).toBeGreaterThan(first!.seq);
    expect(now).toBeLessThan(10_000 * MS);
    expect(await cluster.ask({ type: 'runUntil', until: 10_000 * MS })).toMatchObject({ digest: inline.digest });
  });
});

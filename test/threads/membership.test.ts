/** Servers that come and go, each on a thread of its own with a disk of its own; and clients, which are threads too. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cluster/commands.ts';
import { createHeader, type Place, type Run } from '../../src/cluster/run.ts';
import { createWorld } from '../../src/cluster/world.ts';
import { History } from '../../src/host/history/history.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { finish, replay, replayTo } from '../../src/host/replay.ts';
import { protocolOf } from '../../src/protocol/mutants.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { puppetHeader, told, type Action } from '../support/puppet.ts';
import { replayOnThreads } from '../support/replay-on-threads.ts';
import { scratch, startCluster } from '../support/thread-cluster.ts';
import { watch } from '../support/watcher.ts';
import { puppetWorkers, realWorkers } from '../support/workers.ts';

const SECOND = 1_000_000;
const C1 = 16;
const header = createHeader(protocolNamed('multipaxos'), {
  nodes: 3,
  clients: 2,
  seed: 4,
  config: { load: { pause: 300_000 }, heartbeat: 200_000, electionMin: 800_000, electionMax: 1_600_000, snapshotEvery: 10 },
});

/** A run in which a server is added, another crashes, one is taken away, and its number comes back. */
const deeds: readonly (readonly [at: number, command: Command])[] = [
  [3 * SECOND, { type: 'add' }],
  [5 * SECOND, { type: 'crash', node: 4, point: 'now' }],
  [6 * SECOND, { type: 'remove', node: 2 }],
  [7 * SECOND, { type: 'restart', node: 4, disk: 'kept' }],
  [8 * SECOND, { type: 'crash', node: C1, point: 'now' }],
  [9 * SECOND, { type: 'add', node: 2, beside: 1 }],
  [9 * SECOND, { type: 'restart', node: C1, disk: 'kept' }],
  [10 * SECOND, { type: 'remove', node: 4 }],
];
const END = 12 * SECOND;

function inline(until = END): InlineCluster {
  const cluster = new InlineCluster(header);
  for (const [at, command] of deeds) {
    if (at > until) break;
    cluster.runUntil(at);
    cluster.command(command);
  }
  cluster.runUntil(until);
  return cluster;
}

const endOf = (cluster: InlineCluster): Place => ({ at: cluster.now, seq: cluster.scheduler.log.seq });

describe('on threads', () => {
  it('the run is the one that it is inline, live and replayed', async () => {
    const whole = inline();
    const { cluster, problems } = await startCluster(header);
    for (const [at, command] of deeds) {
      await cluster.runUntil(at);
      await cluster.command(command);
    }
    await cluster.runUntil(END);
    const { run, end, digest } = await cluster.snapshot();
    expect([digest, end, run]).toEqual([whole.digest, endOf(whole), whole.run()]);
    for (const node of whole.scheduler.actors) expect(await cluster.inspect(node)).toEqual(whole.inspect(node));
    await expect(cluster.inspect(4)).rejects.toThrow('there is no n4; there are n1, n2, n3, c1, c2');
    await cluster.close();
    expect(problems).toEqual([]);
    const again = await replayOnThreads(run, end, { directory: join(scratch(), 'run'), workers: realWorkers });
    expect(again).toMatchObject({ divergence: null, digest, events: end.seq });
  });

  it.each([4.2, 5.5, 6.5, 7.5, 8.5, 9.5, 11])('the run goes on from its state after %d s on fresh threads', async (seconds) => {
    const before = inline(seconds * SECOND);
    const whole = inline();
    const resume = { run: before.run(), end: endOf(before), checkpoint: before.checkpoint(), world: createWorld(header) };
    const { cluster, problems } = await startCluster(header, { resume });
    // Of one that is down, its disk: of one that was added since, too.
    for (const node of before.scheduler.actors) expect(await cluster.inspect(node)).toEqual(before.inspect(node));
    for (const [at, command] of deeds.filter(([at]) => at > seconds * SECOND)) {
      await cluster.runUntil(at);
      await cluster.command(command);
    }
    await cluster.runUntil(END);
    expect(await cluster.snapshot()).toMatchObject({ digest: whole.digest, run: whole.run() });
    expect(problems).toEqual([]);
  });

  it('whoever watches sees who is there, and nothing of who had the number before', async () => {
    const { cluster } = await startCluster(header, { observe: true });
    const watcher = await watch(cluster, header);
    await cluster.runUntil(SECOND);
    expect((await watcher.world()).nodes.get(2)!.view).not.toBeNull();
    await cluster.command({ type: 'remove', node: 2 });
    const without = await watcher.world();
    expect([...without.nodes.keys()]).toEqual([1, 3, 16, 17]);
    await cluster.command({ type: 'add', node: 2 });
    await cluster.attach();
    const fresh = (await watcher.world()).nodes.get(2)!;
    expect([fresh.up, fresh.view]).toEqual([false, null]);
    await cluster.runUntil(2 * SECOND);
    expect((await watcher.world()).nodes.get(2)).toMatchObject({ up: true, incarnation: 2, view: { replica: {} } });
  });

  it('a server that comes under an old number finds nothing on its disk, and has the thread of nobody else', async () => {
    const act = (node: number, ...actions: Action[]): Command => ({ type: 'propose', node, value: told(...actions) });
    const { cluster, directory } = await startCluster(puppetHeader(2), { workers: puppetWorkers });
    await cluster.command(act(2, ['save', 'a', 1]));
    await cluster.runUntil(1000);
    expect(await cluster.inspect(2)).toMatchObject({ up: true, disk: { a: 1 } });
    await cluster.command({ type: 'remove', node: 2 });
    await cluster.command({ type: 'add', node: 2 });
    await cluster.command({ type: 'add' });
    await cluster.command(act(3, ['save', 'b', 2]));
    await cluster.runUntil(2000);
    expect(await cluster.inspect(2)).toMatchObject({ up: true, disk: {} });
    await cluster.command({ type: 'crash', node: 3, point: 'now' });
    expect(existsSync(join(directory, 'n3'))).toBe(true);
    await cluster.command({ type: 'restart', node: 3, disk: 'kept' });
    await cluster.runUntil(3000);
    expect(await cluster.inspect(3)).toMatchObject({ up: true, disk: { b: 2 } });
  });

  it('a server whose thread ends as it is taken away harms nobody', async () => {
    const { cluster, problems } = await startCluster(puppetHeader(3), { workers: puppetWorkers });
    await cluster.command({ type: 'propose', node: 3, value: told(['exitLater']) });
    await cluster.runUntil(1000);
    await cluster.command({ type: 'remove', node: 3 });
    await cluster.command({ type: 'add' });
    await cluster.runUntil(5000);
    const { run } = await cluster.snapshot();
    expect(run.journal.map(({ command }) => command.type).filter((type) => type !== 'died')).toEqual(['propose', 'remove', 'add']);
    expect(problems).toEqual([]);
  });
});

describe('the history', () => {
  const whole = inline();
  const history = new History({ protocolOf });
  finish(history.load(whole.run(), endOf(whole), 1, null));
  const { journal } = whole.scheduler;
  const [add, , remove] = journal;

  it('shows who was there', () => {
    const there = (seq: number): number[] => [...history.checkpointAt(seq).world.nodes.keys()].sort((a, b) => a - b);
    expect(there(add!.seq)).toEqual([1, 2, 3, 16, 17]);
    expect(there(add!.seq + 1)).toEqual([1, 2, 3, 4, 16, 17]);
    expect(there(remove!.seq + 2)).toEqual([1, 3, 4, 16, 17]);
    expect(there(whole.scheduler.log.seq)).toEqual([1, 2, 3, 16, 17]);
  });

  it('has the disk of an added server that was down, and nothing of one that was not there', () => {
    const down = history.inspect(remove!.seq, 4);
    expect(down).toMatchObject({ up: false, memory: null });
    expect(down.disk).not.toEqual(protocolNamed('multipaxos').disk([]));
    expect(() => history.inspect(add!.seq, 4)).toThrow('there is no n4');
    expect(() => history.inspect(add!.seq, 9)).toThrow('there is no n9');
  });

  it('forks before a server was added, which takes the addition back; another can be added there', () => {
    const { run, checkpoint, end } = history.checkpointAt(add!.seq);
    expect(run.journal).toEqual([]);
    const fork = InlineCluster.resume(run, checkpoint);
    expect(fork.scheduler.servers).toEqual([1, 2, 3]);
    fork.command({ type: 'add', node: 7 });
    fork.runUntil(END);
    const branch: Run = fork.run();
    expect(finish(history.load(branch, endOf(fork), 2, null))).toMatchObject({ digest: fork.digest, divergence: null });
    expect([...history.checkpointAt(end.seq + 1).world.nodes.keys()]).toContain(7);
    expect(finish(history.load(whole.run(), endOf(whole), 3, null))).toMatchObject({ digest: whole.digest, divergence: null });
    expect(replay(branch, END).digest).toBe(fork.digest);
  });

  it('forks while an added server is there, and takes it away there', () => {
    const { run, checkpoint } = history.checkpointAt(remove!.seq);
    const fork = InlineCluster.resume(run, structuredClone(checkpoint));
    fork.command({ type: 'remove', node: 4 });
    fork.command({ type: 'add' });
    // The numbers that were used are known after a fork, too.
    expect(fork.scheduler.servers).toEqual([1, 2, 3, 5]);
    fork.runUntil(END);
    const again = new InlineCluster(header);
    expect(finish(replayTo(again, fork.run().journal, endOf(fork)))).toBeNull();
    expect(again.digest).toBe(fork.digest);
  });
});

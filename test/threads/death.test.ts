/** Nodes whose thread ends by itself: shown as crashed, with the reason, while the rest goes on. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from 'vitest';
import type { Action } from '../support/puppet.ts';
import { puppetHeader, told } from '../support/puppet.ts';
import { startCluster } from '../support/thread-cluster.ts';
import { watch } from '../support/watcher.ts';
import { puppetWorkers, testEntry } from '../support/workers.ts';
import type { ThreadCluster } from '../../src/host/thread/thread-cluster.ts';

const MS = 1000;

async function deaths(cluster: ThreadCluster) {
  const { journal } = await cluster.run();
  return journal.map(({ command }) => command).filter((command) => command.type === 'died');
}

describe('a node whose thread ends by itself', () => {
  it.each<[string, Action, RegExp]>([
    ['runs out of memory', ['allocate'], /^out of memory$/],
    ['ends its thread', ['exit', 3], /code 3/],
  ])('because it %s is down, with the reason, and the others go on', async (_, action, reason) => {
    const options = { workers: puppetWorkers, observe: true, nodeHeapMb: 32 };
    const { cluster, problems } = await startCluster(puppetHeader(3), options);
    const watcher = await watch(cluster, puppetHeader(3));
    await cluster.runUntil(10 * MS);
    await cluster.command({ type: 'propose', node: 2, value: told(['send', 1, [['note', 'never sent']]], action) });
    await cluster.command({ type: 'propose', node: 3, value: told(['send', 2, [['note', 'too late']]]) });
    await cluster.runUntil(20 * MS);

    const world = await watcher.world();
    expect(world.nodes.get(2)).toMatchObject({ up: false, error: expect.stringMatching(reason) });
    expect(world.counters.lost).toMatchObject({ loss: 0, cut: 0, dead: 1 });
    expect(await deaths(cluster)).toEqual([{ type: 'died', node: 2, error: expect.stringMatching(reason) }]);
    const notes = watcher.events.filter((event) => event.type === 'note').map((event) => event.text);
    expect(notes).not.toContain('never sent');

    await cluster.command({ type: 'propose', node: 1, value: told(['send', 3, [['note', 'we go on']]]) });
    await cluster.command({ type: 'restart', node: 2, disk: 'kept' });
    await cluster.runUntil(30 * MS);
    expect((await watcher.world()).nodes.get(2)).toMatchObject({ up: true, incarnation: 2, error: null });
    expect(watcher.events.some((event) => event.type === 'note' && event.text === 'we go on')).toBe(true);
    expect(problems).toEqual([]);
  });

  it('because its protocol throws is down with the exception; what it did before it stays done', async () => {
    const { cluster } = await startCluster(puppetHeader(2), { workers: puppetWorkers, observe: true });
    const watcher = await watch(cluster, puppetHeader(2));
    await cluster.command({ type: 'propose', node: 1, value: told(['timer', 'later', 5 * MS, [['throw', 'on purpose']]]) });
    await cluster.runUntil(20 * MS);
    const world = await watcher.world();
    expect(world.nodes.get(1)).toMatchObject({ up: false, error: 'TypeError: on purpose' });
    expect(world.nodes.get(2)!.up).toBe(true);
    expect(watcher.events.find((event) => event.type === 'crash')).toMatchObject({ at: 5 * MS, node: 1, point: 'now' });
    // It follows from the commands, and is none itself.
    expect(await deaths(cluster)).toEqual([]);
  });

  it('two at once are both down', async () => {
    const { cluster } = await startCluster(puppetHeader(3), { workers: puppetWorkers });
    for (const node of [1, 3]) await cluster.command({ type: 'propose', node, value: told(['exit', 1]) });
    await cluster.runUntil(10 * MS);
    expect((await deaths(cluster)).map(({ node }) => node).sort()).toEqual([1, 3]);
    expect(await cluster.inspect(2)).toMatchObject({ up: true });
  });

  it('while nothing happens is noticed', async () => {
    const { cluster } = await startCluster(puppetHeader(2), { workers: puppetWorkers, observe: true });
    const watcher = await watch(cluster, puppetHeader(2));
    await cluster.command({ type: 'propose', node: 1, value: told(['exitLater']) });
    await cluster.runUntil(10 * MS);
    const world = await watcher.until((one) => one.nodes.get(1)!.up === false && one.nodes.get(1)!.incarnation === 1);
    expect(world.nodes.get(1)!.error).toMatch(/code 4/);
  });
});

describe('a disk that cannot be opened', () => {
  async function crashed() {
    const started = await startCluster(puppetHeader(3), { workers: puppetWorkers, observe: true });
    const watcher = await watch(started.cluster, puppetHeader(3));
    await started.cluster.command({ type: 'propose', node: 2, value: told(['save', 'k', 1]) });
    await started.cluster.runUntil(10 * MS);
    await started.cluster.command({ type: 'crash', node: 2, point: 'now' });
    return { ...started, watcher, disk: join(started.directory, 'n2') };
  }

  it('because there is a file in its place leaves the node down, with the error', async () => {
    const { cluster, watcher, disk } = await crashed();
    rmSync(disk, { recursive: true });
    writeFileSync(disk, 'no folder');
    await cluster.command({ type: 'restart', node: 2, disk: 'kept' });
    await cluster.runUntil(20 * MS);
    expect((await watcher.world()).nodes.get(2)).toMatchObject({ up: false, error: expect.stringContaining('EEXIST') });
    // An erased disk is a new one, and the node comes up.
    await cluster.command({ type: 'restart', node: 2, disk: 'erased' });
    await cluster.runUntil(30 * MS);
    expect((await watcher.world()).nodes.get(2)).toMatchObject({ up: true, disk: 'erased', error: null });
  });

  it('because somebody else has it leaves the node down, with the error', async () => {
    const { cluster, watcher, disk } = await crashed();
    const other = new ClassicLevel(disk);
    await other.open();
    await cluster.command({ type: 'restart', node: 2, disk: 'kept' });
    await cluster.runUntil(20 * MS);
    await other.close();
    const { up, error } = (await watcher.world()).nodes.get(2)!;
    expect([up, error]).toEqual([false, expect.stringMatching(/lock/i)]);
  });

  it('is damaged leaves the node down, with the error', async () => {
    const { cluster, watcher, disk } = await crashed();
    const damaged = new ClassicLevel(disk);
    await damaged.put('k', 'no JSON');
    await damaged.close();
    await cluster.command({ type: 'restart', node: 2, disk: 'kept' });
    await cluster.runUntil(20 * MS);
    expect((await watcher.world()).nodes.get(2)).toMatchObject({ up: false, error: expect.stringContaining('JSON') });
  });
});

describe('a router whose thread ends', () => {
  it('refuses what was asked and what is asked later, says so once, and ends the nodes', async () => {
    const workers = { ...puppetWorkers, router: testEntry('broken-router') };
    const { cluster, problems } = await startCluster(puppetHeader(2), { workers });
    await expect(cluster.status()).rejects.toThrow('the router is broken on purpose');
    await expect(cluster.status()).rejects.toThrow('the router is broken on purpose');
    await expect(cluster.inspect(1)).rejects.toThrow('the router is broken on purpose');
    expect(problems).toEqual([
      { title: 'The run has stopped', detail: expect.stringContaining('the router is broken on purpose') },
    ]);
    cluster.acknowledge(1);
    await cluster.close();
    expect(problems).toHaveLength(1);
  });
});

/** Stable storage on threads: what was told is on the disk, and a crash at any moment leaves it there. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cluster/commands.ts';
import { readEvents } from '../../src/cluster/event-log.ts';
import { createHeader } from '../../src/cluster/run.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { replay } from '../../src/host/replay.ts';
import { LevelStorage } from '../../src/host/storage/level.ts';
import { createRandom, nextInteger } from '../../src/protocol/random.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { puppetHeader, told } from '../support/puppet.ts';
import { scratch, startCluster } from '../support/thread-cluster.ts';
import { watch } from '../support/watcher.ts';
import { puppetWorkers } from '../support/workers.ts';

const SECOND = 1_000_000;
const header = createHeader(protocolNamed('paxos'), { nodes: 3, seed: 11 });

/** All records on a disk, read with LevelDB itself. */
async function onDisk(directory: string, node: number): Promise<Record<string, unknown>> {
  const db = new ClassicLevel<string, string>(join(directory, `n${node}`));
  const records: Record<string, unknown> = {};
  for await (const [key, json] of db.iterator()) records[key] = JSON.parse(json);
  await db.close();
  return records;
}

describe('a crash and a restart', () => {
  it('with the disk kept keep every promise, as LevelDB itself says', async () => {
    const { cluster, directory } = await startCluster(header);
    await cluster.runUntil(8 * SECOND);
    const before = await cluster.inspect(1);
    expect(before.up).toBe(true);
    await cluster.command({ type: 'crash', node: 1, point: 'now' });
    const promised = await onDisk(directory, 1);
    expect(promised).toHaveProperty('acceptor/1', { promised: [expect.any(Number), expect.any(Number)], accepted: expect.anything() });
    expect(promised).toHaveProperty('proposer/round');
    expect(await cluster.inspect(1)).toEqual({ up: false, memory: null, disk: before.disk });

    await cluster.command({ type: 'restart', node: 1, disk: 'kept' });
    await cluster.runUntil(8 * SECOND + 1);
    const after = await cluster.inspect(1);
    expect(after).toMatchObject({ up: true, disk: before.disk });
    await cluster.close();
    expect(await onDisk(directory, 1)).toEqual(promised);
  });

  it('with the disk erased begin with nothing', async () => {
    const { cluster, directory } = await startCluster(header);
    await cluster.runUntil(8 * SECOND);
    await cluster.command({ type: 'crash', node: 2, point: 'now' });
    expect(await onDisk(directory, 2)).not.toEqual({});
    await cluster.command({ type: 'restart', node: 2, disk: 'erased' });
    const { disk, memory } = await cluster.inspect(2);
    expect(disk).toEqual(protocolNamed('paxos').disk([]));
    expect(memory).not.toBeNull();
    await cluster.close();
    expect(await onDisk(directory, 2)).toEqual({});
  });

  it('at each point of a step leave on the disk what the step had synced by then', async () => {
    for (const point of ['before-step', 'after-save', 'after-step'] as const) {
      const { cluster, directory } = await startCluster(puppetHeader(2), { workers: puppetWorkers, observe: true });
      const watcher = await watch(cluster, puppetHeader(2));
      await cluster.runUntil(1000);
      await cluster.command({ type: 'crash', node: 1, point });
      const word = told(['save', 'a', 1], ['send', 2, [['note', 'heard']]], ['save', 'b', 2]);
      await cluster.command({ type: 'propose', node: 1, value: word });
      await cluster.runUntil(10_000);
      const { events } = watcher;
      await watcher.world();
      expect(events.filter((event) => event.type === 'crash')).toMatchObject([{ node: 1, point, error: '' }]);
      const heard = events.some((event) => event.type === 'note' && event.text === 'heard');
      const saved = await onDisk(directory, 1);
      expect({ heard, saved }, point).toEqual(
        {
          'before-step': { heard: false, saved: {} },
          'after-save': { heard: false, saved: { a: 1 } },
          'after-step': { heard: true, saved: { a: 1, b: 2 } },
        }[point],
      );
      await cluster.close();
    }
  });
});

describe('a thread that is ended while it writes', () => {
  it('loses nothing that was told to anybody', async () => {
    const random = createRandom(5);
    for (let round = 0; round < 10; round++) {
      const { cluster, directory } = await startCluster(puppetHeader(2), {
        workers: puppetWorkers,
        observe: true,
        transport: { playing: true, speed: 'max' },
      });
      const watcher = await watch(cluster, puppetHeader(2));
      // n1 saves a number and tells it to n2, over and over, by a timer of its own.
      const count = (n: number): Parameters<typeof told>[0] => [
        'timer', `t${n}`, 1000, n === 0 ? [] : [['save', 'count', n], ['send', 2, [['note', String(n)]]], count(n - 1)],
      ];
      await cluster.command({ type: 'propose', node: 1, value: told(count(60)) });
      const wanted = nextInteger(random, 1, 50);
      await watcher.until(() => watcher.events.filter((event) => event.type === 'save').length >= wanted);
      // Not told to crash between two windows: the whole cluster is cut off in the middle of whatever it does.
      await cluster.close();
      const seen = watcher.events.filter((event) => event.type === 'save').at(-1)!.records[0]!.value as number;
      const { count: kept } = (await onDisk(directory, 1)) as { count: number };
      expect(kept).toBeLessThanOrEqual(seen);
    }
  });
});

describe('a look at the disk of a node that is down', () => {
  it('does not keep it from coming up again, nor another from looking', async () => {
    const { cluster } = await startCluster(header, { observe: true });
    const watcher = await watch(cluster, header);
    await cluster.runUntil(5 * SECOND);
    for (let round = 0; round < 5; round++) {
      await cluster.command({ type: 'crash', node: 3, point: 'now' });
      const looks = [cluster.inspect(3), cluster.inspect(3)];
      const restarted = cluster.command({ type: 'restart', node: 3, disk: 'kept' });
      const [first, second] = await Promise.all([...looks, cluster.inspect(3), restarted]);
      expect(first).toEqual(second);
      expect(first).toMatchObject({ up: false, memory: null });
      expect((await cluster.inspect(3)).up).toBe(true);
    }
    await cluster.runUntil(6 * SECOND);
    expect((await watcher.world()).nodes.get(3)).toMatchObject({ up: true, incarnation: 6, error: null });
    const { journal } = await cluster.run();
    expect(journal.filter(({ command }) => command.type === 'died')).toEqual([]);
  });

  it('that is damaged fails, and the run goes on', async () => {
    const { cluster, directory } = await startCluster(header);
    await cluster.runUntil(5 * SECOND);
    await cluster.command({ type: 'crash', node: 3, point: 'now' });
    const damaged = new ClassicLevel(join(directory, 'n3'));
    await damaged.put('acceptor/1', 'no JSON');
    await damaged.close();
    await expect(cluster.inspect(3)).rejects.toThrow(CommandError);
    await expect(cluster.inspect(3)).rejects.toThrow(/the disk of n3 cannot be read: .*JSON/);
    const other = new ClassicLevel(join(directory, 'n3'));
    await other.open();
    await expect(cluster.inspect(3)).rejects.toThrow(/the disk of n3 cannot be read: .*lock/i);
    await other.close();
    expect((await cluster.runUntil(6 * SECOND)).now).toBe(6 * SECOND);
  });
});

describe('the storage of one node', () => {
  it('keeps the last write to each key of a batch, deletes, and gives the rest in the order of the keys', async () => {
    const directory = join(scratch(), 'n1');
    const storage = await LevelStorage.open(directory, false);
    await storage.commit([['b', '1'], ['a', '2'], ['b', '3'], ['c', '4']]);
    await storage.commit([['c', '5'], ['c', null], ['d', null]]);
    expect(await storage.load()).toEqual([{ key: 'a', value: 2 }, { key: 'b', value: 3 }]);
    await expect(LevelStorage.open(directory, false)).rejects.toThrow();
    await storage.close();
    const erased = await LevelStorage.open(directory, true);
    expect(await erased.load()).toEqual([]);
    await erased.close();
  });

  it('cannot be where its folder cannot be made', async () => {
    const folder = scratch();
    await expect(startCluster(header, { directory: '/dev/null/run' })).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('closing a cluster', () => {
  it('leaves no thread, refuses what was asked, and can be done twice', async () => {
    const ends = () => process.getActiveResourcesInfo().filter((name) => name === 'Worker' || name === 'MessagePort').length;
    const before = ends();
    const { cluster } = await startCluster(header, { transport: { playing: true, speed: 'max' } });
    await cluster.command({ type: 'crash', node: 1, point: 'now' });
    expect(ends()).toBeGreaterThan(before);
    const asked = cluster.runUntil(3600 * SECOND);
    const looked = cluster.inspect(1);
    const answers = Promise.allSettled([asked, looked]);
    await cluster.close();
    const closed = { status: 'rejected', reason: new Error('the cluster was closed') };
    expect(await answers).toEqual([closed, closed]);
    await cluster.close();
    await expect(cluster.status()).rejects.toThrow('the cluster was closed');
    expect(ends()).toBe(before);
  });

  it('right after it was started leaves no thread either', async () => {
    const { cluster, problems } = await startCluster(header);
    await cluster.close();
    expect(problems).toEqual([]);
  });
});

describe('what a disk holds', () => {
  it('is the same on threads and inline', async () => {
    const { cluster } = await startCluster(header);
    const inline = new InlineCluster(header);
    await cluster.runUntil(12 * SECOND);
    inline.runUntil(12 * SECOND);
    for (const node of header.nodes) expect(await cluster.inspect(node)).toEqual(inline.inspect(node));
    const start = { chunk: 0, offset: 0, seq: 0, at: 0 };
    expect([...readEvents(inline.scheduler.log.since(start)!)].some((event) => event.type === 'save')).toBe(true);
    expect(replay(await cluster.run(), 12 * SECOND).inspect(1)).toEqual(await cluster.inspect(1));
  });
});

/** Stable storage on threads: what was told is on the disk, and a crash at any moment leaves it there. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { ClassicLevel } from 'classic-level';
import { describe, expect, it } from 'vitest';
import type { NodeOutput } from '../../src/cluster/batch.ts';
import { CommandError } from '../../src/cluster/commands.ts';
import { readEvents } from '../../src/cluster/event-log.ts';
import { nodeSetup } from '../../src/cluster/node-state.ts';
import { createHeader } from '../../src/cluster/run.ts';
import { Scheduler } from '../../src/cluster/scheduler.ts';
import { InlineCluster } from '../../src/host/inline.ts';
import { replay } from '../../src/host/replay.ts';
import { NodeRunner } from '../../src/host/runner.ts';
import { Disk, RESERVED, type Save, type Write } from '../../src/cluster/disk/disk.ts';
import { LevelStorage } from '../../src/host/storage/level.ts';
import type { FromNode, NodeWorkerData } from '../../src/host/thread/messages.ts';
import { createRandom, nextFloat, nextInteger, nextItem } from '../../src/protocol/random.ts';
import { protocolNamed } from '../../src/protocol/registry.ts';
import { puppet, puppetHeader, told } from '../support/puppet.ts';
import { scratch, startCluster } from '../support/thread-cluster.ts';
import { watch } from '../support/watcher.ts';
import { puppetWorkers } from '../support/workers.ts';

const SECOND = 1_000_000;
const header = createHeader(protocolNamed('paxos'), { nodes: 3, seed: 11 });

/** All records on a disk, read with LevelDB itself; what the storage keeps for itself is none. */
async function onDisk(directory: string, node: number): Promise<Record<string, unknown>> {
  const db = new ClassicLevel<string, string>(join(directory, `n${node}`));
  const records: Record<string, unknown> = {};
  for await (const [key, json] of db.iterator()) if (!key.startsWith(RESERVED)) records[key] = JSON.parse(json);
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
  const save = (...writes: Write[]): Save => ({ writes, lies: false });

  it('keeps the last write to each key of a batch, deletes, and gives the rest in the order of the keys', async () => {
    const directory = join(scratch(), 'n1');
    const storage = await LevelStorage.open(directory, 'new');
    await storage.commit([save(['b', '1'], ['a', '2']), save(['b', '3'], ['c', '4'])]);
    await storage.commit([save(['c', '5'], ['c', null]), save(['d', null])]);
    expect(await storage.load()).toEqual([{ key: 'a', value: 2 }, { key: 'b', value: 3 }]);
    await expect(LevelStorage.open(directory, 'kept')).rejects.toThrow();
    await storage.close();
    const erased = await LevelStorage.open(directory, 'erased');
    expect(await erased.load()).toEqual([]);
    await erased.close();
  });

  it('does all that the model does, whatever is saved, lied about, lost in a crash and found after it', async () => {
    const folder = scratch();
    for (let seed = 1; seed <= 10; seed++) {
      const random = createRandom(seed, 21);
      let directory = join(folder, `${seed}`);
      const model = new Disk();
      let storage = await LevelStorage.open(directory, 'new');
      const check = async (what: string) => expect(await storage.load(), `seed ${seed}, ${what}`).toEqual(model.load());
      for (let i = 0; i < 60; i++) {
        const what = nextInteger(random, 0, 9);
        if (what < 7) {
          const saves = Array.from({ length: nextInteger(random, 1, 3) }, (): Save => ({
            lies: nextFloat(random) < 0.3,
            writes: Array.from({ length: nextInteger(random, 0, 4) }, (_, n): Write => [
              // Keys that JavaScript and LevelDB sort differently among them.
              nextItem(random, ['a', 'b', 'c/1', 'c/10', 'é', '\u{1f331}', '\uff5e', '__proto__']),
              nextFloat(random) < 0.2 ? null : JSON.stringify([seed, i, n]),
            ]),
          }));
          model.commit(saves);
          await storage.commit(saves);
          await check('saved');
        } else if (what < 9) {
          const how = nextItem(random, ['kept', 'last-lost', 'last-torn', 'last-torn', 'erased'] as const);
          model.crash();
          model.start(how);
          await storage.close();
          storage = await LevelStorage.open(directory, how);
          await check(how);
        } else {
          // The node goes on elsewhere, in place of whatever was there.
          await storage.close();
          directory = join(folder, `${seed}-${nextInteger(random, 0, 1)}`);
          storage = await LevelStorage.restore(directory, structuredClone(model.save()));
          await check('restored');
        }
      }
      await storage.close();
    }
  });

  it('that is damaged lets go of the disk', async () => {
    const directory = join(scratch(), 'n1');
    const damaged = new ClassicLevel(directory);
    await damaged.put(`${RESERVED}undo`, 'no JSON');
    await damaged.close();
    await expect(LevelStorage.open(directory, 'kept')).rejects.toThrow(SyntaxError);
    await (await LevelStorage.open(directory, 'erased')).close();
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

describe('a thread that is started in the state of a node', () => {
  it('goes on from there, on a disk that holds what the node’s held', async () => {
    const word = told(['save', 'a', 1], ['timer', 't', 5000, [['save', 'b', 2], ['note', 'went on']]]);
    const scheduler = new Scheduler(puppetHeader(1), puppet);
    const setup = nodeSetup(scheduler.header, scheduler.config, 1, 1);
    const runner = new NodeRunner({ protocol: puppet, setup, stored: [], observe: false });
    const disk = new Disk();
    /** All windows before `until`, with each batch run as `run` does it. */
    const windows = async (until: number, run: (batch: Uint8Array) => NodeOutput | Promise<NodeOutput>) => {
      for (let window = scheduler.plan(until, false); window !== null; window = scheduler.plan(until, false)) {
        const outputs: NodeOutput[] = [];
        for (const batch of window.batches) outputs.push(await run(batch.writer.view().slice()));
        scheduler.merge(window, outputs);
      }
    };
    scheduler.command({ type: 'propose', node: 1, value: word });
    await windows(1000, (batch) => {
      const { output, saves } = runner.run(batch);
      disk.commit(saves);
      return output;
    });

    const directory = join(scratch(), 'n1');
    const { port1, port2 } = new MessageChannel();
    const heard = () => new Promise<FromNode>((resolve) => port2.once('message', resolve));
    const resume = { runner: runner.save(), disk: disk.save() };
    const workerData: NodeWorkerData = { run: { protocol: 'puppet' }, setup, disk: 'new', directory, resume, port: port1 };
    const worker = new Worker(puppetWorkers.node, { workerData, transferList: [port1] });
    expect(await heard()).toEqual({ type: 'ready' });
    await windows(10_000, async (batch) => {
      port2.postMessage(batch.buffer, [batch.buffer as ArrayBuffer]);
      return (await heard()) as FromNode & NodeOutput;
    });
    await worker.terminate();
    port2.close();

    const inline = new InlineCluster(puppetHeader(1), { protocol: puppet });
    inline.command({ type: 'propose', node: 1, value: word });
    inline.runUntil(10_000);
    expect(scheduler.log.digest).toBe(inline.digest);
    expect(await onDisk(join(directory, '..'), 1)).toEqual({ a: 1, b: 2 });
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

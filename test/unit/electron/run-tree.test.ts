/** Forks, branches and undo, on the real engine in this thread. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createHeader } from '../../../src/cluster/run.ts';
import type { Branch, TimelineNews } from '../../../src/contract/index.ts';
import { ClusterService } from '../../../electron/main/cluster-service.ts';
import { usualRun } from '../../../electron/main/runs.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { testService, type TestCluster } from './cluster.ts';

const SECOND = 1_000_000;
const crash = (node: number) => ({ type: 'crash', node, point: 'now' }) as const;

let world: ReturnType<typeof testService>;
let service: ClusterService;

beforeEach(async () => {
  world = testService();
  service = new ClusterService(world.options);
  await service.begin(usualRun({ nodes: 3, seed: 1 }));
  await service.attach();
});

const live = (): TestCluster => world.clusters.at(-1)!;
const messages = (channel: string) => world.sent.filter((one) => one.channel === channel).map(({ message }) => message);
const branches = () => messages('branches').at(-1) as Branch[];
const digest = async () => (await live().snapshot()).digest;
/** Like a person: command by command, some time between them. */
async function play(...nodes: number[]): Promise<void> {
  for (const node of nodes) {
    live().pass(SECOND);
    await service.command(crash(node));
  }
  live().pass(SECOND);
}

describe('a fork', () => {
  test('goes on, paused, from exactly that moment, on fresh threads; what was left is kept', async () => {
    await play(1, 2);
    const seq = live().journal[1]!.seq;
    const left = await live().snapshot();
    const info = await service.fork({ run: 1, seq });
    expect(info).toMatchObject({ run: 2, branch: 2, transport: { playing: false, speed: 1 } });
    const forked = live();
    expect(forked.run).toBe(2);
    expect(forked.journal).toEqual(left.run.journal.slice(0, 1));
    expect((await forked.snapshot()).end.seq).toBeGreaterThanOrEqual(seq);
    expect(branches()).toMatchObject([
      { id: 1, seq: left.end.seq, at: left.end.at, parent: null, current: false },
      { id: 2, seq: (await forked.snapshot()).end.seq, parent: 1, current: true },
    ]);
    expect(world.clusters[0]!.closed).toBe(true);
    expect(world.discarded).toEqual(['/runs/test-1']);
    // The history goes on with it, and is not asked to have the whole run again.
    expect(world.histories).toHaveLength(1);
    expect(world.histories[0]!.closed).toBe(false);
  });

  test('is announced before its first frame; frames of the branch that was left come no more', async () => {
    await play(1);
    world.sent.length = 0;
    await service.fork({ run: 1, seq: 10 });
    world.clusters[0]!.frame(7);
    live().frame(1);
    const told = world.sent.map(({ channel, message }) => [channel, (message as { run?: number }).run]);
    expect(told.filter(([channel]) => channel === 'session' || channel === 'frame')).toEqual([['session', 2], ['frame', 2]]);
    expect(told.findIndex(([channel]) => channel === 'session')).toBeLessThan(told.findIndex(([channel]) => channel === 'branches'));
    const news = messages('timeline') as TimelineNews[];
    expect(news.map(({ run, reset }) => [run, reset])).toEqual([[2, true]]);
  });

  test('goes another way, and its history follows it', async () => {
    await play(1);
    await service.fork({ run: 1, seq: live().journal[0]!.seq });
    await play(3);
    expect((messages('timeline') as TimelineNews[]).at(-1)).toMatchObject({ run: 2, exactness: { state: 'exact' } });
    expect(live().journal.map(({ command }) => command)).toEqual([crash(3)]);
  });

  test('that cannot be had leaves everything as it was', async () => {
    await play(1);
    await service.setTransport({ playing: true });
    world.sent.length = 0;
    world.failures.push(new Error('no room on the disk'));
    await expect(service.fork({ run: 1, seq: 10 })).rejects.toThrow('no room on the disk');
    expect(world.clusters).toHaveLength(1);
    expect(live()).toMatchObject({ closed: false, transport: { playing: true, speed: 1 } });
    expect(messages('session')).toEqual([]);
    expect(world.discarded).toEqual(['/runs/test-2']);
    // It is followed again, and commands find it.
    await play(2);
    const news = messages('timeline') as TimelineNews[];
    expect(news[0]).toMatchObject({ run: 1, reset: true });
    expect(news.at(-1)).toMatchObject({ run: 1, exactness: { state: 'exact' } });
    await service.rename(1, 'Still here');
    expect(branches()).toMatchObject([{ id: 1, name: 'Still here', current: true }]);
  });

  test('of a moment that has not been, or of another run, is refused', async () => {
    await expect(service.fork({ run: 1, seq: 1e6 })).rejects.toThrow('event');
    await expect(service.fork({ run: 2, seq: 0 })).rejects.toThrow('run 2 is over');
    expect(live().transport.playing).toBe(true);
  });
});

describe('a branch', () => {
  test('is gone back to where it was left, event for event', async () => {
    await play(1, 2);
    const left = await live().snapshot();
    await service.fork({ run: 1, seq: 20 });
    await play(3);
    const forked = await live().snapshot();
    expect(await service.switchTo(1)).toMatchObject({ run: 3, branch: 1, transport: { playing: false } });
    expect(await live().snapshot()).toMatchObject({ digest: left.digest, end: left.end, run: left.run });
    await service.switchTo(2);
    expect(await live().snapshot()).toMatchObject({ digest: forked.digest, end: forked.end, run: forked.run });
    expect(branches().map(({ id, current }) => [id, current])).toEqual([[1, false], [2, true]]);
  });

  test('goes on as if it had never been left', async () => {
    await play(1);
    const alone = testService();
    const other = new ClusterService(alone.options);
    await other.begin(usualRun({ nodes: 3, seed: 1 }));
    alone.clusters[0]!.pass(SECOND);
    await other.command(crash(1));
    alone.clusters[0]!.pass(2 * SECOND);
    await service.fork({ run: 1, seq: 20 });
    await service.switchTo(1);
    live().pass(SECOND);
    expect(await digest()).toBe((await alone.clusters[0]!.snapshot()).digest);
  });

  test('can be compared with another', async () => {
    await play(1);
    const seq = live().journal[0]!.seq;
    await service.fork({ run: 1, seq });
    await play(3);
    const comparison = await service.compare(1, 2);
    expect(comparison).toMatchObject({ a: 1, b: 2, first: { a: 'n1 crashed' } });
    expect(comparison.common).toBeGreaterThanOrEqual(seq);
  });

  test('can be named and deleted, but not while it goes on', async () => {
    await service.fork({ run: 1, seq: 0 });
    await service.rename(2, 'What if');
    expect(branches()[1]!.name).toBe('What if');
    await expect(service.delete(2)).rejects.toThrow('“What if” goes on now');
    await service.delete(1);
    expect(branches().map(({ id, parent }) => [id, parent])).toEqual([[2, null]]);
    await expect(service.switchTo(1)).rejects.toThrow('there is no branch 1');
  });

  test('is nothing to a new run', async () => {
    await service.fork({ run: 1, seq: 0 });
    await service.begin(usualRun({ nodes: 5, seed: 2 }));
    expect(branches()).toMatchObject([{ id: 1, name: 'Branch 1', current: true }]);
    expect(await service.undo()).toBe('');
    expect(world.histories.map(({ closed }) => closed)).toEqual([true, false]);
  });
});

describe('undo', () => {
  test('takes a command back: the run goes on from before it', async () => {
    await play(1, 2);
    const { at, seq } = live().journal[1]!;
    expect(await service.undo()).toBe('crash of n2');
    expect(live().journal.map(({ command }) => command)).toEqual([crash(1)]);
    expect((await live().snapshot()).end).toEqual({ at, seq });
    expect((await service.inspect(2)).up).toBe(true);
    expect(branches().map(({ id, parent }) => [id, parent])).toEqual([[1, null], [2, 1]]);
  });

  test('again and again, and leaves no empty branches behind', async () => {
    await play(1, 2, 3);
    expect([await service.undo(), await service.undo(), await service.undo(), await service.undo()]).toEqual([
      'crash of n3',
      'crash of n2',
      'crash of n1',
      '',
    ]);
    expect(live().journal).toEqual([]);
    expect(branches().map(({ id, parent }) => [id, parent])).toEqual([[1, null], [4, 1]]);
    // What was taken back is not lost.
    await service.switchTo(1);
    expect(live().journal).toHaveLength(3);
  });

  test('of two commands at one place takes back the later only', async () => {
    live().pass(SECOND);
    await service.setTransport({ playing: false });
    await service.command({ type: 'crash', node: 1, point: 'before-step' });
    await service.command({ type: 'crash', node: 2, point: 'before-step' });
    expect(live().journal.map(({ seq }) => seq)).toEqual([live().journal[0]!.seq, live().journal[0]!.seq]);
    expect(await service.undo()).toBe('crash of n2');
    expect(live().journal.map(({ command }) => command)).toEqual([{ type: 'crash', node: 1, point: 'before-step' }]);
    live().pass(SECOND);
    expect([(await service.inspect(1)).up, (await service.inspect(2)).up]).toEqual([false, true]);
  });

  test('takes a fork back', async () => {
    await play(1);
    const left = await digest();
    await service.fork({ run: 1, seq: 20 });
    live().pass(SECOND);
    expect(await service.undo()).toBe('fork');
    expect(await digest()).toBe(left);
    expect(branches().map(({ id }) => id)).toEqual([1]);
  });

  test('a fork in which something was done stays, taken back or not', async () => {
    await service.fork({ run: 1, seq: 0 });
    await play(2);
    expect([await service.undo(), await service.undo()]).toEqual(['crash of n2', 'fork']);
    expect(branches().map(({ id, current }) => [id, current])).toEqual([[1, true], [2, false]]);
  });

  test('takes a deletion and a name back', async () => {
    await service.fork({ run: 1, seq: 0 });
    await service.rename(1, 'First');
    await service.delete(1);
    expect(await service.undo()).toBe('deletion of “First”');
    expect(branches()).toMatchObject([{ id: 1, name: 'First' }, { id: 2, parent: 1 }]);
    expect(await service.undo()).toBe('renaming of “Branch 1”');
    expect(branches()).toMatchObject([{ id: 1, name: 'Branch 1' }, { id: 2 }]);
  });

  test('what was done in another branch waits until that goes on again', async () => {
    await play(1);
    await service.fork({ run: 1, seq: 0 });
    await play(2);
    await service.switchTo(1);
    expect(await service.undo()).toBe('crash of n1');
  });

  test('that cannot be leaves the run as it is, and can be tried again', async () => {
    await play(1);
    world.failures.push(new Error('no room on the disk'));
    await expect(service.undo()).rejects.toThrow('no room on the disk');
    expect(live()).toMatchObject({ run: 1, closed: false });
    expect(await service.undo()).toBe('crash of n1');
  });
});

describe('the autosave', () => {
  const journal = () => world.journals.at(-1)!;

  test('has every command before it is answered', async () => {
    journal().hold();
    let answered = false;
    const command = service.command(crash(1)).then(() => (answered = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(journal().news.flatMap(({ entries }) => entries)).toHaveLength(1);
    expect(answered).toBe(false);
    journal().release();
    await command;
  });

  test('that fails keeps nobody from going on; the person is told', async () => {
    journal().hold();
    const problem = { title: 'The session cannot be saved as it goes on', detail: 'The disk is full.' };
    const command = service.command(crash(1));
    world.problems[0]!(problem);
    await command;
    await service.command(crash(2));
    expect(messages('problem')).toEqual([problem]);
  });

  test('has the tree after every change of it, never with an end before its commands', async () => {
    await play(1);
    const left = await live().snapshot();
    await service.fork({ run: 1, seq: 20 });
    await play(2);
    await service.rename(2, 'What if');
    const saved = journal().sessions.at(-1)!;
    expect(saved).toMatchObject({ live: 2, branches: [{ id: 1, digest: left.digest, end: left.end }, { id: 2, name: 'What if' }] });
    const [, branch] = saved.branches;
    expect(branch!.run.journal).toEqual(live().journal);
    expect(branch!.end.seq).toBeGreaterThanOrEqual(branch!.run.journal.at(-1)!.seq);
    await service.switchTo(1);
    expect(journal().sessions.at(-1)).toMatchObject({ live: 1 });
    expect(world.journals).toHaveLength(1);
    await service.begin(usualRun({ nodes: 3, seed: 2 }));
    expect(world.journals.map(({ closed }) => closed)).toEqual([true, false]);
  });

  test('can be had again, with the whole tree', async () => {
    await play(1);
    await service.fork({ run: 1, seq: 20 });
    await play(2);
    const before = branches();
    const forked = await digest();
    await service.rename(2, 'What if');
    const { interruptedRun } = await import('../../../electron/main/runs.ts');
    const saved = journal().sessions.at(-1)!;
    const { run, end, digest: known } = saved.branches[1]!;
    const session = { ...saved, process: { pid: 1, start: '' }, readOnly: '', dropped: 0, run, end, digest: known };
    const info = await service.open('Restoring the run', interruptedRun(structuredClone(session)));
    expect(info).toMatchObject({ branch: 2, readOnly: '', file: '', transport: { playing: false } });
    expect(branches().map(({ id, parent }) => [id, parent])).toEqual(before.map(({ id, parent }) => [id, parent]));
    expect(await digest()).toBe(forked);
    await service.switchTo(1);
    expect(live().journal.map(({ command }) => command)).toEqual([crash(1)]);
  });
});

describe('a run in which servers come and go', () => {
  const header = createHeader(protocolNamed('multipaxos'), { nodes: 3, clients: 1, seed: 2, config: { load: { pause: 400_000 } } });

  beforeEach(async () => {
    await service.begin({ title: '', header, expected: null });
    live().pass(SECOND);
  });

  test('loses an added server again when that is undone; its number is free then', async () => {
    await service.command({ type: 'add' });
    live().pass(SECOND);
    expect(await service.inspect(4)).toMatchObject({ up: true });
    await service.command({ type: 'crash', node: 16, point: 'now' });
    expect([await service.undo(), await service.undo()]).toEqual(['crash of c1', 'addition of a server']);
    expect(live().engine.scheduler.servers).toEqual([1, 2, 3]);
    await expect(service.inspect(4)).rejects.toThrow('there is no n4; there are n1, n2, n3, c1');
    await service.command({ type: 'add' });
    expect(live().engine.scheduler.servers).toEqual([1, 2, 3, 4]);
  });

  test('has a server back that was taken away, in the state it was in, when that is undone', async () => {
    live().pass(5 * SECOND);
    const before = await service.inspect(3);
    await service.command({ type: 'remove', node: 3 });
    live().pass(SECOND);
    expect(await service.undo()).toBe('removal of n3');
    expect(await service.inspect(3)).toEqual(before);
  });

  test('is inspected at every moment: nobody is where nobody was', async () => {
    await service.command({ type: 'add' });
    await service.command({ type: 'crash', node: 4, point: 'now' });
    live().pass(SECOND);
    const { seq } = live().journal[0]!;
    const { run } = live();
    expect(await service.inspectPast({ run, seq: live().engine.scheduler.log.seq, node: 4 })).toMatchObject({ up: false, memory: null });
    await expect(service.inspectPast({ run, seq, node: 4 })).rejects.toThrow('there is no n4');
    await expect(service.inspect(17)).rejects.toThrow('there is no c2: the cluster has 1 client');
  });
});

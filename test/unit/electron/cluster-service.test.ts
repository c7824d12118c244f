import { expect, test } from 'vitest';
import { ClusterService } from '../../../electron/main/cluster-service.ts';
import { usualRun } from '../../../electron/main/runs.ts';
import { CommandError } from '../../../src/cluster/commands.ts';
import { testService } from './cluster.ts';

const start = (nodes = 3) => usualRun({ nodes, seed: 1 });

test('a run begins playing, and is what the window attaches to', async () => {
  const { options, clusters } = testService();
  const service = new ClusterService(options);
  const info = await service.begin(start(5));
  expect(info).toMatchObject({ run: 1, title: '', transport: { playing: true, speed: 1 } });
  expect(await service.attach()).toEqual(info);
  expect(clusters[0]).toMatchObject({ attached: 1, directory: '/runs/test-1' });
});

test('whoever attaches while the first run is beginning waits for it', async () => {
  const service = new ClusterService(testService().options);
  const beginning = service.begin(start());
  expect(await service.attach()).toEqual(await beginning);
});

test('a new run is announced before its first frame, and the old one ends and is removed', async () => {
  const { options, clusters, sent, discarded } = testService();
  const service = new ClusterService(options);
  await service.begin(start());
  await service.attach();
  await service.begin(start(4));
  clusters[0]!.frame(9);
  clusters[1]!.frame(1);
  const told = sent.filter(({ channel }) => channel === 'session' || channel === 'frame');
  expect(told.map(({ channel, message }) => [channel, (message as { run: number }).run])).toEqual([
    ['session', 2],
    ['frame', 2],
  ]);
  expect(clusters[1]!.attached).toBe(1);
  await expect.poll(() => discarded).toEqual(['/runs/test-1']);
  expect(clusters[0]!.closed).toBe(true);
});

test('a run that cannot begin leaves the one that goes on as it is', async () => {
  const { options, clusters, failures } = testService();
  const service = new ClusterService(options);
  await service.begin(start());
  failures.push(new Error('no room on the disk'));
  await expect(service.begin(start())).rejects.toThrow('no room on the disk');
  expect(await service.attach()).toMatchObject({ run: 1 });
  expect(clusters[0]!.closed).toBe(false);
});

test('when no run could begin at all, requests are refused until one does', async () => {
  const { options, failures } = testService();
  const service = new ClusterService(options);
  failures.push(new Error('no room on the disk'));
  await expect(service.begin(start())).rejects.toThrow();
  await expect(service.attach()).rejects.toThrow('no run is going on');
  await service.begin(start());
  expect(await service.attach()).toMatchObject({ run: 2 });
});

test('commands reach the cluster; what it refuses is refused', async () => {
  const { options, clusters } = testService();
  const service = new ClusterService(options);
  await service.begin(start());
  expect(await service.command({ type: 'crash', node: 2, point: 'now' })).toEqual({ at: 0, seq: 0 });
  await expect(service.command({ type: 'crash', node: 2, point: 'now' })).rejects.toThrow('n2 is down already');
  await expect(service.command({ type: 'died', node: 1, error: 'x' })).rejects.toThrow(CommandError);
  expect(clusters[0]!.journal).toHaveLength(1);
  expect(await service.inspect(2)).toMatchObject({ up: false, memory: null });
  await expect(service.inspect(4)).rejects.toThrow('there is no n4');
});

test('speed and play change by themselves; a step pauses; a frame has the last word', async () => {
  const { options, clusters } = testService();
  const service = new ClusterService(options);
  await service.begin(start());
  await service.setTransport({ speed: 4 });
  expect(clusters[0]!.transport).toEqual({ playing: true, speed: 4 });
  await service.step();
  expect((await service.attach()).transport).toEqual({ playing: false, speed: 4 });
  clusters[0]!.transport = { playing: true, speed: 2 };
  clusters[0]!.frame(1);
  expect((await service.attach()).transport).toEqual({ playing: true, speed: 2 });
});

test("acknowledgements of an earlier run are nobody's business", async () => {
  const { options, clusters } = testService();
  const service = new ClusterService(options);
  await service.begin(start());
  await service.begin(start());
  service.acknowledge(1, 5);
  service.acknowledge(2, 6);
  expect(clusters.map((cluster) => cluster.acknowledged)).toEqual([[], [6]]);
});

test('problems wait for a window', async () => {
  const { options, clusters, sent } = testService();
  const service = new ClusterService(options);
  await service.begin(start());
  const problem = { title: 'The disk of n1 is full', detail: 'Make room.' };
  clusters[0]!.onProblem(problem);
  expect(sent).toEqual([]);
  await service.attach();
  expect(sent.filter(({ channel }) => channel === 'problem')).toEqual([{ channel: 'problem', message: problem }]);
});

test('closing ends the threads and removes what they wrote; nothing begins after it', async () => {
  const { options, clusters, histories, journals, discarded } = testService();
  const service = new ClusterService(options);
  await service.begin(start());
  await service.close();
  expect([clusters[0]!.closed, histories[0]!.closed, journals[0]!.closed]).toEqual([true, true, true]);
  expect(discarded).toEqual(['/runs/test-1']);
  await expect(service.begin(start())).rejects.toThrow('closing');
});

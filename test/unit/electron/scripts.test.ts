/** A scenario that is left, forked, undone or saved half-way goes on with what its script has still to do. */
import { beforeEach, describe, expect, test } from 'vitest';
import { ClusterService } from '../../../electron/main/cluster-service.ts';
import { interruptedRun, verdictOn } from '../../../electron/main/runs.ts';
import { RunFileError } from '../../../src/cluster/run-file/error.ts';
import { parseSession, sessionText } from '../../../src/cluster/run-file/journal.ts';
import { parseRunFile, runFileText } from '../../../src/cluster/run-file/run-file.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import type { ScriptedCommand } from '../../../src/cluster/script.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { readExpectation } from '../../../src/scenario/expectations.ts';
import type { Expected } from '../../../src/scenario/expect.ts';
import { testService, type TestCluster } from './cluster.ts';

const SECOND = 1_000_000;
const crash = (node: number) => ({ type: 'crash', node, point: 'now' }) as const;
const script: ScriptedCommand[] = [
  { at: SECOND, command: crash(3) },
  // It is down already.
  { at: 2 * SECOND, command: crash(3) },
  { when: { pattern: { type: 'restarts', node: 3 }, count: 1, plus: 300_000 }, command: crash(2) },
  { at: 5 * SECOND, command: { type: 'restart', node: 3, disk: 'kept' } },
  { at: 9 * SECOND, command: { type: 'restart', node: 2, disk: 'kept' } },
];
const header = createHeader(protocolNamed('paxos'), { nodes: 3, seed: 5, script });
const END = 12 * SECOND;
const expected: Expected = { until: END, list: [readExpectation('n3 restarts', { protocol: protocolNamed('paxos'), nodes: header.nodes, clients: 0 })] };
const whole = new InlineCluster(header);
whole.runUntil(END);

let world: ReturnType<typeof testService>;
let service: ClusterService;

beforeEach(async () => {
  world = testService();
  service = new ClusterService(world.options);
  await service.begin({ title: 'Scripted', header, expected });
  await service.attach();
  live().pass(4 * SECOND);
});

const live = (): TestCluster => world.clusters.at(-1)!;

/** Plays what goes on to the end of the scenario; nothing is missing then. */
async function expectWhole(): Promise<void> {
  live().pass(END - live().engine.now);
  const { run, digest } = await live().snapshot();
  expect(run).toEqual(whole.run());
  expect(digest).toBe(whole.digest);
}

describe('the script goes on', () => {
  test('after a fork, and in the branch that was left and returned to', async () => {
    await service.fork({ run: 1, seq: 5 });
    expect(live().journal).toEqual([]);
    live().pass(3 * SECOND);
    await service.switchTo(1);
    await expectWhole();
    await service.switchTo(2);
    await expectWhole();
  });

  test('after undo, which leaves no branch behind in which only the script did something', async () => {
    await service.command({ type: 'restart', node: 3, disk: 'kept' });
    live().pass(3 * SECOND);
    await service.undo();
    await expectWhole();
    const branches = world.sent.filter(({ channel }) => channel === 'branches').at(-1)!.message as unknown[];
    expect(branches).toHaveLength(2);
    await service.fork({ run: live().run, seq: 5 });
    live().pass(3 * SECOND);
    expect(live().journal.map(({ scripted }) => scripted)).toEqual([0, 1]);
    await service.undo();
    expect(world.sent.filter(({ channel }) => channel === 'branches').at(-1)!.message).toHaveLength(2);
  });

  test('in a session that was interrupted, from its autosave, with what is expected', async () => {
    await service.fork({ run: 1, seq: 5 });
    await service.switchTo(1);
    const saved = sessionText(world.journals.at(-1)!.sessions.at(-1)!, { pid: 1, start: '' });
    const session = parseSession(saved, 'half.journal');
    const { run, end, digest } = session.branches.find(({ id }) => id === session.live)!;
    const interrupted = interruptedRun({ ...session, run, end, digest });
    expect(interrupted.expected).toEqual(expected);
    expect(await service.open('Restoring', interrupted)).toMatchObject({ readOnly: '' });
    await expectWhole();
    await service.switchTo(2);
    await expectWhole();
    const strange = { until: END, list: ['n9 restarts'] };
    expect(() => interruptedRun({ ...session, run, end, digest, expect: strange })).toThrow(RunFileError);
  });

  test('in a run that was saved half-way, from its file', async () => {
    const { run, end, digest, marks } = await service.snapshot();
    const text = runFileText({ title: 'Scripted', app: '', run, end, digest, marks, expect: null });
    const file = parseRunFile(text, 'half.synod');
    const judge = (loaded: Parameters<typeof verdictOn>[0]) => verdictOn(loaded, file);
    const earlier = { title: '', run: file.run, end: file.end, expected: null, path: null, branches: null, edited: false, judge };
    expect(await service.open('Opening', earlier)).toMatchObject({ readOnly: '' });
    await expectWhole();
  });
});

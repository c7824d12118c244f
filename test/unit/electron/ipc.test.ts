import { beforeEach, describe, expect, test } from 'vitest';
import type { Answer, WindowChannel } from '../../../src/contract/contract.ts';
import { windowRequests } from '../../../src/contract/contract.ts';
import { ClusterService } from '../../../electron/main/cluster-service.ts';
import { answerRequests, type RequestEvent, type RequestHandlers } from '../../../electron/main/ipc.ts';
import { Files, type Dialogs } from '../../../electron/main/files.ts';
import { Lab } from '../../../electron/main/lab.ts';
import { requestHandlers } from '../../../electron/main/requests.ts';
import { usualRun } from '../../../electron/main/runs.ts';
import { testService } from './cluster.ts';

const WINDOW = 7;
const page = { senderFrame: { url: 'app://synod/index.html', parent: null }, sender: { id: WINDOW } };

let service: ClusterService;
let world: ReturnType<typeof testService>;
let listeners: Map<string, (event: RequestEvent, ...args: unknown[]) => unknown>;

beforeEach(async () => {
  world = testService();
  service = new ClusterService(world.options);
  await service.begin(usualRun({ nodes: 3, seed: 1 }));
  listeners = new Map();
  const never: Dialogs = { open: async () => null, save: async () => null };
  const files = new Files(service, never, '0.1.0');
  const lab = new Lab({ service, files, startJob: () => Promise.reject(new Error('no threads here')), cores: 2, send: () => undefined, report: world.options.engine.report });
  const parts = { service, files, lab, journals: '/nowhere', info: {} as never, report: world.options.engine.report };
  const handlers: RequestHandlers = {
    ...requestHandlers(parts),
    'app:info': () => {
      throw new Error('the disk is on fire');
    },
  };
  answerRequests(
    { handle: (channel, listener) => void listeners.set(channel, listener) },
    handlers,
    (contents) => contents === WINDOW,
    world.options.engine.report,
  );
});

async function ask(channel: WindowChannel, argument?: unknown, event: RequestEvent = page): Promise<Answer<unknown>> {
  return (await listeners.get(channel)!(event, argument)) as Answer<unknown>;
}

test('there is one listener per channel of the contract', () => {
  expect([...listeners.keys()].sort()).toEqual(Object.keys(windowRequests).sort());
});

test('what is right is done', async () => {
  expect(await ask('session:command', { type: 'crash', node: 1 })).toEqual({ ok: true, value: { at: 0, seq: 0 } });
  expect(await ask('transport:set', { speed: 'max' })).toEqual({ ok: true, value: null });
  expect(await ask('session:new', { nodes: 2, seed: 5 })).toMatchObject({ ok: true, value: { run: 2 } });
});

describe('refused, with the field and what it must be, and nothing changes', () => {
  test.each<[WindowChannel, unknown, string]>([
    ['session:command', { type: 'crash', node: 99 }, 'node: must be a whole number from 1 to 23, not 99'],
    ['session:command', { type: 'crash', node: '1' }, 'node: must be a whole number from 1 to 23, not "1"'],
    ['session:command', { type: 'crash' }, 'node: is missing: must be a whole number from 1 to 23'],
    [
      'session:command',
      { type: 'crash', node: 1, point: 'noon' },
      'point: must be one of now, before-step, after-save, after-step, not "noon"',
    ],
    [
      'session:command',
      { type: 'crash', node: 1, extra: 1 },
      'there is no field "extra" here; there are type, node, point',
    ],
    ['session:command', { type: 'boom' }, 'type: must be "propose", or "request"'],
    ['session:command', { type: 'crash', node: 4 }, 'there is no n4'],
    ['session:command', { type: 'propose', node: 1, value: '' }, 'value: must be text of 1 to 256 characters, not ""'],
    [
      'session:command',
      { type: 'propose', node: 1, value: 'x'.repeat(257) },
      'value: must be text of 1 to 256 characters',
    ],
    [
      'session:command',
      { type: 'propose', node: 1, slot: 0 },
      'slot: must be a whole number from 1 to 1000000000, not 0',
    ],
    ['session:command', { type: 'partition', groups: [[1, 2]] }, 'n3 stands in no group'],
    [
      'session:command',
      {
        type: 'partition',
        groups: [
          [1, 2],
          [2, 3],
        ],
      },
      'n2 stands in two groups',
    ],
    ['session:command', { type: 'partition', groups: 'all' }, 'groups: must be a list of 1 to 23 entries, not "all"'],
    [
      'session:command',
      { type: 'network', settings: { loss: { probability: 1.5 } } },
      'network.loss.probability: must be a number from 0 to 1',
    ],
    ['session:command', { type: 'network', settings: { gravity: {} } }, 'network.gravity: no such fault'],
    [
      'session:command',
      { type: 'client', settings: { interval: 1 } },
      'settings.interval: must be a whole number from 1000 to 600000000, not 1',
    ],
    ['session:command', { type: 'configure', config: { backoff: 7 } }, 'config.backoff: must be true or false'],
    ['session:command', { type: 'died', node: 1, error: 'x' }, 'a node dies by itself'],
    ['session:command', null, 'argument: must be an object with fields, not null'],
    ['session:command', undefined, 'argument: is missing'],
    ['session:command', [1], 'argument: must be an object'],
    ['session:command', JSON.parse('{"type":"crash","node":1,"__proto__":{"a":1}}'), 'there is no field'],
    ['session:new', { nodes: 16, seed: 1 }, 'nodes: must be a whole number from 1 to 15, not 16'],
    ['session:new', { nodes: 5, seed: 2 ** 32 }, 'seed: must be a whole number from 0 to 4294967295'],
    ['session:new', { nodes: 5, seed: 1.5 }, 'seed: must be a whole number'],
    ['session:new', { nodes: 2, seed: 1, client: { proposers: [3] } }, 'client.proposers: there is no n3'],
    ['session:new', { nodes: 2, seed: 1, config: { quorum: 'all' } }, 'config.quorum'],
    ['session:new', { nodes: 2, seed: 1, network: { loss: { probability: -1 } } }, 'network.loss.probability: must be'],
    ['transport:set', { speed: 1000 }, 'speed: must be a number from 0.015625 to 64, or "max", not 1000'],
    ['transport:set', { speed: Number.NaN }, 'speed: must be'],
    ['transport:set', { playing: 'yes' }, 'playing: must be true or false, not "yes"'],
    ['transport:step', { often: 3 }, 'argument: must be'],
    ['node:inspect', { node: 0 }, 'node: must be a whole number from 1 to 23, not 0'],
    ['node:inspect', { node: 4 }, 'there is no n4'],
    ['history:seek', { run: 1, seq: -1, before: 0, after: 0 }, 'seq: must be a whole number'],
    ['history:seek', { run: 1, seq: 0, before: 5000, after: 0 }, 'before: must be a whole number from 0 to 4000'],
    ['history:seek', { run: 9, seq: 0, before: 0, after: 0 }, 'run 9 is over: run 1 goes on now'],
    ['history:seek', { run: 1, seq: 1e9, before: 0, after: 0 }, 'event'],
    ['history:inspect', { run: 1, seq: 0, node: 4 }, 'there is no n4'],
    ['history:linearize', { run: 1, seq: 0, since: -1, states: 1 }, 'since: must be'],
    ['history:linearize', { run: 1, seq: 0, since: null, states: 0 }, 'states: must be a whole number from 1'],
    ['history:linearize', { run: 1, seq: 1e9, since: null, states: 1 }, 'event'],
    ['history:export', { kind: 'exe', text: '' }, 'kind: must be'],
    ['branch:fork', { run: 2, seq: 0 }, 'run 2 is over: run 1 goes on now'],
    ['branch:switch', { branch: 2 }, 'there is no branch 2'],
    ['branch:switch', { branch: 1 }, '“Branch 1” goes on already'],
    ['branch:rename', { branch: 1, name: ' ' }, 'name: must be text of 1 to 60 characters'],
    ['branch:rename', { branch: 1, name: 'x'.repeat(61) }, 'name: must be text of 1 to 60 characters'],
    ['branch:delete', { branch: 1 }, '“Branch 1” goes on now'],
    ['branch:compare', { a: 1, b: 2 }, 'there is no branch 2'],
    ['run:save', {}, 'as: is missing: must be true or false'],
    ['library:open', { name: 'nothing' }, 'the library has no scenario “nothing”'],
    ['library:open', { name: '__proto__' }, 'the library has no scenario'],
    ['recovery:restore', { id: '../../etc/passwd' }, 'there is no session'],
    ['recovery:restore', { id: 'x'.repeat(101) }, 'id: must be text of at most 100 characters'],
    ['recovery:discard', { id: '..' }, 'there is no session'],
    ['task:cancel', { id: -1 }, 'id: must be a whole number'],
    ['frame:acknowledge', { run: -1, frame: 0 }, 'run: must be a whole number'],
  ])('%s %j', async (channel, argument, message) => {
    const answer = await ask(channel, argument);
    expect(answer.ok).toBe(false);
    if (!answer.ok) expect(answer.error).toContain(message);
    expect(world.clusters).toHaveLength(1);
    expect(world.clusters[0]!.journal).toEqual([]);
    expect(world.clusters[0]!.transport).toEqual({ playing: true, speed: 1 });
    expect(world.reported).toEqual([]);
  });
});

describe('refused, whatever is asked', () => {
  test.each<[string, RequestEvent]>([
    ['another window', { ...page, sender: { id: 8 } }],
    ['a frame inside the page', { ...page, senderFrame: { ...page.senderFrame, parent: {} } }],
    ['another page', { ...page, senderFrame: { url: 'https://example.org/', parent: null } }],
    ['a frame that is gone', { ...page, senderFrame: null }],
  ])('%s', async (_case, event) => {
    const answer = await ask('session:command', { type: 'crash', node: 1 }, event);
    expect(answer).toEqual({ ok: false, error: 'only the window of Synod may ask this' });
    expect(world.clusters[0]!.journal).toEqual([]);
  });

  test('more than one argument', async () => {
    expect(await listeners.get('transport:step')!(page, undefined, 1)).toMatchObject({ ok: false });
  });
});

test('an error of the program itself is an answer too, and is recorded', async () => {
  expect(await ask('app:info')).toEqual({ ok: false, error: 'Synod could not do this: the disk is on fire' });
  expect(world.reported).toHaveLength(1);
});

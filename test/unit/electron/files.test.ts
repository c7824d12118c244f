/** Opening and saving, with real files and dialogs that answer by themselves. */
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ClusterService } from '../../../electron/main/cluster-service.ts';
import { Files } from '../../../electron/main/files.ts';
import { readRunOrScenario, usualRun, verdictOn } from '../../../electron/main/runs.ts';
import { saveFailureText, saveWhole } from '../../../electron/main/save.ts';
import { parseRunFile } from '../../../src/cluster/run-file/run-file.ts';
import { testService } from './cluster.ts';

const SECOND = 1_000_000;
const crash = (node: number) => ({ type: 'crash', node, point: 'now' }) as const;

let folder: string;
let world: ReturnType<typeof testService>;
let service: ClusterService;
let files: Files;
/** What the dialogs answer, and what they were asked. */
let answers: (string | null)[];
let asked: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'synod-files-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  world = testService();
  service = new ClusterService(world.options);
  answers = [];
  asked = [];
  const answer = async (question: string): Promise<string | null> => {
    asked.push(question);
    return answers.shift() ?? null;
  };
  files = new Files(
    service,
    { open: () => answer('open'), save: (title, proposed) => answer(`${title}: ${proposed}`) },
    '0.1.0',
  );
  await service.begin({ ...usualRun({ nodes: 3, seed: 1 }), title: 'Two & three: who wins?' });
});

const live = () => world.clusters.at(-1)!;
const path = (name: string): string => join(folder, name);

test('a run is saved under its title, and from then on to its file', async () => {
  live().pass(SECOND);
  await service.command(crash(1));
  answers = [path('mine')];
  expect(await files.save(false)).toBe('mine.synod');
  expect(asked).toEqual(['Save Run: two-three-who-wins.synod']);
  expect(service.document).toEqual({ title: 'Two & three: who wins?', path: path('mine.synod'), edited: false });
  await service.command(crash(2));
  expect(service.document.edited).toBe(true);
  expect(await files.save(false)).toBe('mine.synod');
  expect(asked).toHaveLength(1);
  const saved = parseRunFile(readFileSync(path('mine.synod'), 'utf8'), 'mine.synod');
  const { run, end, digest } = await live().snapshot();
  expect(saved).toMatchObject({ title: 'Two & three: who wins?', app: '0.1.0', run, end, digest });
  expect(readdirSync(folder)).toEqual(['mine.synod']);
  answers = [path('other.SYNOD')];
  expect(await files.save(true)).toBe('other.SYNOD');
  expect(asked[1]).toBe(`Save Run: ${path('mine.synod')}`);
});

test('what is done while the file is written is not in it, and it is said so', async () => {
  answers = [path('mine.synod')];
  const saving = files.save(false);
  const snapshot = live().snapshot;
  live().snapshot = async () => {
    const taken = await snapshot.call(live());
    await service.command(crash(1));
    return taken;
  };
  await saving;
  expect(service.document).toMatchObject({ path: path('mine.synod'), edited: true });
});

test('a saved run opens with the same events; its expectations too', async () => {
  const scenario = path('lesson.yaml');
  writeFileSync(scenario, 'synod: 1\ntitle: Lesson\nprotocol: paxos\nnodes: 3\nseed: 5\nuntil: 10 s\nexpect: [never two values]\n');
  await files.openPath(scenario, null);
  live().pass(SECOND);
  await service.command(crash(1));
  live().pass(SECOND);
  const before = await live().snapshot();
  answers = [path('lesson.synod'), path('lesson.synod')];
  await files.save(false);
  const info = await files.open();
  expect(info).toMatchObject({ title: 'Lesson', file: 'lesson.synod', readOnly: '', transport: { playing: false } });
  expect(await live().snapshot()).toMatchObject({ digest: before.digest, run: before.run, end: before.end });
  expect(service.document).toEqual({ title: 'Lesson', path: path('lesson.synod'), edited: false });
  answers = [path('lesson.synod')];
  await files.save(true);
  expect(parseRunFile(readFileSync(path('lesson.synod'), 'utf8'), '').expect).toEqual({
    until: 10 * SECOND,
    list: ['never two values'],
  });
});

test('a run is told by what it holds, whatever its name', async () => {
  answers = [path('mine.synod')];
  await files.save(false);
  writeFileSync(path('mine.json'), readFileSync(path('mine.synod')));
  expect((await readRunOrScenario(path('mine.json'), null)).type).toBe('run');
  await expect(readRunOrScenario(path('mine.json'), 3)).rejects.toThrow('has its seed already');
  writeFileSync(path('scenario.synod'), 'synod: 1\ntitle: Bad\n');
  await expect(readRunOrScenario(path('scenario.synod'), null)).rejects.toThrow('scenario.synod, line 1');
  await expect(readRunOrScenario(path('nowhere.synod'), null)).rejects.toThrow('nowhere.synod: the file cannot be read');
  await expect(readRunOrScenario(folder, null)).rejects.toThrow('no ordinary file');
});

test('a run that gives other events than its file says can only be looked at, and forked where it is exact', async () => {
  live().pass(SECOND);
  answers = [path('mine.synod')];
  await files.save(false);
  const text = readFileSync(path('mine.synod'), 'utf8');
  writeFileSync(path('mine.synod'), text.replace(/"digest": "[0-9a-f]{16}"/, '"digest": "0123456789abcdef"'));
  const info = await files.openPath(path('mine.synod'), null);
  expect(info.readOnly).toContain('gave other events than its file says');
  await expect(service.setTransport({ playing: true })).rejects.toThrow(info.readOnly);
  await expect(service.step()).rejects.toThrow(info.readOnly);
  await expect(service.command(crash(1))).rejects.toThrow(info.readOnly);
  await expect(service.fork({ run: info.run, seq: 3 })).rejects.toThrow(info.readOnly);
  await expect(files.save(true)).rejects.toThrow('only its own file has this run as it was');
  expect(await service.setTransport({ speed: 2 })).toBeNull();
  expect((await service.seek({ run: info.run, seq: 3, before: 3, after: 3 })).seq).toBe(3);
  expect(world.journals).toHaveLength(1);
});

test('a fork of what is known to be exact goes on and is saved as it goes; its parent still does not', async () => {
  await service.command({ type: 'client', settings: { interval: 5000 } });
  await service.command({ type: 'network', settings: { latency: { distribution: 'uniform', min: 500, max: 1000 } } });
  live().pass(4 * SECOND);
  const { marks } = await live().snapshot();
  const [mark] = marks;
  answers = [path('mine.synod')];
  await files.save(false);
  const text = readFileSync(path('mine.synod'), 'utf8');
  writeFileSync(path('mine.synod'), text.replace(/"digest": "[0-9a-f]{16}"/, '"digest": "0123456789abcdef"'));
  const info = await files.openPath(path('mine.synod'), null);
  expect(info.readOnly).not.toBe('');
  expect(world.journals).toHaveLength(1);
  await expect(service.fork({ run: info.run, seq: (await live().snapshot()).end.seq })).rejects.toThrow(
    `Up to event ${marks.at(-1)!.seq} it is known to be exact: fork there.`,
  );
  const forked = await service.fork({ run: info.run, seq: mark!.seq - 1 });
  expect(forked.readOnly).toBe('');
  await service.command(crash(1));
  expect(world.journals).toHaveLength(2);
  expect(world.journals[1]!.closed).toBe(false);
  expect((await service.switchTo(1)).readOnly).toBe(info.readOnly);
  await expect(service.setTransport({ playing: true })).rejects.toThrow(info.readOnly);
});

describe('of a run that was executed again', () => {
  const loaded = { at: 5, seq: 2500, digest: 'a', divergence: null, marks: [{ seq: 1000, digest: 'x' }, { seq: 2000, digest: 'y' }] };
  const saved = { digest: 'a', marks: [], readOnly: '' };

  test('the same digest says that it is exact; none says nothing against it', () => {
    expect(verdictOn(loaded, saved)).toEqual({ readOnly: '', exactUpTo: 2500 });
    expect(verdictOn(loaded, { ...saved, digest: null }).readOnly).toBe('');
  });

  test('digests on the way tell up to where it is', () => {
    const marks = [{ seq: 1000, digest: 'x' }, { seq: 2000, digest: 'z' }];
    expect(verdictOn(loaded, { ...saved, digest: 'b', marks })).toMatchObject({ exactUpTo: 1000 });
    expect(verdictOn(loaded, { ...saved, digest: 'b' })).toMatchObject({ exactUpTo: 0 });
  });

  test('a command without its place, and another engine, have their reasons', () => {
    const divergence = 'the run has diverged';
    expect(verdictOn({ ...loaded, divergence }, saved).readOnly).toContain(`${divergence}. What is shown ends there.`);
    expect(verdictOn(loaded, { ...saved, readOnly: 'Another engine.' })).toEqual({ readOnly: 'Another engine.', exactUpTo: 2500 });
  });
});

describe('a file', () => {
  test('is replaced whole, through a link too', async () => {
    writeFileSync(path('real'), 'old');
    symlinkSync(path('real'), path('link'));
    await saveWhole(path('link'), 'new');
    expect(readFileSync(path('real'), 'utf8')).toBe('new');
    expect(lstatSync(path('link')).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['link', 'real']);
  });

  test('that cannot be written is as it was, and it is said why', async () => {
    mkdirSync(path('taken'));
    writeFileSync(join(path('taken'), 'inside'), '');
    await expect(saveWhole(path('taken'), 'x')).rejects.toThrow('“taken” could not be saved in');
    await expect(saveWhole(join(path('nowhere'), 'a.synod'), 'x')).rejects.toThrow(
      `“a.synod” could not be saved in ${path('nowhere')}: that folder is not there. What the file held before is still there, ` +
        'and the run goes on. Save it in another folder.',
    );
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  test.each([
    ['ENOSPC', 'the disk is full', 'Make room'],
    ['EACCES', 'you may not write there', 'Save it in a folder of your own'],
    ['EROFS', 'that disk can only be read', 'another disk'],
    ['EXYZ', 'EXYZ: bad luck', 'Save it somewhere else'],
  ])('%s is told as "%s"', (code, reason, advice) => {
    const text = saveFailureText('/a/b.synod', Object.assign(new Error(`${code}: bad luck`), { code }));
    expect(text).toContain(`“b.synod” could not be saved in /a: ${reason}.`);
    expect(text).toContain(advice);
  });
});

test('a scenario of the run is offered under its title, and opens', async () => {
  await service.command(crash(1));
  answers = [path('again')];
  expect(await files.saveScenario()).toBe('again.yaml');
  expect(asked).toEqual(['Save as Scenario: two-three-who-wins.yaml']);
  expect(service.document.path).toBeNull();
  expect(await files.openPath(path('again.yaml'), null)).toMatchObject({ title: 'Two & three: who wins?' });
});

test('the picture of a history, and a history, are saved under the title of the run', async () => {
  answers = [path('a'), path('b.json')];
  expect([await files.saveHistory('svg', '<svg/>'), await files.saveHistory('json', '{}')]).toEqual(['a.svg', 'b.json']);
  expect(asked).toEqual(['Save Picture: two-three-who-wins-history.svg', 'Save History: two-three-who-wins-history.json']);
  expect([readFileSync(path('a.svg'), 'utf8'), readFileSync(path('b.json'), 'utf8')]).toEqual(['<svg/>', '{}']);
  expect(await files.saveHistory('svg', '<svg/>')).toBeNull();
});

test('dialogs that are dismissed change nothing', async () => {
  expect([await files.open(), await files.save(false), await files.saveScenario()]).toEqual([null, null, null]);
  expect(world.clusters).toHaveLength(1);
});

/** Runs are saved, opened, restored after a kill, scrubbed, forked and taken back, in the real app. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Branch, SessionInfo, TimelineNews } from '../../src/contract/index.ts';
import { expect, programArguments, test, type SynodApp } from './app.ts';

let folder: string;

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synod-runs-'));
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

const session = (app: SynodApp): Promise<SessionInfo> => app.request('session:attach', undefined);
const crash = (app: SynodApp, node: number) => app.request('session:command', { type: 'crash', node });

/** What main has told the window last, from now on, by channel. */
async function listen(app: SynodApp): Promise<void> {
  await app.page.evaluate(() => {
    const told: Record<string, unknown> = {};
    Object.assign(window, { told });
    for (const channel of ['timeline', 'branches', 'task'] as const) {
      window.synod.on(channel, (message) => void (told[channel] = message));
    }
  });
}

function told<T>(app: SynodApp, channel: 'timeline' | 'branches' | 'task'): Promise<T | undefined> {
  return app.page.evaluate((name) => (window as unknown as { told: Record<string, unknown> }).told[name], channel) as Promise<
    T | undefined
  >;
}

/** Waits until everything so far has been executed a second time, and was the same. */
async function waitForExact(app: SynodApp, run: number): Promise<TimelineNews> {
  await expect
    .poll(async () => {
      const news = await told<TimelineNews>(app, 'timeline');
      return news?.run === run && news.seq > 0 ? news.exactness.state : 'none';
    })
    .toBe('exact');
  return (await told<TimelineNews>(app, 'timeline'))!;
}

/** The next dialogs of the system answer with this path, or, for `null`, were dismissed. */
async function choose(app: SynodApp, path: string | null): Promise<void> {
  await app.electron.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = async () => ({ canceled: chosen === null, filePath: chosen ?? '' });
    dialog.showOpenDialog = async () => ({ canceled: chosen === null, filePaths: chosen === null ? [] : [chosen] });
  }, path);
}

const title = (app: SynodApp) => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getTitle());

interface Saved {
  readonly digest: string;
  readonly end: { readonly at: number; readonly seq: number };
  readonly commands: readonly { readonly seq: number }[];
}
const read = (path: string): Saved => JSON.parse(readFileSync(path, 'utf8')) as Saved;

/** A paused run with something in it, in a file. */
async function saveSomething(app: SynodApp, path: string): Promise<Saved> {
  await app.waitForChosen(1);
  await crash(app, 2);
  await app.request('transport:set', { playing: false });
  await choose(app, path);
  expect(await app.request('run:save', { as: true })).toBe('broken.synod');
  return read(path);
}

test('a saved run opens again with the same events, and goes on', async ({ launch }) => {
  const path = join(folder, 'broken.synod');
  const first = await launch({ args: ['--seed', '7'] });
  const saved = await saveSomething(first, path);
  expect(saved.commands).toHaveLength(1);
  expect(await title(first)).toBe('broken.synod – Synod');
  await crash(first, 3);
  expect(await title(first)).toBe('• broken.synod – Synod');
  await first.close();

  const second = await launch({ args: [path] });
  const info = await session(second);
  expect(info).toMatchObject({ file: 'broken.synod', readOnly: '', transport: { playing: false }, header: { seed: 7 } });
  await listen(second);
  await session(second);
  const news = await waitForExact(second, info.run);
  expect(news.seq).toBe(saved.end.seq);
  expect(news.marks.filter(({ kind }) => kind === 'crash').map(({ node }) => node)).toEqual([2]);
  // The same to the byte: saved again, it has the same digest.
  expect(await second.request('run:save', { as: false })).toBe('broken.synod');
  expect(read(path)).toMatchObject({ digest: saved.digest, end: saved.end, commands: saved.commands });
  expect((await second.request('node:inspect', { node: 2 })).up).toBe(false);
  await second.request('session:command', { type: 'restart', node: 2 });
  await second.request('transport:set', { playing: true, speed: 8 });
  await expect.poll(async () => (await told<TimelineNews>(second, 'timeline'))!.seq).toBeGreaterThan(saved.end.seq + 50);
  await waitForExact(second, info.run);
});

test('a dialog that is dismissed changes nothing', async ({ synod }) => {
  await choose(synod, null);
  expect(await synod.request('run:open', undefined)).toBeNull();
  expect(await synod.request('run:save', { as: false })).toBeNull();
  expect(await synod.request('run:save-scenario', undefined)).toBeNull();
  expect((await session(synod)).run).toBe(1);
});

test('a run that cannot be saved says why, and where; nothing is lost', async ({ synod }) => {
  await choose(synod, join(folder, 'nowhere', 'run.synod'));
  const answer = await synod.ask('run:save', { as: true });
  expect(answer).toMatchObject({ ok: false });
  if (!answer.ok) {
    expect(answer.error).toContain(`“run.synod” could not be saved in ${join(folder, 'nowhere')}: that folder is not there`);
    expect(answer.error).toContain('Save it in another folder.');
  }
  expect(readdirSync(folder)).toEqual([]);
  expect((await session(synod)).file).toBe('');
});

test('a run can be saved as a scenario, which opens', async ({ synod }) => {
  await synod.waitForChosen(1);
  await crash(synod, 2);
  const path = join(folder, 'lesson.yaml');
  await choose(synod, path);
  expect(await synod.request('run:save-scenario', undefined)).toBe('lesson.yaml');
  expect(readFileSync(path, 'utf8')).toContain('crash');
  expect(await synod.request('run:open', undefined)).toMatchObject({ title: 'lesson', file: '', header: { seed: 1 } });
});

test('a run that was changed by hand can only be looked at, and says so', async ({ launch }) => {
  const path = join(folder, 'broken.synod');
  const app = await launch({ args: ['--seed', '7'] });
  const saved = await saveSomething(app, path);
  writeFileSync(path, readFileSync(path, 'utf8').replace(saved.digest, '0123456789abcdef'));
  const info = await app.request('run:open', undefined);
  expect(info!.readOnly).toContain('gave other events than its file says');
  expect(await app.ask('transport:set', { playing: true })).toEqual({ ok: false, error: info!.readOnly });
  expect(await app.ask('session:command', { type: 'crash', node: 1 })).toEqual({ ok: false, error: info!.readOnly });
  expect(await app.ask('branch:fork', { run: info!.run, seq: 5 })).toMatchObject({ ok: false });
  expect(await app.ask('run:save', { as: true })).toMatchObject({ ok: false });
  const moment = await app.request('history:seek', { run: info!.run, seq: 5, before: 5, after: 5 });
  expect(moment).toMatchObject({ run: info!.run, seq: 5, events: { count: 5 }, ahead: { count: 5 } });
});

test('what is no run is refused with line and field; the run that goes on stays', async ({ synod }) => {
  const path = join(folder, 'bad.synod');
  writeFileSync(path, '{\n  "synod": "run",\n  "version": 1,\n  "header": 3\n}\n');
  await choose(synod, path);
  const answer = await synod.ask('run:open');
  expect(answer).toMatchObject({ ok: false });
  if (!answer.ok) expect(answer.error).toContain('bad.synod, line');
  expect((await session(synod)).run).toBe(1);
});

test('killed without a warning, the app offers the session again, and has all of it', async ({ launch }) => {
  const userData = join(folder, 'data');
  const first = await launch({ userData, args: ['--seed', '7'] });
  await first.waitForChosen(1);
  await crash(first, 2);
  const { run } = await session(first);
  await listen(first);
  await session(first);
  const news = await waitForExact(first, run);
  await first.request('branch:fork', { run, seq: Math.floor(news.seq / 2) });
  const place = await crash(first, 3);
  const gone = once(first.electron.process(), 'exit');
  first.electron.process().kill('SIGKILL');
  await gone;

  const second = await launch({ userData });
  const [offer, ...others] = await second.request('recovery:list', undefined);
  expect(others).toEqual([]);
  expect(offer).toMatchObject({ title: '', commands: 1, at: place.at });
  await listen(second);
  const info = await second.request('recovery:restore', { id: offer!.id });
  expect(info).toMatchObject({ branch: 2, readOnly: '', transport: { playing: false }, header: { seed: 7 } });
  expect((await waitForExact(second, info.run)).marks.filter(({ kind }) => kind === 'crash').map(({ node }) => node)).toEqual([3]);
  expect((await told<Branch[]>(second, 'branches'))!.map(({ id, parent, current }) => [id, parent, current])).toEqual([
    [1, null, false],
    [2, 1, true],
  ]);
  await second.request('branch:switch', { branch: 1 });
  expect((await second.request('node:inspect', { node: 2 })).up).toBe(false);
  expect(await second.request('recovery:list', undefined)).toEqual([]);
  await second.close();

  // Closed as it should be, it is not offered any more.
  const third = await launch({ userData });
  expect(await third.request('recovery:list', undefined)).toEqual([]);
});

test('what was interrupted can be thrown away', async ({ launch }) => {
  const userData = join(folder, 'data');
  const first = await launch({ userData });
  await first.waitForChosen(1);
  await crash(first, 1);
  const gone = once(first.electron.process(), 'exit');
  first.electron.process().kill('SIGKILL');
  await gone;
  const second = await launch({ userData });
  const [offer] = await second.request('recovery:list', undefined);
  await second.request('recovery:discard', { id: offer!.id });
  expect(await second.request('recovery:list', undefined)).toEqual([]);
});

test('a moment of the past is forked, gone back from, compared, and all of it taken back', async ({ synod }) => {
  await listen(synod);
  const { run } = await session(synod);
  await synod.waitForChosen(1);
  const place = await crash(synod, 2);
  await synod.request('transport:set', { speed: 8 });
  await expect.poll(async () => (await told<TimelineNews>(synod, 'timeline'))?.seq ?? 0).toBeGreaterThan(place.seq + 30);
  const moment = await synod.request('history:seek', { run, seq: place.seq, before: 10, after: 10 });
  expect(moment).toMatchObject({ run, seq: place.seq });
  expect((await session(synod)).transport.playing).toBe(false);
  expect((await synod.request('history:inspect', { run, seq: place.seq, node: 2 })).up).toBe(true);

  const forked = await synod.request('branch:fork', { run, seq: place.seq });
  expect(forked).toMatchObject({ run: run + 1, branch: 2, transport: { playing: false } });
  expect((await synod.request('node:inspect', { node: 2 })).up).toBe(true);
  expect(await synod.ask('history:seek', { run, seq: 1, before: 0, after: 0 })).toMatchObject({ ok: false });
  await crash(synod, 4);
  await synod.request('transport:set', { playing: true });
  await waitForExact(synod, forked.run);

  const comparison = await synod.request('branch:compare', { a: 1, b: 2 });
  expect(comparison.common).toBeGreaterThanOrEqual(place.seq);
  expect(comparison.first.a).toContain('n2 crashed');

  const back = await synod.request('branch:switch', { branch: 1 });
  expect(back).toMatchObject({ run: run + 2, branch: 1, transport: { playing: false } });
  expect((await synod.request('node:inspect', { node: 2 })).up).toBe(false);
  await synod.request('branch:switch', { branch: 2 });
  await expect.poll(async () => (await told<Branch[]>(synod, 'branches'))!.map(({ current }) => current)).toEqual([false, true]);

  expect(await synod.request('session:undo', undefined)).toBe('crash of n4');
  expect((await synod.request('node:inspect', { node: 4 })).up).toBe(true);
  expect(await synod.request('session:undo', undefined)).toBe('fork');
  expect((await synod.request('node:inspect', { node: 2 })).up).toBe(false);
  expect(await synod.request('session:undo', undefined)).toBe('crash of n2');
  expect((await synod.request('node:inspect', { node: 2 })).up).toBe(true);
  expect(await synod.request('session:undo', undefined)).toBe('');
  const last = await session(synod);
  await synod.request('transport:set', { playing: true });
  await waitForExact(synod, last.run);
});

test('a scenario of the library opens by its name', async ({ synod }) => {
  const entries = await synod.request('library:list', undefined);
  expect(entries.length).toBeGreaterThan(2);
  const info = await synod.request('library:open', { name: entries[0]!.name });
  expect(info.title).toBe(entries[0]!.title);
});

test('the menu does what the window does', async ({ synod }) => {
  const click = (menu: string, entry: string) =>
    synod.electron.evaluate(
      ({ Menu, BrowserWindow }, [outer, inner]) => {
        const items = Menu.getApplicationMenu()!.items.find(({ label }) => label === outer)!.submenu!.items;
        items.find(({ label }) => label === inner)!.click(undefined, BrowserWindow.getAllWindows()[0]);
      },
      [menu, entry] as const,
    );
  await synod.waitForChosen(1);
  await choose(synod, join(folder, 'menu.synod'));
  await click('&File', 'Save As…');
  await expect.poll(() => readdirSync(folder)).toEqual(['menu.synod']);
  await expect.poll(() => title(synod)).toBe('menu.synod – Synod');
  const { run } = await session(synod);
  await click('&Run', 'Fork Here');
  await expect.poll(async () => (await session(synod)).run).toBe(run + 1);
  await click('&Edit', 'Undo');
  await expect.poll(async () => (await session(synod)).branch).toBe(1);
  await click('&File', 'Open…');
  await expect.poll(async () => (await session(synod)).run).toBe(run + 3);
});

test('a second start hands its run to the first, which waits for it and opens it', async ({ launch }) => {
  const path = join(folder, 'broken.synod');
  const app = await launch({ args: ['--seed', '7'] });
  await saveSomething(app, path);
  await app.request('session:new', { nodes: 3, seed: 1 });
  const [program, ...before] = programArguments(app.userData);
  await once(spawn(program, [...before, path], { env: { ...process.env, SYNOD_DIALOGS: 'off' } }), 'exit');
  await expect.poll(async () => (await session(app)).file).toBe('broken.synod');
});

/** How the app starts, ends, and what it does when it cannot start. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, programArguments, test } from './app.ts';

const library = resolve(import.meta.dirname, '../../src/scenario/library');
const duel = join(library, 'duelling-proposers.yaml');

test('it opens on a cluster of five that agrees on something by itself', async ({ launch }) => {
  const app = await launch();
  const { header, transport, title } = await app.request('session:attach', undefined);
  expect(header).toMatchObject({ protocol: 'paxos', nodes: [1, 2, 3, 4, 5] });
  expect({ transport, title }).toEqual({ transport: { playing: true, speed: 1 }, title: '' });
  expect((await app.waitForChosen(1)).quorum.length).toBeGreaterThanOrEqual(3);
});

test('seed and number of nodes come from the command line', async ({ launch }) => {
  const app = await launch({ args: ['--seed', '42', '--nodes=3'] });
  expect((await app.request('session:attach', undefined)).header).toMatchObject({ seed: 42, nodes: [1, 2, 3] });
  await expect(app.page.locator('button[data-node]')).toHaveCount(3);
});

test('a scenario file opens with its title, its network and its commands', async ({ launch }) => {
  const app = await launch({ args: [duel] });
  const { header, title } = await app.request('session:attach', undefined);
  expect(title).toBe('Duelling proposers');
  expect(header).toMatchObject({ seed: 7, config: { backoff: false }, client: { enabled: false } });
  await expect(app.page.getByText('Duelling proposers').first()).toBeVisible();
  await app.waitForLog(/red/);
});

test.describe('what cannot be followed ends the program with a sentence and a code', () => {
  test('a wrong option', async () => {
    const { code, error } = await run(['--nodes', '99']);
    expect(error).toContain('--nodes must be a whole number from 1 to 15, not "99"');
    expect(code).toBe(2);
  });

  test('a file that is no scenario', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'synod-e2e-'));
    const file = join(folder, 'bad.yaml');
    writeFileSync(file, 'synod: 1\ntitle: Bad\nprotocol: paxos\nnodes: 0\n');
    const { code, error } = await run([file]);
    rmSync(folder, { recursive: true });
    expect(error).toContain('bad.yaml, line 4: nodes must be a whole number from 1 to 15, not 0');
    expect(code).toBe(2);
  });

  test('a file that is not there', async () => {
    const { code, error } = await run(['nowhere.yaml']);
    expect(error).toContain('nowhere.yaml: the file cannot be read');
    expect(code).toBe(2);
  });

  test('help and version are no failures', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, output: expect.stringContaining('Usage: synod [FILE]') });
    expect(await run(['--version'])).toMatchObject({ code: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });
});

test('a second start brings the first to the front, and hands it its file', async ({ launch }) => {
  const app = await launch({ args: ['--seed', '1'] });
  const first = await app.request('session:attach', undefined);
  const second = await run([duel], app.userData);
  expect(second.code).toBe(0);
  expect(second.error).toContain('open already');
  await expect.poll(async () => (await app.request('session:attach', undefined)).title).toBe('Duelling proposers');
  expect((await app.request('session:attach', undefined)).run).toBe(first.run + 1);
  expect(app.electron.windows()).toHaveLength(1);
  await expect(app.page.getByText('Duelling proposers').first()).toBeVisible();
});

test('a new run replaces the one before, and its disks', async ({ synod }) => {
  await synod.waitForChosen(1);
  const folders = () => readdirSync(join(synod.userData, 'runs'));
  const before = folders();
  await synod.request('session:new', { nodes: 3, seed: 9 });
  await expect(synod.page.locator('button[data-node]')).toHaveCount(3);
  await expect.poll(folders).toHaveLength(1);
  expect(folders()).not.toEqual(before);
  await synod.waitForChosen(1);
});

test('the window can be loaded again, and shows the same run', async ({ synod }) => {
  const { run } = await synod.request('session:attach', undefined);
  const chosen = await synod.waitForChosen(1);
  await synod.page.reload();
  expect((await synod.waitForChosen(1)).value).toBe(chosen.value);
  expect((await synod.request('session:attach', undefined)).run).toBe(run);
});

test('when the process of the window dies, the run goes on and the window comes back', async ({ synod }) => {
  const { run } = await synod.request('session:attach', undefined);
  const inWindow = (script: string) =>
    synod.electron.evaluate(
      ({ BrowserWindow }, code) =>
        BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript(code) as Promise<unknown>,
      script,
    );
  await synod.electron.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0]!;
    const gone = new Promise((done) => webContents.once('render-process-gone', done));
    webContents.forcefullyCrashRenderer();
    return gone.then(() => undefined);
  });
  await expect.poll(() => inWindow('document.querySelectorAll("button[data-node]").length').catch(() => 0)).toBe(5);
  const answer = await inWindow('window.synod.request("session:attach")');
  expect(answer).toMatchObject({ ok: true, value: { run } });
  expect(synod.output).toContain("the window's process ended: crashed");
});

test('it remembers where its window stood, and leaves no disks of nodes behind', async ({ launch }) => {
  const userData = mkdtempSync(join(tmpdir(), 'synod-e2e-'));
  const first = await launch({ userData });
  await first.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.setBounds({ width: 1100, height: 760 }),
  );
  const stored = join(userData, 'window.json');
  await expect
    .poll(() => existsSync(stored) && JSON.parse(readFileSync(stored, 'utf8')))
    .toMatchObject({ width: 1100, height: 760 });
  await first.close();
  expect(readdirSync(join(userData, 'runs'))).toEqual([]);
  // As if an earlier program had been killed.
  mkdirSync(join(userData, 'runs', 'old-1', 'n1'), { recursive: true });
  const second = await launch({ userData });
  const size = await second.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds());
  expect(size).toMatchObject({ width: 1100, height: 760 });
  await expect.poll(() => existsSync(join(userData, 'runs', 'old-1'))).toBe(false);
  await second.close();
  rmSync(userData, { recursive: true });
});

/** Runs the program to its end. */
async function run(args: readonly string[], userData = mkdtempSync(join(tmpdir(), 'synod-e2e-'))) {
  const [program, ...before] = programArguments(userData);
  const child = spawn(program!, [...before, ...args], { env: { ...process.env, SYNOD_DIALOGS: 'off' } });
  let output = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, output, error };
}

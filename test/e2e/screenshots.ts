/**
 * The pictures of the documentation, from the running app: `npm run screenshots` writes docs/pictures. Seeds are fixed,
 * so that the same things are to be seen each time; where packets are depends on when the picture is taken.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test, type SynodApp } from './app.ts';
import { Person } from './person.ts';

const root = resolve(import.meta.dirname, '../..');
const pictures = join(root, 'docs/pictures');

/** A window of the documentation's size, on a run with a client that proposes. */
async function open(launch: (options?: { args: string[] }) => Promise<SynodApp>, theme: 'light' | 'dark', args: string[]) {
  mkdirSync(pictures, { recursive: true });
  const app = await launch({ args });
  await app.page.emulateMedia({ colorScheme: theme });
  await app.resize(1440, 900);
  // The hint for a first-time user is no part of what a picture shows.
  await app.page.evaluate(() => localStorage.setItem('synod.hint-drag', 'true'));
  await app.page.reload();
  return { app, person: new Person(app), take: (name: string) => app.page.screenshot({ path: join(pictures, `${name}.png`) }) };
}

test('whole', async ({ launch }) => {
  const { app, take } = await open(launch, 'light', ['--seed', '7']);
  await app.waitForChosen(2);
  await app.waitForLog(/accept: asks to accept .* \(instance 3\)/);
  await take('whole');
});

test('parted, and the drag before it', async ({ launch }) => {
  const { app, person, take } = await open(launch, 'light', ['--seed', '7']);
  await app.waitForChosen(1);
  await person.pullAway(3, async () => {
    await expect(person.preview).toContainText('4 links');
    await take('dragging');
  });
  await person.stageIsStill();
  await person.putOnto(2, 3);
  await app.expectIslands([[1, 4, 5], [2, 3]]);
  await app.request('transport:set', { speed: 4 });
  await app.waitForChosen(4, [1, 4, 5]);
  await take('parted');
});

test('dark, on a terrible network', async ({ launch }) => {
  const { app, take } = await open(launch, 'dark', ['--seed', '7']);
  await app.waitForChosen(1);
  await app.page.getByRole('button', { name: 'Terrible' }).click();
  await app.waitForLog(/lost on the link/);
  await app.waitForLog(/the network doubled/);
  await take('terrible');
});

test('memory beside disk', async ({ launch }) => {
  const { app, person, take } = await open(launch, 'light', ['--seed', '7']);
  await app.waitForChosen(2);
  await person.show('Node');
  await app.node(2).locator('.disc').click();
  await expect(app.page.getByRole('columnheader', { name: 'Memory' })).toBeVisible();
  await take('inspector');
});

test('duel', async ({ launch }) => {
  const { app, take } = await open(launch, 'light', [join(root, 'src/scenario/library/duelling-proposers.yaml')]);
  await app.waitForLog(/asks for a promise of 1\d\.1/);
  await take('duel');
});

test('the past, and a fork of it', async ({ launch }) => {
  const { app, take } = await open(launch, 'light', ['--seed', '7']);
  await app.request('transport:set', { speed: 16 });
  await app.waitForChosen(12);
  await app.request('transport:set', { playing: false });
  const moment = app.page.getByRole('slider', { name: 'Moment of the run' });
  const box = (await moment.boundingBox())!;
  await app.page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2);
  await app.page.mouse.down();
  await app.page.mouse.move(box.x + box.width * 0.615, box.y + box.height / 2, { steps: 12 });
  await app.page.mouse.up();
  await expect(app.page.getByRole('button', { name: 'Go live' })).toBeVisible();
  await take('past');
  await app.page.getByRole('button', { name: 'Fork here' }).first().click();
  await app.page.getByRole('tab', { name: 'Branches' }).click();
  await expect(app.page.getByText('2 branches')).toBeVisible();
  await app.node(4).locator('.disc').click();
  await app.page.keyboard.press('c');
  await app.request('transport:set', { playing: true, speed: 4 });
  await expect(app.node(4)).toHaveAccessibleName(/crashed|down/);
  await take('branches');
});

test('faults of nodes and links', async ({ launch }) => {
  const { app, take } = await open(launch, 'light', ['--seed', '7']);
  await app.waitForChosen(1);
  await app.request('session:command', { type: 'cut-pattern', pattern: 'one-way', nodes: [2] });
  await app.request('session:command', { type: 'fault', node: 4, fault: 'slow-disk', settings: { sync: 800_000 } });
  await app.request('session:command', { type: 'fault', node: 5, fault: 'lying-disk', settings: { lies: 'yes' } });
  await app.waitForLog(/accept: asks to accept/);
  await app.request('session:command', { type: 'fault', node: 3, fault: 'freeze', settings: {} });
  await app.waitForLog(/lost at the cut/);
  await take('faults');
});

test('the library', async ({ launch }) => {
  const { app, take } = await open(launch, 'dark', ['--seed', '7']);
  await app.waitForChosen(1);
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.send('menu', 'library'));
  await expect(app.page.getByRole('dialog')).toContainText('The bridge');
  await take('library');
});

test('two leaders, and the tables of all servers', async ({ launch }) => {
  const { app, take } = await open(launch, 'light', ['--protocol', 'multipaxos', '--seed', '7']);
  const { page } = app;
  await app.request('transport:set', { playing: true, speed: 8 });
  await app.request('session:command', { type: 'configure', config: { load: { sessions: 2, pause: 300_000 } } });
  await app.waitForChosen(4);
  await app.request('session:command', { type: 'request', node: 1, request: { type: 'campaign' } });
  await app.waitForChosen(30);
  const groups = [[1, 2, 16], [3, 4, 5, 17]];
  await app.request('session:command', { type: 'partition', groups });
  await expect.poll(async () => (await page.locator('button[data-node]').evaluateAll((discs) => discs.map((disc) => disc.getAttribute('aria-label')))).filter((name) => /\blead(s|ing)\b/.test(name ?? '')).length).toBe(2);
  await app.waitForChosen(60);
  await page.getByRole('tab', { name: 'Slots' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Slots' })).toBeVisible();
  await take('slots');
  await page.getByRole('tab', { name: 'Database' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Database' })).toBeVisible();
  await take('database');
});

test('a violation, and the checks', async ({ launch }) => {
  const { app, person, take } = await open(launch, 'light', [join(root, 'src/scenario/library/amnesia.yaml')]);
  await app.request('transport:set', { playing: true, speed: 16 });
  await expect(app.page.getByRole('alert').filter({ hasText: 'PromisedNeverFalls' }).first()).toBeVisible();
  await person.show('Checks');
  await take('checks');
});

test('what clients were answered', async ({ launch }) => {
  const { app, take } = await open(launch, 'light', [join(root, 'src/scenario/library/stale-read.yaml')]);
  await app.request('transport:set', { playing: true, speed: 64 });
  await app.waitForLog(/c1 is answered .*: new/);
  await app.request('transport:set', { playing: false });
  await app.page.getByRole('tab', { name: /History/ }).click();
  await expect(app.page.getByText(/not linearizable/i).first()).toBeVisible();
  await take('history');
});

test('the lab', async ({ launch }) => {
  const { app, take } = await open(launch, 'dark', ['--seed', '7']);
  await app.page.keyboard.press('Control+E');
  const lab = app.page.getByRole('dialog');
  await lab.getByRole('combobox', { name: 'How it is broken' }).click();
  await app.page.getByRole('option', { name: 'promise-not-stored' }).click();
  await lab.getByRole('button', { name: 'Start fuzzing' }).click();
  await expect(lab.getByRole('button', { name: /^Open/ }).first()).toBeVisible({ timeout: 30_000 });
  await take('lab');
});

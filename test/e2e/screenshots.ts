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
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setContentSize(1440, 900));
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

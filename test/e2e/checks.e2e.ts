/** Checks in the running app: what breaks a promise pauses the run, and the window says which two facts contradict each other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test as started } from './app.ts';
import { expect as expected, test, type Person } from './person.ts';

const alert = (page: Page): Locator => page.getByRole('alert', { name: 'Agreement is violated' });
const moment = async (page: Page): Promise<number> => Number(await page.getByRole('slider', { name: 'Moment of the run' }).getAttribute('aria-valuenow'));
const agreement = (page: Page): Locator => page.locator('[data-check="Agreement"]');

/** Quorums that miss each other: two values are chosen, and the run stands still. */
async function disagreement(person: Person): Promise<void> {
  const { app, page } = person;
  await person.begin({ nodes: 4, seed: 2 });
  await app.request('library:open', { name: 'quorums-that-miss' });
  await app.request('transport:set', { playing: true, speed: 16 });
  await expected(alert(page)).toBeVisible();
}

test('a violation pauses the run; its card covers no node, and leads to the events behind it', async ({ person }) => {
  const { app, page } = person;
  await app.resize(1024, 700);
  await disagreement(person);
  await expected(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expected(alert(page)).toContainText('At most one value is chosen in an instance.');
  await expected(alert(page)).toContainText(/"right" is accepted by n3, n4, but .* "left" is accepted by n1, n2/);

  await person.stageIsStill();
  const card = (await alert(page).boundingBox())!;
  for (const { x, y } of (await app.positions()).values()) {
    expected(x > card.x && x < card.x + card.width && y > card.y && y < card.y + card.height).toBe(false);
  }

  await alert(page).getByRole('button', { name: 'Open Checks' }).click();
  await alert(page).getByRole('button', { name: 'Close' }).click();
  await expected(alert(page)).toHaveCount(0);
  await expected(agreement(page)).toContainText('violated');
  const behind = agreement(page).getByRole('list', { name: 'Events behind it' }).getByRole('button');
  await expected(behind).toHaveCount(4);
  const told = await behind.nth(2).locator('.sentence').textContent();
  await behind.nth(2).click();
  await expected(page.getByText('— the past')).toBeVisible();
  await expected(page.locator('.row.moment .sentence')).toHaveText(told!);
  await expected(agreement(page)).toContainText('holds here');
  await expected(behind.nth(2)).toHaveAttribute('aria-current', 'true');

  // The last of them is of the step that broke it: the violation is the next mark.
  await behind.last().click();
  await expected(behind.last()).toHaveAttribute('aria-current', 'true');
  const last = await moment(page);
  await page.keyboard.press('>');
  await expected.poll(() => moment(page)).toBeGreaterThan(last);
  await expected(page.locator('.row.moment')).toContainText('is violated');
  await agreement(page).getByRole('button', { name: 'Show the moment' }).click();
  await expected(page.locator('.row.moment')).toContainText('Agreement is violated');
  await expected(agreement(page)).toContainText('since');

  await page.keyboard.press('End');
  await person.play();
  const before = await person.clock();
  await expected.poll(() => person.clock()).toBeGreaterThan(before + 1000);
  await expected(alert(page)).toHaveCount(0);
});

test('all checks hold in a run that does nothing wrong, and each says what it means', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ protocol: 'multipaxos', seed: 11 });
  await app.waitForChosen(3);
  await page.keyboard.press('v');
  const checks = page.getByRole('region', { name: 'Checks', exact: true });
  await expected(checks.getByRole('heading', { name: /^All \d+ checks hold$/ })).toBeVisible();
  await expected(checks.locator('[data-check]', { hasText: 'At most one command is chosen in a slot.' })).toContainText('holds');
});

started('a protocol broken on purpose is called so, and is found out', async ({ launch }) => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-checks-'));
  const file = join(folder, 'broken.yaml');
  writeFileSync(
    file,
    'synod: 1\ntitle: What nobody wanted\nprotocol: paxos\nmutant: value-nobody-wanted\nnodes: 3\nseed: 5\n' +
      'commands:\n  - { at: 500 ms, type: propose, node: n1, value: red, slot: 1 }\nuntil: 10 s\n',
  );
  const { page } = await launch({ args: [file] });
  rmSync(folder, { recursive: true });
  await expect(page.getByText(/^Broken on purpose/)).toBeVisible();
  await page.getByText(/^Broken on purpose/).hover();
  await expect(page.getByRole('tooltip')).toContainText('proposes something that no client asked for');
  await expect(page.getByRole('alert', { name: /is violated$/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
});

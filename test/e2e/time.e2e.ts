import { AxeBuilder } from '@axe-core/playwright';
import type { Locator } from '@playwright/test';
import { expect, test, type Person } from './person.ts';

const timeline = ({ page }: Person): Locator => page.getByRole('slider', { name: 'Moment of the run' });
const moment = async (person: Person): Promise<number> => Number(await timeline(person).getAttribute('aria-valuenow'));
const branches = ({ page }: Person): Locator => page.getByRole('list', { name: 'Branches' }).locator('.entry');

/** A run in which something was chosen, a node crashed, and more was chosen. */
async function eventful(person: Person): Promise<void> {
  await person.begin({ seed: 17, client: { enabled: true } });
  await person.app.waitForChosen(2);
  await person.crash(4);
  await person.app.waitForChosen(4);
  await person.pause();
}

/** Drags the timeline to a share of its length. */
async function dragTo(person: Person, share: number): Promise<void> {
  const box = (await timeline(person).boundingBox())!;
  const { mouse } = person.page;
  const y = box.y + box.height / 2;
  await mouse.move(box.x + box.width - 14, y);
  await mouse.down();
  for (let step = 1; step <= 20; step++) await mouse.move(box.x + box.width * (1 + ((share - 1) * step) / 20), y);
  await mouse.up();
}

test('the timeline is dragged into the past: stage, log and panels show it, and live comes back', async ({ person }) => {
  await eventful(person);
  const { page } = person;
  const total = await moment(person);
  const live = await person.clock();
  await dragTo(person, 0.2);
  await expect(page.getByText('— the past')).toBeVisible();
  await expect.poll(() => moment(person)).toBeLessThan(total * 0.25);
  await expect(page.locator('.row.moment, .place.edge').first()).toBeVisible();
  await person.expectUp(4, true);
  expect(await person.clock()).toBeLessThan(live);
  await expect.poll(async () => (await person.app.chosen()).length).toBeLessThan(3);
  await page.keyboard.press('Escape');
  await expect(page.getByText('— the past')).toBeHidden();
  await person.expectUp(4, false);
  expect(await moment(person)).toBe(total);
});

test('keys go one event, one mark, or to an end', async ({ person }) => {
  await eventful(person);
  const { page } = person;
  const total = await moment(person);
  await page.keyboard.press(',');
  await expect.poll(() => moment(person)).toBe(total - 1);
  await page.keyboard.press(',');
  await expect.poll(() => moment(person)).toBe(total - 2);
  await page.keyboard.press('.');
  await expect.poll(() => moment(person)).toBe(total - 1);
  await page.keyboard.press('<');
  await expect.poll(() => moment(person)).toBeLessThan(total - 1);
  await timeline(person).focus();
  await page.keyboard.press('Home');
  await expect.poll(() => moment(person)).toBe(0);
  await page.keyboard.press('End');
  await expect.poll(() => moment(person)).toBe(total);
});

test('a row of the log leads to its moment', async ({ person }) => {
  await eventful(person);
  await person.expectLogged('is chosen');
  const row = person.page.getByRole('list', { name: 'Events' }).getByRole('listitem').nth(4);
  const text = await row.locator('.sentence').textContent();
  await row.click();
  await expect(person.page.locator('.row.moment .sentence')).toHaveText(text!);
});

test('what cannot be done in the past forks on demand; the branch that was left is kept', async ({ person }) => {
  await eventful(person);
  const { page } = person;
  await page.keyboard.press('<');
  await page.keyboard.press('<');
  await expect(page.getByText('— the past')).toBeVisible();
  await person.app.node(2).locator('.disc').click();
  await page.keyboard.press('c');
  await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Fork here' }).click();
  await expect(page.getByText('— the past')).toBeHidden();
  await page.keyboard.press('b');
  await expect(branches(person)).toHaveCount(2);
  await page.keyboard.press('c');
  await person.expectUp(2, false);
  await branches(person).first().click();
  await expect(branches(person).first()).toHaveAttribute('aria-current', 'true');
  await person.expectUp(2, true);
  await person.expectUp(4, false);
});

for (const theme of ['light', 'dark'] as const) {
  test(`nothing to complain of in the past, among branches and in the dialogs of time, in the ${theme} theme`, async ({ person }) => {
    test.setTimeout(120_000);
    await eventful(person);
    const { page } = person;
    await page.emulateMedia({ colorScheme: theme });
    await page.keyboard.press('<');
    await expect(page.getByText('— the past')).toBeVisible();
    await clean(person, 'the past');
    await page.keyboard.press('f');
    await page.keyboard.press('b');
    await expect(branches(person)).toHaveCount(2);
    await clean(person, 'two branches');
    await branches(person).first().hover();
    await page.getByRole('button', { name: /^Compare Branch 1/ }).click();
    await expect(page.getByRole('dialog', { name: 'Compare branches' })).toContainText('events in common');
    await clean(person, 'a comparison');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+l');
    await expect(page.getByRole('dialog', { name: 'Library' }).getByRole('listitem').first()).toBeVisible();
    await clean(person, 'the library');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'This run is exact' }).click();
    await expect(page.getByRole('dialog', { name: 'An exact run' })).toBeVisible();
    await clean(person, 'what exact means');
  });
}

async function clean(person: Person, what: string): Promise<void> {
  await person.page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined))));
  const { violations } = await new AxeBuilder({ page: person.page }).setLegacyMode(true).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  expect(told, what).toEqual([]);
}

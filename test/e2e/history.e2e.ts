/** The history of the clients in the real window: a stale read is found, named, and gone to. */
import type { Locator } from '@playwright/test';
import { expect, test, type Person } from './person.ts';

const panel = ({ page }: Person): Locator => page.getByRole('region', { name: 'History', exact: true });

test('a stale read is not linearizable: the window says so, names it, and goes to the moment', async ({ person }) => {
  test.setTimeout(60_000);
  const { app, page } = person;
  await app.request('library:open', { name: 'stale-read' });
  await app.request('transport:set', { playing: true, speed: 'max' });
  await expect(page.getByText('What clients saw is not linearizable')).toBeVisible();
  await app.request('transport:set', { playing: false });
  await page.getByRole('button', { name: 'Show the history' }).click();
  await expect(page.getByRole('tab', { name: /^History.*not linearizable/ })).toHaveAttribute('aria-selected', 'true');
  await expect(panel(person).getByRole('status')).toHaveText('Not linearizable');
  await expect(panel(person)).toContainText('c1 get x → old fits nowhere: after numbers 1 to 2 it would be answered new');
  // The keyboard stands at it.
  await panel(person).getByRole('grid').focus();
  await expect(page.locator('#operation-in-focus')).toContainText('c1: get x, answered old, fits nowhere');
  await page.keyboard.press('Enter');
  await expect(panel(person).getByRole('status')).toHaveText('Linearizable');
  await expect(page.getByText('— the past')).toBeVisible();
  await page.keyboard.press('Shift+Enter');
  await expect(panel(person).getByRole('status')).toHaveText('Not linearizable');
});

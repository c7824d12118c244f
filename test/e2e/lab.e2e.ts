/** Fuzzer and exhaustive search in the window: what is found opens at the violation, and what takes too long is cancelled. */
import { expect, test, type Person } from './person.ts';

test('a broken protocol is caught, and the run that shows it stands at the violation', async ({ person }) => {
  const { page } = person;
  await person.begin({ seed: 41 });
  await page.keyboard.press('Control+e');
  const lab = page.getByRole('dialog', { name: 'Lab' });
  await lab.getByRole('combobox', { name: 'How it is broken' }).click();
  await page.getByRole('option', { name: 'promise-not-stored' }).click();
  await lab.getByLabel('Runs', { exact: true }).fill('200');
  await lab.getByRole('button', { name: 'Start fuzzing' }).click();
  await expect(lab.getByText('200 runs from seed 1')).toBeVisible();
  const finding = lab.locator('[data-finding]').first();
  await expect(finding).toContainText('seed');
  const check = (await finding.locator('strong').textContent())!;
  await finding.getByRole('button', { name: /^Open/ }).click();
  await expect(lab).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect(page.getByText(`${check} is violated`).first()).toBeVisible();
  await expect(page.getByText('Broken on purpose').first()).toBeVisible();
});

test('a small scope is searched to its end, and a large one until it is cancelled', async ({ person }) => {
  const { page } = person;
  await person.begin({ seed: 41 });
  const lab = await search(person);
  await lab.getByRole('button', { name: 'Start the search' }).click();
  await expect(lab.getByText(/^Every one of [\d,]+ states within this scope: no violation\./)).toBeVisible();

  await lab.getByLabel('Highest round').fill('5');
  await lab.getByLabel('States at most').fill('20,000,000');
  await lab.getByRole('button', { name: 'Start the search' }).click();
  await expect(lab.getByRole('progressbar', { name: 'The search so far' })).not.toHaveClass(/over/);
  await expect(lab.locator('dl.counts')).toContainText('Distinct states');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Lab: Searching' }).click();
  await lab.getByRole('button', { name: 'Cancel the search' }).click();
  await expect(lab.getByText(/^[\d,]+ states were looked at\. No violation/)).toBeVisible();
});

test('a search goes on from where the run is now', async ({ person }) => {
  const { page } = person;
  await person.begin({ nodes: 3, seed: 41, client: { enabled: true } });
  await person.app.waitForChosen(2);
  await person.pause();
  const lab = await search(person);
  await lab.getByRole('switch', { name: 'From the present state' }).click();
  await lab.getByLabel('States at most').fill('2000');
  await lab.getByRole('button', { name: 'Start the search' }).click();
  await expect(lab.getByText(/from where the run was$/)).toBeVisible();
  await expect(lab.getByText(/states were looked at, all of the shortest ways|Every one of/)).toBeVisible();
  await page.keyboard.press('Escape');
});

/** Opens the lab at its search. */
async function search({ page }: Person) {
  await page.keyboard.press('Control+e');
  const lab = page.getByRole('dialog', { name: 'Lab' });
  await lab.getByRole('tab', { name: 'Search' }).click();
  return lab;
}

/** A person as a client of the replicated database: by way of the panel only, over the network that they have cut. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator } from '@playwright/test';
import { expect, test, type Person } from './person.ts';

const SERVERS = [1, 2, 3, 4, 5] as const;
const [C1, C2] = [16, 17] as const;

const panel = ({ page }: Person): Locator => page.getByRole('region', { name: 'Database', exact: true });
/** What became of the person's latest operation by way of the client that is chosen. */
const latest = (person: Person): Locator => panel(person).locator('.latest');
const button = (person: Person, name: string): Locator => panel(person).getByRole('button', { name, exact: true });

/** A run whose database nobody uses but the person, with a leader, and the panel in front. */
async function begin(person: Person): Promise<void> {
  await person.begin({ seed: 7, protocol: 'multipaxos', clients: 2, config: { load: { sessions: 0 } } });
  await person.page.getByRole('tab', { name: 'Database' }).click();
  await expect(panel(person).getByText('leads', { exact: true })).toBeVisible();
}

/** The cells of a server's row by column, with what marks them. */
async function row(person: Person, server: number): Promise<Record<string, { text: string; differs: boolean }>> {
  return panel(person).locator('table').evaluate((table, index) => {
    const heads = [...table.querySelectorAll('thead th')].map((head) => head.textContent.trim());
    const cells = [...table.querySelectorAll('tbody tr')[index]!.querySelectorAll('th, td')];
    return Object.fromEntries(
      cells.map((cell, i) => [heads[i]!, { text: cell.textContent.trim(), differs: cell.classList.contains('different') }]),
    );
  }, server - 1);
}

async function leader(person: Person): Promise<number> {
  const rows = await panel(person).locator('tbody tr').allInnerTexts();
  return rows.findIndex((text) => text.includes('leads')) + 1;
}

/** What a person does to ask, from the choice of the form on. */
async function put(person: Person, key: string, value: string): Promise<void> {
  await panel(person).getByText('Put', { exact: true }).first().click();
  await panel(person).getByRole('textbox', { name: 'Key' }).fill(key);
  await panel(person).getByRole('textbox', { name: 'Value', exact: true }).fill(value);
  await person.page.keyboard.press('Enter');
  await expect(latest(person)).toContainText(`put ${key} = ${value}`);
}

async function as(person: Person, client: 'c1' | 'c2'): Promise<void> {
  await person.page.getByRole('group', { name: 'Client' }).getByText(client).click();
}

async function pick(person: Person, list: string, choice: RegExp): Promise<void> {
  await person.page.getByRole('combobox', { name: list }).click();
  await person.page.getByRole('option', { name: choice }).click();
}

test('a transaction: it gets its ID, notes a write, and is seen everywhere once it commits', async ({ person }) => {
  await begin(person);
  await button(person, 'Begin').click();
  const open = panel(person).getByRole('group', { name: 'Open transactions' });
  await expect(open.getByLabel('Transaction #1: 0 writes noted.')).toBeVisible();
  await expect(latest(person)).toContainText('#1');
  await panel(person).getByRole('textbox', { name: 'Key to write' }).fill('colour');
  await panel(person).getByRole('textbox', { name: 'Value to write' }).fill('blue');
  await button(person, 'Write').click();
  await expect(open.getByLabel('Transaction #1: 1 write noted.')).toBeVisible();
  expect(await row(person, 1)).not.toHaveProperty('colour');
  await button(person, 'Commit').click();
  await expect(latest(person)).toContainText('done');
  for (const server of SERVERS) {
    await expect.poll(() => row(person, server)).toMatchObject({ colour: { text: 'blue', differs: false }, 'Next ID': { text: '#2' } });
  }
});

test('a server that was cut off answers a local read with what is old, and the panel says so', async ({ person }) => {
  await begin(person);
  await put(person, 'x', 'before');
  await expect(latest(person)).toContainText('done');
  for (const server of SERVERS) await expect.poll(() => row(person, server)).toMatchObject({ x: { text: 'before' } });
  const [a = 0, b = 0] = SERVERS.filter((server) => server !== 3 && server !== 1);
  const led = await leader(person);
  const far = [a, b].includes(led) ? SERVERS.filter((server) => server !== led).slice(0, 2) : [a, b];
  const near = SERVERS.filter((server) => !far.includes(server));
  await person.app.request('session:command', { type: 'partition', groups: [[...near, C1], [...far, C2]] });
  await put(person, 'x', 'after');
  await expect(latest(person)).toContainText('done');
  await expect.poll(() => row(person, near[0]!)).toMatchObject({ x: { text: 'after', differs: false } });
  await expect.poll(() => row(person, far[0]!)).toMatchObject({ x: { text: 'before', differs: true } });
  await expect(panel(person).getByText('2 behind')).toBeVisible();

  await as(person, 'c2');
  await pick(person, 'Server to ask first', new RegExp(`^n${far[0]}$`));
  await panel(person).getByText('Get', { exact: true }).first().click();
  await pick(person, 'How it is answered', /^by its own table/);
  await expect(panel(person).getByText('What it answers may be old')).toBeVisible();
  await panel(person).getByRole('button', { name: 'Get', exact: true }).last().click();
  await expect(latest(person)).toContainText('before');
  await expect(latest(person)).toContainText('Old: after had been written');
});

test('in a minority an operation waits and says why; another is asked meanwhile; healed, both are answered', async ({ person }) => {
  await begin(person);
  const led = await leader(person);
  const far = SERVERS.filter((server) => server !== led).slice(0, 2);
  const near = SERVERS.filter((server) => !far.includes(server));
  await person.app.request('session:command', { type: 'partition', groups: [[...near, C1], [...far, C2]] });
  await as(person, 'c2');
  await put(person, 'x', 'patience');
  await expect(latest(person)).toContainText('waits');
  await expect(latest(person)).toContainText(`c2 reaches only n${far[0]} and n${far[1]}: no quorum`);
  await expect(latest(person)).toContainText(/attempt \d/);
  await put(person, 'y', 'more');
  await panel(person).page().getByText('Yours', { exact: true }).click();
  const mine = panel(person).getByRole('list', { name: 'Your operations, newest first' });
  await expect(mine.getByText('waits', { exact: true })).toHaveCount(2);
  await person.app.request('session:command', { type: 'partition', groups: [[...SERVERS, C1, C2]] });
  await expect(mine.getByText('done', { exact: true })).toHaveCount(2);
  await person.page.getByText('Tables', { exact: true }).click();
  for (const server of SERVERS) await expect.poll(() => row(person, server)).toMatchObject({ x: { text: 'patience' }, y: { text: 'more' } });
});

test('a run with a database is begun from the panel, and is driven from the keyboard', async ({ person }) => {
  await person.begin({ seed: 7 });
  const { page } = person;
  await page.keyboard.press('t');
  await page.getByRole('button', { name: 'New run with a database…' }).click();
  await expect(page.getByRole('dialog', { name: 'New run' })).toContainText('Servers agree on a log');
  await page.getByRole('switch', { name: 'Clients work by themselves' }).click();
  await page.getByRole('textbox', { name: 'Seed' }).fill('7');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await person.app.request('transport:set', { playing: true, speed: 16 });
  await expect(panel(person).getByText('leads', { exact: true })).toBeVisible();
  await page.keyboard.press('Shift+T');
  await expect(panel(person).getByLabel('Transaction #1: 0 writes noted.')).toBeVisible();
  await page.keyboard.press('t');
  await expect(button(person, 'Begin')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(panel(person).getByLabel('Transaction #2: 0 writes noted.')).toBeVisible();
});

test('the load and the protocol are set while it runs', async ({ person }) => {
  await begin(person);
  const { page } = person;
  await person.settings.getByRole('switch', { name: 'Clients work by themselves' }).click();
  await person.setNumber('Pause', '500');
  await expect(person.settings.getByText('under way')).toBeVisible();
  await page.getByText('All', { exact: true }).last().click();
  await expect(panel(person).getByRole('list', { name: 'All operations, newest first' }).getByText('done').first()).toBeVisible();
  await person.settings.getByRole('button', { name: /^Reads/ }).click();
  await person.settings.getByText('Lease', { exact: true }).click();
  await expect(person.settings.getByText('no clock is further off')).toBeVisible();
  await expect(person.settings.getByRole('textbox', { name: 'Clock drift' })).toHaveValue('10');
});

for (const theme of ['Light', 'Dark'] as const) {
  for (const size of [{ width: 1024, height: 700 }, { width: 1440, height: 900 }, { width: 1920, height: 1080 }]) {
    test(`nothing to complain of in the ${theme.toLowerCase()} theme at ${size.width}×${size.height}`, async ({ person }) => {
      test.setTimeout(120_000);
      const { app, page } = person;
      await app.resize(size.width, size.height);
      await begin(person);
      await page.getByRole('button', { name: 'Theme' }).click();
      await page.getByRole('menuitemradio', { name: theme }).click();
      await put(person, 'x', '1');
      await expect(latest(person)).toContainText('done');
      const led = await leader(person);
      const [far = 0, down = 0, ...near] = SERVERS.filter((server) => server !== led);
      await app.request('session:command', { type: 'partition', groups: [[led, down, ...near, C1], [far, C2]] });
      await put(person, 'x', '2');
      await expect(latest(person)).toContainText('done');
      await app.request('session:command', { type: 'crash', node: down });
      await as(person, 'c2');
      await panel(person).getByText('Transaction', { exact: true }).first().click();
      await button(person, 'Begin').click();
      await expect(latest(person)).toContainText('no quorum');
      await expect(panel(person).getByText('1 behind')).toBeVisible();
      await person.pause();
      await clean(person, 'tables: behind, down, waiting');
      for (const view of ['Yours', 'All']) {
        await page.getByText(view, { exact: true }).last().click();
        await clean(person, `operations: ${view}`);
      }
      await panel(person).getByText('Swap', { exact: true }).first().click();
      await clean(person, 'the form of a swap');
      await panel(person).getByText('Get', { exact: true }).first().click();
      await pick(person, 'How it is answered', /^by its own table/);
      await clean(person, 'the form of a read, with its warning');
      if (await page.getByRole('button', { name: 'Show the settings' }).isVisible()) {
        await page.getByRole('button', { name: 'Show the settings' }).click();
      }
      await person.settings.or(page.locator('.drawer')).getByRole('switch', { name: 'Clients work by themselves' }).first().click();
      for (const group of ['Reads', 'Leader', 'Requests', 'Snapshots']) await page.getByRole('button', { name: new RegExp(`^${group}`) }).first().click();
      await clean(person, 'the load and the settings of the protocol');
    });
  }
}

/** Looks at the database and the settings as they are now; at the page around them accessibility.e2e.ts looks. */
async function clean({ page }: Person, what: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const { violations } = await new AxeBuilder({ page }).include('.lower, .left, .drawer').setLegacyMode(true).options({ preload: false, resultTypes: ['violations'] }).analyze();
  const found = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) }));
  expect.soft(found, what).toEqual([]);
}

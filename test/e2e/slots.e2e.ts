/** A replicated log on the screen: thousands of slots, who leads, what it costs, and all of it at any moment. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Person } from './person.ts';

/** Eight operations at once, each a tenth of a second after the one before was answered. */
const BUSY = { load: { sessions: 4, pause: 100_000 } };

test('thousands of slots fill live, and any of them can be gone back to', async ({ person }) => {
  const { page } = person;
  await person.begin({ protocol: 'multipaxos', seed: 3, speed: 'max', config: BUSY });
  await page.getByRole('tab', { name: 'Slots' }).click();
  await expect.poll(() => applied(person, 1), { message: 'two thousand slots are applied', timeout: 60_000 }).toBeGreaterThan(2000);
  await expect(page.getByText(/leads with \d+\.\d · phase 1 once, skipped for [\d,]+ slots/)).toBeVisible();
  await person.pause();

  const grid = page.getByRole('grid');
  const spoken = page.locator('#slot-in-focus');
  await grid.focus();
  const latest = Number(/^Slot (\d+)/.exec(await spoken.innerText())![1]);
  await page.keyboard.press('Home');
  await expect(spoken).toHaveText(/^Slot 1, n\d: in the snapshot only/);
  await expect(page.getByRole('button', { name: 'Follow the latest' })).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('End');
  for (let i = 0; i < 15; i++) await page.keyboard.press('ArrowLeft');
  await expect(spoken).toHaveText(new RegExp(`^Slot ${latest - 15}, n\\d: applied\\. c\\d.*chosen in ballot.*accepted by n.*applied by n`));
  await page.keyboard.press('Enter');
  await person.show('Ballots');
  await expect(page.getByRole('table', { name: `Ballots of slot ${latest - 15}` })).toBeVisible();
});

test('a parted leader stays in office in its own opinion, and its row falls behind', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ protocol: 'multipaxos', seed: 3, speed: 'max', config: BUSY });
  await page.getByRole('tab', { name: 'Slots' }).click();
  await expect.poll(() => applied(person, 1)).toBeGreaterThan(50);
  const first = await leaders(person);
  expect(first).toHaveLength(1);
  const rest = [1, 2, 3, 4, 5, 16, 17].filter((node) => node !== first[0]);
  await app.request('session:command', { type: 'partition', groups: [first, rest] });
  await expect.poll(() => leaders(person), { message: 'two lead', timeout: 30_000 }).toHaveLength(2);
  await expect.poll(async () => /, [\d,]+ behind/.test(await label(person, first[0]!))).toBe(true);
  await expect(page.locator('.band')).toContainText(/led with .* on; .*led with .* on/);

  const now = await applied(person, rest[0]!);
  await person.pause();
  await page.getByRole('slider', { name: 'Moment of the run' }).focus();
  await page.keyboard.press('Home');
  await expect.poll(() => applied(person, rest[0]!), 'the beginning').toBeLessThan(now);
});

test('the messages of a term say what one slot costs', async ({ person }) => {
  const { page } = person;
  await person.begin({ protocol: 'multipaxos', seed: 3, speed: 'max', config: BUSY });
  await person.show('Messages');
  const figure = page.locator('.big strong');
  // Four followers, there and back.
  await expect.poll(async () => Math.abs(Number(await figure.innerText()) - 8), { timeout: 30_000 }).toBeLessThan(0.2);
  await expect(page.getByText(/One prepare was for every slot/)).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'This term' })).toBeVisible();
});

for (const theme of ['Light', 'Dark'] as const) {
  test(`nothing to complain of in the ${theme.toLowerCase()} theme`, async ({ person }) => {
    const { app, page } = person;
    await person.begin({ protocol: 'multipaxos', seed: 3, speed: 'max', config: BUSY });
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: theme }).click();
    await page.getByRole('tab', { name: 'Slots' }).click();
    await person.show('Messages');
    await expect.poll(() => applied(person, 1)).toBeGreaterThan(250);
    await app.request('session:command', { type: 'crash', node: 2 });
    await person.pause();
    await page.getByRole('grid').focus();
    await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
    const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ preload: false, resultTypes: ['violations'] });
    for (const part of ['.lower', '.side', '.strip']) axe.include(part);
    const { violations } = await axe.analyze();
    expect(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) }))).toEqual([]);
  });
}

/** The sentences of all rows, read at one moment: time travel may take the rows away; none before the first slot. */
function labels({ page }: Person): Promise<string[]> {
  return page.getByRole('list', { name: 'Servers' }).getByRole('button').evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')!));
}

/** The sentence of a server's row; empty when there is none. */
async function label(person: Person, node: number): Promise<string> {
  return (await labels(person)).find((text) => new RegExp(`^n${node}\\b`).test(text)) ?? '';
}

/** How far a server has applied, by its row; 0 before there is one. */
async function applied(person: Person, node: number): Promise<number> {
  return Number(/applied up to slot (\d+)/.exec(await label(person, node))?.[1] ?? 0);
}

/** Who leads, if only in their own opinion. */
async function leaders(person: Person): Promise<number[]> {
  return (await labels(person)).flatMap((text) => (text.includes(', leader') ? [Number(/^n(\d+)/.exec(text)![1])] : []));
}

/** Automated accessibility checks on every view and dialog, in both themes, at the least and at the usual size. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { onLink } from './hand.ts';
import { expect, test, type Person } from './person.ts';

const SIZES = [
  { width: 1024, height: 700 },
  { width: 1440, height: 900 },
] as const;
const THEMES = ['Light', 'Dark'] as const;

for (const size of SIZES) {
  for (const theme of THEMES) {
    test(`nothing to complain of in the ${theme.toLowerCase()} theme at ${size.width}×${size.height}`, async ({ person }) => {
      test.setTimeout(120_000);
      const { page } = person;
      await scene(person, size, theme);

      for (const tab of ['Chosen', 'Ballots', 'Node', 'Checks'] as const) {
        await person.show(tab);
        await clean(person, `the panel ${tab}, a parted network, a crashed node`);
      }
      if (await page.getByRole('button', { name: 'Show the settings' }).isVisible()) {
        await page.getByRole('button', { name: 'Show the settings' }).click();
        await expect(page.getByRole('slider', { name: 'Loss' })).toBeVisible();
        await clean(person, 'the drawer of settings');
        await page.getByRole('button', { name: 'Hide the settings' }).click();
      }

      await person.filterLog('/(/');
      await clean(person, 'a wrong filter');
      await person.filterLog('');

      await person.app.node(1).locator('.disc').click({ button: 'right' });
      await cleanPopup(person, 'the menu of a node');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Theme' }).click();
      await cleanPopup(person, 'the menu of themes');
      await page.keyboard.press('Escape');
      await page.getByRole('combobox', { name: 'Speed' }).click();
      await cleanPopup(person, 'the list of speeds');
      await page.keyboard.press('Escape');

      for (const [action, title] of [['new-run', 'New run'], ['show-shortcuts', 'Keyboard shortcuts'], ['about', 'Synod']] as const) {
        await person.menu(action);
        await expect(page.getByRole('dialog', { name: title })).toBeVisible();
        await clean(person, `the dialog ${title}`);
        await page.keyboard.press('Escape');
        await expect(page.getByRole('dialog')).toHaveCount(0);
      }
      await person.choose(1, /^Propose/);
      await clean(person, 'the dialog Propose a value');
      await page.keyboard.press('Escape');
      await lab(person);
    });

    test(`nothing to complain of among the faults in the ${theme.toLowerCase()} theme at ${size.width}×${size.height}`, async ({ person }) => {
      test.setTimeout(120_000);
      const { page } = person;
      await scene(person, size, theme);
      await faults(person);
      await clean(person, 'cuts, a frozen node, slow clocks, held packets');

      await page.getByRole('button', { name: /^Clock, disk and timers/ }).click();
      await clean(person, 'the faults of a node');
      await page.getByRole('button', { name: /^Clock, disk and timers/ }).click();
      if (await page.getByRole('button', { name: 'Show the settings' }).isVisible()) {
        await page.getByRole('button', { name: 'Show the settings' }).click();
      }
      await page.getByRole('button', { name: /^More faults/ }).click();
      await page.locator('[data-fault="latency"]').getByText('Trace', { exact: true }).first().click();
      await clean(person, 'all faults of the network');
      if (await page.getByRole('button', { name: 'Hide the settings' }).isVisible()) {
        await page.getByRole('button', { name: 'Hide the settings' }).click();
        await expect(page.getByRole('slider', { name: 'Loss' })).toHaveCount(0);
      }

      await person.stageIsStill();
      await menuOfLink(person, 1, 3);
      await cleanPopup(person, 'the menu of a link');
      await page.getByRole('menuitem', { name: /^Loss, latency/ }).click();
      await expect(page.getByRole('dialog', { name: /^Link n\d/ })).toBeVisible();
      await clean(person, 'the particulars of a link');
      await page.keyboard.press('Escape');

      await person.clickWithin(1, 'Packets in flight', /^prepare · n1 → n2/);
      await expect(page.getByRole('menu', { name: 'Packet' })).toBeVisible();
      await cleanPopup(person, 'the menu of a packet');
      await page.keyboard.press('Escape');

      await person.app.node(1).focus();
      await page.keyboard.press('m');
      await expect(page.getByRole('grid')).toBeVisible();
      await clean(person, 'the table of links');
      await page.keyboard.press('Escape');
      await person.app.node(1).focus();
      await page.keyboard.press('k');
      await clean(person, 'the knife');
      await page.keyboard.press('Escape');
    });

    test(`nothing to complain of in a replicated log in the ${theme.toLowerCase()} theme at ${size.width}×${size.height}`, async ({ person }) => {
      test.setTimeout(120_000);
      const { page } = person;
      await person.begin({ protocol: 'multipaxos', seed: 41 });
      await dress(person, size, theme);
      await expect(page.locator('button[data-node]:has(.leader)')).toBeVisible();
      await person.pause();
      for (const tab of ['Log', 'Slots', 'Database', 'History'] as const) {
        await page.getByRole('tab', { name: tab, exact: true }).click();
        await clean(person, `the stage with servers and clients, and ${tab} below it`);
      }
      await page.getByRole('button', { name: 'Legend' }).click();
      await expect(page.getByRole('list', { name: 'Kinds of packets' })).toBeInViewport({ ratio: 1 });
      await clean(person, 'the card of packets');
      await page.getByRole('button', { name: 'Legend' }).click();

      await person.app.node(1).focus();
      await page.keyboard.press('m');
      await expect(page.getByRole('gridcell', { name: /^n1 to c1/ })).toBeVisible();
      await clean(person, 'the table of links, clients among them');
      await page.keyboard.press('Escape');
      await person.menu('new-run');
      await expect(page.getByRole('dialog', { name: 'New run' })).toBeVisible();
      await clean(person, 'the dialog New run with a database');
      await page.keyboard.press('Escape');
    });
  }
}

for (const theme of THEMES) {
  test(`nothing to complain of when a check is violated in the ${theme.toLowerCase()} theme`, async ({ person }) => {
    const { app, page } = person;
    await person.begin({ nodes: 4, seed: 2 });
    await dress(person, SIZES[0], theme);
    await app.request('library:open', { name: 'quorums-that-miss' });
    await app.request('transport:set', { playing: true, speed: 16 });
    const alert = page.getByRole('alert', { name: 'Agreement is violated' });
    await alert.getByRole('button', { name: 'Open Checks' }).click();
    await person.filterLog('violated');
    await expect(page.locator('[data-check="Agreement"]').getByRole('list', { name: 'Events behind it' })).toBeVisible();
    await clean(person, 'the card of a violation, the check opened, the alarm in the log');
    await alert.getByRole('button', { name: 'Close' }).click();
    await page.locator('[data-check="Agreement"]').getByRole('list', { name: 'Events behind it' }).getByRole('button').first().click();
    await expect(page.getByText('— the past')).toBeVisible();
    await clean(person, 'checks at a moment before the violation');
  });
}

/** A run with something of everything: values chosen, two islands, one node down, one in the inspector; paused. */
async function scene(person: Person, size: (typeof SIZES)[number], theme: (typeof THEMES)[number]): Promise<void> {
  const { app, page } = person;
  await person.begin({ seed: 41, client: { enabled: true } });
  await dress(person, size, theme);
  await app.waitForChosen(2);
  await person.choose(5, 'Isolate');
  await person.crash(4);
  await person.pause();
  await app.node(3).locator('.disc').click();
  await page.mouse.move(0, 0);
}

/** Looks at the fuzzer with what it has found, and at the search. */
async function lab(person: Person): Promise<void> {
  const { page } = person;
  await person.menu('lab');
  const dialog = page.getByRole('dialog', { name: 'Lab' });
  await clean(person, 'the lab, before anything');
  await dialog.getByRole('combobox', { name: 'How it is broken' }).click();
  await page.getByRole('option', { name: 'promise-not-stored' }).click();
  await dialog.getByLabel('Runs', { exact: true }).fill('20');
  await dialog.getByRole('button', { name: 'Start fuzzing' }).click();
  await expect(dialog.getByRole('button', { name: 'Start fuzzing' })).toBeVisible();
  await expect(dialog.locator('[data-finding]').first()).toBeVisible();
  await clean(person, 'the lab, with findings');
  await dialog.getByRole('tab', { name: 'Search' }).click();
  await dialog.getByRole('button', { name: 'Start the search' }).click();
  await expect(dialog.getByText(/^Every one of/)).toBeVisible();
  await clean(person, 'the lab, a search that is through');
  await page.keyboard.press('Escape');
}

/** Gives the window its size and its theme. */
async function dress({ app, page }: Person, size: (typeof SIZES)[number], theme: (typeof THEMES)[number]): Promise<void> {
  await app.resize(size.width, size.height);
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitemradio', { name: theme }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme.toLowerCase());
}

/** Something of every fault on the stage: the first three nodes are up and together. */
async function faults({ app, page }: Person): Promise<void> {
  const command = (argument: Parameters<typeof app.request<'session:command'>>[1]) => app.request('session:command', argument);
  await command({ type: 'hold', on: true });
  await command({ type: 'link', from: 3, to: 1, settings: { loss: { probability: 0.5 }, flapping: { down: 0.5 } } });
  await command({ type: 'fault', node: 2, fault: 'freeze', settings: { duration: 60_000_000 } });
  await command({ type: 'fault', node: 3, fault: 'clock', settings: { rate: 0.5 } });
  await command({ type: 'fault', node: 1, fault: 'lying-disk', settings: { lies: 'yes' } });
  await command({ type: 'cut', links: [{ from: 2, to: 1 }] });
  await command({ type: 'propose', node: 1 });
  await app.request('transport:step', undefined);
  await expect(page.getByRole('group', { name: 'Held packets' })).toBeVisible();
  await expect(app.node(2)).toHaveAccessibleName(/frozen/);
}

/** Opens the menu of a link, at a point where none of the held packets lies. */
async function menuOfLink(person: Person, a: number, b: number): Promise<void> {
  const { page } = person;
  const settings = page.getByRole('menuitem', { name: /^Loss, latency/ });
  for (const share of [0.62, 0.7, 0.38, 0.3, 0.5]) {
    const { x, y } = await onLink(person, a, b, share);
    await page.mouse.click(x, y, { button: 'right' });
    await expect(page.getByRole('menu').first()).toBeVisible();
    if (await settings.isVisible()) return;
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
  }
  await expect(settings).toBeVisible();
}

/** Looks at the whole page as it is now. */
async function clean({ page }: Person, what: string): Promise<void> {
  await expectClean(page, new AxeBuilder({ page }), what);
}

/** Looks at the menu or list that is open. Nobody can get to the page behind it, which has been looked at. */
async function cleanPopup({ page }: Person, what: string): Promise<void> {
  const popup = page.getByRole('menu').or(page.getByRole('listbox'));
  await expect(popup).toBeInViewport({ ratio: 1 });
  await expectClean(page, new AxeBuilder({ page }).include('[role="menu"], [role="listbox"]'), what);
}

async function expectClean(page: Page, axe: AxeBuilder, what: string): Promise<void> {
  // What still fades in or out has neither its own colours nor those of its ground.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const { violations } = await axe.setLegacyMode(true).options({ preload: false, resultTypes: ['violations'] }).analyze();
  const found = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) }));
  expect.soft(found, what).toEqual([]);
}

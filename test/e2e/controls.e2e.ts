/** Time, network, runs and the log, as they are controlled from the window; and all of it from the keyboard. */
import { clockMs, expect, test, type Person } from './person.ts';

/** What begins a row of the log that is a step of a node. */
const STEPS = '/^n\\d+ (got|timer fired|started|restarted)|asked n\\d+/';

test('a pause stands still, and one event is exactly one', async ({ person }) => {
  const { page } = person;
  await person.begin({ seed: 31, client: { enabled: true } });
  await person.app.waitForChosen(1);
  await person.pause();
  await expect.poll(() => painted(person, 30), 'no packet moves').toBe(true);
  const paused = await person.clock();
  expect(await painted(person, 30)).toBe(true);
  expect(await person.clock()).toBe(paused);

  await person.filterKinds('Messages', 'Decisions', 'Faults', 'Requests', 'Disk', 'Timers', 'Notes');
  await person.filterLog(STEPS);
  await expect.poll(() => person.logCount()).toBeGreaterThan(0);
  let before = paused;
  for (let steps = await person.logCount(), last = steps + 10; steps < last; steps++) {
    await page.getByRole('button', { name: 'One event' }).click();
    await expect.poll(() => person.logCount()).toBe(steps + 1);
    const now = await person.clock();
    expect(now).toBeGreaterThanOrEqual(before);
    before = now;
  }
  expect(before).toBeGreaterThan(paused);
  await person.play();
  await expect.poll(() => person.clock()).toBeGreaterThan(before + 1000);
});

test('one event lets a running cluster pause', async ({ person }) => {
  await person.begin({ seed: 32, client: { enabled: true } });
  await person.page.getByRole('button', { name: 'One event' }).click();
  await expect(person.page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  expect((await person.app.request('session:attach', undefined)).transport.playing).toBe(false);
});

test('speed goes from a sixteenth to as fast as possible', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 33, speed: 1 });
  const speedOf = async () => (await app.request('session:attach', undefined)).transport.speed;
  await page.getByRole('button', { name: 'Faster' }).click();
  await expect.poll(speedOf).toBe(2);
  for (let press = 0; press < 5; press++) await page.keyboard.press('[');
  await expect.poll(speedOf).toBe(1 / 16);
  const slow = await progress(person);
  await page.getByRole('combobox', { name: 'Speed' }).click();
  await page.getByRole('option', { name: '16×', exact: true }).click();
  await expect.poll(speedOf).toBe(16);
  // 256 times as fast, measured over as many frames; a quarter of that leaves room for a busy machine.
  expect(await progress(person)).toBeGreaterThan(64 * slow);
  for (let press = 0; press < 3; press++) await page.getByRole('button', { name: 'Faster' }).click();
  await expect.poll(speedOf).toBe('max');
  const before = await person.clock();
  await expect.poll(() => person.clock(), 'a minute goes by').toBeGreaterThan(before + 60_000);
});

test('presets of the network act at once', async ({ person }) => {
  const { page } = person;
  await person.begin({ seed: 34 });
  const preset = (name: string) => person.settings.getByRole('group', { name: 'Presets' }).getByRole('button', { name });
  await expect(preset('Classroom')).toHaveAttribute('aria-pressed', 'true');
  expect(await decisionTime(person, 1, 'slow')).toBeGreaterThan(1600);
  await preset('LAN').click();
  await expect(preset('LAN')).toHaveAttribute('aria-pressed', 'true');
  expect(await decisionTime(person, 2, 'fast')).toBeLessThan(100);
  await preset('Terrible').click();
  await expect(person.slider('Loss')).toHaveAttribute('aria-valuetext', '30 %');
  await expect(person.slider('Duplication')).toHaveAttribute('aria-valuetext', '10 %');
  await person.setNumber('Loss', '31');
  await expect(preset('Terrible')).toHaveAttribute('aria-pressed', 'false');
  await preset('WAN').click();
  await expect(person.slider('Loss')).toHaveAttribute('aria-valuetext', '1 %');
  await person.filterLog('the network was changed');
  await expect.poll(() => person.logCount()).toBe(4);
  await expect(page.getByRole('region', { name: 'Messages' })).toBeEmpty();
});

test('a new run from the dialog, and the same seed twice gives the same run', async ({ person }) => {
  const { page } = person;
  await person.begin({ seed: 35 });
  const decisions: string[][] = [];
  for (const seed of ['4242', '4242', '4243']) {
    await page.getByRole('button', { name: /^New run/ }).click();
    const dialog = page.getByRole('dialog', { name: 'New run' });
    await dialog.getByRole('slider', { name: 'Nodes' }).press('Home');
    for (let press = 0; press < 2; press++) await page.keyboard.press('ArrowRight');
    await dialog.getByLabel('Seed', { exact: true }).fill('none');
    await expect(dialog.getByText('A whole number from 0 to 4294967295.')).toBeVisible();
    await dialog.getByLabel('Seed', { exact: true }).fill(seed);
    await dialog.getByRole('button', { name: 'Begin' }).click();
    await expect(dialog).toHaveCount(0);
    await expect(person.discs).toHaveCount(3);
    await expect(page.getByRole('banner')).toContainText(`seed ${seed}`);
    for (let press = 0; press < 4; press++) await page.keyboard.press(']');
    await person.show('Chosen');
    await person.app.waitForChosen(2, [1, 2, 3]);
    await person.filterLog('/is chosen in instance [12],/');
    await expect.poll(() => person.logCount()).toBe(6);
    decisions.push(await timedLog(person));
  }
  expect(decisions[1]).toEqual(decisions[0]);
  expect(decisions[2]).not.toEqual(decisions[0]);
});

test('everything that is done to a node can be done from the keyboard', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 36, client: { enabled: true } });
  const focused = () => page.evaluate(() => Number((document.activeElement as HTMLElement | null)?.dataset.node ?? 0));
  for (let press = 0; press < 60 && (await focused()) === 0; press++) await page.keyboard.press('Tab');
  expect(await focused()).toBe(1);
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowLeft', 'ArrowLeft']) if ((await focused()) !== 4) await page.keyboard.press(key);
  expect(await focused()).toBe(4);

  await page.keyboard.press('i');
  await app.expectIslands([[1, 2, 3, 5], [4]]);
  await page.keyboard.press('j');
  await app.expectIslands([[1, 2, 3, 4, 5]]);
  await page.keyboard.press('i');
  await app.expectIslands([[1, 2, 3, 5], [4]]);
  await page.keyboard.press('Shift+J');
  await app.expectIslands([[1, 2, 3, 4, 5]]);

  await chooseByKey(person, 'Crash');
  await person.expectUp(4, false);
  expect(await focused()).toBe(4);
  await chooseByKey(person, 'Restart');
  await person.expectUp(4, true);
  await page.keyboard.press('c');
  await person.expectUp(4, false);
  await page.keyboard.press('r');
  await person.expectUp(4, true);

  await page.keyboard.press('p');
  const dialog = page.getByRole('dialog', { name: 'Propose a value' });
  await expect(dialog.getByLabel('Value')).toBeFocused();
  await page.keyboard.type('typed');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await person.expectLogged(/asked n4: .*"typed"/);
});

test('the question mark lists the shortcuts', async ({ person }) => {
  const { page } = person;
  await person.begin({ seed: 37 });
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const [what, key] of [['Play or pause', 'Space'], ['One event', '.'], ['Isolate', 'I'], ['Crash', 'C'], ['New run…', 'N']]) {
    const term = dialog.getByRole('term').filter({ hasText: new RegExp(`^${what}$`) });
    await expect(term.locator('xpath=..').locator('kbd').last()).toHaveText(key!);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});

test('the log is filtered by node, kind, words and expressions', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 38 });
  await person.propose(2, 'pear');
  await app.waitForChosen(1, [1, 2, 3, 4, 5]);
  await person.pause();
  const all = await person.logCount();

  await person.filterKinds('Decisions');
  await expect.poll(() => person.logCount()).toBe(5);
  await page.getByRole('group', { name: 'Nodes' }).getByRole('button', { name: 'n3', exact: true }).last().click();
  await expect.poll(() => person.logCount()).toBe(1);
  expect((await app.log())[0]).toMatch(/^n3 learned that "pear" is chosen in instance 1/);
  await page.getByRole('group', { name: 'Nodes' }).getByRole('button', { name: 'n3', exact: true }).last().click();

  await person.filterKinds('Messages', 'Decisions', 'Faults', 'Requests', 'Notes');
  await expect.poll(() => person.logCount()).toBe(all);
  await person.filterLog('PEAR');
  await expect.poll(() => person.logCount()).toBeLessThan(all);
  expect(await app.log()).not.toHaveLength(0);
  for (const sentence of await app.log()) expect(sentence).toContain('pear');
  await person.filterLog('/^n2 → n[45] prepare/');
  await expect.poll(() => app.log()).toEqual([expect.stringMatching(/^n2 → n4 prepare/), expect.stringMatching(/^n2 → n5 prepare/)]);
  await person.filterLog('/n(2/');
  await expect(page.getByText(/^Not a regular expression/)).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Filter the log' })).toHaveAttribute('aria-invalid', 'true');
  await expect.poll(() => person.logCount()).toBe(all);
  await person.filterLog('no such words');
  await expect(page.getByText('No event passes this filter.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the text' }).click();
  await expect.poll(() => person.logCount()).toBe(all);
});

test('the log follows what happens, holds when scrolled up, and follows again', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 39, client: { enabled: true } });
  const latest = page.getByRole('button', { name: /^Latest/ }).and(page.locator('.pill'));
  await expect.poll(() => person.logCount()).toBeGreaterThan(60);
  await expect(latest).toHaveCount(0);
  await page.getByRole('list', { name: 'Events' }).hover();
  await page.mouse.wheel(0, -400);
  await expect(latest).toBeVisible();
  await scrollIsStill(person);
  const held = await app.log();
  const count = await person.logCount();
  await expect.poll(() => person.logCount()).toBeGreaterThan(count + 60);
  expect(await app.log()).toEqual(held);
  await expect(latest).toContainText(/\d+ new/);
  await latest.click();
  await expect(latest).toHaveCount(0);
  await expect.poll(() => app.log()).not.toEqual(held);
});

/** Opens the context menu of the focused node with its key and goes down to an entry. */
async function chooseByKey({ page }: Person, entry: string): Promise<void> {
  await page.keyboard.press('Shift+F10');
  const item = page.getByRole('menuitem', { name: new RegExp(`^${entry}( \\w)?$`) });
  await expect(item).toBeVisible();
  for (let press = 0; press < 20 && !(await item.evaluate((element) => element === document.activeElement)); press++) {
    await page.keyboard.press('ArrowDown');
  }
  await expect(item).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toHaveCount(0);
}

/** Waits until the log has come to rest where it was scrolled to. */
async function scrollIsStill({ page }: Person): Promise<void> {
  await page.getByRole('list', { name: 'Events' }).evaluate(async (list) => {
    for (let before = -1, still = 0; still < 10; ) {
      await new Promise((done) => requestAnimationFrame(done));
      still = list.scrollTop === before ? still + 1 : 0;
      before = list.scrollTop;
    }
  });
}

/** Whether the packets on the stage are painted alike before and after some frames. */
function painted({ page }: Person, frames: number): Promise<boolean> {
  return page.evaluate(async (count) => {
    const canvas = document.querySelector('canvas')!;
    const before = canvas.toDataURL();
    for (let frame = 0; frame < count; frame++) await new Promise((done) => requestAnimationFrame(done));
    return canvas.toDataURL() === before;
  }, frames);
}

/** How much virtual time, ms, goes by in a number of the window's frames. */
async function progress(person: Person): Promise<number> {
  const before = await person.clock();
  await person.page.evaluate(async () => {
    for (let frame = 0; frame < 60; frame++) await new Promise((done) => requestAnimationFrame(done));
  });
  return (await person.clock()) - before;
}

/** Proposes a value at n1; from the proposal to the first learner that knows, in virtual ms by the log. */
async function decisionTime(person: Person, slot: number, value: string): Promise<number> {
  await person.propose(1, value);
  await person.app.waitForChosen(slot, [1, 2, 3, 4, 5]);
  await person.filterLog(`/asked n1: .*"${value}"|learned that "${value}"/`);
  await expect.poll(() => person.logCount()).toBe(6);
  const times = (await timedLog(person)).map((row) => clockMs(row.split(' ')[0]!));
  return times[1]! - times[0]!;
}

/** The rows of the log that are in sight, each with its time. */
async function timedLog({ page }: Person): Promise<string[]> {
  const rows = await page.getByRole('list', { name: 'Events' }).getByRole('listitem').all();
  return Promise.all(rows.map(async (row) => `${await row.locator('.time').innerText()} ${await row.locator('.sentence').innerText()}`));
}

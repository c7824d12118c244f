/** Losing packets, crashing, restarting, duelling, and a node that dies by itself. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clickHere, cutWithKnife, findPacket, onLink } from './hand.ts';
import { expect, rank, test, type Person } from './person.ts';

test('with three of ten packets lost, values are still chosen, and the log names what was lost', async ({ person }) => {
  const { app } = person;
  await person.begin({ seed: 21, client: { enabled: true } });
  await app.waitForChosen(1);
  await person.setNumber('Loss', '30');
  await expect(person.slider('Loss')).toHaveAttribute('aria-valuetext', '30 %');
  const before = (await app.chosen()).length;
  for (const slot of [before + 1, before + 2, before + 3]) {
    expect((await app.waitForChosen(slot)).quorum.length).toBeGreaterThanOrEqual(3);
  }
  await person.filterLog('lost on the link:');
  const lost = await person.logCount();
  expect(lost).toBeGreaterThan(0);
  await expect.poll(() => person.logCount()).toBeGreaterThan(lost);
});

test('the loss that a slider is dragged to acts at once, and with all of it nothing is chosen', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 22 });
  const thumb = (await person.slider('Loss').boundingBox())!;
  const middle = { x: thumb.x + thumb.width / 2, y: thumb.y + thumb.height / 2 };
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.down();
  await page.mouse.move(middle.x + 60, middle.y, { steps: 4 });
  await page.mouse.move(middle.x + 600, middle.y, { steps: 4 });
  await page.mouse.up();
  await expect(person.slider('Loss')).toHaveAttribute('aria-valuetext', '100 %');
  await person.expectLogged('the network was changed');
  await person.propose(1, 'shout');
  await person.show('Ballots');
  await expect.poll(() => person.highestRound(), 'n1 tries again and again').toBeGreaterThanOrEqual(3);
  expect((await person.ballots()).filter(({ promised }) => promised !== '').map(({ node }) => node)).toEqual([1]);
  await person.setNumber('Loss', '0');
  await person.show('Chosen');
  expect((await app.waitForChosen(1)).value).toBe('shout');
});

test('a crash and a restart keep the promise: on disk before anybody heard of it', async ({ person }) => {
  const { app } = person;
  await person.begin({ seed: 23 });
  await person.propose(1, 'first');
  await app.waitForChosen(1, [1, 2, 3, 4, 5]);
  await person.chooseCrashPoint(3, /after its next save/i);
  await person.propose(2, 'second');
  await person.expectUp(3, false);
  await app.waitForChosen(2, [1, 2, 4, 5]);

  const crashed = await person.disk(3);
  expect(crashed.instances.get(1)).toMatchObject({ value: 'first' });
  expect(crashed.instances.get(2)).toEqual({ promised: '1.2', accepted: '', value: '' });
  await app.node(3).locator('.disc').click();
  await expect.poll(async () => (await person.inspected()).get('acceptor.2.promised')).toEqual({ memory: '', disk: '1.2' });
  expect((await person.inspected()).get('acceptor.1.accepted.value')?.disk).toBe('first');

  // Alone, so that whatever it knows of instance 2 it has from its disk.
  await person.choose(3, 'Isolate');
  await person.restart(3);
  await person.expectUp(3, true);
  await expect.poll(async () => (await person.inspected()).get('acceptor.2.promised')).toEqual({ memory: '1.2', disk: '1.2' });
  await expect(app.node(3)).toHaveAccessibleName(/promised 1\.2/);

  await person.choose(3, /Move to the island/);
  await person.show('Chosen');
  expect((await app.waitForChosen(2, [1, 2, 3, 4, 5])).value).toBe('second');
  await person.crash(3);
  const again = await person.disk(3);
  for (const [instance, { promised }] of crashed.instances) {
    expect(rank(again.instances.get(instance)!.promised)).toBeGreaterThanOrEqual(rank(promised));
  }
  expect(again.round).toBeGreaterThanOrEqual(crashed.round);
});

test('a restart with an erased disk begins with nothing and is marked unsafe', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 24 });
  await person.propose(5, 'kept');
  await app.waitForChosen(1, [1, 2, 3, 4, 5]);
  await person.choose(5, 'Isolate');
  await person.crash(5);
  const before = await person.disk(5);
  expect(before).toMatchObject({ round: 1 });
  expect(before.instances.get(1)).toEqual({ promised: '1.5', accepted: '1.5', value: 'kept' });

  await person.choose(5, /erased disk \(unsafe\)/);
  await person.expectUp(5, true);
  await person.expectLogged('n5 restarted (2) with an erased disk: unsafe');
  await expect(app.node(5)).toHaveAccessibleName(/erased disk, unsafe/);
  await app.node(5).locator('.disc').click();
  await expect(page.getByText('with an erased disk: unsafe').last()).toBeVisible();
  await expect.poll(async () => (await person.inspected()).get('acceptor')).toEqual({ memory: 'none', disk: 'none' });
  await person.crash(5);
  expect(await person.disk(5)).toEqual({ round: 0, instances: new Map() });
});

test('two proposers without backoff duel for ever; with backoff a value is chosen', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 25 });
  await person.settings.getByRole('button', { name: 'Constant' }).click();
  await person.setNumber('Shortest', '500');
  await person.settings.getByRole('switch', { name: 'Random backoff' }).click();
  await expect(person.settings.getByRole('switch', { name: 'Random backoff' })).not.toBeChecked();
  // Both proposals at one virtual time: less than a latency apart.
  await person.pause();
  await person.propose(1, 'red');
  await person.propose(5, 'blue');
  await person.play();

  await person.show('Ballots');
  for (const rounds of [10, 20, 30]) {
    await expect.poll(() => person.highestRound(), `${rounds} rounds`).toBeGreaterThanOrEqual(rounds);
    await expect(page.getByRole('tabpanel', { name: 'Ballots' })).toContainText('No learner knows a chosen value yet');
  }
  await person.expectLogged('tries again at once');
  await person.filterLog('');
  await person.filterKinds('Decisions');
  await expect.poll(() => person.logCount()).toBe(0);

  await person.settings.getByRole('switch', { name: 'Random backoff' }).click();
  await person.show('Chosen');
  const { value, quorum } = await app.waitForChosen(1, [1, 2, 3, 4, 5]);
  expect(['red', 'blue']).toContain(value);
  expect(quorum.length).toBeGreaterThanOrEqual(3);
});

test('a node whose disk cannot be read shows as crashed with the error, and the rest goes on', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 26 });
  await person.propose(2, 'before');
  await app.waitForChosen(1, [1, 2, 3, 4, 5]);
  await person.crash(2);
  await damageDisk(person, 2);
  await person.restart(2);
  await person.expectLogged('n2 crashed by itself: ');
  await expect(app.node(2)).toHaveAccessibleName(/crashed, .*file already exists/);
  await app.node(2).locator('.disc').click();
  await expect(page.getByRole('tabpanel', { name: 'Node' })).toContainText('file already exists');
  await expect(page.getByRole('region', { name: 'Messages' })).toContainText('the disk of n2 cannot be read');
  await person.propose(1, 'after');
  await person.show('Chosen');
  expect((await app.waitForChosen(2, [1, 3, 4, 5])).value).toBe('after');

  // With a disk that works again it comes back, and hears what it has missed.
  rmSync(join(await person.runFolder(), 'n2'));
  await person.choose(2, /erased disk/);
  await person.expectUp(2, true);
  // It has forgotten what it promised, which stands the run still until somebody lets it go on.
  await expect(page.getByRole('alert').filter({ hasText: 'PromisedNeverFalls' })).toBeVisible();
  await page.getByRole('button', { name: 'Go on' }).click();
  await app.waitForChosen(2, [1, 2, 3, 4, 5]);
});

test('the knife cuts the link it is drawn across, one way with Shift, and all cuts are mended at once', async ({ person }) => {
  const { page } = person;
  await person.begin({ seed: 27 });
  await cutWithKnife(person, 1, 2, { before: () => expect(person.preview).toHaveText('cuts n1 ↔ n2') });
  await person.expectLogged('cut: n1 ↔ n2');
  await cutWithKnife(person, 3, 4, { oneWay: true, before: () => expect(person.preview).toHaveText('cuts n3 → n4') });
  await person.expectLogged('cut: n3 → n4');
  await expect(page.getByRole('button', { name: 'Mend 2 links' })).toBeVisible();

  // What is sent over the cut is lost there; what is sent the other way arrives.
  await person.propose(3, 'around');
  await person.expectLogged("lost at the cut: n3's prepare to n4");
  await person.app.waitForChosen(1);
  await page.getByRole('button', { name: 'Mend 2 links' }).click();
  await expect(page.getByRole('button', { name: /^Mend/ })).toHaveCount(0);
});

test('a mute node hears all and is heard by nobody: what it proposes is chosen only once it is mended', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 28 });
  await person.chooseWithin(1, 'Cut around n1', /^Mute/);
  await person.propose(1, 'quiet');
  await person.expectLogged("lost at the cut: n1's prepare to n3");
  await person.propose(2, 'loud');
  expect((await app.waitForChosen(1, [1, 2, 3, 4, 5])).value).toBe('loud');
  await page.getByRole('button', { name: /^Mend 4 links/ }).click();
  await person.propose(1, 'heard');
  expect((await app.waitForChosen(2)).value).toBe('heard');
});

test('in hold mode nothing moves until it is delivered, from the stage or by a key', async ({ person }) => {
  const { app, page } = person;
  // The five learners ask once when they start, and then not again: what is held later is what was proposed.
  await person.begin({ seed: 29, speed: 4, config: { learnEvery: 3_600_000_000 } });
  const before = 5;
  await expect.poll(() => arrivals(person)).toBe(before);
  await app.node(1).focus();
  await page.keyboard.press('h');
  const bar = page.getByRole('group', { name: 'Held packets' });
  await expect(bar).toContainText('0 packets held');
  await person.propose(1, 'slowly');
  await expect(bar).toContainText(/[1-9]\d* packets held/);
  // Slow enough for nobody to try again while the packets are looked for.
  await app.request('transport:set', { speed: 1 / 16 });

  await findPacket(person, 'prepare', 1, 3);
  await clickHere(person);
  const menu = page.getByRole('menu', { name: 'Packet' });
  await expect(menu).toContainText('prepare · n1 → n3');
  await expect(menu).toContainText(/asks for a promise of \d+\.1/);
  await menu.getByRole('menuitem', { name: 'Deliver now' }).click();
  await person.expectLogged("n3 got n1's prepare");
  await findPacket(person, 'prepare', 1, 2);
  await clickHere(person);
  await menu.getByRole('menuitem', { name: 'Drop' }).click();
  await person.expectLogged("dropped by hand: n1's prepare to n2");
  await expect(page.getByRole('button', { name: /1 dropped by hand/ })).toBeVisible();
  // Nothing has arrived but what was delivered; the key delivers what was sent first of the rest.
  expect(await arrivals(person)).toBe(before + 1);
  await app.node(1).focus();
  await page.keyboard.press('d');
  await expect.poll(() => person.logCount()).toBe(before + 2);

  await app.request('transport:set', { speed: 4 });
  await bar.getByRole('button', { name: 'Let go' }).click();
  await app.waitForChosen(1);
});

test('a frozen node stands still while the others choose, and learns of it when it thaws', async ({ person }) => {
  const { app } = person;
  await person.begin({ seed: 30, speed: 4 });
  // Held while it is frozen and asked, so that it does not thaw before anybody has looked.
  await person.pause();
  await person.chooseWithin(3, /^Clock, disk/, 'Freeze for 10 s');
  await expect(app.node(3)).toHaveAccessibleName(/\bfrozen\b/);
  await person.propose(1, 'patience');
  await person.play();
  await app.waitForChosen(1, [1, 2, 3, 4, 5]);
  await expect(app.node(3)).not.toHaveAccessibleName(/\bfrozen\b/);
  await person.filterLog('learned that "patience"');
  await expect.poll(() => person.logCount()).toBe(5);
  expect((await app.log()).at(-1)).toContain('n3 learned');
});

test('a link is clicked and spoiled in one direction; the table of links says so', async ({ person }) => {
  const { page } = person;
  await person.begin({ seed: 31 });
  await person.stageIsStill();
  const at = await onLink(person, 1, 2);
  await page.mouse.click(at.x, at.y);
  const popover = page.getByRole('dialog', { name: /^Link n1/ });
  await popover.getByRole('radio', { name: 'n1 → n2' }).or(popover.getByRole('button', { name: 'n1 → n2' })).click();
  await popover.getByRole('textbox', { name: 'Loss' }).fill('100');
  await popover.getByRole('textbox', { name: 'Loss' }).press('Enter');
  await person.expectLogged('the link n1 → n2 was changed');
  await page.keyboard.press('Escape');
  await person.propose(1, 'around');
  await person.expectLogged("lost on the link: n1's prepare to n2");
  await person.app.waitForChosen(1);
  await person.settings.getByRole('button', { name: 'Links' }).click();
  const grid = page.getByRole('grid', { name: /^Links/ });
  await expect(grid.getByRole('gridcell', { name: /^n1 to n2: loses 100 %/ })).toBeVisible();
  await expect(grid.getByRole('gridcell', { name: /^n2 to n1: loses nothing/ })).toBeVisible();
  await page.keyboard.press('Escape');
});

/** Puts a file where the folder of the node's storage was. */
async function damageDisk(person: Person, node: number): Promise<void> {
  const folder = join(await person.runFolder(), `n${node}`);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no database');
}

/** How many packets the log says have arrived, once it says the same twice; leaves them as its filter. */
async function arrivals(person: Person): Promise<number> {
  await person.filterLog(String(/n\d got n\d's/));
  let last = -1;
  const again = async (): Promise<boolean> => last === (last = await person.logCount());
  await expect.poll(again).toBe(true);
  return last;
}

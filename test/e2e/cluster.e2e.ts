/** A cluster agrees, is pulled apart with the mouse, cannot agree in the minority, and is healed. */
import type { Json } from '../../src/contract/index.ts';
import { expect, test, type Person } from './person.ts';

const learned = /^n(\d+) learned that "(.*)" is chosen in instance (\d+),/;

test('five nodes choose values, and stage, panels and log agree about each of them', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 11, client: { enabled: true } });
  await app.waitForChosen(3, [1, 2, 3, 4, 5]);
  await person.pause();
  const rows = await app.chosen();
  expect(rows.map(({ slot }) => slot)).toEqual(rows.map((_, index) => rows.length - index));
  for (const { slot, value, quorum, knownTo } of rows.slice(-3)) {
    await person.show('Chosen');
    const row = page.getByRole('list', { name: 'Chosen values' }).getByRole('button', { name: `Instance ${slot}: ` });
    const ballot = await row.locator('.ballot').innerText();
    await row.click();

    await person.show('Ballots');
    const table = page.getByRole('table', { name: `Ballots of instance ${slot}`, exact: true });
    await expect(table).toBeVisible();
    const votes = (await person.ballots()).filter((vote) => vote.value === value && vote.accepted === ballot);
    expect(votes.map(({ node }) => node)).toEqual(expect.arrayContaining([...quorum]));
    expect(quorum.length).toBeGreaterThanOrEqual(3);
    await expect(page.getByRole('tabpanel', { name: 'Ballots' })).toContainText(`Chosen: ${value} in ballot ${ballot}`);

    for (const node of [1, 2, 3, 4, 5]) {
      const knows = new RegExp(`knows ${value} is chosen`);
      if (knownTo.includes(node)) await expect(app.node(node)).toHaveAccessibleName(knows);
      else await expect(app.node(node)).not.toHaveAccessibleName(knows);
    }

    await person.filterKinds('Decisions');
    await person.filterLog(`chosen in instance ${slot},`);
    await expect
      .poll(async () => (await app.log()).map((sentence) => learned.exec(sentence)?.slice(1)).sort())
      .toEqual(knownTo.map((node) => [String(node), value, String(slot)]));
  }
});

test('a node that is held shows what letting go would cut, and Escape lets go without', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 12 });
  await expect(person.preview).toHaveCount(0);
  await person.pullAway(4, async () => {
    await expect(person.preview).toContainText('4 links');
    await page.keyboard.press('Escape');
    await expect(person.preview).toHaveCount(0);
  });
  await person.stageIsStill();
  await app.expectIslands([[1, 2, 3, 4, 5]]);

  await person.pullAway(4, () => expect(person.preview).toContainText('4 links'));
  await app.expectIslands([[1, 2, 3, 5], [4]]);
  await expect(person.preview).toHaveCount(0);
  await person.expectLogged('parted: n1, n2, n3 and n5 | n4');
  // Once, and not when Escape was pressed.
  await person.filterLog('the network is parted');
  await expect.poll(() => person.logCount()).toBe(1);
  await person.putOnto(4, 1, () => expect(person.preview).toContainText('4 links'));
  await app.expectIslands([[1, 2, 3, 4, 5]]);
  await person.expectLogged('the network is whole again');
});

test('nodes chosen together are pulled away together, and an island put onto another heals', async ({ person }) => {
  const { app, page } = person;
  await person.begin({ seed: 13 });
  for (const node of [2, 3]) await app.node(node).locator('.disc').click({ modifiers: ['Shift'] });
  await person.pullAway(2, () => expect(person.preview).toContainText('6 links'));
  await app.expectIslands([[1, 4, 5], [2, 3]]);

  await person.stageIsStill();
  const caption = (await page.locator('button[data-island="2,3"]').boundingBox())!;
  await page.mouse.move(caption.x + caption.width / 2, caption.y + caption.height / 2);
  await page.mouse.down();
  const host = await app.centre(1);
  await page.mouse.move(caption.x, caption.y + caption.height, { steps: 4 });
  await page.mouse.move(host.x, host.y, { steps: 8 });
  await expect(person.preview).toContainText('6 links');
  await page.mouse.up();
  await app.expectIslands([[1, 2, 3, 4, 5]]);
});

test('a minority island cannot choose, the majority can, and healing tells the late nodes the same values', async ({ person }) => {
  const { app } = person;
  await person.begin({ seed: 14 });
  await person.propose(1, 'together');
  await app.waitForChosen(1, [1, 2, 3, 4, 5]);
  await person.pullAway(4);
  await app.expectIslands([[1, 2, 3, 5], [4]]);
  await person.putOnto(5, 4);
  await app.expectIslands([[1, 2, 3], [4, 5]]);
  await expect(person.island(4, 5)).toHaveAccessibleName(/cannot choose/);
  await expect(person.island(1, 2, 3)).toHaveAccessibleName(/can choose/);

  await person.propose(4, 'minority');
  await person.show('Ballots');
  await expect.poll(async () => (await person.ballots())[3]!.promised, 'n4 tries again and again').toMatch(/^[3-9]\.4$/);
  await person.show('Chosen');
  expect((await app.chosen()).map(({ value }) => value)).toEqual(['together']);

  const values = ['alpha', 'beta', 'gamma'];
  for (const [index, value] of values.entries()) {
    await person.propose(index + 1, value);
    const row = await app.waitForChosen(index + 2, [1, 2, 3]);
    expect(row).toMatchObject({ value, quorum: [1, 2, 3], knownTo: [1, 2, 3] });
  }
  await expect(app.node(4)).toHaveAccessibleName(/island of n4 and n5/);
  await expect(app.node(4)).not.toHaveAccessibleName(/knows .* is chosen/);

  await person.putOnto(4, 1);
  await person.putOnto(5, 1);
  await app.expectIslands([[1, 2, 3, 4, 5]]);
  for (const [index, value] of values.entries()) {
    expect((await app.waitForChosen(index + 2, [1, 2, 3, 4, 5])).value).toBe(value);
  }
  await expect(app.node(4)).toHaveAccessibleName(/knows gamma is chosen/);
  expect(await chosenInMemory(person, 4)).toEqual(['together', ...values]);
  expect(await chosenInMemory(person, 5)).toEqual(['together', ...values]);
  await person.expectLogged(/n4 answered: .* has chosen "alpha", proposed by another, not "minority"/);
});

for (const nodes of [1, 9, 15]) {
  test(`a cluster of ${nodes} chooses`, async ({ person }) => {
    const { app } = person;
    await person.begin({ nodes, seed: nodes, client: { enabled: true } });
    await expect(person.discs).toHaveCount(nodes);
    const everybody = Array.from({ length: nodes }, (_, index) => index + 1);
    await app.expectIslands([everybody]);
    const { quorum } = await app.waitForChosen(2, everybody);
    expect(quorum.length).toBeGreaterThan(nodes / 2);
  });
}

/** The values a node knows to be chosen, by instance, from its memory. */
async function chosenInMemory({ app }: Person, node: number): Promise<Json[]> {
  const { memory } = await app.request('node:inspect', { node });
  const { learner } = memory as { learner: { chosen: { [instance: string]: { value: string } } } };
  return Object.keys(learner.chosen).sort((a, b) => Number(a) - Number(b)).map((instance) => learner.chosen[instance]!.value);
}

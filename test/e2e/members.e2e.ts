/** Servers come and go by the pointer, and a client goes with the leader it was asking. */
import type { Point } from './app.ts';
import { expect, test, type Person } from './person.ts';

/** The clients ask for nothing by themselves. */
const quiet = { load: { sessions: 0 } };
const C1 = 16;
/** Moves of the pointer in a drag. */
const MOVES = 12;

test('the spare server is dragged onto the island, learns, and becomes a member', async ({ person }) => {
  const { app, page } = person;
  await begin(person, 61);
  await person.stageIsStill();
  const to = await app.centre(1);
  const between = { x: to.x, y: to.y + 90 };
  await carry(person, await middleOf(person, '[data-spare] .disc'), between, async () => {
    await expect(person.preview).toContainText(/^n6 joins, and learns .* 6 members, majority 4$/);
  });
  await expect(app.node(6)).toHaveAccessibleName(/\bup\b/);
  await expect(page.getByRole('region', { name: 'Dock' })).toContainText('6 members');
  await expect(app.node(6)).not.toHaveAccessibleName(/joining/);
  await expect(person.island(1, 2, 3, 4, 5, 6, C1, C1 + 1)).toContainText('6 of 6 acceptors');
});

test('a crashed server that is dropped on the bin leaves through the log, and goes', async ({ person }) => {
  const { app, page } = person;
  await begin(person, 62);
  const leader = await leaderOf(person);
  const going = leader === 2 ? 3 : 2;
  await person.crash(going);
  await person.stageIsStill();
  await carry(person, await app.centre(going), await middleOf(person, '[data-bin]'), async () => {
    await expect(person.preview).toContainText(`n${going} leaves through the log`);
  });
  await expect(app.node(going)).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Dock' })).toContainText('4 members');
  await person.expectLogged(`n${going} was taken away`);
});

test('a client that is dragged away with the old leader waits, and two servers say that they lead', async ({ person }) => {
  const { app, page } = person;
  await begin(person, 63);
  const old = await leaderOf(person);
  for (const node of [old, C1]) await app.node(node).locator('.disc').click({ modifiers: ['Shift'] });
  await person.pullAway(C1);
  const rest = [1, 2, 3, 4, 5, C1 + 1].filter((node) => node !== old);
  await app.expectIslands([[old, C1], rest].sort((a, b) => a[0]! - b[0]!));
  await app.request('session:command', {
    type: 'request',
    node: C1,
    request: { type: 'operate', operation: { type: 'put', key: 'x', value: '3' }, server: old },
  });
  await expect(app.node(C1)).toHaveAccessibleName(/waits for put x = 3/);
  await expect(app.node(old)).toHaveAccessibleName(/leading with .*outdated: n\d leads with/);
  await expect(app.node(C1)).toHaveAccessibleName(/waits for put x = 3/);
  await page.getByRole('button', { name: /^Heal both islands/ }).click();
  await expect(app.node(C1)).not.toHaveAccessibleName(/waits for/);
  await expect(app.node(old)).not.toHaveAccessibleName(/outdated/);
});

/** A cluster of Multi-Paxos in which somebody leads. */
async function begin(person: Person, seed: number): Promise<void> {
  await person.begin({ protocol: 'multipaxos', seed, config: quiet });
  await leaderOf(person);
}

/** Who leads; waits until somebody does. */
async function leaderOf({ page }: Person): Promise<number> {
  const leader = page.locator('button[data-node]:has(.leader)').first();
  await expect(leader).toBeVisible();
  return Number(await leader.getAttribute('data-node'));
}

async function middleOf({ page }: Person, selector: string): Promise<Point> {
  const box = await page.locator(selector).boundingBox();
  if (box === null) throw new Error(`${selector} is not to be seen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Carries what lies at one point to another and lets go. `before` is called while it is still held. */
async function carry({ page: { mouse } }: Person, from: Point, to: Point, before: () => Promise<void>): Promise<void> {
  await mouse.move(from.x, from.y);
  await mouse.down();
  for (let move = 1; move <= MOVES; move++) {
    const share = move / MOVES;
    await mouse.move(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
  }
  await before();
  await mouse.up();
}

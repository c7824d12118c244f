/** What a hand does on the stage where there is nothing to name: on links, and on packets that move. */
import type { Point } from './app.ts';
import type { Person } from './person.ts';

/** Half the length of a stroke with the knife, px: across one link and no other. */
const KNIFE_REACH = 9;

/** The point this share of the way along the link between two nodes. */
export async function onLink({ app }: Person, a: number, b: number, share = 0.5): Promise<Point> {
  const from = await app.centre(a);
  const to = await app.centre(b);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

/**
 * Takes the knife by its key and draws a short stroke across one link, so that node `a` lies to its left. `before` is
 * called while the stroke is still drawn.
 */
export async function cutWithKnife(
  person: Person,
  a: number,
  b: number,
  { oneWay = false, before }: { oneWay?: boolean; before?: () => Promise<void> } = {},
): Promise<void> {
  const { app, page } = person;
  await person.stageIsStill();
  const at = await onLink(person, a, b, 0.4);
  const from = await app.centre(a);
  const length = Math.hypot(at.x - from.x, at.y - from.y);
  const along = { x: (at.y - from.y) / length, y: -(at.x - from.x) / length };
  const { keyboard, mouse } = page;
  // Away from whatever is being typed in.
  await app.node(a).focus();
  await keyboard.down('k');
  await mouse.move(at.x - along.x * KNIFE_REACH, at.y - along.y * KNIFE_REACH);
  await mouse.down();
  if (oneWay) await keyboard.down('Shift');
  await mouse.move(at.x + along.x * KNIFE_REACH, at.y + along.y * KNIFE_REACH, { steps: 6 });
  await before?.();
  await mouse.up();
  if (oneWay) await keyboard.up('Shift');
  await keyboard.up('k');
}

/** Moves the pointer along a link from one node towards the other until it is on such a packet that goes that way. */
export async function findPacket(person: Person, kind: string, from: number, to: number): Promise<void> {
  const { app, page } = person;
  await person.stageIsStill();
  const a = await app.centre(from);
  const b = await app.centre(to);
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  const tip = page.getByRole('tooltip');
  for (let far = 30; far < length - 30; far += 6) {
    // A little to the right of the way, where the lane is.
    const x = a.x + ((b.x - a.x) * far - (b.y - a.y) * 4) / length;
    const y = a.y + ((b.y - a.y) * far + (b.x - a.x) * 4) / length;
    await page.mouse.move(x, y);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    if ((await tip.count()) > 0 && (await tip.first().innerText()).includes(`${kind} · n${from} → n${to}`)) return;
  }
  throw new Error(`no ${kind} from n${from} to n${to} is to be seen`);
}

/** Clicks where the pointer is. */
export async function clickHere({ page }: Person): Promise<void> {
  await page.mouse.down();
  await page.mouse.up();
}

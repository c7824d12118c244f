import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useActions } from '../../../renderer/actions.ts';
import { useStage } from '../../../renderer/stores/stage.ts';
import { directionKey } from '../../../src/contract/index.ts';
import { one, play, press, settled, waited } from '../mounting.ts';
import { clearStage, layStage, node, placeOf, pointer, stage } from './stage-scene.ts';

beforeEach(layStage);
afterEach(clearStage);

/** The point this share of the way from one node to another. */
function between(a: number, b: number, share = 0.5): { x: number; y: number } {
  const from = placeOf(a);
  const to = placeOf(b);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

/** A straight stroke across the link between two nodes, from the side on which `a` lies to its left. */
async function stroke(a: number, b: number, more: PointerEventInit = {}): Promise<void> {
  const at = between(a, b);
  const from = placeOf(a);
  const length = Math.hypot(at.x - from.x, at.y - from.y);
  const along = { x: (at.y - from.y) / length, y: -(at.x - from.x) / length };
  const ends = [-12, 0, 12].map((off) => ({ x: at.x + along.x * off, y: at.y + along.y * off }));
  pointer('pointerdown', one('.stage'), ends[0]!, more);
  for (const end of ends) pointer('pointermove', one('.stage'), end, more);
  await settled();
}

function menuItem(text: string): HTMLElement {
  return one('[role="menuitem"]', text);
}

async function menuOf(target: Element, at: { x: number; y: number }): Promise<void> {
  target.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: at.x, clientY: at.y, button: 2 }));
  await settled();
}

describe('the knife', () => {
  it('cuts the links its stroke crosses, both ways, and says so before', async () => {
    const made = await stage();
    useActions().perform('knife');
    await settled();
    expect(one('.preview').textContent).toContain('Draw across links to cut them');
    await stroke(1, 2);
    expect(one('.preview').textContent).toBe('cuts n1 ↔ n2');
    expect(made.run.world!.cuts.size).toBe(0);
    pointer('pointerup', one('.stage'), between(1, 2));
    await settled();
    expect([...made.run.world!.cuts].sort()).toEqual([directionKey(1, 2), directionKey(2, 1)].sort());
    expect(one('[data-action="mend"]').textContent).toContain('Mend 1 link');
    one<HTMLButtonElement>('[data-action="knife"]').click();
    await settled();
    one<HTMLButtonElement>('[data-action="mend"]').click();
    await settled();
    expect(made.run.world!.cuts.size).toBe(0);
  });

  it('cuts one way with Shift: from the left of the stroke to its right', async () => {
    const made = await stage();
    useActions().perform('knife');
    await stroke(1, 2, { shiftKey: true });
    expect(one('.preview').textContent).toBe('cuts n1 → n2');
    pointer('pointerup', one('.stage'), between(1, 2), { shiftKey: true });
    await settled();
    expect([...made.run.world!.cuts]).toEqual([directionKey(1, 2)]);
  });

  it('cuts nothing when Escape is pressed, and is put away by another', async () => {
    const made = await stage();
    useActions().perform('knife');
    await stroke(1, 2);
    press('Escape');
    await settled();
    expect(useStage().knife).toBe('kept');
    pointer('pointerup', one('.stage'), between(1, 2));
    await settled();
    expect(made.run.world!.cuts.size).toBe(0);
    press('Escape');
    expect(useStage().knife).toBe('away');
  });

  it('is held with its key for one stroke, or kept by a short press', async () => {
    await stage();
    useActions().perform('knife', null, 'k');
    expect(useStage().knife).toBe('held');
    window.dispatchEvent(new KeyboardEvent('keyup', { key: 'k' }));
    expect(useStage().knife).toBe('kept');
    useActions().perform('knife', null, 'k');
    useActions().perform('knife', null, 'k');
    await stroke(1, 2);
    pointer('pointerup', one('.stage'), between(1, 2));
    window.dispatchEvent(new KeyboardEvent('keyup', { key: 'k' }));
    expect(useStage().knife).toBe('away');
  });

  it('has the same in the menu of a node', async () => {
    const made = await stage();
    await menuOf(node(2), placeOf(2));
    menuItem('Cut link to').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await settled();
    menuItem('n4').click();
    await settled();
    expect([...made.run.world!.cuts].sort()).toEqual([directionKey(2, 4), directionKey(4, 2)].sort());
  });
});

describe('links', () => {
  it('are opened by a click, and cut and changed there', async () => {
    const made = await stage();
    pointer('pointerdown', one('.stage'), between(1, 2));
    pointer('pointerup', one('.stage'), between(1, 2));
    await settled();
    expect(one('.popover h2').textContent).toBe('Link n1 ↔ n2');
    one<HTMLButtonElement>('.popover .state button', 'Cut').click();
    await settled();
    expect(made.run.world!.cuts.size).toBe(2);
    one<HTMLButtonElement>('.popover .state button', 'Mend').click();
    await settled();
    expect(made.run.world!.cuts.size).toBe(0);
  });

  it('say under the pointer what they do to packets', async () => {
    const made = await stage();
    await made.run.command({ type: 'link', from: 1, to: 2, settings: { loss: { probability: 0.5 } } });
    pointer('pointermove', one('.stage'), between(1, 2));
    await waited(600);
    expect(one('.tip').textContent).toContain('Link n1 ↔ n2');
    expect(one('.tip').textContent).toContain('n1 → n2: loses 50 %, about 550 ms, settings of its own');
    expect(one('.tip').textContent).toContain('n2 → n1: loses nothing, about 550 ms');
  });

  it('are cut in one direction from their own menu, and in patterns from that of a node', async () => {
    const made = await stage();
    await menuOf(one('.stage'), between(1, 2));
    menuItem('Cut only n2 → n1').click();
    await settled();
    expect([...made.run.world!.cuts]).toEqual([directionKey(2, 1)]);
    await made.run.command({ type: 'mend' });
    await menuOf(node(3), placeOf(3));
    menuItem('Cut around n3').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await settled();
    one<HTMLElement>('.pattern b', 'Bridge').closest<HTMLElement>('[role="menuitem"]')!.click();
    await settled();
    expect(made.run.world!.cuts.has(directionKey(1, 5))).toBe(true);
    expect([...made.run.world!.cuts].some((key) => key >> 4 === 3 || (key & 15) === 3)).toBe(false);
  });
});

describe('packets', () => {
  it('stand still in hold mode until they are delivered, the oldest first', async () => {
    const made = await stage(0);
    useActions().perform('hold-mode');
    await play(made, 6_000_000);
    const held = [...made.run.world!.packets.values()].filter((packet) => packet.held);
    expect(held.length).toBeGreaterThan(2);
    expect(one('[aria-label="Held packets"]').textContent).toContain(`${held.length} packets held`);
    one<HTMLButtonElement>('[data-action="deliver-next"]').click();
    await play(made, 1000);
    const oldest = Math.min(...held.map(({ packet }) => packet));
    expect(made.bridge.commands.at(-1)).toMatchObject({ type: 'packet', packet: oldest, action: 'deliver' });
    expect(made.run.world!.packets.has(oldest)).toBe(false);
  });

  it('have a menu that reads them out and acts on them', async () => {
    const made = await stage();
    await play(made, 5_300_000);
    const packet = [...made.run.world!.packets.values()].find(({ from, to }) => from !== to)!;
    useStage().openPacket(packet.packet, { x: 300, y: 300 });
    await settled();
    const menu = one('[role="menu"]');
    expect(menu.textContent).toContain(`n${packet.from} → n${packet.to}`);
    menuItem('Hold').click();
    await settled();
    expect(made.run.world!.packets.get(packet.packet)!.held).toBe(true);
    useStage().openPacket(packet.packet, { x: 300, y: 300 });
    await settled();
    menuItem('Drop').click();
    await settled();
    expect(made.run.world!.packets.has(packet.packet)).toBe(false);
    expect(one('.lost').getAttribute('aria-label')).toContain('1 dropped by hand');
  });

  it('say in their menu that they are gone', async () => {
    await stage();
    useStage().openPacket(999_999, { x: 300, y: 300 });
    await settled();
    expect(one('[role="menu"]').textContent).toContain('not in flight any more');
  });
});

describe('faults of nodes on the stage', () => {
  it('are offered in the menu, and shown on the disc', async () => {
    const made = await stage();
    await menuOf(node(2), placeOf(2));
    menuItem('Clock, disk and pauses').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await settled();
    const offers = [...document.querySelectorAll('[role="menuitem"]')].map((item) => item.textContent.trim());
    expect(offers).toEqual(expect.arrayContaining(['FFreeze for 2 s', 'CSlow clock: half speed', 'LDDisk that lies about syncs (unsafe)']));
    menuItem('FFreeze for 2 s').click();
    await settled();
    expect(node(2).classList).toContain('frozen');
    expect(node(2).getAttribute('aria-label')).toContain(', frozen,');
    await play(made, 2_100_000);
    expect(node(2).classList).not.toContain('frozen');
  });

  it('come back with a disk that is not as it was, marked unsafe', async () => {
    const made = await stage();
    await made.run.command({ type: 'crash', node: 3 });
    await settled();
    await menuOf(node(3), placeOf(3));
    menuItem('Restart without its last save (unsafe)').click();
    await play(made, 1000);
    expect(node(3).getAttribute('aria-label')).toContain('without its last save, unsafe');
    expect(node(3).querySelector('.again')!.classList).toContain('unsafe');
  });

  it('fire a timer now', async () => {
    const made = await stage();
    const timer = [...made.run.world!.nodes.get(2)!.timers.keys()][0]!;
    await menuOf(node(2), placeOf(2));
    menuItem('Fire timer').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await settled();
    menuItem(made.run.protocol.describeTimer(timer)).click();
    await settled();
    expect(made.bridge.commands.at(-1)).toEqual({ type: 'fire', node: 2, timer });
  });
});

describe('what a menu opens', () => {
  it('stays open when the menu has closed: a packet of a node, the settings of a link', async () => {
    const made = await stage();
    await play(made, 5_300_000);
    const packet = [...made.run.world!.packets.values()].find(({ from, to }) => from !== to)!;
    await menuOf(node(packet.from), placeOf(packet.from));
    menuItem('Packets in flight').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await settled();
    const name = made.run.protocol.messages[packet.kind]!.name;
    document.querySelectorAll<HTMLElement>('[role="menuitem"]').forEach((item) => {
      if (item.textContent.startsWith(`${name} · n${packet.from} → n${packet.to}`)) item.click();
    });
    await waited(100);
    expect(one('[role="menu"][aria-label="Packet"]').textContent).toContain(`n${packet.from} → n${packet.to}`);
    press('Escape');
    await waited(100);
    await menuOf(one('.stage'), between(1, 2));
    menuItem('Loss, latency and other faults…').click();
    await waited(100);
    expect(one('.popover h2').textContent).toBe('Link n1 ↔ n2');
  });
});

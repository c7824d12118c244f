import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useHistory } from '../../../renderer/stores/history.ts';
import { one, play, press, settled, waited } from '../mounting.ts';
import { clearStage, drag, layStage, node, placeOf, pointer, stage } from './stage-scene.ts';

beforeEach(layStage);
afterEach(clearStage);

describe('the stage', () => {
  it('names every node in full', async () => {
    const { run } = await stage(3_500_000);
    expect(document.querySelectorAll('[data-node]')).toHaveLength(5);
    const slot = run.world!.nodes.get(2)!.view!.slots.at(-1)!;
    const name = node(2).getAttribute('aria-label')!;
    expect(name).toMatch(/^n2, proposer acceptor learner, up, /);
    expect(name).toContain(`accepted ${slot.accepted!.ballot.round}.${slot.accepted!.ballot.node} ${slot.accepted!.value}`);
    expect(name).toMatch(/island of n1, n2, n3, n4 and n5$/);
  });

  it('shows which roles a node has, and what a node that is no acceptor does', async () => {
    const roles = [['proposer'], ['acceptor'], ['acceptor'], ['acceptor', 'proposer'], ['learner']];
    await stage(8_000_000, { config: { roles } });
    expect(node(1).textContent).toContain('proposes');
    expect(node(1).querySelector('.roles')!.textContent).toBe('P');
    expect(node(5).textContent).toContain('learned');
    expect(one('.caption').textContent).toContain('3 of 3 acceptors');
  });

  it('says what each island can do', async () => {
    const made = await stage();
    expect(one('.caption').textContent.replace(/\s+/g, ' ').trim()).toBe('5 of 5 acceptors · majority, can choose');
    await made.run.command({ type: 'partition', groups: [[1, 2, 3], [4, 5]] });
    await settled();
    const captions = [...document.querySelectorAll('.caption')].map((caption) => caption.getAttribute('aria-label'));
    expect(captions).toEqual([
      'Island of n1, n2 and n3: 3 of 5 acceptors, majority, can choose',
      'Island of n4 and n5: 2 of 5 acceptors, cannot choose',
    ]);
    expect(one('[data-action="heal"]').textContent).toContain('Heal both islands');
  });

  it('shows a crashed node as crashed', async () => {
    const made = await stage();
    await made.run.command({ type: 'crash', node: 3 });
    await settled();
    expect(node(3).classList).toContain('down');
    expect(node(3).getAttribute('aria-label')).toMatch(/^n3, proposer acceptor learner, crashed, /);
    expect(one('.caption').textContent).toContain('4 of 5 acceptors');
    await made.run.command({ type: 'restart', node: 3 });
    await play(made, 1000);
    expect(node(3).getAttribute('aria-label')).toContain('started 2 times');
  });

  it('parts the network when a node is dropped on the open sea, and says so before', async () => {
    const made = await stage();
    await drag(2, { x: 960, y: 560 });
    expect(one('.preview').textContent).toBe('cuts 4 links · leaves 4 of 5 acceptors together');
    expect([...document.querySelectorAll('.caption')].map((c) => c.getAttribute('data-island'))).toEqual(['1,3,4,5', '2']);
    expect(made.run.world!.groups).toHaveLength(1);
    pointer('pointerup', one('.stage'), { x: 960, y: 560 });
    await settled();
    expect(made.run.world!.groups).toEqual([[1, 3, 4, 5], [2]]);
    expect(document.querySelector('.preview')).toBeNull();
  });

  it('shows the partition of a moment of the past, whatever was dropped just before', async () => {
    const made = await stage();
    made.bridge.delays.set('session:command', new Promise(() => {}));
    await drag(2, { x: 960, y: 560 });
    pointer('pointerup', one('.stage'), { x: 960, y: 560 });
    await settled();
    expect(document.querySelectorAll('.caption')).toHaveLength(2);
    useHistory().seek(100);
    await waited(50);
    expect(made.run.past!.seq).toBe(100);
    expect(document.querySelectorAll('.caption')).toHaveLength(1);
  });

  it('heals when the node is dragged back', async () => {
    const made = await stage();
    await made.run.command({ type: 'partition', groups: [[1, 3, 4, 5], [2]] });
    await waited(700);
    await drag(2, placeOf(4));
    expect(one('.preview').textContent).toBe('heals 4 links · brings 5 of 5 acceptors together');
    pointer('pointerup', one('.stage'), placeOf(4));
    await settled();
    expect(made.run.world!.groups).toHaveLength(1);
  });

  it('drops nothing when Escape is pressed', async () => {
    const made = await stage();
    await drag(2, { x: 960, y: 560 });
    press('Escape');
    await settled();
    expect(document.querySelector('.preview')).toBeNull();
    pointer('pointerup', one('.stage'), { x: 960, y: 560 });
    await settled();
    expect(made.run.world!.groups).toHaveLength(1);
    expect(made.bridge.requests.some(({ channel }) => channel === 'session:command')).toBe(false);
  });

  it('takes a drop back that main refuses', async () => {
    const made = await stage();
    const before = placeOf(2);
    vi.spyOn(made.bridge, 'request').mockResolvedValue({ ok: false, error: 'not now' });
    await drag(2, { x: 960, y: 560 });
    pointer('pointerup', one('.stage'), { x: 960, y: 560 });
    await settled();
    expect(document.querySelectorAll('.caption')).toHaveLength(1);
    // It slides back; how long that takes depends on how often the page is drawn.
    await expect.poll(() => Math.hypot(placeOf(2).x - before.x, placeOf(2).y - before.y), { timeout: 20_000 }).toBeLessThan(1);
    expect(made.ui.toasts.at(-1)!.detail).toBe('not now');
  });

  it('moves several chosen nodes together', async () => {
    const made = await stage();
    for (const id of [2, 3]) {
      pointer('pointerdown', node(id), placeOf(id), { shiftKey: true });
      pointer('pointerup', one('.stage'), placeOf(id), { shiftKey: true });
    }
    await settled();
    expect(node(2).classList).toContain('together');
    await drag(3, { x: 960, y: 560 });
    pointer('pointerup', one('.stage'), { x: 960, y: 560 });
    await settled();
    expect(made.run.world!.groups).toEqual([[1, 4, 5], [2, 3]]);
  });

  it('opens the inspector for a node that is clicked, or entered from the keyboard', async () => {
    const made = await stage();
    pointer('pointerdown', node(4), placeOf(4));
    pointer('pointerup', one('.stage'), placeOf(4));
    expect(made.selection.node).toBe(4);
    expect(made.ui.tab).toBe('node');
    node(5).dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 0 }));
    expect(made.selection.node).toBe(5);
  });

  it('is one stop of Tab, and arrow keys lead from node to node', async () => {
    const made = await stage();
    const stops = () => [...document.querySelectorAll<HTMLElement>('[data-node]')].filter((element) => element.tabIndex === 0);
    expect(stops().map((element) => element.dataset.node)).toEqual(['1']);
    node(1).focus();
    press('ArrowRight');
    await settled();
    expect(document.activeElement).toBe(node(2));
    press('ArrowDown');
    await settled();
    expect(document.activeElement).toBe(node(3));
    expect(made.selection.node).toBe(3);
    expect(stops().map((element) => element.dataset.node)).toEqual(['3']);
  });

  it('tells what is decided and parted, politely', async () => {
    const made = await stage(0);
    await waited(1700);
    await play(made, 4_000_000);
    await made.run.command({ type: 'partition', groups: [[1, 2, 3], [4, 5]] });
    await waited(1700);
    const status = one('[role="status"]').textContent;
    expect(status).toMatch(/Instance 1: \w+ is chosen\./);
    expect(status).toContain('The network is parted. n1, n2 and n3: majority, can choose; n4 and n5: cannot choose.');
  });

  it('explains every kind of packet', async () => {
    const { run } = await stage();
    const names = [...document.querySelectorAll('.kinds .name')].map((name) => name.textContent);
    expect(names).toEqual(run.protocol.messages.map((kind) => kind.name));
  });
});

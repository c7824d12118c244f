/** Clients and servers that come and go, on the stage and on a real cluster of Multi-Paxos. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useActions } from '../../../renderer/actions.ts';
import { useMembers } from '../../../renderer/stores/members.ts';
import { one, play, settled, type Scene } from '../mounting.ts';
import { clearStage, drag, layStage, node, placeOf, pointer, stage } from './stage-scene.ts';

beforeEach(layStage);
afterEach(clearStage);

/** Nothing is asked for by itself. */
const quiet = { load: { sessions: 0 } };
const cluster = (us = 12_000_000, config: object = quiet) => stage(us, { protocol: 'multipaxos', config });

/** happy-dom lays nothing out: the bin is where it is said to be. */
function layBin(): { x: number; y: number } {
  const box = { left: 930, top: 60, right: 980, bottom: 110 };
  one('[data-bin]').getBoundingClientRect = () => box as DOMRect;
  return { x: 955, y: 85 };
}

/** Plays on, half a second of virtual time after another, until it is so. */
async function until(made: Scene, what: string, isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (isSo()) return;
    await play(made, 500_000);
  }
  throw new Error(`never came: ${what}`);
}

describe('clients on the stage', () => {
  it('are squares that say what they wait for, and answer to the database', async () => {
    const made = await cluster();
    expect(node(16).classList).toContain('client');
    expect(node(16).getAttribute('aria-label')).toMatch(/^c1, client, up, island of/);
    await made.run.command({ type: 'request', node: 16, request: { type: 'operate', operation: { type: 'put', key: 'x', value: '3' } } });
    await play(made, 1000);
    expect(node(16).textContent).toContain('put x = 3');
    useActions().perform('propose', 16);
    expect(made.ui.lowerTab).toBe('database');
    expect(useActions().bind('propose', 1).title).toBe('Ask it through a client…');
    expect(useActions().bind('restart-erased', 16).blocked).not.toBeNull();
  });

  it('are parted like servers, in complete groups', async () => {
    const made = await cluster();
    await drag(16, { x: 900, y: 560 });
    expect(one('.preview').textContent).toContain('cuts 5 links');
    pointer('pointerup', one('.stage'), { x: 900, y: 560 });
    await settled();
    expect(made.run.world!.groups).toEqual([[1, 2, 3, 4, 5, 17], [16]]);
  });

  it('stay with the largest part when servers are parted by name', async () => {
    const made = await cluster();
    useActions().perform('isolate', 2);
    await settled();
    expect(made.run.world!.groups).toEqual([[1, 3, 4, 5, 16, 17], [2]]);
  });
});

describe('leaders on the stage', () => {
  it('bear their ballot; of two, the older is outdated', async () => {
    const made = await cluster();
    const first = made.run.world!.terms.at(-1)!.node;
    expect(node(first).querySelector('.leader')!.textContent.trim()).toMatch(new RegExp(`^\\d+\\.${first}$`));
    await made.run.command({ type: 'partition', groups: [[first, 16], [1, 2, 3, 4, 5, 17].filter((other) => other !== first)] });
    await until(made, 'a second leader', () => document.querySelectorAll('.leader').length === 2);
    expect(node(first).querySelector('.leader')!.classList).toContain('outdated');
    expect(node(first).getAttribute('aria-label')).toMatch(/leading with \d+\.\d+, outdated: n\d leads with/);
  });
});

describe('members', () => {
  it('join when the spare server is dropped on an island', async () => {
    const made = await cluster();
    pointer('pointerdown', one('.spare'), { x: 950, y: 40 });
    pointer('pointermove', one('.stage'), { x: 500, y: 300 });
    await settled();
    expect(one('.preview').textContent).toMatch(/^n6 joins, and learns · from about slot \d+ on it is a member: 6 members, majority 4$/);
    pointer('pointerup', one('.stage'), { x: 500, y: 300 });
    await settled();
    expect(made.run.nodes).toEqual([1, 2, 3, 4, 5, 6]);
    expect(made.run.world!.groups).toEqual([[1, 2, 3, 4, 5, 6, 16, 17]]);
    await play(made, 1000);
    expect(node(6).textContent).toContain('joining');
    await until(made, 'n6 as a member', () => useMembers().membership.members.includes(6));
    await until(made, 'n6 with a vote', () => !node(6).textContent.includes('joining'));
    expect(useMembers().spare).toBe(7);
  });

  it('leave through the log when they are dropped on the bin, running or not', async () => {
    const made = await cluster();
    const leader = made.run.world!.terms.at(-1)!.node;
    const going = leader === 2 ? 3 : 2;
    await made.run.command({ type: 'crash', node: going });
    await settled();
    const bin = layBin();
    await drag(going, bin);
    expect(one('.preview').textContent).toMatch(new RegExp(`^n${going} leaves through the log · from about slot \\d+ on 4 members, majority 3$`));
    expect(one('.bin').classList).toContain('on');
    pointer('pointerup', one('.stage'), bin);
    await settled();
    expect(node(going).textContent).toContain('leaving');
    await until(made, 'that it goes', () => !made.run.nodes.includes(going));
    expect(useMembers().membership.members).not.toContain(going);
    expect(document.querySelector(`[data-node="${going}"]`)).toBeNull();
    expect(useMembers().leaving.size).toBe(0);
  });

  it('stay, and say what they wait for, as long as nobody leads; they can be kept, and pulled out', async () => {
    const made = await cluster(500_000);
    useMembers().take([3]);
    await settled();
    expect(node(3).getAttribute('aria-label')).toContain('leaving, waits for somebody to lead');
    useActions().perform('keep-server', 3);
    await settled();
    expect(node(3).textContent).not.toContain('leaving');
    expect(useActions().bind('pull-out-server', 3)).toMatchObject({ title: 'Take n3 away at once (unsafe)', blocked: null });
    useActions().perform('pull-out-server', 3);
    await settled();
    expect(made.run.nodes).toEqual([1, 2, 4, 5]);
  });

  it('are asked for again while another change is in the window, with the reason said once', async () => {
    const made = await cluster();
    const leader = made.run.world!.terms.at(-1)!.node;
    const [first, second] = [1, 2, 3, 4, 5].filter((one) => one !== leader) as [number, number];
    useMembers().take([first, second]);
    await until(made, 'that both go', () => made.run.nodes.length === 3);
    expect(made.run.nodes).not.toContain(first);
    expect(made.run.nodes).not.toContain(second);
    expect(made.ui.toasts.filter(({ title }) => title.endsWith('has to wait')).length).toBeLessThanOrEqual(1);
  });

  it('are replaced: the new one joins, then the old one goes', async () => {
    const made = await cluster();
    const old = made.run.world!.terms.at(-1)!.node === 5 ? 4 : 5;
    await useMembers().replace(old);
    await settled();
    expect(useMembers().leaving.get(old)).toBe('waits for n6 to become a member');
    await until(made, 'that the old one goes', () => !made.run.nodes.includes(old));
    expect(useMembers().membership.members).toContain(6);
  });

  it('are not to be changed in a protocol without membership', async () => {
    await stage();
    expect(document.querySelector('.dock')).toBeNull();
    expect(useActions().bind('add-server').blocked).toBe('The servers of this protocol stay the same.');
    expect(placeOf(1).x).toBeGreaterThan(0);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import BallotsPanel from '../../renderer/panels/side/BallotsPanel.vue';
import ChosenPanel from '../../renderer/panels/side/ChosenPanel.vue';
import NodePanel from '../../renderer/panels/side/NodePanel.vue';
import { latestSlot } from '../../renderer/panels/side/instances.ts';
import { changedPaths, leavesOf, treeRows } from '../../renderer/panels/side/json-rows.ts';
import { formatBallot } from '../../src/contract/index.ts';
import { clear, one, play, scene, settled, show, waited } from './mounting.ts';

const SECOND = 1_000_000;

afterEach(clear);

describe('chosen panel', () => {
  it('says what will stand there', async () => {
    await scene();
    show(ChosenPanel);
    expect(document.body.textContent).toContain('Nothing is chosen yet');
  });

  it('lists values newest first, with quorum and learners', async () => {
    const on = await scene({ us: 40 * SECOND });
    show(ChosenPanel);
    await settled();
    const entries = [...document.querySelectorAll('.entry')];
    const chosen = [...on.run.world!.chosen.values()].reverse();
    expect(entries.length).toBeGreaterThan(2);
    entries.forEach((entry, i) => {
      expect(entry.textContent).toContain(chosen[i]!.value);
      expect(entry.textContent).toContain(formatBallot(chosen[i]!.ballot));
      expect(entry.getAttribute('aria-label')).toContain(`Instance ${chosen[i]!.slot}: ${chosen[i]!.value}`);
      expect(entry.querySelectorAll('.dots')[0]!.querySelectorAll('.dot')).toHaveLength(chosen[i]!.quorum.length);
      expect(entry.querySelectorAll('.dots')[1]!.querySelectorAll('.dot:not(.hollow)')).toHaveLength(chosen[i]!.knownTo.size);
    });
  });

  it('marks a learner hollow that has lost what it knew', async () => {
    const on = await scene({ us: 12 * SECOND });
    show(ChosenPanel);
    await on.run.command({ type: 'crash', node: 3 });
    await settled();
    const learners = document.querySelector('.entry')!.querySelectorAll('.dots')[1]!;
    expect([...learners.querySelectorAll('.hollow')].map((dot) => dot.textContent)).toEqual(['3']);
  });

  it('shouts when two values are chosen', async () => {
    const on = await scene({ us: 12 * SECOND });
    show(ChosenPanel);
    // A learner that takes another value to be chosen: no run of a correct protocol has one.
    const { chosen } = on.run.world!;
    chosen.set(1, { ...chosen.get(1)!, conflict: { value: 'other', nodes: [4] } });
    await play(on, 1000);
    expect(one('[role="alert"]').textContent).toMatch(/Two values are chosen in instance 1.*"other".*Agreement is broken/s);
  });

  it('puts the instance that is clicked into focus, and out of it again', async () => {
    const on = await scene({ us: 30 * SECOND });
    show(ChosenPanel);
    await settled();
    const entry = document.querySelectorAll<HTMLElement>('.entry')[1]!;
    entry.click();
    expect(on.selection.slot).toBe([...on.run.world!.chosen.keys()].at(-2));
    entry.click();
    expect(on.selection.slot).toBeNull();
  });
});

describe('ballots panel', () => {
  it('shows promise and vote of every node in the latest instance', async () => {
    const on = await scene({ us: 12 * SECOND });
    show(BallotsPanel);
    const rows = [...document.querySelectorAll('tbody tr')];
    expect(rows).toHaveLength(5);
    const slot = latestSlot(on.run.world!);
    expect(document.body.textContent).toContain(`Instance ${slot}`);
    for (const [i, node] of [...on.run.world!.nodes.values()].entries()) {
      const view = node.view!.slots.find((each) => each.slot === slot)!;
      expect(rows[i]!.textContent).toContain(formatBallot(view.promised));
      if (view.accepted !== null) expect(rows[i]!.textContent).toContain(view.accepted.value);
    }
  });

  it('follows the focus, and goes from instance to instance', async () => {
    const on = await scene({ us: 40 * SECOND });
    show(BallotsPanel);
    on.selection.selectSlot(2);
    await settled();
    expect(document.body.textContent).toContain('Instance 2');
    expect(document.body.textContent).toContain(on.run.world!.chosen.get(2)!.value);
    one<HTMLButtonElement>('button[aria-label="The instance after"]').click();
    await settled();
    expect(on.selection.slot).toBe(3);
    one<HTMLButtonElement>('button', 'Latest').click();
    await settled();
    expect(document.body.textContent).toContain(`Instance ${latestSlot(on.run.world!)}`);
  });

  it('says who is no acceptor', async () => {
    await scene({ nodes: 3, us: 9 * SECOND, config: { roles: [['proposer', 'learner'], ['acceptor'], ['acceptor', 'learner']] } });
    show(BallotsPanel);
    expect(document.querySelectorAll('tbody tr')[0]!.textContent).toContain('no acceptor');
  });
});

describe('inspector', () => {
  it('offers the nodes while none is selected', async () => {
    const on = await scene({ us: SECOND });
    show(NodePanel);
    one<HTMLButtonElement>('button[aria-label="Select n4"]').click();
    await settled();
    expect(on.selection.node).toBe(4);
    expect(one('h2').textContent).toBe('n4');
  });

  it('lays memory beside disk', async () => {
    const on = await scene({ us: 12 * SECOND });
    on.selection.selectNode(2);
    show(NodePanel);
    await settled();
    const inspection = on.bridge.cluster.inspect(2);
    const rounds = [...document.querySelectorAll('.tree tbody tr')].find((row) => row.querySelector('th')!.textContent.trim() === 'round')!;
    const { round } = (inspection.disk as { proposer: { round: number } }).proposer;
    expect([...rounds.querySelectorAll('td')].map((cell) => cell.textContent)).toEqual([String(round), String(round)]);
  });

  it('has only the disk of a crashed node, and offers both restarts', async () => {
    const on = await scene({ us: 12 * SECOND });
    on.selection.selectNode(2);
    show(NodePanel);
    one<HTMLButtonElement>('[data-action="crash"]').click();
    await waited(300);
    expect(document.body.textContent).toContain('crashed');
    expect([...document.querySelectorAll('.tree tbody td:nth-child(2)')].every((cell) => cell.textContent === '')).toBe(true);
    expect(document.querySelectorAll('.tree tbody tr').length).toBeGreaterThan(3);
    one('button[aria-label="Which disk to restart with"]').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await settled();
    one('[role="menuitem"]', 'Restart with an erased disk (unsafe)').click();
    await settled();
    expect(on.bridge.commands.at(-1)).toMatchObject({ type: 'restart', node: 2, disk: 'erased' });
    await play(on, 1000);
    expect(document.body.textContent).toContain('unsafe');
  });

  it('looks again when the node has taken a step, at most four times a second', async () => {
    const on = await scene({ us: 12 * SECOND });
    on.selection.selectNode(1);
    show(NodePanel);
    await settled();
    const looks = () => on.bridge.requests.filter(({ channel }) => channel === 'node:inspect').length;
    const before = looks();
    for (let i = 0; i < 10; i++) await play(on, SECOND);
    expect(looks() - before).toBeLessThanOrEqual(4);
    await waited(300);
    const { learner } = on.bridge.cluster.inspect(1).memory as { learner: { chosen: Record<string, unknown> } };
    expect(document.querySelector('.tree')!.textContent).toContain(String(Object.keys(learner.chosen).length));
  });

  it('marks what has changed', async () => {
    const on = await scene({ us: 12 * SECOND });
    on.selection.selectNode(1);
    show(NodePanel);
    await waited(300);
    expect(document.querySelector('.changed:not(.mark)')).toBeNull();
    await play(on, 8 * SECOND);
    await waited(300);
    expect(document.querySelectorAll('.tree .changed').length).toBeGreaterThan(0);
  });

  it('cuts a node off, and offers to join it again', async () => {
    const on = await scene({ us: SECOND });
    on.selection.selectNode(5);
    show(NodePanel);
    one<HTMLButtonElement>('[data-action="isolate"]').click();
    await settled();
    expect(on.run.world!.groups).toEqual([[1, 2, 3, 4], [5]]);
    one<HTMLButtonElement>('[data-action="join"]').click();
    await settled();
    expect(on.run.world!.groups).toEqual([[1, 2, 3, 4, 5]]);
  });
});

describe('trees', () => {
  const closed = () => false;

  it('stand side by side, newest instances first', () => {
    const trees = { memory: { acceptor: { 2: { promised: '1.1' }, 10: { promised: '2.1' } } }, disk: { acceptor: { 2: { promised: '1.1' } } } };
    const rows = treeRows(trees, (path) => path === 'acceptor');
    expect(rows.map(({ path, memory, disk }) => [path, memory, disk])).toEqual([
      ['acceptor', '', ''],
      ['acceptor.10', '2.1', null],
      ['acceptor.2', '1.1', '1.1'],
    ]);
  });

  it('differ where the disk says something else, not where it says nothing', () => {
    const rows = treeRows({ memory: { round: 4, attempts: { 1: 'x' } }, disk: { round: 3 } }, closed);
    expect(rows.map(({ name, differs }) => [name, differs])).toEqual([
      ['round', true],
      ['attempts', false],
    ]);
  });

  it('do not differ when there is no memory', () => {
    expect(treeRows({ memory: null, disk: { round: 3 } }, closed)[0]!.differs).toBe(false);
  });

  it('tell what changed, and everything above it', () => {
    const before = leavesOf({ memory: { a: { b: 1, c: 2 } }, disk: {} });
    const after = leavesOf({ memory: { a: { b: 1, c: 3, d: 4 } }, disk: { a: { b: 5 } } });
    expect([...changedPaths(before, after)].sort()).toEqual(['a', 'a.b', 'a.c', 'a.d']);
    expect(changedPaths(after, after).size).toBe(0);
    expect([...changedPaths(after, before)].sort()).toEqual(['a', 'a.b', 'a.c', 'a.d']);
  });
});

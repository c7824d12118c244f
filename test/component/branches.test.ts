import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import CompareDialog from '../../renderer/dialogs/CompareDialog.vue';
import BranchesPanel from '../../renderer/panels/branches/BranchesPanel.vue';
import { treeRows } from '../../renderer/panels/branches/tree.ts';
import { useActions } from '../../renderer/actions.ts';
import { clear, one, play, press, scene, settled, show, type Scene } from './mounting.ts';

const SECOND = 1_000_000;
let on: Scene;

/** Forks after so many events and lets the branch run. */
async function forkAt(seq: number, us = 5 * SECOND): Promise<void> {
  on.history.seek(seq);
  await settled();
  await on.run.fork();
  await play(on, us);
}

const named = (name: string) => document.querySelector<HTMLElement>(`[aria-label="${name}"]`)!;
const names = () => [...document.querySelectorAll('.branch .name')].map((name) => name.firstChild!.textContent);

beforeEach(async () => {
  on = await scene({ us: 15 * SECOND });
});
afterEach(clear);

describe('branches', () => {
  it('says what forks are for while there is one branch', async () => {
    show(BranchesPanel);
    expect(document.body.textContent).toContain('fork there');
    expect(names()).toEqual(['Branch 1']);
  });

  it('shows the tree, where each left, and which one goes on', async () => {
    await forkAt(200);
    await forkAt(300);
    show(BranchesPanel);
    expect(names()).toEqual(['Branch 1', 'Branch 2', 'Branch 3']);
    const current = one('[aria-current]');
    expect(current.getAttribute('aria-label')).toMatch(/^Branch 3, left at [\d.]+ s, event 30\d, .* chosen, goes on now$/);
    expect(document.querySelectorAll('.graph path')).toHaveLength(2);
  });

  it('switches with a click', async () => {
    const { seq } = on.run.world!;
    await forkAt(200);
    show(BranchesPanel);
    document.querySelector<HTMLElement>('.entry')!.click();
    await settled();
    expect(on.run.session!.branch).toBe(1);
    expect(on.run.world!.seq).toBe(seq);
    expect(on.branches.current!.name).toBe('Branch 1');
  });

  it('takes another name, and leaves it with Escape', async () => {
    show(BranchesPanel);
    named('Rename Branch 1').click();
    await settled();
    const field = one<HTMLInputElement>('.name-field');
    field.value = 'As it was';
    field.dispatchEvent(new Event('input'));
    field.focus();
    press('Enter');
    await settled();
    expect(names()).toEqual(['As it was']);
    named('Rename As it was').click();
    await settled();
    one('.name-field').focus();
    press('Escape');
    await settled();
    expect(names()).toEqual(['As it was']);
    expect(on.bridge.requests.filter(({ channel }) => channel === 'branch:rename')).toHaveLength(1);
  });

  it('is deleted, and comes back with Undo', async () => {
    await forkAt(200);
    await forkAt(300);
    show(BranchesPanel);
    named('Delete Branch 2').click();
    await settled();
    expect(names()).toEqual(['Branch 1', 'Branch 3']);
    on.ui.toasts.at(-1)!.action!.perform();
    await settled();
    expect(names()).toEqual(['Branch 1', 'Branch 2', 'Branch 3']);
    expect(on.ui.toasts.at(-1)!.title).toBe('Taken back: deletion of “Branch 2”');
  });

  it('never deletes the one that goes on', () => {
    show(BranchesPanel);
    expect(named('Delete Branch 1')).toBeNull();
  });

  it('compares two: the first difference, what is chosen, what was sent', async () => {
    await forkAt(200, 1000);
    await on.run.command({ type: 'partition', groups: [[1, 2], [3, 4], [5]] });
    await play(on, 20 * SECOND);
    show(CompareDialog, { a: 1, b: 2 });
    await settled();
    const { textContent } = one('[role="dialog"]');
    expect(textContent).toMatch(/\d+ events in common/);
    expect(textContent).toContain('the network is parted: n1 and n2 | n3 and n4 | n5');
    expect(textContent).toContain('prepare');
    const rows = [...document.querySelectorAll('.scroll tbody tr')];
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some((row) => row.classList.contains('differs'))).toBe(true);
  });

  it('undoes a command with Mod+Z, and says so', async () => {
    await on.run.command({ type: 'crash', node: 2 });
    await settled();
    useActions().perform('undo');
    await settled();
    expect(on.run.world!.nodes.get(2)!.up).toBe(true);
    expect(on.ui.toasts.at(-1)!.title).toBe('Taken back: crash');
    expect(on.run.session!.branch).toBe(2);
  });

  it('says when there is nothing to undo', async () => {
    useActions().perform('undo');
    await settled();
    expect(on.ui.toasts.at(-1)!.title).toBe('There is nothing to take back.');
  });
});

describe('the tree', () => {
  const branch = (id: number, parent: number | null, seq = 0) => ({
    id,
    name: `b${id}`,
    parent,
    forkedAt: parent === null ? null : { seq, at: seq },
    seq: 100,
    at: 100,
    chosen: 0,
    current: false,
  });

  it('has parents before children and the latest fork first, so that no lines cross', () => {
    const rows = treeRows([branch(1, null), branch(2, 1, 10), branch(3, 1, 50), branch(4, 2, 20)]);
    expect(rows.map(({ branch: { id }, column, parentRow }) => [id, column, parentRow])).toEqual([
      [1, 0, null],
      [3, 1, 0],
      [2, 1, 0],
      [4, 2, 2],
    ]);
  });

  it('lets a branch whose parent is gone stand by itself', () => {
    expect(treeRows([branch(2, 1, 10)]).map(({ column, parentRow }) => [column, parentRow])).toEqual([[0, null]]);
  });
});

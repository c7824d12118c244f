import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useActions } from '../../renderer/actions.ts';
import ToastList from '../../renderer/components/ToastList.vue';
import ExactnessDialog from '../../renderer/dialogs/ExactnessDialog.vue';
import LibraryDialog from '../../renderer/dialogs/LibraryDialog.vue';
import RecoveryCard from '../../renderer/dialogs/RecoveryCard.vue';
import ExactTick from '../../renderer/panels/bar/ExactTick.vue';
import ExpectationsChip from '../../renderer/panels/bar/ExpectationsChip.vue';
import RunMenu from '../../renderer/panels/bar/RunMenu.vue';
import { library } from '../../src/scenario/library.ts';
import { clear, one, play, press, scene, settled, show, type Scene } from './mounting.ts';

const SECOND = 1_000_000;
let on: Scene;

beforeEach(async () => {
  on = await scene({ us: 10 * SECOND });
});
afterEach(clear);

describe('files', () => {
  it('are named in the bar, and marked once something was done', async () => {
    show(RunMenu);
    expect(document.querySelector('.file')).toBeNull();
    useActions().perform('save');
    await settled();
    expect(one('.file').textContent).toBe('counter.synod');
    expect(document.querySelector('.edited')).toBeNull();
    await on.run.command({ type: 'crash', node: 1 });
    await settled();
    expect(one('.edited').getAttribute('aria-label')).toBe('edited');
    useActions().perform('save');
    await settled();
    expect(document.querySelector('.edited')).toBeNull();
    expect(JSON.parse(on.bridge.saved.get('counter.synod')!).journal).toHaveLength(1);
  });

  it('stay as they are when the person thinks better of it', async () => {
    on.bridge.picked = null;
    for (const name of ['open', 'save', 'save-as', 'save-scenario']) useActions().perform(name);
    await settled();
    expect(on.files.name).toBe('');
    expect(on.ui.toasts).toEqual([]);
  });

  it('are opened again as they were saved', async () => {
    await on.run.command({ type: 'crash', node: 4 });
    await play(on, 0);
    useActions().perform('save');
    await settled();
    await on.run.newRun({ nodes: 3, seed: 5 });
    await settled();
    expect(on.files.name).toBe('');
    useActions().perform('open');
    await settled();
    expect(on.files.name).toBe('counter.synod');
    expect(on.files.edited).toBe(false);
    expect(on.run.nodes).toHaveLength(5);
  });

  it('may be scenarios', async () => {
    on.bridge.picked = 'mine.yaml';
    useActions().perform('save-scenario');
    await settled();
    expect(on.bridge.saved.get('mine.yaml')).toContain('nodes:');
    expect(on.ui.toasts.at(-1)!.title).toBe('Saved as a scenario');
  });
});

describe('library', () => {
  const cards = () => [...document.querySelectorAll<HTMLElement>('.card')];

  it('offers every scenario, and finds by words', async () => {
    show(LibraryDialog);
    await settled();
    expect(cards().map((card) => card.querySelector('.title')!.textContent)).toEqual(library().map(({ title }) => title));
    const field = one<HTMLInputElement>('.search input');
    field.value = 'DUELLING proposers';
    field.dispatchEvent(new Event('input'));
    await settled();
    expect(cards().map((card) => card.querySelector('.title')!.textContent)).toContain('Duelling proposers');
    field.value = 'nothing has this';
    field.dispatchEvent(new Event('input'));
    await settled();
    expect(cards()).toHaveLength(0);
    expect(document.body.textContent).toContain('No scenario has these words.');
  });

  it('is gone through with the arrow keys, and opens the first that is found with Enter', async () => {
    show(LibraryDialog);
    await settled();
    one('.search input').focus();
    press('ArrowDown');
    expect(document.activeElement).toBe(cards()[0]);
    press('ArrowUp');
    expect(document.activeElement).toBe(one('.search input'));
    press('Enter');
    await settled();
    expect(on.run.session!.title).toBe(library()[0]!.title);
  });

  it('brings what the scenario expects', async () => {
    await on.files.openFromLibrary(library().find(({ name }) => name === 'majority-and-minority')!);
    await settled();
    await play(on, 5 * SECOND);
    on.bridge.tellTimeline();
    expect(on.history.expectations.length).toBeGreaterThan(0);
    show(ExpectationsChip);
    one('.bar-chip').click();
    await settled();
    expect(document.querySelectorAll('.expectations li')).toHaveLength(on.history.expectations.length);
  });
});

describe('recovery', () => {
  beforeEach(async () => {
    const run = on.bridge.cluster.run();
    on.bridge.recoverable = [{ id: 'a', title: 'Paxos, 5 nodes', saved: '2026-01-02T03:04:05Z', commands: 0, at: 10 * SECOND, run }];
    await on.files.lookForRuns();
    show(RecoveryCard);
  });

  it('says what was found, and restores it', async () => {
    expect(one('[aria-label="Recovery"]').textContent).toMatch(/0 commands, 10 s of virtual time/);
    one('[aria-label="Restore Paxos, 5 nodes"]').click();
    await settled();
    expect(on.run.session!.run).toBe(2);
    expect(on.files.recoverable).toEqual([]);
  });

  it('discards it', async () => {
    one('[aria-label="Discard Paxos, 5 nodes"]').click();
    await settled();
    expect(on.bridge.recoverable).toEqual([]);
    expect(on.files.recoverable).toEqual([]);
  });

  it('waits until later', async () => {
    one('[aria-label="Later"]').click();
    expect(on.files.later).toBe(true);
    useActions().perform('recover');
    expect(on.files.later).toBe(false);
  });
});

describe('exactness', () => {
  it('is a tick while the second execution says the same', async () => {
    show(ExactTick);
    await settled();
    expect(one('.tick').getAttribute('aria-label')).toBe('This run is exact');
    one('.tick').click();
    expect(on.ui.dialog).toEqual({ name: 'exactness' });
  });

  it('says where the run went another way, both sentences side by side', async () => {
    const { seq, at } = on.bridge.cluster.scheduler.log;
    const divergence = { seq: 7, happened: 'n1 saved promised 1.1', replayed: 'n1 saved promised 2.1' };
    on.bridge.emit('timeline', { run: 1, seq, at, marks: [], reset: false, expectations: [], exactness: { state: 'diverged', checked: 7, divergence } });
    show(ExactTick);
    show(ExactnessDialog);
    await settled();
    expect(one('.tick').textContent).toContain('not exact');
    expect(on.ui.toasts.at(-1)!.tone).toBe('problem');
    expect(one('.sides').textContent).toMatch(/n1 saved promised 1\.1.*n1 saved promised 2\.1/s);
    [...document.querySelectorAll<HTMLElement>('button')].find((button) => button.textContent === 'Show the moment before')!.click();
    await settled();
    expect(on.run.past!.seq).toBe(7);
  });
});

describe('tasks', () => {
  it('show how far they have got, and can be cancelled', async () => {
    show(ToastList);
    on.bridge.emit('task', { id: 4, title: 'Opening counter.synod', done: 0.25, over: false });
    await settled();
    expect(one('[role="progressbar"]').getAttribute('aria-valuenow')).toBe('25');
    one('.task button').click();
    await settled();
    expect(on.bridge.requests.at(-1)).toEqual({ channel: 'task:cancel', argument: { id: 4 } });
    on.bridge.emit('task', { id: 4, title: 'Opening counter.synod', done: 0.3, over: true });
    await settled();
    expect(document.querySelector('.task')).toBeNull();
  });
});

/** The history of the clients and its verdict, on the real engine and the real search. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import HistoryPanel from '../../renderer/panels/history/HistoryPanel.vue';
import LowerPanel from '../../renderer/panels/lower/LowerPanel.vue';
import { useLinearizability } from '../../renderer/stores/linearizability.ts';
import { readHistory } from '../../src/check/linearizability/file.ts';
import { clear, one, play, press, scene, settled, show, waited, type Scene } from './mounting.ts';

const SECOND = 1_000_000;

// Nothing is laid out here, but a picture has a width.
beforeAll(() => void Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 900 }));
afterAll(() => void Reflect.deleteProperty(HTMLElement.prototype, 'clientWidth'));
afterEach(clear);

/** Waits for an answer about the moment that is shown. */
async function judged(on: Scene): Promise<ReturnType<typeof useLinearizability>> {
  const store = useLinearizability();
  for (let i = 0; i < 200 && store.judged?.seq !== on.history.position; i++) await waited(20);
  expect(store.judged?.seq).toBe(on.history.position);
  return store;
}

async function staleRead(): Promise<Scene> {
  const on = await scene();
  await on.run.enter('Open', on.bridge.request('library:open', { name: 'stale-read' }));
  await play(on, 40 * SECOND);
  return on;
}

const verdict = (): string => one('.verdict strong').textContent;
const field = (): HTMLElement => one('[role="grid"]');
const spoken = (): string => one('#operation-in-focus').textContent;

describe('panel of the history', () => {
  it('says why it is empty where nobody asks anything', async () => {
    await scene({ us: SECOND });
    show(HistoryPanel);
    await settled();
    expect(document.body.textContent).toContain('No clients, no history');
    expect(document.body.textContent).toContain('keeps nothing for clients');
  });

  it('says that nothing was asked yet', async () => {
    const on = await scene({ protocol: 'multipaxos', config: { load: { sessions: 0 } }, us: SECOND });
    show(HistoryPanel);
    await judged(on);
    expect(verdict()).toBe('Nothing asked yet');
  });

  it('shows an order that explains every answer, and knows the operations that the world has forgotten', async () => {
    const on = await scene({ protocol: 'multipaxos', seed: 3, config: { load: { sessions: 4, pause: 0 } }, us: 80 * SECOND });
    show(HistoryPanel);
    const { picture, calls } = await judged(on);
    await settled();
    expect(calls().length).toBeGreaterThan(250);
    expect(picture!.bars).toHaveLength(calls().length);
    expect(picture!.lanes.length).toBeGreaterThan(1);
    expect(verdict()).toBe('Linearizable');
    expect(document.body.textContent).toMatch(/\d+ operations · database model/);
  });

  it('names the operation that fits nowhere, and goes to the moment at which it was asked, and answered', async () => {
    const on = await staleRead();
    show(HistoryPanel);
    const { judged: found, calls } = await judged(on);
    await settled();
    expect(verdict()).toBe('Not linearizable');
    expect(one('.verdict .why').textContent).toContain('c1 get x → old fits nowhere: after numbers 1 to 2 it would be answered new');
    if (found!.verdict.type !== 'violation') throw new Error('it is one');
    const blocked = calls()[found!.verdict.failure.longest[0]!.blocked]!;
    field().focus();
    await settled();
    expect(spoken()).toMatch(/^c1: get x, answered old, fits nowhere; asked at /);
    press('Enter');
    await settled();
    expect(on.run.past?.seq).toBe(blocked.invoked + 1);
    await judged(on);
    await settled();
    // It had not been answered then: nothing was wrong yet.
    expect(verdict()).toBe('Linearizable');
    press('Enter', { shiftKey: true });
    await settled();
    expect(on.run.past?.seq).toBe(blocked.returned + 1);
    await judged(on);
    await settled();
    expect(verdict()).toBe('Not linearizable');
  });

  it('goes from operation to operation with the keys', async () => {
    const on = await staleRead();
    show(HistoryPanel);
    await judged(on);
    await settled();
    field().focus();
    press('Home');
    await settled();
    expect(spoken()).toMatch(/^c1: put x = old, answered done, number 1 in the order/);
    press('ArrowDown');
    await settled();
    expect(spoken()).toMatch(/^c2: put x = new, answered done, number 2 in the order/);
    press('ArrowUp');
    press('End');
    await settled();
    expect(spoken()).toMatch(/^c1: get x, answered new; asked/);
  });

  it('has a summary for those who do not see it', async () => {
    const on = await staleRead();
    show(HistoryPanel);
    await judged(on);
    await settled();
    expect(one('p.sr-only').textContent).toMatch(/^Not linearizable\. 4 operations of 2 clients, 0 without an answer\. c1 get x → old fits nowhere/);
  });

  it('saves the picture as it is shown, and the history', async () => {
    const on = await staleRead();
    show(HistoryPanel);
    await judged(on);
    await settled();
    for (const [name, item] of [['a.svg', 'Picture as shown (SVG)…'], ['a.json', 'History (JSON)…']] as const) {
      on.bridge.picked = name;
      one('button[aria-label="Save the history"]').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
      await settled();
      one('[role="menuitem"]', item).click();
      await settled();
    }
    expect(on.bridge.saved.get('a.svg')).toMatch(/^<svg [^]*>✕ get x → old</);
    expect(on.bridge.saved.get('a.svg')).toContain('n1 n2 c1 | n3 n4 n5 c2');
    expect(readHistory(on.bridge.saved.get('a.json')!, 'a.json').calls).toHaveLength(4);
  });
});

describe('tab of the history', () => {
  it('bears a sign, and a person is told once, when what clients saw is not linearizable', async () => {
    const on = await staleRead();
    show(LowerPanel);
    await judged(on);
    await settled();
    expect(one('[role="tab"] .badge').parentElement!.textContent).toContain('History');
    expect(on.ui.toasts.map(({ title }) => title)).toEqual(['What clients saw is not linearizable']);
    // Nothing but the verdict is asked for while nobody looks.
    expect(on.bridge.requests.filter(({ channel }) => channel === 'history:linearize').map(({ argument }) => argument)).toMatchObject([{ since: null }]);
    on.ui.toasts[0]!.action!.perform();
    await settled();
    expect(one('[role="tab"][aria-selected="true"]').textContent).toContain('History');
    for (let i = 0; i < 100 && document.querySelector('[role="grid"]') === null; i++) await waited(20);
    expect(field().getAttribute('aria-rowcount')).toBe('2');
  });
});

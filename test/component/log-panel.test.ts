import { afterEach, describe, expect, it, vi } from 'vitest';
import { nextTick } from 'vue';
import LogPanel from '../../renderer/panels/log/LogPanel.vue';
import { clear, one, play, scene, settled, show } from './mounting.ts';

const SECOND = 1_000_000;
const texts = (): string[] => [...document.querySelectorAll('.row .sentence')].map((each) => each.textContent);
const list = (): HTMLElement => one('[role="list"]');

/** happy-dom has no layout: the scrolling element is given a height of content and a place. */
async function scrolledTo(top: number): Promise<void> {
  list().scrollTop = top;
  list().dispatchEvent(new Event('scroll'));
  await settled();
}

async function onlyDecisions(): Promise<void> {
  for (const label of ['Messages', 'Faults', 'Requests', 'Notes']) {
    one<HTMLButtonElement>(`.chips button[aria-label="${label}"]`).click();
    await nextTick();
  }
  await settled();
}

afterEach(clear);

describe('log', () => {
  it('says what will stand there', async () => {
    await scene({ us: 0 });
    show(LogPanel);
    one<HTMLButtonElement>('.chips button[aria-label="Faults"]').click();
    await settled();
    expect(document.body.textContent).toMatch(/No event passes this filter|Every event will stand here/);
  });

  it('shows sentences of what happened, and of nothing else than is in sight', async () => {
    const on = await scene({ us: 60 * SECOND });
    show(LogPanel);
    // The oldest rows are looked at last.
    await vi.waitFor(async () => {
      await scrolledTo(0);
      expect(texts()[0]).toBe('n1 started');
    });
    expect(on.run.rows.length).toBeGreaterThan(500);
    expect(texts().length).toBeLessThan(40);
  });

  it('shows one kind only', async () => {
    await scene({ us: 20 * SECOND });
    show(LogPanel);
    await onlyDecisions();
    await scrolledTo(0);
    expect(texts().length).toBeGreaterThan(3);
    expect(texts().every((text) => text.includes('is chosen in'))).toBe(true);
  });

  it('shows rows about one node only', async () => {
    await scene({ us: 20 * SECOND });
    show(LogPanel);
    one<HTMLButtonElement>('[aria-label="Nodes"] button[aria-label="n4"]').click();
    await settled();
    await scrolledTo(0);
    expect(texts().length).toBeGreaterThan(3);
    expect(texts().every((text) => /\bn4\b/.test(text))).toBe(true);
  });

  it('finds words and expressions, and says what is wrong with one', async () => {
    await scene({ us: 20 * SECOND });
    show(LogPanel);
    const input = one<HTMLInputElement>('.search input');
    input.value = '/promise(d)? \\d/';
    input.dispatchEvent(new Event('input'));
    await settled();
    await scrolledTo(0);
    expect(texts().length).toBeGreaterThan(3);
    expect(texts().every((text) => /promise(d)? \d/.test(text))).toBe(true);
    input.value = '/promise(/';
    input.dispatchEvent(new Event('input'));
    await settled();
    expect(one('#log-filter-error').textContent).toContain('Not a regular expression');
    expect(input.getAttribute('aria-invalid')).toBe('true');
  });

  it('has a menu of nodes when there are many', async () => {
    await scene({ nodes: 12, us: SECOND });
    show(LogPanel);
    expect(one('button', 'All nodes').getAttribute('aria-haspopup')).toBe('menu');
  });

  it('selects the node and the instance of a row that is clicked', async () => {
    const on = await scene({ us: 20 * SECOND });
    show(LogPanel);
    await onlyDecisions();
    await scrolledTo(0);
    one('.place:first-child .row').click();
    expect(on.selection.slot).toBe(1);
    expect(on.selection.node).toBe(Number(/^n(\d)/.exec(texts()[0]!)![1]));
  });

  it('holds when a person scrolls up, counts what is new, and follows again', async () => {
    const on = await scene({ us: 20 * SECOND });
    show(LogPanel);
    await settled();
    Object.defineProperty(list(), 'scrollHeight', { configurable: true, value: 9999 });
    list().dispatchEvent(new WheelEvent('wheel', { deltaY: -50 }));
    await settled();
    expect(one('.pill').textContent).toBe('Latest');
    await play(on, 6 * SECOND);
    expect(one('.pill').textContent).toMatch(/Latest· \d+\+? new/);
    one<HTMLButtonElement>('.pill').click();
    await settled();
    expect(document.querySelector('.pill')).toBeNull();
  });

  it('says where events went by too fast to be shown', async () => {
    const on = await scene({ us: 5 * SECOND });
    show(LogPanel);
    on.bridge.cluster.runUntil(20 * SECOND);
    on.bridge.frame();
    on.bridge.cluster.runUntil(21 * SECOND);
    on.bridge.emit('frame', on.bridge.frame(true));
    await settled();
    const titles: string[] = [];
    for (let top = 0; top < on.run.rows.length * 24; top += 480) {
      await scrolledTo(top);
      titles.push(...[...document.querySelectorAll('.gap')].map((each) => each.getAttribute('title')!));
    }
    expect(new Set(titles).size).toBe(1);
    expect(titles[0]).toMatch(/^[\d,]+ events before this one went by too fast/);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { actions, useActions } from '../../renderer/actions.ts';
import ToastList from '../../renderer/components/ToastList.vue';
import { useKeyboard } from '../../renderer/keyboard.ts';
import { keyNames, matches } from '../../renderer/keys.ts';
import { menuActions } from '../../src/contract/index.ts';
import { clear, one, press, scene, settled, show, type Scene } from './mounting.ts';

const Window = defineComponent({
  setup() {
    useKeyboard();
    return () => h('div', [h('input', { id: 'field' }), h('button', { id: 'button' }), h('div', { role: 'menu' }, [h('button', { id: 'item' })]), h(ToastList)]);
  },
});

let on: Scene;
beforeEach(async () => {
  on = await scene({ us: 1_000_000 });
  show(Window);
});
afterEach(clear);

describe('registry of actions', () => {
  it('has everything the application menu asks for', () => {
    for (const id of menuActions) expect(actions.map((action) => action.id)).toContain(id);
  });

  it('has no name and no key twice', () => {
    const ids = actions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const chords = actions.flatMap((action) => action.chords ?? []);
    expect(new Set(chords).size).toBe(chords.length);
  });

  it('says what each of them means, in a sentence', () => {
    for (const { meaning } of actions) expect(meaning).toMatch(/^[A-Z].*\.$/);
  });

  it('gives a node its menu, and says what cannot be done and why', async () => {
    const { forNode } = useActions();
    const blocked = () => Object.fromEntries(forNode(2).map(({ action, blocked: why }) => [action.id, why]));
    expect(blocked()).toMatchObject({ crash: null, restart: 'n2 is running.', isolate: null, join: 'All nodes are together.' });
    await on.run.command({ type: 'crash', node: 2 });
    await settled();
    expect(blocked()).toMatchObject({ crash: 'n2 has crashed.', restart: null, propose: 'n2 has crashed.' });
  });

  it('knows no action that is not there', () => {
    expect(() => useActions().bind('launch')).toThrow('launch');
  });
});

describe('keyboard', () => {
  it('plays and pauses', async () => {
    press(' ');
    await settled();
    expect(on.run.playing).toBe(false);
    press(' ');
    await settled();
    expect(on.run.playing).toBe(true);
  });

  it('lets one event happen, over and over while the key is held', async () => {
    press('.');
    await settled();
    const { seq } = on.run.world!;
    press('.', { repeat: true });
    await settled();
    expect(on.run.world!.seq).toBeGreaterThan(seq);
    expect(on.run.playing).toBe(false);
  });

  it('goes through the speeds, and stops at both ends', async () => {
    for (let i = 0; i < 8; i++) {
      press(']');
      await settled();
    }
    expect(on.run.speed).toBe('max');
    for (let i = 0; i < 15; i++) {
      press('[');
      await settled();
    }
    expect(on.run.speed).toBe(1 / 64);
    expect(on.ui.toasts.at(-1)!.title).toBe('This is the slowest speed.');
  });

  it('builds on what was asked, not on what main has confirmed', async () => {
    for (let i = 0; i < 3; i++) press(']');
    expect(on.run.speed).toBe(8);
    await settled();
    expect(on.run.speed).toBe(8);
    expect(on.bridge.transport.speed).toBe(8);
  });

  it('is not led astray by an old frame that agrees by accident', async () => {
    await on.run.setTransport({ speed: 2 });
    await settled();
    const { transport } = on.bridge;
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const ask = vi.spyOn(on.bridge, 'request').mockImplementation(async () => {
      await answered;
      return { ok: true, value: null as never };
    });
    const asked = on.run.setTransport({ speed: 1 });
    expect(on.run.speed).toBe(1);
    for (const speed of [1, 2]) {
      on.bridge.transport = { ...transport, speed };
      on.bridge.emit('frame', on.bridge.frame());
      await settled();
      expect(on.run.speed).toBe(1);
    }
    ask.mockRestore();
    answer();
    await asked;
    expect(on.run.speed).toBe(1);
  });

  it('is not led astray either when no frame has said yet what was asked before', async () => {
    const { bridge } = on;
    const frames = vi.spyOn(bridge, 'emit').mockImplementation(() => {});
    await on.run.setTransport({ speed: 2 });
    const asked = on.run.setTransport({ speed: 1 });
    frames.mockRestore();
    bridge.transport = { ...bridge.transport, speed: 2 };
    bridge.emit('frame', bridge.frame());
    await settled();
    expect(on.run.speed).toBe(1);
    await asked;
  });

  it('goes back to the transport of main when it is refused', async () => {
    await on.run.setTransport({ speed: 1000 });
    expect(on.run.speed).toBe(1);
    expect(on.ui.toasts.at(-1)!.title).toBe('Transport: not done');
  });

  it('selects, crashes, restarts, isolates, joins', async () => {
    press('3');
    expect(on.selection.node).toBe(3);
    expect(on.ui.tab).toBe('node');
    press('c');
    await settled();
    expect(on.run.world!.nodes.get(3)!.up).toBe(false);
    press('r');
    await settled();
    on.bridge.play(1000);
    await settled();
    expect(on.run.world!.nodes.get(3)!.up).toBe(true);
    press('i');
    await settled();
    expect(on.run.world!.groups).toEqual([[1, 2, 4, 5], [3]]);
    press('j');
    await settled();
    expect(on.run.world!.groups).toHaveLength(1);
  });

  it('joins the largest other island, and heals them all', async () => {
    await on.run.command({ type: 'partition', groups: [[1], [2, 3], [4, 5]] });
    await settled();
    press('1');
    press('j');
    await settled();
    expect(on.run.world!.groups).toEqual([[1, 2, 3], [4, 5]]);
    press('J', { shiftKey: true });
    await settled();
    expect(on.run.world!.groups).toHaveLength(1);
  });

  it('asks for a node first', () => {
    press('c');
    expect(on.ui.toasts.at(-1)!.title).toContain('Select a node first');
    expect(on.bridge.requests.some(({ channel }) => channel === 'session:command')).toBe(false);
  });

  it('proposes at the first proposer when no node is selected', () => {
    press('p');
    expect(on.ui.dialog).toEqual({ name: 'propose', node: 1 });
  });

  it('selects no node that is not there', () => {
    press('9');
    expect(on.selection.node).toBeNull();
  });

  it('changes the theme', async () => {
    const before = on.ui.shownTheme;
    press('L', { ctrlKey: true, shiftKey: true });
    await settled();
    expect(on.ui.shownTheme).not.toBe(before);
    expect(document.documentElement.dataset.theme).toBe(on.ui.shownTheme);
  });

  it.each(['field', 'item'])('leaves typing in a %s alone', async (id) => {
    one(`#${id}`).focus();
    press('2');
    press('?', { shiftKey: true });
    expect(on.selection.node).toBeNull();
    expect(on.ui.dialog).toBeNull();
  });

  it('has Space for the window after a click on a button', async () => {
    const button = one('#button');
    // happy-dom takes every focus for one by keyboard; a browser does not.
    let byKeyboard = false;
    const matches = button.matches.bind(button) as (selector: string) => boolean;
    button.matches = ((selector: string) => (selector === ':focus-visible' ? byKeyboard : matches(selector))) as typeof button.matches;
    button.focus();
    press(' ');
    await settled();
    expect(on.run.playing).toBe(false);
    byKeyboard = true;
    press(' ');
    await settled();
    expect(on.run.playing).toBe(false);
  });
});

describe('chords', () => {
  const event = (key: string, modifiers: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key, ...modifiers });

  it('tell a key with Shift from one without', () => {
    expect(matches('J', event('j'))).toBe(true);
    expect(matches('J', event('J', { shiftKey: true }))).toBe(false);
    expect(matches('Shift+J', event('J', { shiftKey: true }))).toBe(true);
    expect(matches('?', event('?', { shiftKey: true }))).toBe(true);
  });

  it('leave what the system does with Control and Alt alone', () => {
    expect(matches('C', event('c', { ctrlKey: true }))).toBe(false);
    expect(matches('C', event('c', { altKey: true }))).toBe(false);
    expect(matches('Mod+N', event('n', { ctrlKey: true }))).toBe(true);
    expect(matches('Mod+N', event('n'))).toBe(false);
  });

  it('are shown as they stand on the keyboard', () => {
    expect(keyNames('Mod+Shift+L')).toEqual(['Ctrl', 'Shift', 'L']);
    expect(keyNames('Escape')).toEqual(['Esc']);
  });
});

describe('toasts', () => {
  it('say why something was refused', async () => {
    await on.run.command({ type: 'restart', node: 1 }, 'Restart n1');
    await settled();
    expect(one('[role="status"]').textContent).toMatch(/Restart n1: not done.*n1/s);
  });

  it('stay when something went wrong, and go when they are closed', async () => {
    on.ui.problem({ title: 'The disk is full', detail: 'n1 cannot save.' });
    await settled();
    expect(one('[role="alert"]').textContent).toContain('n1 cannot save.');
    one<HTMLButtonElement>('button[aria-label="Close this message"]').click();
    await settled();
    expect(on.ui.toasts).toEqual([]);
  });

  it('say the same thing once, and are never more than four', () => {
    for (let i = 0; i < 6; i++) on.ui.toast({ tone: 'refused', title: 'No', detail: '' });
    expect(on.ui.toasts).toHaveLength(1);
    for (let i = 0; i < 6; i++) on.ui.toast({ tone: 'refused', title: `No ${i}`, detail: '' });
    expect(on.ui.toasts).toHaveLength(4);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { actions } from '../../renderer/actions.ts';
import AboutDialog from '../../renderer/dialogs/AboutDialog.vue';
import NewRunDialog from '../../renderer/dialogs/NewRunDialog.vue';
import ProposeDialog from '../../renderer/dialogs/ProposeDialog.vue';
import ShortcutsDialog from '../../renderer/dialogs/ShortcutsDialog.vue';
import { seedFrom } from '../../renderer/dialogs/seed.ts';
import { presets } from '../../src/contract/index.ts';
import { clear, one, scene, settled, show } from './mounting.ts';

function type(input: HTMLInputElement, text: string): void {
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

const submit = (): boolean => one('form').dispatchEvent(new Event('submit', { cancelable: true, bubbles: true }));

afterEach(clear);

describe('new run', () => {
  it('begins another run', async () => {
    const on = await scene({ nodes: 3, us: 9_000_000 });
    let closed = 0;
    show(NewRunDialog, { onClose: () => closed++ });
    await settled();
    type(one('#new-run-seed'), '77');
    one<HTMLButtonElement>('[role="dialog"] button', 'LAN').click();
    await settled();
    submit();
    await settled();
    expect(on.run.session!.run).toBe(2);
    expect(on.run.session!.header.seed).toBe(77);
    expect(on.run.nodes).toEqual([1, 2, 3]);
    expect(on.run.world!.network).toEqual(presets[1]!.network);
    expect(on.run.frameNow).toBe(0);
    expect(closed).toBe(1);
  });

  it('refuses a seed that is none, and says what one is', async () => {
    const on = await scene();
    show(NewRunDialog);
    await settled();
    type(one('#new-run-seed'), '4294967296');
    await settled();
    expect(one('#new-run-seed').getAttribute('aria-invalid')).toBe('true');
    expect(one('#new-run-seed-error').textContent).toContain('0 to 4294967295');
    submit();
    await settled();
    expect(on.run.session!.run).toBe(1);
  });

  it('draws another seed', async () => {
    await scene();
    show(NewRunDialog);
    await settled();
    const seed = one<HTMLInputElement>('#new-run-seed');
    const first = seed.value;
    one<HTMLButtonElement>('button[aria-label="Another seed"]').click();
    await settled();
    expect(seed.value).not.toBe(first);
    expect(seedFrom(seed.value)).not.toBeNull();
  });

  it.each([
    ['0', 0],
    [' 12 ', 12],
    ['4294967295', 4294967295],
    ['4294967296', null],
    ['-1', null],
    ['1.5', null],
    ['1e3', null],
    ['', null],
  ])('reads the seed "%s" as %s', (text, seed) => expect(seedFrom(text)).toBe(seed));
});

describe('propose', () => {
  it('proposes a value at a node', async () => {
    const on = await scene({ us: 1_000_000 });
    let closed = 0;
    show(ProposeDialog, { node: 2, onClose: () => closed++ });
    await settled();
    type(one('#propose-value'), ' mine ');
    submit();
    await settled();
    expect(on.bridge.commands.at(-1)).toEqual({ type: 'propose', node: 2, value: 'mine' });
    expect(closed).toBe(1);
    on.bridge.play(20_000_000);
    await settled();
    expect([...on.run.world!.chosen.values()].map(({ value }) => value)).toContain('mine');
  });

  it('proposes the next word when nothing was typed', async () => {
    const on = await scene({ us: 1_000_000 });
    show(ProposeDialog, { node: 1 });
    await settled();
    submit();
    await settled();
    expect(on.bridge.commands.at(-1)).toEqual({ type: 'propose', node: 1 });
  });

  it('stays open and says why when it is refused', async () => {
    const on = await scene({ us: 1_000_000 });
    let closed = 0;
    show(ProposeDialog, { node: 1, onClose: () => closed++ });
    on.bridge.cluster.command({ type: 'crash', node: 1, point: 'now' });
    await settled();
    submit();
    await settled();
    expect(closed).toBe(0);
    expect(on.ui.toasts.at(-1)!.title).toBe('Propose at n1: not done');
  });
});

describe('shortcuts', () => {
  it('lists every key of the registry', async () => {
    await scene();
    show(ShortcutsDialog);
    await settled();
    const keys = [...document.querySelectorAll('[role="dialog"] dd')].map((each) => each.textContent.replace(/\s/g, ''));
    expect(keys.length).toBeGreaterThanOrEqual(actions.filter(({ chords }) => chords !== undefined).length);
    expect(keys).toContain('CtrlShiftL');
    expect(keys).toContain('1–9');
  });
});

describe('about', () => {
  it('says what it runs on', async () => {
    await scene();
    show(AboutDialog);
    await settled();
    expect(one('dl').textContent).toContain('130');
  });
});

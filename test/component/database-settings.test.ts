import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import NewRunDialog from '../../renderer/dialogs/NewRunDialog.vue';
import { throughput } from '../../renderer/panels/database/operations.ts';
import { boundsOf, mixOf, sharesOf } from '../../renderer/panels/settings/load-mix.ts';
import SettingsColumn from '../../renderer/panels/settings/SettingsColumn.vue';
import { clear, one, press, scene, settled, show, waited } from './mounting.ts';
import { type } from './typing.ts';

const SECOND = 1_000_000;
const QUIET = { load: { sessions: 0 } };

afterEach(clear);

describe('load', () => {
  it('stands in the place of the proposing client, and measures itself', async () => {
    const on = await scene({ protocol: 'multipaxos', seed: 3, us: 60 * SECOND });
    show(SettingsColumn);
    await settled();
    expect(document.body.textContent).toContain('Clients work by themselves');
    expect(document.body.textContent).not.toContain('Keep proposing');
    expect(one('.facts').textContent).toContain('answered a second');
    const { returned } = on.run.world!.counters;
    expect(throughput(on.run.world!).perSecond).toBeGreaterThan(0);
    expect(returned).toBeGreaterThan(0);
    one<HTMLButtonElement>('section[aria-label="Load"] [role="switch"]').click();
    await waited(150);
    expect(on.run.world!.config).toMatchObject({ load: { sessions: 0, keys: 8 } });
    expect(document.querySelector('.mix')).toBeNull();
  });

  it('is one bar: what is set by its bounds is what it shows', () => {
    const bound = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(bound, bound, bound, (...given) => {
        const bounds = given.sort((x, y) => x - y) as [number, number, number];
        const mix = mixOf(bounds, { transactions: 40, reads: 40, swaps: 10 });
        expect(mix.reads + mix.swaps).toBeLessThanOrEqual(100);
        expect(sharesOf(mix).reduce((sum, share) => sum + share, 0)).toBe(100);
        if (bounds[0] < 100) boundsOf(mix).forEach((place, i) => expect(Math.abs(place - bounds[i]!)).toBeLessThanOrEqual(1));
      }),
    );
  });
});

describe('settings of the protocol', () => {
  it('come with the protocol, behind their titles, and act at once', async () => {
    const on = await scene({ protocol: 'multipaxos', seed: 3, config: QUIET });
    show(SettingsColumn);
    await settled();
    const protocol = one('section[aria-label="Protocol"]');
    const titles = [...protocol.querySelectorAll<HTMLButtonElement>('button.more')];
    expect(titles.map((title) => title.firstChild?.nextSibling?.textContent?.trim())).toEqual(['Reads', 'Leader', 'Log', 'Requests', 'Snapshots']);
    titles[0]!.click();
    await settled();
    one('[role="radio"], .segment', 'Local').click();
    await waited(150);
    expect(on.run.world!.config).toMatchObject({ reads: 'local' });
    expect(one('.warning').textContent).toContain('may be old');
    titles[1]!.click();
    await settled();
    // The shortest patience goes no further than the longest without taking it along.
    const [, least] = [...protocol.querySelectorAll<HTMLInputElement>('input.field')];
    type(least!, '9000');
    await waited(150);
    expect(on.run.world!.config).toMatchObject({ electionMin: 9_000_000, electionMax: 9_000_000 });
  });
});

describe('what stays for a whole run', () => {
  const window = () => one<HTMLInputElement>('.setting.fixed input');

  it('can be read while it lasts, with the reason, and not changed', async () => {
    await scene({ protocol: 'multipaxos', seed: 3, config: { ...QUIET, window: 3 } });
    show(SettingsColumn);
    await settled();
    const titles = [...document.querySelectorAll<HTMLButtonElement>('section[aria-label="Protocol"] button.more')];
    titles.find(({ textContent }) => textContent.trim().startsWith('Log'))!.click();
    await settled();
    expect(window().value).toBe('3');
    expect(window().readOnly).toBe(true);
    expect(document.getElementById(window().getAttribute('aria-describedby')!)!.textContent).toContain('Choose another when you begin one.');
    expect(one('[role="slider"][aria-label="Window"]').getAttribute('tabindex')).toBeNull();
  });

  it('is chosen when it begins', async () => {
    const on = await scene();
    show(NewRunDialog, { protocol: 'multipaxos' });
    await settled();
    const slider = one('[role="slider"][aria-label="Window"]');
    expect(slider.getAttribute('aria-valuetext')).toBe('8');
    slider.focus();
    press('ArrowRight');
    await settled();
    const wanted = Number(slider.getAttribute('aria-valuetext'));
    expect(wanted).toBeGreaterThan(8);
    one<HTMLFormElement>('#new-run').requestSubmit();
    await settled();
    expect(on.run.session!.header.config).toMatchObject({ window: wanted });
  });
});

describe('new run', () => {
  it('has the protocol that was chosen, with its clients', async () => {
    const on = await scene();
    show(NewRunDialog, { protocol: 'multipaxos' });
    await settled();
    expect(document.body.textContent).toContain('Servers agree on a log');
    const clients = one('[role="slider"][aria-label="Clients"]');
    clients.focus();
    press('ArrowRight');
    one<HTMLButtonElement>('[role="switch"]').click();
    await settled();
    one<HTMLFormElement>('#new-run').requestSubmit();
    await settled();
    expect(on.bridge.requests.at(-1)!.argument).toMatchObject({ protocol: 'multipaxos', nodes: 5, clients: 3, config: { load: { sessions: 0 } } });
    expect(on.run.protocol.name).toBe('multipaxos');
  });

  it('stays with the protocol of the run', async () => {
    await scene();
    show(NewRunDialog);
    await settled();
    expect(document.body.textContent).toContain('Servers agree on one value');
    expect(document.querySelector('[aria-label="Clients"]')).toBeNull();
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import LowerPanel from '../../renderer/panels/lower/LowerPanel.vue';
import { clear, one, scene, settled, show } from './mounting.ts';

const SECOND = 1_000_000;

afterEach(clear);

describe('lower panel', () => {
  it('has the tools of its panel beside the tabs', async () => {
    await scene({ us: SECOND });
    show(LowerPanel);
    await settled();
    expect(one('[role="tab"][aria-selected="true"]').textContent).toBe('Log');
    expect(one('header').querySelector('.chips')).not.toBeNull();
    expect(document.querySelectorAll('.row .sentence').length).toBeGreaterThan(3);
  });

  it('hides, shows itself again, and opens with a tab', async () => {
    const on = await scene({ us: SECOND });
    show(LowerPanel);
    await settled();
    one<HTMLButtonElement>('button[aria-label="Hide the lower panel"]').click();
    await settled();
    expect(on.ui.logOpen).toBe(false);
    expect(one('button[aria-label="Show the lower panel"]').getAttribute('aria-expanded')).toBe('false');
    expect(document.querySelector('.chips')).toBeNull();
    one('[role="tab"]', 'Log').click();
    await settled();
    expect(on.ui.logOpen).toBe(true);
    expect(document.querySelector('.chips')).not.toBeNull();
  });
});

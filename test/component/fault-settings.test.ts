import { afterEach, describe, expect, it } from 'vitest';
import LinkMatrix from '../../renderer/panels/settings/LinkMatrix.vue';
import NetworkPanel from '../../renderer/panels/settings/NetworkPanel.vue';
import NodeFaults from '../../renderer/panels/settings/NodeFaults.vue';
import SettingsColumn from '../../renderer/panels/settings/SettingsColumn.vue';
import { useStage } from '../../renderer/stores/stage.ts';
import { defaultNetwork, directionKey, linkFaults, nodeFaults, type LinkFault } from '../../src/contract/index.ts';
import { clear, one, play, press, scene, settled, show, waited, type Scene } from './mounting.ts';
import { type } from './typing.ts';

afterEach(clear);

describe('faults of the network', () => {
  it('stand behind a line until they are at work', async () => {
    const on = await scene();
    show(SettingsColumn);
    expect(document.querySelector('[data-fault="flapping"]')).toBeNull();
    expect(one('.more').textContent).toContain('flapping');
    await on.run.command({ type: 'network', settings: { flapping: { down: 0.25 } } });
    await settled();
    expect(one('[data-fault="flapping"]')).not.toBeNull();
    expect(one('.more').textContent).not.toContain('flapping');
    // It stays where it is when it is off again: nothing jumps.
    await on.run.command({ type: 'network', settings: { flapping: { down: 0 } } });
    await settled();
    expect(one('[data-fault="flapping"]')).not.toBeNull();
  });

  it('show themselves by their description: a new one needs nothing else', async () => {
    const on = await scene();
    const fog: LinkFault = {
      kind: 'link',
      name: 'fog',
      label: 'Fog',
      meaning: 'Packets lose their way.',
      fields: {
        density: { type: 'number', label: 'Density', unit: 'share', min: 0, max: 1, default: 0, meaning: 'How thick it is.' },
        kind: {
          type: 'choice',
          label: 'Kind of fog',
          choices: [{ value: 'sea', label: 'Sea fog' }, { value: 'valley', label: 'Valley fog' }],
          default: 'sea',
          meaning: 'Where it comes from.',
        },
      },
      active: ({ density }) => (density as number) > 0,
      judge: () => {},
      swarm: () => ({ density: 0, kind: 'sea' }),
    };
    on.run.world!.network = { ...defaultNetwork(), fog: { density: 0.2, kind: 'valley' } };
    show(NetworkPanel, { faults: [...linkFaults, fog] });
    await settled();
    expect(one<HTMLInputElement>('[data-fault="fog"] input').value).toBe('20');
    expect(one('[data-fault="fog"] [data-state="on"]').textContent.trim()).toBe('Valley fog');
    one<HTMLButtonElement>('[data-fault="fog"] button', 'Sea fog').click();
    await waited(150);
    expect(on.bridge.commands).toEqual([{ type: 'network', settings: { fog: { density: 0.2, kind: 'sea' } } }]);
  });
});

describe('settings of a run to which nothing can be done', () => {
  it('can be read, and say why they cannot be changed', async () => {
    const on = await scene();
    show(SettingsColumn);
    const locked = () => [...document.querySelectorAll<HTMLFieldSetElement>('fieldset')].map(({ disabled }) => disabled);
    const thumbs = () => [...document.querySelectorAll('[role="slider"]')].map((thumb) => thumb.getAttribute('tabindex') === null);
    expect(new Set([...locked(), ...thumbs()])).toEqual(new Set([false]));
    on.run.session = { ...on.run.session!, readOnly: 'it was written by a newer Synod' };
    await settled();
    expect(new Set([...locked(), ...thumbs()])).toEqual(new Set([true]));
    expect(document.querySelector('fieldset')!.title).toContain('newer Synod');
    // What only shows more of them goes on to work.
    one<HTMLButtonElement>('.more').click();
    await settled();
    expect(one('[data-fault="flapping"]')).not.toBeNull();
  });
});

describe('the matrix of links', () => {
  async function matrix(): Promise<Scene> {
    const on = await scene({ us: 1000 });
    useStage().openMatrix();
    show(LinkMatrix);
    await settled();
    return on;
  }

  const cell = (from: number, to: number) => one(`[role="gridcell"][aria-label^="n${from} to n${to}:"]`);

  it('has a cell for every direction, and says what each does to packets', async () => {
    const on = await matrix();
    expect(document.querySelectorAll('button[role="gridcell"]')).toHaveLength(20);
    expect(cell(1, 2).getAttribute('aria-label')).toBe('n1 to n2: loses nothing, about 550 ms');
    await on.run.command({ type: 'cut', links: [{ from: 1, to: 2 }] });
    await on.run.command({ type: 'link', from: 3, to: 1, settings: { loss: { probability: 0.4 } } });
    await settled();
    expect(cell(1, 2).getAttribute('aria-label')).toBe('n1 to n2: cut, loses nothing, about 550 ms');
    expect(cell(2, 1).getAttribute('aria-label')).not.toContain('cut');
    expect(cell(3, 1).getAttribute('aria-label')).toBe('n3 to n1: loses 40 %, about 550 ms, settings of its own');
  });

  it('is gone through with arrow keys, over the diagonal', async () => {
    await matrix();
    const chosen = () => document.querySelector('[role="gridcell"][tabindex="0"]')!.getAttribute('aria-label')!.slice(0, 8);
    cell(1, 2).focus();
    expect(chosen()).toBe('n1 to n2');
    press('ArrowDown');
    await settled();
    expect(chosen()).toBe('n3 to n2');
    press('ArrowRight');
    await settled();
    expect(chosen()).toBe('n3 to n4');
    expect(document.activeElement).toBe(cell(3, 4));
    press('End');
    await settled();
    expect(chosen()).toBe('n3 to n5');
    press('ArrowRight');
    await settled();
    expect(chosen()).toBe('n3 to n5');
  });

  it('has the links of clients, which talk to servers only', async () => {
    await scene({ us: 1000, protocol: 'multipaxos', nodes: 3 });
    useStage().openMatrix();
    show(LinkMatrix);
    await settled();
    // Three servers and two clients: 20 directions, without those between the clients.
    expect(document.querySelectorAll('button[role="gridcell"]')).toHaveLength(18);
    one<HTMLButtonElement>('[role="gridcell"][aria-label^="n3 to c1:"]').click();
    await settled();
    expect(one('section[aria-label="Link n3 to c1"] > h3').textContent).toMatch(/^n3 . c1$/);
    one('[role="gridcell"][tabindex="0"]').focus();
    press('ArrowDown');
    await settled();
    expect(one('section[aria-label="Link n3 to c1"]')).not.toBeNull();
    press('ArrowUp');
    await settled();
    expect(one('section[aria-label="Link n2 to c1"]')).not.toBeNull();
    expect(document.body.textContent).not.toMatch(/\bn1[6-9]\b/);
  });

  it('sets a fault for one direction, for both, and as the network again', async () => {
    const on = await matrix();
    const loss = () => one<HTMLInputElement>('[aria-label^="Link n1"] [data-fault="loss"] input');
    type(loss(), '40');
    await waited(200);
    expect(on.run.world!.links.get(directionKey(1, 2))!.loss).toEqual({ probability: 0.4 });
    expect(on.run.world!.links.has(directionKey(2, 1))).toBe(false);
    one<HTMLButtonElement>('[aria-label="Direction"] button', 'Both ways').click();
    await settled();
    expect(one('.editor .foot').textContent).toContain('The two directions differ.');
    type(loss(), '70');
    await waited(200);
    expect(on.run.world!.links.get(directionKey(2, 1))!.loss).toEqual({ probability: 0.7 });
    one<HTMLButtonElement>('.editor .foot button').click();
    await settled();
    expect(on.run.world!.links.size).toBe(0);
    expect(loss().value).toBe('0');
  });

  it('cuts and mends', async () => {
    const on = await matrix();
    one<HTMLButtonElement>('.editor .state button', 'Cut').click();
    await settled();
    expect([...on.run.world!.cuts]).toEqual([directionKey(1, 2)]);
    one<HTMLButtonElement>('.editor .state button', 'Mend').click();
    await settled();
    expect(on.run.world!.cuts.size).toBe(0);
  });
});

describe('faults of a node', () => {
  async function faults(): Promise<Scene> {
    const on = await scene({ us: 1_000_000 });
    show(NodeFaults, { node: 2 });
    one<HTMLButtonElement>('[aria-label="Clock, disk and timers"] .head').click();
    await settled();
    return on;
  }

  it('stand in the inspector, all of the registry, unsafe ones marked', async () => {
    await faults();
    for (const { name } of nodeFaults) expect(one(`[data-fault="${name}"]`)).not.toBeNull();
    expect(document.querySelectorAll('.unsafe')).toHaveLength(nodeFaults.filter(({ unsafe }) => unsafe).length);
    expect(one('.summary').textContent).toBe('as they should be');
  });

  it('act at once, but for those that strike once', async () => {
    const on = await faults();
    type(one('[data-fault="clock"] input'), '0.5');
    await waited(150);
    expect(on.run.world!.nodes.get(2)!.faults.get('clock')).toEqual({ rate: 0.5 });
    expect(one('.summary').textContent).toBe('has a clock that runs at 0.5 times its speed');
    type(one('[data-fault="freeze"] input'), '3000');
    await waited(150);
    expect(on.run.world!.nodes.get(2)!.faults.has('freeze')).toBe(false);
    one<HTMLButtonElement>('button', 'Freeze n2 now').click();
    await settled();
    expect(on.run.world!.nodes.get(2)!.faults.get('freeze')).toEqual({ duration: 3_000_000 });
    expect(one('.summary').textContent).toContain('stands still for 3 s');
    await play(on, 3_100_000);
    expect(one('.summary').textContent).not.toContain('stands still');
  });

  it('has its timers beside them, to be fired now', async () => {
    const on = await faults();
    const timer = [...on.run.world!.nodes.get(2)!.timers.keys()][0]!;
    one<HTMLButtonElement>(`[aria-label="Fire timer: ${on.run.protocol.describeTimer(timer)}"]`).click();
    await settled();
    expect(on.bridge.commands).toEqual([{ type: 'fire', node: 2, timer }]);
  });
});

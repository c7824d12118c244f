import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { nextTick } from 'vue';
import SettingsColumn from '../../renderer/panels/settings/SettingsColumn.vue';
import { fromText, listFromText, listText, patchOf, stopsOf, toSlider, toText, withUnit } from '../../renderer/panels/settings/fault-fields.ts';
import { linkFaults, nodeFaults, presets, type ListField, type NumberField } from '../../src/contract/index.ts';
import { clear, one, play, scene, settled, show, waited } from './mounting.ts';
import { type } from './typing.ts';

const numberFields = [...linkFaults, ...nodeFaults].flatMap((fault) => Object.values(fault.fields)).filter((field): field is NumberField => field.type === 'number');

afterEach(clear);

describe('numbers of a fault', () => {
  it.each(numberFields)('$label: the slider reaches both ends, and only goes up', (field) => {
    const stops = stopsOf(field);
    expect([stops[0], stops.at(-1)]).toEqual([field.min, field.max]);
    for (let i = 1; i < stops.length; i++) expect(stops[i]).toBeGreaterThan(stops[i - 1]!);
    if (['µs', 'bytes/s', 'packets'].includes(field.unit)) expect(stops.every(Number.isInteger)).toBe(true);
  });

  it.each(numberFields)('$label: a stop keeps its place, so that no key press is lost', (field) => {
    stopsOf(field).forEach((value, i) => expect(toSlider(field, value)).toBe(i));
  });

  it.each(numberFields)('$label: any other value stands at the nearest stop', (field) => {
    fc.assert(
      fc.property(fc.double({ min: field.min, max: field.max, noNaN: true }), (value) => {
        const stops = stopsOf(field);
        const off = Math.abs(stops[toSlider(field, value)]! - value);
        expect(stops.every((stop) => Math.abs(stop - value) >= off)).toBe(true);
      }),
    );
  });

  const [share, time] = [linkFaults[0]!.fields.probability as NumberField, linkFaults[1]!.fields.min as NumberField];
  it('are typed as per cent and as milliseconds', () => {
    expect(toText(share, 0.305)).toBe('30.5');
    expect(fromText(share, '30.5')).toBeCloseTo(0.305);
    expect(fromText(share, ' 12,5 % ')).toBeCloseTo(0.125);
    expect(toText(time, 400_000)).toBe('400');
    expect(fromText(time, '0.35')).toBe(350);
    expect(fromText(time, '12.5 ms')).toBe(12_500);
  });

  it('are brought into range, and words are none', () => {
    expect(fromText(share, '250')).toBe(1);
    expect(fromText(time, '-3')).toBe(0);
    expect(fromText(time, 'soon')).toBeNull();
    expect(fromText(time, '')).toBeNull();
  });

  it('are typed in other units too', () => {
    expect(fromText(time, '2 s')).toBe(2_000_000);
    expect(fromText(time, '250 µs')).toBe(250);
    expect(fromText(time, '2 bytes')).toBeNull();
    const factor: NumberField = { ...share, unit: '×', min: 0.0625, max: 16 };
    expect(fromText(factor, '0,5 ×')).toBe(0.5);
    expect(withUnit(factor, 0.5)).toBe('0.5 ×');
    const rate: NumberField = { ...share, unit: 'bytes/s', min: 0, max: 1e9 };
    expect(fromText(rate, '12 kB/s')).toBe(12_000);
    expect(toText(rate, 123_456)).toBe('123456');
  });

  it('take the other bound along', () => {
    const latency = linkFaults.find(({ name }) => name === 'latency')!;
    const settings = { distribution: 'uniform', min: 100, max: 200, mean: 5 };
    expect(patchOf(latency, settings, 'min', 300)).toEqual({ min: 300, max: 300 });
    expect(patchOf(latency, settings, 'max', 50)).toEqual({ max: 50, min: 50 });
    expect(patchOf(latency, { ...settings, distribution: 'exponential' }, 'min', 300)).toEqual({ min: 300 });
  });
});

describe('a list of numbers', () => {
  const field = linkFaults.find(({ name }) => name === 'latency')!.fields.trace as ListField;

  it('is typed with commas, semicolons, spaces or lines between', () => {
    expect(listFromText(field, ' 20, 35;500\n1.5 ')).toEqual({ values: [20_000, 35_000, 500_000, 1500] });
    expect(listText(field, [20_000, 1500])).toBe('20, 1.5');
  });

  it('says what is wrong with it', () => {
    expect(listFromText(field, ' ')).toEqual({ error: 'Give at least one number.' });
    expect(listFromText(field, '20 soon')).toEqual({ error: '“soon” is no number.' });
    expect(listFromText(field, '20 70000')).toEqual({ error: 'Number 2, 70000, is not from 0 to 60000 ms.' });
    expect(listFromText({ ...field, longest: 2 }, '1 2 3')).toEqual({ error: 'At most 2 numbers; these are 3.' });
  });

  it('comes back as it was typed, whatever it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9999 }), { minLength: 1, maxLength: 20 }), (ms) => {
        const values = ms.map((value) => value * 1000);
        expect(listFromText(field, listText(field, values))).toEqual({ values });
      }),
    );
  });

  it('sets the trace of the latency, and keeps what is wrong in the field with the reason', async () => {
    const on = await scene();
    show(SettingsColumn);
    one<HTMLButtonElement>('[data-fault="latency"] button', 'Trace').click();
    await waited(150);
    const area = one<HTMLTextAreaElement>('[data-fault="latency"] textarea');
    type(area, '20, later');
    await waited(150);
    expect(area.value).toBe('20, later');
    expect(area.getAttribute('aria-invalid')).toBe('true');
    expect(one('[data-fault="latency"] .error').textContent).toBe('“later” is no number.');
    type(area, '20 40 900');
    await waited(150);
    expect(on.run.world!.network.latency).toMatchObject({ distribution: 'trace', trace: [20_000, 40_000, 900_000] });
    expect(one('[data-fault="latency"] figcaption').textContent).toContain('median 40 ms');
  });
});

describe('network panel', () => {
  it('shows a control for every setting that applies', async () => {
    await scene();
    show(SettingsColumn);
    one<HTMLButtonElement>('section[aria-label="Network"] .more').click();
    await settled();
    for (const fault of linkFaults) expect(document.querySelector(`[data-fault="${fault.name}"]`)).not.toBeNull();
    expect(document.body.textContent).toContain('Longest');
    expect(document.body.textContent).not.toContain('Mean above shortest');
  });

  it('knows the preset by its settings, and no longer when one is changed', async () => {
    const on = await scene();
    show(SettingsColumn);
    expect(one('[aria-label="Presets"] [data-state="on"]').textContent).toContain('Classroom');
    one<HTMLButtonElement>('[aria-label="Presets"] button', 'Terrible').click();
    await settled();
    expect(on.bridge.commands).toEqual([{ type: 'network', settings: presets[3]!.network }]);
    expect(on.run.world!.network.loss!.probability).toBe(0.3);
    expect(one('[aria-label="Presets"] [data-state="on"]').textContent).toContain('Terrible');
    type(one('[data-fault="loss"] input'), '45');
    await waited(150);
    expect(on.run.world!.network.loss!.probability).toBe(0.45);
    expect(document.querySelector('[aria-label="Presets"] [data-state="on"]')).toBeNull();
  });

  it('sends at most one command in 100 ms, and always the last value', async () => {
    const on = await scene();
    show(SettingsColumn);
    const thumb = one('[data-fault="loss"] [role="slider"]');
    for (let i = 0; i < 31; i++) {
      thumb.dispatchEvent(new KeyboardEvent('keydown', { key: i % 2 === 0 ? 'End' : 'Home', bubbles: true }));
      await nextTick();
    }
    expect(on.bridge.commands.length).toBeLessThanOrEqual(2);
    await waited(250);
    expect(on.bridge.commands.length).toBeGreaterThanOrEqual(2);
    expect(on.bridge.commands.length).toBeLessThanOrEqual(4);
    expect(one<HTMLInputElement>('[data-fault="loss"] input').value).toBe('100');
    expect(on.run.world!.network.loss!.probability).toBe(1);
  });

  it('changes the fields with the distribution', async () => {
    const on = await scene();
    show(SettingsColumn);
    one<HTMLButtonElement>('[data-fault="latency"] button', 'Exponential').click();
    await waited(150);
    expect(on.run.world!.network.latency!.distribution).toBe('exponential');
    expect(document.body.textContent).toContain('Mean above shortest');
    expect(one('[data-fault="latency"] svg').getAttribute('aria-label')).toMatch(/half of the packets below/);
  });

  it('shows what somebody else has set', async () => {
    const on = await scene();
    show(SettingsColumn);
    on.bridge.cluster.command({ type: 'network', settings: { duplication: { probability: 0.2 } } });
    await play(on, 1000);
    expect(one<HTMLInputElement>('[data-fault="duplication"] input').value).toBe('20');
  });

  it('puts the old number back when what was typed is none', async () => {
    const on = await scene();
    show(SettingsColumn);
    const input = one<HTMLInputElement>('[data-fault="loss"] input');
    type(input, 'many');
    await waited(150);
    expect(input.value).toBe('0');
    expect(on.bridge.commands).toEqual([]);
  });
});

describe('client panel', () => {
  it('stops and starts the client', async () => {
    const on = await scene();
    show(SettingsColumn);
    const toggle = one<HTMLButtonElement>('section[aria-label="Client"] [role="switch"]');
    toggle.click();
    await waited(150);
    expect(on.run.world!.client.enabled).toBe(false);
    expect(toggle.getAttribute('aria-checked')).toBe('false');
  });

  it('chooses which proposers are asked; all again is nobody in particular', async () => {
    const on = await scene({ us: 1000 });
    show(SettingsColumn);
    one<HTMLButtonElement>('section[aria-label="Client"] button[aria-label="n2"]').click();
    await waited(150);
    expect(on.run.world!.client.proposers).toEqual([1, 3, 4, 5]);
    one<HTMLButtonElement>('section[aria-label="Client"] button[aria-label="n2"]').click();
    await waited(150);
    expect(on.run.world!.client.proposers).toEqual([]);
  });
});

describe('protocol panel', () => {
  it('switches backoff and refusals in the running cluster', async () => {
    const on = await scene();
    show(SettingsColumn);
    const switches = [...document.querySelectorAll<HTMLElement>('section[aria-label="Protocol"] [role="switch"]')];
    expect(switches).toHaveLength(2);
    switches[0]!.click();
    await settled();
    expect(on.bridge.commands).toEqual([{ type: 'configure', config: { backoff: false } }]);
    expect(on.run.world!.config).toMatchObject({ backoff: false, nacks: true });
  });
});

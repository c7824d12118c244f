import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { completeFault, conditionsOf, nodeFaultNamed, soundConditions } from '../../../src/network/faults/conditions.ts';
import { defaultsOf, type Conditions, type Fault, type Field } from '../../../src/network/faults/fault.ts';
import { completeSettings, SettingsError } from '../../../src/network/faults/fields.ts';
import { cutFaults, faults, linkFaults, nodeFaults } from '../../../src/network/faults/registry.ts';
import { completeNetwork } from '../../../src/network/settings.ts';
import { createRandom } from '../../../src/protocol/random.ts';

const guide = readFileSync(new URL('../../../docs/faults.md', import.meta.url), 'utf8');

/** How a field stands in the guide: name, what it may be, default, meaning. */
function row(name: string, field: Field): string {
  const value = (one: number | string | readonly number[]) => (Array.isArray(one) ? `[${one.join(', ')}]` : String(one));
  const unit = 'unit' in field && field.unit !== '' ? ` ${field.unit}` : '';
  const range =
    field.type === 'choice'
      ? field.choices.map((choice) => `\`${choice.value}\``).join(', ')
      : `${field.type === 'numbers' ? `1 to ${field.longest} of ` : ''}${field.min} to ${field.max}${unit}`;
  return `| \`${name}\` | ${range} | ${value(field.default)} | ${field.meaning} |`;
}

/** What the guide must hold of a fault: heading, meaning and fields. */
function entry(fault: Fault): string[] {
  return [`### \`${fault.name}\`: ${fault.label}`, fault.meaning, ...Object.entries(fault.fields).map(([name, field]) => row(name, field))];
}

describe('every fault', () => {
  it('has a name of its own, and says in sentences what it does and what its settings mean', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
    expect(faults).toHaveLength(linkFaults.length + nodeFaults.length + cutFaults.length);
    for (const fault of faults) {
      expect(fault.meaning).toMatch(/^[A-Z].*\.$/);
      for (const field of Object.values(fault.fields)) expect(field.meaning).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('stands in the guide with all its settings', () => {
    for (const fault of faults) for (const line of entry(fault)) expect(guide.split('\n')).toContain(line);
    const headings = guide.split('\n').filter((line) => line.startsWith('### `'));
    expect(headings).toHaveLength(faults.length);
  });

  it('has defaults that are valid, and draws valid settings for the fuzzer, acting and not', () => {
    const random = createRandom(2);
    for (const fault of faults) {
      const defaults = defaultsOf(fault);
      expect(completeSettings(fault.name, fault.fields, defaults, {})).toEqual(defaults);
      if (fault.kind === 'cut') continue;
      const drawn = Array.from({ length: 100 }, () => completeSettings(fault.name, fault.fields, fault.swarm(random), defaults));
      expect(drawn.some((settings) => fault.active(settings))).toBe(true);
    }
    for (let i = 0; i < 100; i++) completeNetwork(Object.fromEntries(linkFaults.map((fault) => [fault.name, fault.swarm(random)])));
  });

  it('has conditions for its fields that name one of its own choices', () => {
    for (const fault of faults) {
      for (const { when } of Object.values(fault.fields)) {
        if (when === undefined) continue;
        const choice = fault.fields[when.field]!;
        expect(choice.type === 'choice' && when.is.every((is) => choice.choices.some(({ value }) => value === is))).toBe(true);
      }
    }
  });
});

describe('faults of a node', () => {
  const acting: [string, object, Partial<Conditions>][] = [
    ['clock', { rate: 0.5 }, { clockRate: 0.5 }],
    ['clock', { rate: 16 }, { clockRate: 16 }],
    ['slow-disk', { sync: 300_000 }, { diskDelay: 300_000 }],
    ['full-disk', { full: 'yes' }, { diskFull: true }],
    ['lying-disk', { lies: 'yes' }, { diskLies: true }],
  ];

  it.each(acting)('%s %j changes its part of the conditions and no other', (name, settings, changed) => {
    const fault = nodeFaultNamed(name)!;
    expect(conditionsOf({ [name]: completeFault(fault, settings) })).toEqual({ ...soundConditions(), ...changed });
    expect(conditionsOf({ [name]: defaultsOf(fault) })).toEqual(soundConditions());
  });

  it('add up', () => {
    const settings = acting.slice(1).map(([name, given]) => [name, completeFault(nodeFaultNamed(name)!, given)] as const);
    expect(conditionsOf(Object.fromEntries(settings))).toEqual({ clockRate: 16, diskDelay: 300_000, diskFull: true, diskLies: true });
    expect(conditionsOf({})).toEqual(soundConditions());
  });

  it('a freeze strikes once: it says how long, and leaves the conditions as they are', () => {
    const fault = nodeFaultNamed('freeze')!;
    const settings = completeFault(fault, { duration: 2_500_000 });
    expect(fault.freeze!(settings)).toBe(2_500_000);
    expect(fault.describe(settings)).toBe('stands still for 2.5 s');
    expect(conditionsOf({ freeze: settings })).toEqual(soundConditions());
    expect(nodeFaults.filter(({ freeze }) => freeze !== undefined)).toEqual([fault]);
  });

  it('offer settings that act, have a letter, and say of the node what it has', () => {
    for (const fault of nodeFaults) {
      expect(fault.offers.length).toBeGreaterThan(0);
      expect([...fault.letter].length).toBeLessThanOrEqual(2);
      for (const { label, settings } of fault.offers) {
        expect(fault.active(completeFault(fault, settings))).toBe(true);
        expect(label).toMatch(/^[A-Z]/);
        expect(fault.describe(completeFault(fault, settings))).toMatch(/^(has|stands) .*[^.]$/);
      }
      expect(fault.describe(defaultsOf(fault))).toMatch(/^(has|stands) /);
    }
    expect(new Set(nodeFaults.map(({ letter }) => letter)).size).toBe(nodeFaults.length);
    expect(nodeFaults.filter(({ unsafe }) => unsafe).map(({ name }) => name)).toEqual(['lying-disk']);
  });

  it.each([
    ['clock', { rate: 17 }, 'clock.rate', /from 0.0625 to 16 \(×\)/],
    ['clock', { rate: 0 }, 'clock.rate', /from 0.0625/],
    ['clock', { rate: Number.NaN }, 'clock.rate', /number/],
    ['clock', { speed: 1 }, 'clock.speed', /there are rate/],
    ['clock', JSON.parse('{"__proto__": 1}'), 'clock.__proto__', /no such setting/],
    ['clock', { toString: 1 }, 'clock.toString', /no such setting/],
    ['clock', null, 'clock', /object/],
    ['slow-disk', { sync: 0.5 }, 'slow-disk.sync', /whole number \(µs\)/],
    ['slow-disk', { sync: 1e300 }, 'slow-disk.sync', /from 0/],
    ['freeze', { duration: -1 }, 'freeze.duration', /from 1000/],
    ['full-disk', { full: true }, 'full-disk.full', /one of no, yes/],
  ])('%s %j is refused, and the field is named', (name, given, field, reason) => {
    try {
      completeFault(nodeFaultNamed(name)!, given);
    } catch (error) {
      expect(error).toBeInstanceOf(SettingsError);
      expect((error as SettingsError).field).toBe(field);
      expect((error as SettingsError).message).toMatch(reason);
      return;
    }
    expect.unreachable('it was taken');
  });

  it('keep what is not named', () => {
    const fault = nodeFaultNamed('clock')!;
    expect(completeFault(fault, {}, { rate: 4 })).toEqual({ rate: 4 });
    expect(completeFault(fault, {})).toEqual({ rate: 1 });
    expect(nodeFaultNamed('constructor')).toBeUndefined();
  });
});

describe('patterns of cut links', () => {
  const nodes = [1, 2, 3, 4, 5];
  const cut = (name: string, all: readonly number[], picked: readonly number[]) =>
    cutFaults.find((fault) => fault.name === name)!.links(all, picked).map(({ from, to }) => `${from}${to}`).join(' ');

  it('one-way: nobody hears the picked, who hear everybody', () => {
    expect(cut('one-way', nodes, [2])).toBe('21 23 24 25');
    expect(cut('one-way', nodes, [1, 2])).toBe('12 13 14 15 21 23 24 25');
  });

  it('deaf: the picked hear nobody, everybody hears them', () => {
    expect(cut('deaf', nodes, [2])).toBe('12 32 42 52');
    expect(cut('deaf', nodes, [1, 2])).toBe('12 21 31 32 41 42 51 52');
  });

  it('bridge: the picked node is the only way between two halves', () => {
    expect(cut('bridge', nodes, [3])).toBe('14 15 24 25 41 42 51 52');
    expect(cut('bridge', nodes, [1])).toBe('24 25 34 35 42 43 52 53');
    expect(cut('bridge', [1, 2, 3], [2])).toBe('13 31');
    expect(cut('bridge', [1, 2, 3, 4], [4])).toBe('13 23 31 32');
  });

  it('ring: each talks only with its neighbours', () => {
    expect(cut('ring', nodes, [])).toBe('13 14 24 25 31 35 41 42 52 53');
    expect(cut('ring', [1, 2, 3, 4], [])).toBe('13 24 31 42');
  });

  it('knife: one link, both ways', () => {
    expect(cut('knife', nodes, [2, 5])).toBe('25 52');
    const knife = cutFaults.find(({ name }) => name === 'knife')!;
    expect(knife.picks).toEqual({ min: 2, max: 2, cluster: 2 });
  });

  it('never cut a node off from itself, and each direction once', () => {
    for (const { picks, links } of cutFaults) {
      for (let count = picks.cluster; count <= 15; count++) {
        const all = Array.from({ length: count }, (_, i) => i + 1);
        const directions = links(all, all.slice(0, picks.min));
        expect(directions.every(({ from, to }) => from !== to && all.includes(from) && all.includes(to))).toBe(true);
        expect(new Set(directions.map(({ from, to }) => `${from} ${to}`)).size).toBe(directions.length);
        expect(directions.length).toBeGreaterThan(0);
      }
    }
  });
});

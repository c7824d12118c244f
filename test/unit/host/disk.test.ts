/** The model of a disk: what a crash leaves, and what moments of it cost. */
import { describe, expect, it } from 'vitest';
import type { RestartDisk } from '../../../src/cluster/commands.ts';
import { Disk, type Save, type Write } from '../../../src/cluster/disk/disk.ts';
import { Layers, type Layer } from '../../../src/cluster/disk/layers.ts';
import { createRandom, nextFloat, nextInteger } from '../../../src/protocol/random.ts';

const save = (...writes: Write[]): Save => ({ writes, lies: false });
const lie = (...writes: Write[]): Save => ({ writes, lies: true });
const held = (disk: Disk) => Object.fromEntries(disk.load().map(({ key, value }) => [key, value]));

/** What a node finds after these saves, a crash and a restart. */
function after(how: RestartDisk, ...saves: Save[]) {
  const disk = new Disk();
  disk.commit(saves);
  disk.crash();
  disk.start(how);
  return held(disk);
}

describe('a disk', () => {
  it('keeps the last write, deletes, and gives the rest by key', () => {
    const disk = new Disk();
    const changes = disk.commit([save(['b', '1'], ['a', '[2]']), save(['b', '3'], ['c', '4']), save(['c', null], ['d', null])]);
    expect(disk.load()).toEqual([{ key: 'a', value: [2] }, { key: 'b', value: 3 }]);
    expect(changes).toEqual({
      records: new Map([['b', '3'], ['a', '[2]'], ['c', null], ['d', null]]),
      undo: [['c', '4'], ['d', null]],
    });
    expect(disk.commit([])).toBeNull();
    expect(disk.start('kept')).toBeNull();
    disk.start('erased');
    expect(disk.load()).toEqual([]);
  });

  it('that is damaged says so', () => {
    const disk = new Disk();
    disk.commit([save(['a', 'no JSON'])]);
    expect(() => disk.load()).toThrow(SyntaxError);
  });
});

describe('a restart', () => {
  const first = save(['a', '1'], ['b', '1'], ['c', '1'], ['d', '1']);

  it.each<[RestartDisk, Save, object]>([
    ['kept', save(['a', '2'], ['e', '2']), { a: 2, b: 1, c: 1, d: 1, e: 2 }],
    ['last-lost', save(['a', '2'], ['e', '2'], ['b', null]), { a: 1, b: 1, c: 1, d: 1 }],
    ['erased', save(['a', '2']), {}],
    // The first half of the records is written, the one at the tear is gone, the others are as before.
    ['last-torn', save(['a', '2']), { b: 1, c: 1, d: 1 }],
    ['last-torn', save(['a', '2'], ['b', '2']), { a: 2, c: 1, d: 1 }],
    ['last-torn', save(['a', '2'], ['b', '2'], ['c', '2']), { a: 2, c: 1, d: 1 }],
    ['last-torn', save(['a', null], ['b', '2'], ['c', null], ['d', '2']), { b: 2, d: 1 }],
    ['last-torn', save(['e', '2']), { a: 1, b: 1, c: 1, d: 1 }],
    ['last-torn', save(), { a: 1, b: 1, c: 1, d: 1 }],
    ['last-lost', save(), { a: 1, b: 1, c: 1, d: 1 }],
  ])('with the disk %s after a save of %j finds %j', (how, last, found) => {
    expect(after(how, first, last)).toEqual(found);
  });

  it('of a save that writes a key twice finds what was there before each of them', () => {
    const twice = save(['a', '2'], ['a', '3'], ['b', '2'], ['a', '4']);
    expect(after('last-lost', first, twice)).toEqual({ a: 1, b: 1, c: 1, d: 1 });
    // Two are written, the third is torn, the fourth never was.
    expect(after('last-torn', first, twice)).toEqual({ a: 3, c: 1, d: 1 });
  });

  it('loses the last save once, whichever incarnation made it', () => {
    const disk = new Disk();
    disk.commit([first, save(['a', '2']), save(['a', '3'])]);
    for (const how of ['kept', 'last-lost', 'last-lost', 'last-torn', 'kept'] as const) disk.start(how);
    expect(held(disk)).toMatchObject({ a: 2 });
    disk.commit([save(['a', '5'])]);
    disk.start('last-lost');
    expect(held(disk)).toMatchObject({ a: 2 });
  });
});

describe('a disk that lies', () => {
  it('shows what it says it has synced, until a crash', () => {
    const disk = new Disk();
    disk.commit([save(['a', '1'], ['b', '1'])]);
    expect(disk.commit([lie(['a', '2'], ['b', null], ['c', '2'])])).toBeNull();
    expect(held(disk)).toEqual({ a: 2, c: 2 });
    disk.crash();
    expect(held(disk)).toEqual({ a: 1, b: 1 });
  });

  it('that is honest again writes all of it out with the next save', () => {
    const disk = new Disk();
    disk.commit([save(['a', '1']), lie(['a', '2'], ['b', '2']), lie(['c', '2'])]);
    const changes = disk.commit([save(['a', '3'])]);
    expect(changes).toEqual({ records: new Map([['a', '3'], ['b', '2'], ['c', '2']]), undo: [['a', '2']] });
    disk.crash();
    expect(held(disk)).toEqual({ a: 3, b: 2, c: 2 });
    disk.start('last-lost');
    expect(held(disk)).toEqual({ a: 2, b: 2, c: 2 });
  });

  it('loses the last save that it had really synced, too', () => {
    expect(after('last-lost', save(['a', '1']), save(['a', '2']), lie(['a', '3']))).toEqual({ a: 1 });
  });
});

describe('a moment of a disk', () => {
  it('stays as it was, with cache and undo, and can be gone on from more than once', () => {
    const disk = new Disk();
    disk.commit([save(['a', '1'], ['b', '1']), save(['a', '2']), lie(['c', '9'])]);
    const moment = disk.save();
    const copy = structuredClone(moment);
    disk.commit([save(['a', null]), lie(['b', '7'])]);
    disk.start('last-torn');
    expect(moment).toEqual(copy);
    for (const data of [moment, copy, moment]) {
      const again = new Disk(data);
      expect(held(again)).toEqual({ a: 2, b: 1, c: 9 });
      again.crash();
      again.start('last-lost');
      expect(held(again)).toEqual({ a: 1, b: 1 });
    }
  });

  it('is like a copy of all of it, whatever was written, deleted and kept in between', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = createRandom(seed);
      let layers = new Layers();
      const map = new Map<string, string>();
      const moments: { readonly layers: readonly Layer[]; readonly map: ReadonlyMap<string, string> }[] = [];
      for (let i = 0; i < 300; i++) {
        const key = `k${nextInteger(random, 0, 40)}`;
        if (nextFloat(random) < 0.3) {
          layers.set(key, null);
          map.delete(key);
        } else {
          layers.set(key, String(i));
          map.set(key, String(i));
        }
        expect(layers.get(key)).toBe(map.get(key) ?? null);
        if (nextFloat(random) < 0.1) {
          moments.push({ layers: layers.freeze(), map: new Map(map) });
          if (nextFloat(random) < 0.3) layers = new Layers(moments.at(-1)!.layers);
        }
      }
      const sorted = (one: ReadonlyMap<string, string>) => [...one].sort();
      for (const moment of moments) expect(sorted(new Layers(moment.layers).all()), `seed ${seed}`).toEqual(sorted(moment.map));
      expect(sorted(layers.all())).toEqual(sorted(map));
    }
  });

  it('shares what has not changed: 100 of a disk with 5,000 records are not 100 copies', () => {
    const disk = new Disk();
    for (let i = 0; i < 5000; i++) disk.commit([save([`instance/${i}`, '1'])]);
    const distinct = new Set<Layer>();
    let layersMax = 0;
    for (let moment = 0; moment < 100; moment++) {
      for (let i = 0; i < 20; i++) disk.commit([save([`instance/${(moment * 20 + i * 7) % 5000}`, '2'])]);
      const { layers } = disk.save();
      layersMax = Math.max(layersMax, layers.length);
      for (const layer of layers) distinct.add(layer);
    }
    const kept = [...distinct].reduce((sum, layer) => sum + layer.size, 0);
    // 100 copies would be 500,000 records.
    expect(kept).toBeLessThan(40_000);
    expect(layersMax).toBeLessThan(12);
    expect(disk.save().layers).toBe(disk.save().layers);
  });
});

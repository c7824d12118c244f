import { afterEach, describe, expect, it } from 'vitest';
import { directionState, directionTexts, isDown, linkAt, settingsOf } from '../../../renderer/stage/links.ts';
import { Announcer } from '../../../renderer/stage/announcements.ts';
import { clear, scene, settled } from '../mounting.ts';

afterEach(clear);

describe('a link under the pointer', () => {
  const places = { x: Float64Array.of(0, 100, 300, 200), y: Float64Array.of(0, 100, 100, 300), reach: () => 30 };

  it('is the nearest one within reach, between the discs', async () => {
    const { run } = await scene({ nodes: 3 });
    const world = run.world!;
    expect(linkAt(world, places, { x: 200, y: 104 })).toEqual([1, 2]);
    expect(linkAt(world, places, { x: 200, y: 120 })).toBeNull();
    expect(linkAt(world, places, { x: 110, y: 100 })).toBeNull();
    expect(linkAt(world, places, { x: 152, y: 200 })).toEqual([1, 3]);
    world.groups = [[1, 2], [3]];
    expect(linkAt(world, places, { x: 152, y: 200 })).toBeNull();
  });
});

describe('a direction of a link', () => {
  it('is open, cut, or parted by the islands', async () => {
    const on = await scene({ us: 1000 });
    await on.run.command({ type: 'cut', links: [{ from: 1, to: 2 }] });
    await on.run.command({ type: 'partition', groups: [[1, 2, 3], [4, 5]] });
    await settled();
    const state = (from: number, to: number) => directionState(on.run.world!, from, to, 1000);
    expect([state(1, 2), state(2, 1), state(1, 4)]).toEqual(['cut', 'open', 'parted']);
  });

  it('has the settings of the network until it has its own', async () => {
    const on = await scene();
    await on.run.command({ type: 'link', from: 1, to: 2, settings: { loss: { probability: 0.25 } } });
    await settled();
    const world = on.run.world!;
    expect(settingsOf(world, 1, 2).loss).toEqual({ probability: 0.25 });
    expect(settingsOf(world, 2, 1)).toBe(world.network);
    expect(directionTexts(world, 1, 2, 0)).toEqual(['loses 25 %', 'about 550 ms', 'settings of its own']);
  });

  it('flaps by the clock: what is sent while it is drawn as down is lost at once', async () => {
    const on = await scene({ us: 1000 });
    await on.run.command({ type: 'network', settings: { flapping: { down: 0.5, period: 2_000_000 } } });
    await settled();
    const world = on.run.world!;
    expect([500_000, 999_999, 1_000_000, 1_999_999, 2_000_000].map((at) => isDown(world, 1, 2, at))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
    expect(directionTexts(world, 1, 2, 1_500_000)).toEqual(['down just now', 'loses nothing', 'about 550 ms', 'flapping']);
    on.bridge.play(30_000_000);
    await settled();
    const { rows } = on.run;
    const doomed = [];
    for (let i = rows.start; i < rows.end; i++) {
      const { event } = rows.at(i)!;
      if (event.type === 'send' && event.to !== event.node && isDown(world, event.node, event.to, event.at)) doomed.push(event.packet);
    }
    const lost = new Set<number>();
    for (let i = rows.start; i < rows.end; i++) {
      const { event } = rows.at(i)!;
      if (event.type === 'lost' && event.cause === 'cut') lost.add(event.packet);
    }
    expect(doomed.length).toBeGreaterThan(5);
    expect(doomed.filter((packet) => !lost.has(packet))).toEqual([]);
  });
});

describe('what is told of links', () => {
  it('is that some are cut, all are mended, packets are held', async () => {
    const on = await scene({ us: 1000 });
    const announcer = new Announcer();
    announcer.news(on.run.world!, 'instance');
    await on.run.command({ type: 'cut', links: [{ from: 1, to: 2 }] });
    await settled();
    expect(announcer.news(on.run.world!, 'instance')).toEqual(['1 direction of a link is cut.']);
    await on.run.command({ type: 'mend' });
    await on.run.command({ type: 'hold', on: true });
    await settled();
    expect(announcer.news(on.run.world!, 'instance')).toEqual(['All cuts are mended.', 'Every packet is held.']);
    expect(announcer.news(on.run.world!, 'instance')).toEqual([]);
  });
});

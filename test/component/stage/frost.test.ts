import { afterEach, describe, expect, it } from 'vitest';
import { cardOf } from '../../../renderer/stage/cards.ts';
import { actingFaults, frostOf, isFrozen } from '../../../renderer/stage/frost.ts';
import { clear, play, scene, settled, type Scene } from '../mounting.ts';

afterEach(clear);

const node = ({ run }: Scene) => run.world!.nodes.get(2)!;

describe('a frozen node', () => {
  it('stands still from the moment it is told to until it thaws', async () => {
    const on = await scene({ us: 1_000_000 });
    const now = on.bridge.cluster.now;
    expect(frostOf(node(on))).toBeNull();
    await on.run.command({ type: 'fault', node: 2, fault: 'freeze', settings: { duration: 3_000_000 } });
    await settled();
    expect(frostOf(node(on))).toEqual({ from: now, until: now + 3_000_000 });
    expect(isFrozen(node(on), now + 2_999_999)).toBe(true);
    expect(isFrozen(node(on), now + 3_000_000)).toBe(false);
    expect(cardOf(on.run.world!, node(on), { slot: 1, picked: false, now, leaving: new Map() })).toMatchObject({ frozen: true, faults: '' });
    expect(cardOf(on.run.world!, node(on), { slot: 1, picked: false, now, leaving: new Map() }).name).toContain(', frozen,');
  });

  it('is thawed by a crash: a new thread does not stand still', async () => {
    const on = await scene({ us: 1_000_000 });
    await on.run.command({ type: 'fault', node: 2, fault: 'freeze', settings: { duration: 60_000_000 } });
    await play(on, 1000);
    await on.run.command({ type: 'crash', node: 2 });
    await settled();
    expect(frostOf(node(on))).toBeNull();
    await on.run.command({ type: 'restart', node: 2 });
    await play(on, 1000);
    expect(node(on).up).toBe(true);
    expect(frostOf(node(on))).toBeNull();
  });
});

describe('faults of a node on its disc', () => {
  it('are named while they act', async () => {
    const on = await scene({ us: 1_000_000 });
    await on.run.command({ type: 'fault', node: 2, fault: 'clock', settings: { rate: 0.5 } });
    await on.run.command({ type: 'fault', node: 2, fault: 'lying-disk', settings: { lies: 'yes' } });
    await settled();
    expect(actingFaults(node(on), on.bridge.cluster.now).map(({ fault }) => fault.name)).toEqual(['clock', 'lying-disk']);
    const card = cardOf(on.run.world!, node(on), { slot: 1, picked: false, now: on.bridge.cluster.now, leaving: new Map() });
    expect(card.faults.split('\n')).toEqual([
      '×0.5 has a clock that runs at 0.5 times its speed',
      'LD has a disk that lies about its syncs: unsafe',
    ]);
    expect(card.name).toContain('has a disk that lies about its syncs: unsafe');
    await on.run.command({ type: 'fault', node: 2, fault: 'clock', settings: { rate: 1 } });
    await settled();
    expect(actingFaults(node(on), on.bridge.cluster.now).map(({ fault }) => fault.name)).toEqual(['lying-disk']);
  });
});

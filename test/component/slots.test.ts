/** The log as slots by server, on the real engine. */
import { afterEach, describe, expect, it } from 'vitest';
import SlotsPanel from '../../renderer/panels/slots/SlotsPanel.vue';
import { leaderOf, openStretches, reach, serverRows, stateOf } from '../../renderer/panels/slots/server-rows.ts';
import { factsOf } from '../../renderer/panels/slots/slot-facts.ts';
import { paintSlots } from '../../renderer/panels/slots/slots-painter.ts';
import { followEnd, type Viewport } from '../../renderer/panels/slots/viewport.ts';
import type { World } from '../../src/contract/index.ts';
import { clear, one, play, press, scene, settled, show, type Scene } from './mounting.ts';

const SECOND = 1_000_000;
/** Eight operations at once, one after the other without a pause. */
const BUSY = { load: { sessions: 4, pause: 0 } };

afterEach(clear);

function busy(us: number, config: object = {}): Promise<Scene> {
  return scene({ protocol: 'multipaxos', seed: 3, config: { ...BUSY, ...config }, us });
}

function leaderIn(world: World): number {
  return leaderOf(world, serverRows(world))!.row.node;
}

/** Plays until the world is as it is wanted. */
async function playUntil(on: Scene, wanted: (world: World) => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (wanted(on.run.world!)) return;
    await play(on, 50_000);
  }
  throw new Error('that never came about');
}

describe('rows of servers', () => {
  it('say what every server itself says', async () => {
    const on = await busy(200 * SECOND);
    const world = on.run.world!;
    const rows = serverRows(world);
    expect(rows.map(({ node }) => node)).toEqual([1, 2, 3, 4, 5]);
    for (const row of rows) {
      const replica = world.nodes.get(row.node)!.view!.replica!;
      expect([row.snapshot, row.applied, row.highest]).toEqual([replica.snapshot, replica.applied, replica.highest]);
      expect(row.snapshot).toBeGreaterThan(100);
      expect(stateOf(world, row, row.snapshot)).toBe('snapshot');
      expect(stateOf(world, row, row.applied)).toBe('applied');
      expect(stateOf(world, row, row.highest + 1)).toBe('unknown');
    }
  });

  it('have the votes of what is in flight', async () => {
    const on = await busy(20 * SECOND);
    await playUntil(on, (world) => serverRows(world).every((row) => row.highest > row.applied));
    const world = on.run.world!;
    for (const row of serverRows(world)) {
      for (const { first, state } of openStretches(world, row, row.applied + 1, row.highest)) {
        const view = row.slots.get(first);
        if (state === 'accepted') expect(view).toMatchObject({ chosen: null, accepted: { value: expect.any(String) } });
        if (state === 'chosen') expect(view!.chosen).not.toBeNull();
      }
    }
  });

  it('show what a server has missed as a hole, until it has learned it', async () => {
    const on = await busy(20 * SECOND);
    const leader = leaderIn(on.run.world!);
    const other = leader === 1 ? 2 : 1;
    await on.run.command({ type: 'cut', links: [{ from: leader, to: other }] });
    await play(on, 1.5 * SECOND);
    await on.run.command({ type: 'mend', links: [{ from: leader, to: other }] });
    const holes = (world: World) => {
      const row = serverRows(world).find(({ node }) => node === other)!;
      return [...openStretches(world, row, row.applied + 1, row.highest)].filter(({ state }) => state === 'hole');
    };
    await playUntil(on, (world) => holes(world).length > 0);
    const [hole] = holes(on.run.world!);
    const row = serverRows(on.run.world!).find(({ node }) => node === other)!;
    expect(hole!.first).toBe(row.applied + 1);
    expect(row.slots.get(hole!.first)?.accepted ?? null).toBeNull();
    await playUntil(on, (world) => serverRows(world).find(({ node }) => node === other)!.applied >= hole!.last);
  });

  it('keep what was last seen of a server that is down', async () => {
    const on = await busy(20 * SECOND);
    const node = leaderIn(on.run.world!) === 5 ? 4 : 5;
    const before = serverRows(on.run.world!)[node - 1]!.applied;
    await on.run.command({ type: 'crash', node });
    await play(on, 10 * SECOND);
    const rows = serverRows(on.run.world!);
    expect(rows[node - 1]).toMatchObject({ up: false, leading: false, applied: before });
    expect(reach(rows).applied).toBeGreaterThan(before);
  });

  it('have chosen instances, and no holes, where there is no log', async () => {
    const on = await scene({ us: 60 * SECOND });
    const world = on.run.world!;
    const rows = serverRows(world);
    for (const chosen of world.chosen.values()) {
      for (const row of rows) expect(stateOf(world, row, chosen.slot) === 'chosen').toBe(chosen.knownTo.has(row.node));
    }
    expect(rows.flatMap((row) => [...openStretches(world, row, 1, row.highest)]).some(({ state }) => state === 'hole')).toBe(false);
  });
});

describe('facts of a slot', () => {
  it('are those of the chosen value, its quorum and who has applied it', async () => {
    const on = await busy(60 * SECOND);
    const world = on.run.world!;
    const rows = serverRows(world);
    const chosen = [...world.chosen.values()].at(-5)!;
    const facts = factsOf(world, rows, chosen.slot);
    expect(facts).toMatchObject({ value: chosen.value, ballot: chosen.ballot, chosen: true });
    expect(facts.accepted).toEqual(expect.arrayContaining([...chosen.quorum]));
    expect(facts.applied).toEqual(rows.filter(({ applied }) => applied >= chosen.slot).map(({ node }) => node));
  });
});

/** Counts what is drawn. */
function recorder(): { readonly context: CanvasRenderingContext2D; calls(): number } {
  let calls = 0;
  const target: Record<string, unknown> = { globalAlpha: 1 };
  const context = new Proxy(target, {
    get: (of, name) => (name in of ? of[name as string] : () => void calls++),
    set: (of, name, value) => ((of[name as string] = value), true),
  });
  return { context: context as unknown as CanvasRenderingContext2D, calls: () => calls };
}

function drawn(world: World, view: Viewport): number {
  const { context, calls } = recorder();
  paintSlots(context, { world, rows: serverRows(world), view, rowHeight: 20, window: null, selected: null, pointed: null, colour: () => '' });
  return calls();
}

describe('drawing', () => {
  it('costs what is in sight, not what is in the log', async () => {
    const on = await busy(200 * SECOND);
    const view = (scale: (latest: number) => number): Viewport => {
      const { highest } = reach(serverRows(on.run.world!));
      return followEnd({ latest: highest, ahead: 0 }, scale(highest), 800);
    };
    const near = (): number => drawn(on.run.world!, view(() => 14));
    const all = (): number => drawn(on.run.world!, view((latest) => 800 / latest));
    const before = { chosen: on.run.world!.chosenCount, near: near(), all: all() };
    await play(on, 300 * SECOND);
    expect(on.run.world!.chosenCount).toBeGreaterThan(2.2 * before.chosen);
    expect(near()).toBeLessThan(1.3 * before.near);
    expect(all()).toBeLessThan(1.3 * before.all);
  });
});

describe('panel of slots', () => {
  const grid = (): HTMLElement => one('[role="grid"]');
  const spoken = (): string => one('#slot-in-focus').textContent;

  it('says what will stand there', async () => {
    await scene({ protocol: 'multipaxos', us: 0 });
    show(SlotsPanel);
    await settled();
    expect(document.body.textContent).toContain('The log is empty');
  });

  it('says who leads, and for how many slots phase 1 was skipped', async () => {
    const on = await busy(60 * SECOND);
    show(SlotsPanel);
    await settled();
    const { node, ballot } = on.run.world!.terms.at(-1)!;
    const { skipped } = on.run.world!.nodes.get(node)!.view!.replica!;
    expect(skipped).toBeGreaterThan(100);
    expect(document.body.textContent).toContain(`n${node} leads with ${ballot.round}.${ballot.node} · phase 1 once, skipped for ${skipped} slots`);
  });

  it('has a sentence for each server, lagging ones too, and a document that does not grow with the log', async () => {
    const on = await busy(60 * SECOND);
    show(SlotsPanel);
    await on.run.command({ type: 'crash', node: 2 });
    await settled();
    const before = document.querySelectorAll('*').length;
    await play(on, 300 * SECOND);
    expect(document.querySelectorAll('*').length - before).toBeLessThan(20);
    const labels = [...document.querySelectorAll('.labels .label')].map((each) => each.getAttribute('aria-label'));
    const lag = reach(serverRows(on.run.world!)).applied - serverRows(on.run.world!)[1]!.applied;
    expect(lag).toBeGreaterThan(500);
    expect(labels[1]).toMatch(/^n2, down; last seen: applied up to slot \d+/);
    expect(labels[1]).toContain(`, ${lag} behind`);
    expect(labels).toHaveLength(5);
  });

  it('goes from slot to slot with the keys, says what each is, and puts one into focus', async () => {
    const on = await busy(60 * SECOND);
    show(SlotsPanel);
    await settled();
    grid().focus();
    await settled();
    const latest = reach(serverRows(on.run.world!)).highest;
    expect(spoken()).toMatch(new RegExp(`^Slot ${latest}, n${leaderIn(on.run.world!)}: `));
    for (let i = 0; i < 20; i++) press('ArrowLeft');
    await settled();
    expect(spoken()).toMatch(new RegExp(`^Slot ${latest - 20}, n\\d: applied\\. c\\d\\.\\d+#\\d+ .*, chosen in ballot \\d+\\.\\d; accepted by .*; applied by `));
    press('Enter');
    expect(on.selection.slot).toBe(latest - 20);
    press('Home');
    await settled();
    expect(spoken()).toMatch(/^Slot 1, n\d: in the snapshot only|^Slot 1, n\d: applied/);
    press('ArrowDown');
    press('Escape');
    expect(on.selection.slot).toBeNull();
  });

  it('follows the latest until a person goes back, and does again when told to', async () => {
    const on = await busy(120 * SECOND);
    show(SlotsPanel);
    await settled();
    const follows = () => one('button[aria-label="Follow the latest"]').getAttribute('aria-pressed');
    expect(follows()).toBe('true');
    grid().dispatchEvent(new WheelEvent('wheel', { deltaY: -900, cancelable: true }));
    await settled();
    expect(follows()).toBe('false');
    one<HTMLButtonElement>('button[aria-label="Follow the latest"]').click();
    await play(on, 5 * SECOND);
    expect(follows()).toBe('true');
  });

  it('shows a slot that is put into focus elsewhere', async () => {
    const on = await busy(200 * SECOND);
    show(SlotsPanel);
    await settled();
    on.selection.selectSlot(40);
    await settled();
    expect(one('button[aria-label="Follow the latest"]').getAttribute('aria-pressed')).toBe('false');
  });

  it('shows the moment of the past that is shown', async () => {
    const on = await busy(60 * SECOND);
    show(SlotsPanel);
    await settled();
    const label = () => document.querySelector('.labels .label')!.getAttribute('aria-label');
    const now = label();
    on.history.seek(Math.floor(on.history.total / 2));
    await settled();
    const row = serverRows(on.run.past!.world)[0]!;
    expect(label()).not.toBe(now);
    expect(label()).toContain(`applied up to slot ${row.applied}`);
  });

  it('shows the instances of single-decree Paxos', async () => {
    const on = await scene({ us: 30 * SECOND });
    show(SlotsPanel);
    await settled();
    grid().focus();
    press('Home');
    await settled();
    expect(spoken()).toContain(`Instance 1, n1: known to be chosen`);
    expect(spoken()).toContain(on.run.world!.chosen.get(1)!.value);
  });
});

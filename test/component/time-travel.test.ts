import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import LogPanel from '../../renderer/panels/log/LogPanel.vue';
import NodePanel from '../../renderer/panels/side/NodePanel.vue';
import TimelineStrip from '../../renderer/panels/timeline/TimelineStrip.vue';
import { useActions } from '../../renderer/actions.ts';
import { applyEvent, applyView, createWorld, type World } from '../../src/contract/index.ts';
import { readEvents } from '../../src/cluster/event-log.ts';
import { clear, one, play, press, scene, settled, show, waited, type Scene } from './mounting.ts';
import { clusterAt, eventsOf } from './past.ts';

const SECOND = 1_000_000;
let on: Scene;

/** The world after the first `seq` events, folded from the beginning. */
function worldAt({ bridge }: Scene, seq: number): World {
  const world = createWorld(bridge.cluster.scheduler.header);
  for (const event of readEvents(eventsOf(bridge.cluster))) if (event.seq < seq) applyEvent(world, event);
  for (const [node, view] of clusterAt({ run: bridge.cluster.run() }, seq).views) applyView(world, node, view);
  return world;
}

/** How often moments were asked for, and which. */
function sought({ bridge }: Scene): number[] {
  return bridge.requests.filter(({ channel }) => channel === 'history:seek').map(({ argument }) => (argument as { seq: number }).seq);
}

beforeEach(async () => {
  on = await scene({ us: 20 * SECOND });
});
afterEach(clear);

describe('the shown moment', () => {
  it('is the world as it was then, with packets where they were', async () => {
    const seq = 300;
    on.history.seek(seq);
    await settled();
    expect(on.run.past!.seq).toBe(seq);
    expect(on.run.world).toEqual(worldAt(on, seq));
    expect(on.run.now()).toBe(on.run.past!.at);
    expect(on.run.frameNow).toBe(on.run.past!.at);
    expect(on.run.world!.packets.size).toBeGreaterThan(0);
  });

  it('pauses the run, and plays it on when the past is left', async () => {
    expect(on.run.playing).toBe(true);
    on.history.seek(200);
    await settled();
    expect(on.run.playing).toBe(false);
    expect(on.bridge.transport.playing).toBe(false);
    on.history.goLive();
    await settled();
    expect(on.run.past).toBeNull();
    expect(on.run.playing).toBe(true);
    expect(on.run.world!.seq).toBe(on.bridge.cluster.scheduler.log.seq);
  });

  it('is left paused when the run was paused before', async () => {
    await on.run.setTransport({ playing: false });
    on.history.seek(200);
    await settled();
    on.history.goLive();
    await settled();
    expect(on.run.playing).toBe(false);
  });

  it('is left by playing', async () => {
    on.history.seek(200);
    await settled();
    useActions().perform('play-pause');
    await settled();
    expect(on.run.past).toBeNull();
    expect(on.run.playing).toBe(true);
  });

  it('stays while the run goes on out of sight', async () => {
    on.history.seek(200);
    await settled();
    const { world } = on.run;
    await play(on, SECOND);
    expect(on.run.world).toBe(world);
    expect(on.run.liveSeq).toBe(on.bridge.cluster.scheduler.log.seq);
  });

  it('has the memory and the disk of then', async () => {
    on.selection.selectNode(2);
    show(NodePanel);
    on.history.seek(250);
    await settled();
    expect(await on.run.inspect(2)).toEqual(clusterAt({ run: on.bridge.cluster.run() }, 250).inspect(2));
  });

  it('shows the packet that the last event lost once more, and not again when rows are filled up', async () => {
    await on.run.command({ type: 'network', settings: { loss: { probability: 0.5 } } });
    await play(on, 20 * SECOND);
    const lost = [...readEvents(eventsOf(on.bridge.cluster))].find(({ type }) => type === 'lost')!;
    on.history.seek(lost.seq + 1);
    await settled();
    expect(on.run.losses).toHaveLength(1);
    const { losses } = on.run;
    await waited(250);
    expect(on.run.rows.length).toBeGreaterThan(120);
    expect(on.run.losses).toBe(losses);
  });
});

describe('going to a moment', () => {
  it('asks for one at a time, and next for the one wanted last', async () => {
    let release = (): void => {};
    on.bridge.delays.set('history:seek', new Promise((done) => (release = done)));
    for (const seq of [100, 110, 120, 130, 140]) on.history.seek(seq);
    expect(sought(on)).toEqual([100]);
    expect(on.history.position).toBe(140);
    on.bridge.delays.delete('history:seek');
    release();
    await settled();
    expect(sought(on)).toEqual([100, 140]);
    expect(on.run.past!.seq).toBe(140);
  });

  it('drops what comes after the person has gone live', async () => {
    let release = (): void => {};
    on.bridge.delays.set('history:seek', new Promise((done) => (release = done)));
    on.history.seek(100);
    on.history.goLive();
    release();
    await settled();
    expect(on.run.past).toBeNull();
  });

  it('drops the moment of a run that is over', async () => {
    let release = (): void => {};
    on.bridge.delays.set('history:seek', new Promise((done) => (release = done)));
    on.history.seek(100);
    await on.run.newRun({ nodes: 3, seed: 9 });
    on.bridge.delays.delete('history:seek');
    await play(on, SECOND);
    on.history.seek(10);
    await settled();
    expect(on.run.past!.seq).toBe(10);
    release();
    await settled();
    expect(on.run.past!.seq).toBe(10);
    expect(on.run.nodes).toHaveLength(3);
  });

  it('says why when there is no such moment', async () => {
    on.bridge.emit('timeline', { ...news(on), seq: 1_000_000 });
    on.history.seek(999_999);
    await settled();
    expect(on.run.past).toBeNull();
    expect(on.history.aim).toBeNull();
    expect(on.ui.toasts.at(-1)!.detail).toContain('has not happened yet');
  });

  it('steps back and on again, and is live after the last event', async () => {
    const { perform } = useActions();
    await on.run.setTransport({ playing: false });
    await settled();
    const { total } = on.history;
    perform('step-back');
    perform('step-back');
    await settled();
    expect(on.run.past!.seq).toBe(total - 2);
    perform('step');
    await settled();
    expect(on.run.past!.seq).toBe(total - 1);
    perform('step');
    await settled();
    expect(on.run.past).toBeNull();
    expect(on.history.position).toBe(total);
  });

  it('goes from mark to mark', async () => {
    const { perform, bind } = useActions();
    const marks = on.history.marks();
    expect(marks.some(({ kind }) => kind === 'chosen')).toBe(true);
    perform('previous-mark');
    await settled();
    expect(on.run.past!.seq).toBe(marks.at(-1)!.seq + 1);
    perform('previous-mark');
    await settled();
    expect(on.run.past!.seq).toBe(marks.at(-2)!.seq + 1);
    perform('next-mark');
    await settled();
    expect(on.run.past!.seq).toBe(marks.at(-1)!.seq + 1);
    expect(bind('next-mark').blocked).toBe('There is no later mark.');
  });
});

describe('acting in the past', () => {
  it('is refused, with an offer to fork', async () => {
    on.history.seek(300);
    await settled();
    expect(useActions().bind('crash', 2).blocked).toContain('This is the past');
    expect(await on.run.command({ type: 'crash', node: 2 }, 'Crash n2')).toBeNull();
    expect(on.bridge.commands).toEqual([]);
    on.ui.toasts.at(-1)!.action!.perform();
    await settled();
    expect(on.run.past).toBeNull();
    expect(on.run.session!.branch).toBe(2);
    expect(on.run.world!.seq).toBe(on.bridge.cluster.scheduler.log.seq);
    expect(on.run.world!.seq).toBeLessThan(320);
    await on.run.command({ type: 'crash', node: 2 }, 'Crash n2');
    await settled();
    expect(on.run.world!.nodes.get(2)!.up).toBe(false);
  });

  it('keeps the screen until the branch is there', async () => {
    on.history.seek(300);
    await settled();
    const { world } = on.run;
    const forking = on.run.fork();
    await forking;
    expect(on.run.world).toBe(world);
    await settled();
    expect(on.run.world).not.toBe(world);
    expect(on.run.rows.length).toBeGreaterThan(0);
  });

  it('is not possible at all in a run that can only be looked at', async () => {
    on.bridge.readOnly = 'it was written by a newer Synod';
    on.bridge.emit('session', on.bridge.session);
    await settled();
    const { bind } = useActions();
    for (const name of ['play-pause', 'step', 'fork', 'heal']) expect(bind(name).blocked).toContain('newer Synod');
    on.history.seek(100);
    await settled();
    expect(on.run.past!.seq).toBe(100);
    expect(await on.run.command({ type: 'crash', node: 1 })).toBeNull();
    expect(on.ui.toasts.at(-1)!.action).toBeUndefined();
  });
});

describe('timeline', () => {
  const slider = () => one('[role="slider"]');

  it('is a slider over the whole run, for the keyboard', async () => {
    show(TimelineStrip);
    await settled();
    const { total } = on.history;
    expect(slider().getAttribute('aria-valuemax')).toBe(String(total));
    expect(slider().getAttribute('aria-valuetext')).toContain('Live');
    slider().focus();
    press('ArrowLeft');
    await settled();
    expect(slider().getAttribute('aria-valuenow')).toBe(String(total - 1));
    expect(slider().getAttribute('aria-valuetext')).toMatch(/s, event [\d,]+ of [\d,]+, the past/);
    press('PageDown');
    await settled();
    expect(on.run.past!.seq).toBe(total - 1 - Math.max(10, Math.round(total / 20)));
    press('Home');
    await settled();
    expect(on.run.past!.seq).toBe(0);
    expect(on.run.world!.nodes.get(1)!.up).toBe(false);
    press('End');
    await settled();
    expect(on.run.past).toBeNull();
  });

  it('says what is shown, and offers to fork and to go live', async () => {
    show(TimelineStrip);
    on.history.seek(300);
    await settled();
    expect(one('.where').textContent).toMatch(/\d+\.\d{3} s · event 300 of [\d,]+ — the past/);
    one('[data-action="go-live"]').click();
    await settled();
    expect(on.run.past).toBeNull();
  });

  it('follows a run that goes on', async () => {
    show(TimelineStrip);
    await play(on, 10 * SECOND);
    await waited(150);
    expect(slider().getAttribute('aria-valuemax')).toBe(String(on.bridge.cluster.scheduler.log.seq));
  });
});

describe('log in the past', () => {
  it('marks the last event of the moment, and fades what came after', async () => {
    show(LogPanel);
    await settled();
    const chosen = on.history.marks().find(({ kind }) => kind === 'chosen')!;
    on.history.seek(chosen.seq + 1);
    await settled();
    expect(one('.row.moment').textContent).toContain('is chosen');
    expect(document.querySelectorAll('.place.ahead').length).toBeGreaterThan(0);
    expect(document.querySelectorAll('.place.edge')).toHaveLength(1);
    on.history.goLive();
    await settled();
    expect(document.querySelector('.place.ahead, .row.moment')).toBeNull();
  });

  it('goes to the moment of the row that is clicked', async () => {
    show(LogPanel);
    await settled();
    const row = [...document.querySelectorAll<HTMLElement>('.row')].at(-3)!;
    const text = row.querySelector('.sentence')!.textContent;
    row.click();
    await settled();
    expect(one('.row.moment').querySelector('.sentence')!.textContent).toBe(text);
  });
});

function news({ bridge, history }: Scene) {
  const { seq, at } = bridge.cluster.scheduler.log;
  return { run: bridge.run, seq, at, marks: [], reset: false, exactness: history.exactness, expectations: [] };
}

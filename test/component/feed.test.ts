import { describe, expect, it } from 'vitest';
import type { FrameOptions } from './feed-scene.ts';
import { feedScene } from './feed-scene.ts';

const SECOND = 1_000_000;

describe('feed', () => {
  it('folds frames into the world and makes a row of every event', async () => {
    const { feed, bridge, commit, played } = await feedScene();
    played(20 * SECOND);
    commit();
    expect(feed.state.world!.seq).toBe(bridge.cluster.scheduler.log.seq);
    expect(feed.state.rows.length).toBe(feed.state.world!.seq);
    expect(feed.state.world!.chosen.size).toBeGreaterThan(0);
    expect(feed.state.now).toBe(20 * SECOND);
    expect([...feed.state.world!.nodes.values()].every(({ view }) => view !== null)).toBe(true);
  });

  it('commits once for all frames that came meanwhile, and acknowledges each', async () => {
    const { feed, bridge, commit, played, commits } = await feedScene();
    const before = commits.length;
    for (let i = 0; i < 3; i++) played(SECOND);
    commit();
    expect(commits.length - before).toBe(1);
    expect(bridge.acknowledged.slice(-3)).toEqual([2, 3, 4]);
    expect(feed.state.now).toBe(3 * SECOND);
  });

  it('knows the packet of a delivery, which the world has forgotten by then', async () => {
    const { feed, commit, played } = await feedScene();
    played(10 * SECOND);
    commit();
    const rows = Array.from({ length: feed.state.rows.length }, (_, i) => feed.state.rows.at(i)!);
    const delivered = rows.filter(({ event }) => event.type === 'deliver');
    expect(delivered.length).toBeGreaterThan(10);
    expect(delivered.every(({ packet }) => packet !== null)).toBe(true);
  });

  it('keeps lost packets for the painter, for a while', async () => {
    const { feed, bridge, commit, played, clock } = await feedScene();
    await bridge.request('session:command', { type: 'network', settings: { loss: { probability: 1 } } });
    played(8 * SECOND);
    commit();
    expect(feed.state.losses.length).toBeGreaterThan(0);
    expect(feed.state.losses.every(({ progress }) => progress >= 0 && progress <= 1)).toBe(true);
    await bridge.request('session:command', { type: 'network', settings: { loss: { probability: 0 } } });
    clock.ms += 2000;
    played(SECOND / 1000);
    commit();
    expect(feed.state.losses).toEqual([]);
  });

  it('takes the world of a snapshot and goes on from it', async () => {
    const { feed, bridge, commit, played, sent } = await feedScene();
    bridge.cluster.runUntil(15 * SECOND);
    // Two frames that the window never gets to see.
    bridge.frame();
    bridge.cluster.runUntil(16 * SECOND);
    sent(bridge.frame(true));
    played(SECOND);
    commit();
    expect(feed.state.world!.seq).toBe(bridge.cluster.scheduler.log.seq);
  });

  it('asks for a snapshot when events are missing, and shows the run again', async () => {
    const { feed, bridge, commit, played, problems } = await feedScene();
    played(5 * SECOND);
    commit();
    bridge.cluster.runUntil(7 * SECOND);
    bridge.frame();
    played(SECOND);
    commit();
    expect(bridge.requests.filter(({ channel }) => channel === 'session:attach')).toHaveLength(2);
    await Promise.resolve();
    played(SECOND);
    commit();
    expect(feed.state.world!.seq).toBe(bridge.cluster.scheduler.log.seq);
    expect(problems).toEqual([]);
  });

  const bad: [string, FrameOptions][] = [
    ['no frame at all', { replace: 'nonsense' }],
    ['events that are no bytes', { change: (frame) => ({ ...frame, events: { ...frame.events, bytes: 'x' } }) }],
    ['a speed out of range', { change: (frame) => ({ ...frame, transport: { playing: true, speed: 1000 } }) }],
    ['time that is no number', { change: (frame) => ({ ...frame, now: Number.NaN }) }],
    ['bytes that are no events', { change: (frame) => ({ ...frame, events: { ...frame.events, bytes: new Uint8Array(40).fill(250) } }) }],
  ];
  it.each(bad)('refuses %s, and recovers', async (_name, options) => {
    const { feed, bridge, commit, played, badFrame, problems } = await feedScene();
    played(5 * SECOND);
    commit();
    badFrame(options);
    commit();
    await Promise.resolve();
    played(SECOND);
    commit();
    expect(feed.state.world!.seq).toBe(bridge.cluster.scheduler.log.seq);
    expect(problems).toEqual([]);
  });

  it('makes one row of an event, however often it comes', async () => {
    const { feed, bridge, commit, played, sent } = await feedScene();
    bridge.cluster.runUntil(6 * SECOND);
    const before = structuredClone(feed.state.world!);
    const frame = bridge.frame();
    sent(frame);
    commit();
    sent({ ...frame, frame: frame.frame + 1, world: before });
    played(SECOND);
    commit();
    expect(feed.state.rows.length).toBe(feed.state.world!.seq);
  });

  it('drops frames of another run, and begins anew with a new one', async () => {
    const { feed, bridge, commit, played, sent } = await feedScene();
    played(9 * SECOND);
    commit();
    const old = bridge.frame();
    await bridge.request('session:new', { nodes: 3, seed: 9 });
    sent(old);
    commit();
    expect(feed.state.session!.run).toBe(2);
    expect(feed.state.world!.nodes.size).toBe(3);
    expect(feed.state.rows.length).toBe(0);
    played(SECOND);
    commit();
    expect(feed.state.world!.seq).toBe(bridge.cluster.scheduler.log.seq);
  });

  it('keeps the first frames of a run until it has heard of the run', async () => {
    const { feed, bridge, commit, sent } = await feedScene();
    await bridge.request('session:new', { nodes: 3, seed: 9 }, { silent: true });
    bridge.cluster.runUntil(SECOND);
    sent(bridge.frame());
    commit();
    expect(feed.state.world!.nodes.size).toBe(5);
    bridge.emit('session', bridge.session);
    commit();
    expect(feed.state.world!.nodes.size).toBe(3);
    expect(feed.state.world!.seq).toBe(bridge.cluster.scheduler.log.seq);
  });

  it('puts the rows of what happened before into their place', async () => {
    const { feed, bridge, commit, played, sent } = await feedScene();
    bridge.cluster.runUntil(10 * SECOND);
    const { seq } = bridge.cluster.scheduler.log;
    // The window begins in the middle: a world, and no events.
    const frame = bridge.frame();
    sent({ ...frame, world: bridge.worldNow, events: { ...frame.events, firstSeq: seq, count: 0, bytes: new Uint8Array() } });
    commit();
    played(SECOND);
    commit();
    const newer = feed.state.rows.length;
    const answer = await bridge.request('history:seek', { run: 1, seq, before: 100, after: 0 });
    if (answer.ok) feed.fillIn(answer.value);
    const { rows } = feed.state;
    expect(rows.length).toBe(newer + 100);
    const seqs = Array.from({ length: rows.length }, (_, i) => rows.at(rows.start + i)!.event.seq);
    expect(seqs).toEqual(Array.from(seqs, (_, i) => seq - 100 + i));
  });

  it('says so when there is nothing to attach to', async () => {
    const { problems } = await feedScene({ refuse: 'no run is going on' });
    expect(problems).toHaveLength(1);
    expect(problems[0]!.detail).toContain('no run is going on');
  });

  it('hears nothing after it was stopped', async () => {
    const { feed, commit, played } = await feedScene();
    feed.stop();
    played(SECOND);
    commit();
    expect(feed.state.now).toBe(0);
  });
});

/** What the world knows of a log, its leaders and its clients. */
import { describe, expect, it } from 'vitest';
import { createHeader } from '../../../src/cluster/run.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import {
  applyEvent,
  createWorld,
  forkWorld,
  operationKey,
  OPERATIONS_KEPT_MAX,
  SPECIAL_KEPT_MAX,
  TERMS_KEPT_MAX,
  type World,
} from '../../../src/cluster/world.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { eventsOf, type Told } from '../../support/events.ts';
import { randomRun } from '../../support/random-run.ts';

const C1 = 16;
const header = createHeader(protocolNamed('multipaxos'), { nodes: 3, clients: 2, seed: 1 });

function goOn(world: World, ...events: Told[]): World {
  for (const event of events) applyEvent(world, { ...event, seq: world.seq } as never);
  return world;
}

const fold = (...events: Told[]): World => goOn(createWorld(header), ...events);

const lead = (at: number, node: number, round: number, on = true): Told => ({ at, type: 'lead', node, ballot: { round, node }, on });
const crash = (at: number, node: number): Told => ({ at, type: 'crash', node, point: 'now', error: '' });
const send = (packet: number, kind: number): Told => ({ at: 1, type: 'send', node: 1, packet, to: 2, due: 9, kind, body: new Uint8Array() });
const learned = (slot: number, sort: 'command' | 'no-op' | 'members' = 'command'): Told => ({
  at: 5, type: 'chosen', node: 1, slot, value: `value ${slot}`, ballot: { round: 1, node: 1 }, quorum: [1, 2], sort,
});
const invoke = (at: number, sequence: number, client = C1): Told => ({ at, type: 'invoke', node: client, session: 7, sequence, operation: '{"type":"begin"}' });
const answer = (at: number, sequence: number, client = C1): Told => ({ at, type: 'return', node: client, session: 7, sequence, result: '{"type":"done"}' });

describe('who is there', () => {
  it('are the servers and the clients of the header, and who was added and not taken away', () => {
    const world = fold();
    expect([...world.nodes.keys()]).toEqual([1, 2, 3, 16, 17]);
    expect(world.groups).toEqual([[1, 2, 3, 16, 17]]);
    goOn(world, { at: 1, type: 'added', node: 4, groups: [[1, 2, 3, 4], [16, 17]] }, { at: 1, type: 'start', node: 4, incarnation: 1, disk: 'new' });
    expect(world.nodes.get(4)).toMatchObject({ up: true, incarnation: 1, disk: 'new', applied: 0, view: null });
    expect(world.groups).toEqual([[1, 2, 3, 4], [16, 17]]);
    goOn(world, { at: 2, type: 'removed', node: 1, groups: [[2, 3, 4], [16, 17]] });
    expect([...world.nodes.keys()]).toEqual([2, 3, 16, 17, 4]);
    expect(() => goOn(world, { at: 3, type: 'start', node: 1, incarnation: 2, disk: 'kept' })).toThrow('n1 is not a node of this run');
  });

  it('forget, with a server that is taken away, its cuts and the settings of its links', () => {
    const { network } = header;
    const world = fold(
      { at: 1, type: 'cut', links: [{ from: 1, to: 2 }, { from: 2, to: 3 }, { from: C1, to: 2 }, { from: C1, to: 3 }] },
      { at: 1, type: 'link', from: 2, to: C1, settings: network },
      { at: 1, type: 'link', from: C1, to: 3, settings: network },
      { at: 2, type: 'removed', node: 2, groups: [[1, 3, 16, 17]] },
    );
    expect([world.cuts.size, world.links.size]).toEqual([1, 1]);
  });
});

describe('terms of office', () => {
  it('begin, and end by word, by another of the same node, or by a crash; nobody else ends them', () => {
    const world = fold(lead(10, 1, 1), lead(20, 2, 2), lead(30, 1, 1, false), lead(40, 2, 4), crash(50, 2), crash(60, 3));
    expect(world.terms).toEqual([
      { node: 1, ballot: { round: 1, node: 1 }, from: 10, seq: 0, until: 30 },
      { node: 2, ballot: { round: 2, node: 2 }, from: 20, seq: 1, until: 40 },
      { node: 2, ballot: { round: 4, node: 2 }, from: 40, seq: 3, until: 50 },
    ]);
    expect(goOn(world, lead(70, 3, 9, false)).terms).toHaveLength(3);
  });

  it('count from what had been sent and chosen when the latest began', () => {
    const world = fold(send(1, 0), send(2, 3), learned(1), learned(2), lead(6, 1, 1), send(3, 3), learned(3));
    expect(world.termBase).toEqual({ byKind: [1, undefined, undefined, 1], chosen: 2 });
    expect(goOn(world, lead(8, 1, 1, false)).termBase?.chosen).toBe(2);
    expect(goOn(world, lead(9, 2, 2)).termBase?.chosen).toBe(3);
  });

  it('are kept up to a number, the latest', () => {
    const world = fold(...Array.from({ length: TERMS_KEPT_MAX + 5 }, (_, i) => lead(i, 1, i + 1)));
    expect(world.terms).toHaveLength(TERMS_KEPT_MAX);
    expect([world.terms[0]!.from, world.terms.at(-1)!.until]).toEqual([5, null]);
  });
});

describe('what a state machine has taken in', () => {
  it('goes up to a slot, and back to nothing when the server crashes', () => {
    const world = fold(
      { at: 1, type: 'apply', node: 2, from: 1, to: 3, by: 'log' }, { at: 2, type: 'apply', node: 2, from: 4, to: 90, by: 'snapshot' },
      { at: 2, type: 'apply', node: 3, from: 1, to: 1, by: 'log' },
    );
    expect([1, 2, 3].map((node) => world.nodes.get(node)!.applied)).toEqual([0, 90, 1]);
    goOn(world, crash(3, 2));
    expect([1, 2, 3].map((node) => world.nodes.get(node)!.applied)).toEqual([0, 0, 1]);
  });
});

describe('the members', () => {
  it('are those of the highest slot that anybody has learned of', () => {
    const told = (node: number, slot: number, members: number[]): Told => ({ at: slot, type: 'members', node, slot, members });
    const world = fold();
    expect(world.members).toBeNull();
    goOn(world, told(1, 10, [1, 2]), told(2, 30, [2, 3]), told(3, 20, [1, 2, 3]), told(1, 30, [9]), crash(40, 2));
    expect(world.members).toEqual({ slot: 30, members: [2, 3], before: [1, 2] });
  });
});

describe('special slots', () => {
  it('are those that hold no command, the latest of them, whatever is let go of', () => {
    const world = fold(learned(1), learned(2, 'no-op'), learned(3, 'members'), learned(4));
    expect([...world.special]).toEqual([[2, 'no-op'], [3, 'members']]);
    expect(world.chosen.get(2)).toMatchObject({ sort: 'no-op' });
    goOn(world, ...Array.from({ length: SPECIAL_KEPT_MAX }, (_, i) => learned(5 + i, 'no-op')));
    expect(world.special.size).toBe(SPECIAL_KEPT_MAX);
    expect([world.special.has(3), world.special.has(4 + SPECIAL_KEPT_MAX)]).toEqual([false, true]);
  });
});

describe('operations', () => {
  it('are under way until they are answered; the answer stays', () => {
    const world = fold(invoke(10, 1), invoke(11, 1, C1 + 1), invoke(20, 2), answer(30, 1));
    expect([...world.operations.keys()]).toEqual(['16.7.1', '17.7.1', '16.7.2']);
    expect(world.operations.get(operationKey({ client: C1, session: 7, sequence: 1 }))).toEqual({
      client: C1, session: 7, sequence: 1, operation: '{"type":"begin"}', result: '{"type":"done"}', from: 10, until: 30, lost: false,
    });
    expect(world.operations.get('16.7.2')).toMatchObject({ result: null, until: null });
    expect(world.counters).toMatchObject({ invoked: 3, returned: 1 });
  });

  it('of a client that crashes are lost, if they had no answer', () => {
    const world = fold(invoke(10, 1), invoke(10, 2), invoke(10, 3, C1 + 1), answer(20, 1), crash(30, C1));
    expect([...world.operations.values()].map(({ lost }) => lost)).toEqual([false, true, false]);
  });

  it('are kept up to a number; those under way stay', () => {
    const world = fold(invoke(0, 1));
    for (let i = 2; i <= OPERATIONS_KEPT_MAX + 50; i++) goOn(world, invoke(i, i), answer(i, i));
    expect(world.operations.size).toBe(OPERATIONS_KEPT_MAX);
    expect([world.operations.has('16.7.1'), world.operations.has('16.7.51'), world.operations.has('16.7.52')]).toEqual([true, false, true]);
    // An answer to one that was let go is counted, and does not bring it back.
    goOn(world, answer(900, 20));
    expect([world.operations.has('16.7.20'), world.counters.returned]).toEqual([false, OPERATIONS_KEPT_MAX + 50]);
    // Those that were lost make room too, when it is their turn.
    goOn(world, crash(901, C1), invoke(902, 999));
    expect([world.operations.get('16.7.1')?.lost, world.operations.has('16.7.52')]).toEqual([true, false]);
    for (let i = 1000; i < 1000 + OPERATIONS_KEPT_MAX; i++) goOn(world, invoke(i, i), answer(i, i));
    expect([world.operations.has('16.7.1'), world.operations.size]).toEqual([false, OPERATIONS_KEPT_MAX]);
  });
});

describe('two worlds forked from one', () => {
  it('go on apart', () => {
    const world = fold(lead(1, 1, 1), invoke(1, 1), learned(1, 'no-op'), { at: 2, type: 'apply', node: 1, from: 1, to: 1, by: 'log' });
    const fork = forkWorld(world);
    const before = structuredClone(fork);
    goOn(world, answer(3, 1), invoke(3, 2), crash(4, C1), lead(5, 2, 2), lead(6, 1, 1, false), learned(2, 'members'));
    goOn(world, { at: 7, type: 'members', node: 1, slot: 9, members: [1] }, { at: 7, type: 'apply', node: 1, from: 2, to: 2, by: 'log' });
    goOn(world, { at: 8, type: 'added', node: 4, groups: [[1, 2, 3, 4, 16, 17]] }, { at: 9, type: 'removed', node: 3, groups: [[1, 2, 4, 16, 17]] });
    expect(fork).toEqual(before);
    const later = structuredClone(world);
    goOn(fork, answer(3, 1), crash(4, 1), lead(5, 3, 3), learned(2), { at: 7, type: 'removed', node: 2, groups: [[1, 3, 16, 17]] });
    expect(world).toEqual(later);
  });
});

it('the world of random runs of a log agrees with what the engine knows', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { header: bare, script, until } = randomRun(seed, 10, { protocol: 'multipaxos' });
    const cluster = new InlineCluster({ ...bare, script });
    cluster.runUntil(until);
    cluster.show();
    const { scheduler, views } = cluster;
    const world = createWorld(bare);
    for (const event of eventsOf(scheduler.log)) applyEvent(world, event);
    expect([...world.nodes.keys()].sort((a, b) => a - b), `seed ${seed}`).toEqual(scheduler.actors);
    expect(world.groups).toEqual(scheduler.router.groups);
    expect(world.cuts.size).toBe(scheduler.router.save().reach.cuts.length);
    expect([...world.links.keys()].length).toBe(scheduler.router.ownLinks().length);
    for (const [node, { up, incarnation, applied }] of world.nodes) {
      const state = scheduler.stateOf(node);
      expect([up, up ? incarnation : state.incarnation], `seed ${seed}`).toEqual([state.up, state.incarnation]);
      const view = views.get(node);
      if (!up || view === undefined) continue;
      if (view.replica !== undefined) expect(applied, `seed ${seed}, n${node}`).toBe(view.replica.applied);
      const leads = world.terms.some((term) => term.node === node && term.until === null);
      expect(leads, `seed ${seed}, n${node}`).toBe(view.leading);
      const waiting = [...world.operations.values()].filter((one) => one.client === node && one.result === null && !one.lost);
      if (view.client !== undefined) expect(waiting.length, `seed ${seed}`).toBe(view.client.waitingCount);
    }
  }
});

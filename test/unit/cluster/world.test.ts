import { describe, expect, it } from 'vitest';
import {
  CHOSEN_KEPT_MAX,
  applyEvent,
  applyView,
  createWorld,
  forkWorld,
  packetProgress,
  type World,
} from '../../../src/cluster/world.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { eventsOf, type Told } from '../../support/events.ts';
import { randomRun } from '../../support/random-run.ts';

const header = createHeader(protocolNamed('paxos'), { nodes: 3, seed: 1 });

function fold(...events: Told[]): World {
  const world = createWorld(header);
  events.forEach((event, seq) => applyEvent(world, { ...event, seq } as never));
  return world;
}

const start = (node: number, incarnation = 1): Told => ({ at: 0, type: 'start', node, incarnation, disk: 'new' });
const send = (packet: number, due: number): Told => ({ at: 1, type: 'send', node: 1, packet, to: 2, due, kind: 2, body: new Uint8Array([packet]) });
const chosen = (node: number, value = 'red', quorum = [1, 2], slot = 1): Told => ({
  at: 9, type: 'chosen', node, slot, value, ballot: { round: 1, node: 1 }, quorum, sort: 'command',
});
const crash = (node: number, error = ''): Told => ({ at: 10, type: 'crash', node, point: 'now', error });

describe('nodes', () => {
  it('are down before they start, up then, and down with their error after a crash', () => {
    expect(createWorld(header).nodes.get(2)).toMatchObject({ up: false, incarnation: 0, error: null, view: null });
    expect(fold(start(2)).nodes.get(2)).toMatchObject({ up: true, incarnation: 1, disk: 'new' });
    expect(fold(start(2), crash(2)).nodes.get(2)).toMatchObject({ up: false, error: null });
    const failed = fold(start(2), crash(2, 'out of memory'));
    expect(failed.nodes.get(2)!.error).toBe('out of memory');
    applyEvent(failed, { seq: 2, at: 11, type: 'start', node: 2, incarnation: 2, disk: 'erased' });
    expect(failed.nodes.get(2)).toMatchObject({ up: true, incarnation: 2, disk: 'erased', error: null });
  });

  it('have timers until they fire, are cancelled, are set anew or the node crashes', () => {
    const set = (name: string, due: number): Told => ({ at: 3, type: 'setTimer', node: 1, name, due });
    const world = fold(start(1), set('a', 10), set('b', 20), set('c', 30), set('a', 15), { at: 10, type: 'timer', node: 1, name: 'b' }, {
      at: 10, type: 'cancelTimer', node: 1, name: 'c',
    });
    expect([...world.nodes.get(1)!.timers]).toEqual([['a', { setAt: 3, due: 15 }]]);
    applyEvent(world, { seq: 7, ...crash(1) } as never);
    expect(world.nodes.get(1)!.timers.size).toBe(0);
  });

  it('show what was last seen of them', () => {
    const world = fold(start(1));
    const view = { roles: [], leading: false, status: 'idle', slots: [] };
    applyView(world, 1, view);
    expect(world.nodes.get(1)!.view).toBe(view);
    expect(() => fold(start(9))).toThrow('n9 is not a node of this run');
  });
});

describe('packets', () => {
  it('are in flight from when they are sent until they arrive or are lost', () => {
    const world = fold(
      start(1), send(1, 50), send(2, 60), send(3, 70), { at: 1, type: 'duplicate', packet: 4, of: 3, due: 65 },
      { at: 50, type: 'deliver', node: 2, packet: 1 }, { at: 55, type: 'lost', packet: 2, cause: 'cut', progress: 0.5 },
    );
    expect([...world.packets.keys()]).toEqual([3, 4]);
    expect(world.packets.get(4)).toMatchObject({ from: 1, to: 2, kind: 2, sentAt: 1, due: 65, duplicateOf: 3, body: new Uint8Array([3]) });
    expect(world.packets.get(3)!.duplicateOf).toBeNull();
    expect(world.counters).toEqual({ sent: 3, delivered: 1, duplicated: 1, byKind: [undefined, undefined, 3], lost: { loss: 0, cut: 1, dead: 0, corrupt: 0, queue: 0, dropped: 0 }, invoked: 0, returned: 0 });
    expect(() => applyEvent(world, { seq: 7, at: 60, type: 'duplicate', packet: 5, of: 1, due: 70 })).toThrow('packet 1 was doubled');
  });
});

describe('what is chosen', () => {
  it('is known to the learners that said so; a crash forgets, the value stays', () => {
    const world = fold(start(1), chosen(1), chosen(2, 'red', []), chosen(1));
    const known = () => world.chosen.get(1)!;
    const before = known();
    expect(before).toMatchObject({ value: 'red', at: 9, seq: 1, quorum: [1, 2], conflict: null });
    expect([...before.knownTo.keys()]).toEqual([1, 2]);
    applyEvent(world, { seq: 4, ...crash(1) } as never);
    expect([...known().knownTo.keys()]).toEqual([2]);
    applyEvent(world, { seq: 5, ...chosen(1), at: 20 } as never);
    expect([...known().knownTo]).toEqual([[2, 9], [1, 20]]);
    // Worlds of different moments share it.
    expect([...before.knownTo.keys()]).toEqual([1, 2]);
  });

  it('gets its quorum from the first learner that counted one', () => {
    expect(fold(chosen(3, 'red', []), chosen(2, 'red', [2, 3]), chosen(1, 'red', [1, 2])).chosen.get(1)!.quorum).toEqual([2, 3]);
  });

  it('against another value is a conflict', () => {
    expect(fold(chosen(1), chosen(3, 'blue')).chosen.get(1)).toMatchObject({ value: 'red', conflict: { value: 'blue', nodes: [3] } });
    // Every learner that takes the other value to be chosen is told apart from those that do not.
    expect(fold(chosen(1), chosen(3, 'blue'), chosen(2, 'blue')).chosen.get(1)!.conflict).toEqual({ value: 'blue', nodes: [2, 3] });
    expect(fold(chosen(1), chosen(3, 'blue'), chosen(3)).chosen.get(1)!.conflict).toEqual({ value: 'blue', nodes: [] });
  });

  it('is kept for a bounded number of slots, those in conflict always', () => {
    const world = fold(chosen(1, 'red'), chosen(2, 'blue'));
    let seq = 2;
    const learn = (node: number, slot: number) => applyEvent(world, { seq: seq++, ...chosen(node, 'red', [], slot) } as never);
    for (let slot = 2; slot <= CHOSEN_KEPT_MAX + 10; slot++) learn(1, slot);
    expect(world.chosen.size).toBe(CHOSEN_KEPT_MAX);
    expect(world.chosenCount).toBe(CHOSEN_KEPT_MAX + 10);
    expect([world.chosen.has(1), world.chosen.has(2), world.chosen.has(12)]).toEqual([true, false, true]);
    expect(world.chosenLetGo).toBe(11);
    // A learner that comes late with one that was let go does not bring it back.
    learn(3, 5);
    expect([world.chosen.has(5), world.chosenCount]).toEqual([false, CHOSEN_KEPT_MAX + 10]);
    learn(3, 20);
    expect(world.chosen.get(20)!.knownTo.has(3)).toBe(true);
  });
});

describe('the rest', () => {
  it('requests wait until they are answered or their node crashes', () => {
    const request = (id: number, node: number): Told => ({ at: 2, type: 'request', node, request: id, client: 'you', body: '{}' });
    const world = fold(start(1), request(1, 1), request(2, 1), request(3, 2), {
      at: 3, type: 'reply', node: 1, request: 1, reply: { ok: true, text: 'done' },
    });
    expect([...world.requests.keys()]).toEqual([2, 3]);
    applyEvent(world, { seq: 5, ...crash(1) } as never);
    expect([...world.requests.keys()]).toEqual([3]);
  });

  it('settings are the last that were made', () => {
    const settings = { enabled: false, interval: 1000, proposers: [] };
    const network = { ...header.network, loss: { probability: 1 } };
    const world = fold(
      { at: 1, type: 'partition', groups: [[1], [2, 3]] }, { at: 1, type: 'network', settings: network },
      { at: 1, type: 'client', settings }, { at: 1, type: 'configure', config: { backoff: false } },
      { at: 2, type: 'note', node: 1, text: '' }, { at: 2, type: 'save', node: 1, records: [] },
    );
    expect(world).toMatchObject({ groups: [[1], [2, 3]], network, client: settings, config: { backoff: false }, seq: 6, at: 2 });
  });

  it('an event that does not follow the last is refused', () => {
    const world = fold(start(1));
    const event = { at: 1, type: 'note', node: 1, text: '' } as const;
    expect(() => applyEvent(world, { ...event, seq: 2 })).toThrow('event 2 came after 0: events are missing');
    expect(() => applyEvent(world, { ...event, seq: 0 })).toThrow(/missing/);
    expect(world.seq).toBe(1);
  });

  it('of a random run agrees with what the engine knows', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const run = randomRun(seed, 10);
      const cluster = new InlineCluster({ ...run.header, script: run.script });
      cluster.runUntil(run.until);
      const { scheduler } = cluster;
      const world = createWorld(run.header);
      for (const event of eventsOf(scheduler.log)) applyEvent(world, event);
      // What has reached a node that stands still is in flight as far as anybody can see.
      const waiting = scheduler.nodeList.flatMap(({ given, inputs, selfPackets }) => [
        ...selfPackets,
        ...[...given, ...inputs].filter((input) => 'packet' in input),
      ]);
      expect(world.packets.size, `seed ${seed}`).toBe(scheduler.router.inFlight + waiting.length);
      expect(world.groups).toEqual(scheduler.router.groups);
      expect(world.network).toEqual(scheduler.router.settings);
      expect(world.client).toEqual(scheduler.client.settings);
      expect(world.config).toEqual(scheduler.config);
      expect(Math.max(0, ...world.chosen.keys())).toBe(scheduler.slotNext - 1);
      for (const [id, node] of world.nodes) {
        const state = scheduler.stateOf(id);
        expect([node.up, node.disk]).toEqual([state.up, state.disk]);
        const timer = Math.min(Infinity, ...[...node.timers.values()].map(({ due }) => due));
        // A node that stands still fires its timers when it goes on.
        if (state.blockedUntil < run.until) expect(timer).toBe(state.nextDue);
      }
      const { sent, duplicated, delivered, lost } = world.counters;
      const gone = Object.values(lost).reduce((sum, count) => sum + count, 0);
      expect(sent + duplicated).toBe(delivered + gone + world.packets.size);
    }
  });
});

describe('a packet that was held or sent on', () => {
  it('moves evenly from where it was to its new end', () => {
    const world = fold(start(1), send(1, 101), { at: 51, type: 'held', packet: 1, progress: 0.5 });
    expect(packetProgress(world.packets.get(1)!, 90)).toBe(0.5);
    applyEvent(world, { seq: 3, at: 91, type: 'retimed', packet: 1, due: 101 } as never);
    const packet = world.packets.get(1)!;
    expect([91, 96, 101, 200].map((at) => packetProgress(packet, at))).toEqual([0.5, 0.75, 1, 1]);
    applyEvent(world, { seq: 4, at: 96, type: 'duplicate', packet: 2, of: 1, due: 116 } as never);
    expect([96, 106, 116].map((at) => packetProgress(world.packets.get(2)!, at))).toEqual([0.75, 0.875, 1]);
  });
});

describe('two worlds forked from one', () => {
  it('go on apart', () => {
    const world = fold(start(1), send(1, 50), chosen(1));
    const fork = forkWorld(world);
    const before = structuredClone(fork);
    applyEvent(world, { seq: 3, at: 20, type: 'deliver', node: 2, packet: 1 } as never);
    applyEvent(world, { seq: 4, at: 20, type: 'cut', links: [{ from: 1, to: 2 }] } as never);
    applyEvent(world, { seq: 5, at: 20, type: 'fault', node: 1, fault: 'clock', settings: { rate: 2 } } as never);
    applyEvent(world, { seq: 6, ...crash(1) } as never);
    expect(fork).toEqual(before);
    expect(world).not.toEqual(before);
  });
});

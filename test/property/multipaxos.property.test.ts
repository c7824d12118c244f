import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../src/check/linearizability/check.ts';
import { schedules, settings } from './multipaxos-settings.ts';
import { World } from './multipaxos-world.ts';
import type { Setting } from './multipaxos-world.ts';

/** With pauses, for time passes here. */
const load = { sessions: 1, pause: 2_000_000, keys: 2, hot: 60 };

describe('Multi-Paxos under any schedule', () => {
  it('keeps every invariant, and every chosen command over any change of leader, restart or lost disk', () => {
    fc.assert(
      fc.property(settings, schedules(300), (setting, schedule) => {
        expect(new World(setting).play(schedule).violations).toEqual([]);
      }),
      { numRuns: 1200 },
    );
  }, 300_000);

  it('looks to clients like one service: what they see is linearizable', () => {
    let settled = 0;
    fc.assert(
      fc.property(settings, schedules(250), (setting, schedule) => {
        const { type } = checkHistory({ model: 'database', calls: new World(setting).play(schedule).history() });
        if (type !== 'unknown') settled++;
        expect(type).not.toBe('violation');
      }),
      { numRuns: 300 },
    );
    // A few histories have too many orders to try.
    expect(settled).toBeGreaterThan(280);
  }, 300_000);

  it('is understood the same by a second look: same inputs, same effects', () => {
    fc.assert(
      fc.property(settings, schedules(150), (setting, schedule) => {
        const look = () => {
          const world = new World(setting).play(schedule);
          return [world.history(), world.servers.filter(({ state }) => state).map(({ id }) => world.view(id))];
        };
        expect(look()).toEqual(look());
      }),
      { numRuns: 20 },
    );
  });

  it('answers everything within a minute once a quorum and the network are well', () => {
    const cases = fc.constantFrom<{ setting: Setting; up: readonly number[] }>(
      { setting: { servers: 1, clients: 1, config: { load } }, up: [1] },
      { setting: { servers: 3, clients: 2, config: { load, snapshotEvery: 3, snapshotKeep: 1 } }, up: [2, 3] },
      { setting: { servers: 3, clients: 1, config: { load, window: 1, followers: 'refuse', reads: 'quorum' } }, up: [1, 2] },
      { setting: { servers: 5, clients: 2, config: { load, tellAtOnce: false } }, up: [1, 3, 5] },
      { setting: { servers: 4, clients: 1, config: { load, quorum: { type: 'counted', phase1: 3, phase2: 2 } } }, up: [1, 2, 4] },
    );
    fc.assert(
      fc.property(cases, schedules(200), ({ setting, up }, schedule) => {
        const world = new World(setting).play(schedule);
        const clients = world.clients.map(({ id }) => id);
        for (const server of world.servers) if (!up.includes(server.id)) world.crash(server);
        world.heal(20_000_000, [...up, ...clients]);
        const config = { ...world.config, load: { ...world.config.load, sessions: 0 } };
        for (const client of clients) world.ask(client, { type: 'configure', config });
        for (const client of clients) world.ask(client, { type: 'operate', operation: { type: 'put', key: 'x', value: `last of ${client}` } });
        world.heal(60_000_000, []);
        expect(world.violations).toEqual([]);
        expect(world.waiting).toBe(0);
        const replicas = up.map((node) => world.view(node).replica!);
        expect(replicas.filter(({ leader }) => leader !== null && up.includes(leader)).length).toBe(up.length);
        for (const replica of replicas) expect([replica.applied, replica.database]).toEqual([replicas[0]!.applied, replicas[0]!.database]);
      }),
      { numRuns: 150 },
    );
  }, 300_000);

  it('gives a server whose disk was lost, and one that was added, a vote when the others are well', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), schedules(150), (lost, schedule) => {
        const world = new World({ servers: 3, clients: 1, config: { load, snapshotEvery: 4, snapshotKeep: 1 } }).play(schedule);
        world.heal(20_000_000, [1, 2, 3, 16]);
        world.loseDisk(world.servers.find(({ id }) => id === lost)!);
        world.addServer(4);
        world.heal(60_000_000, []);
        expect(world.violations).toEqual([]);
        for (const { id } of world.servers) {
          expect(world.view(id).replica).toMatchObject({ standing: 'member', members: [1, 2, 3, 4] });
        }
      }),
      { numRuns: 40 },
    );
  }, 300_000);

  it('sometimes does all there is to do: the checks above are not vacuous', () => {
    const worlds = fc
      .sample(fc.tuple(settings, schedules(300)), { numRuns: 150, seed: 1 })
      .map(([setting, schedule]) => new World(setting).play(schedule));
    const having = (test: (world: World) => boolean) => worlds.filter(test).length;
    const answered = worlds.map((world) => world.calls.filter(({ result }) => result !== null).length);
    expect(answered.reduce((a, b) => a + b)).toBeGreaterThan(500);
    expect(having((world) => (world.effects.get('lead') ?? 0) >= 3)).toBeGreaterThan(60);
    expect(having((world) => (world.effects.get('members') ?? 0) > 0)).toBeGreaterThan(20);
    expect(having((world) => world.servers.some(({ id, state }) => state && world.view(id).replica!.snapshot > 0))).toBeGreaterThan(20);
    expect(having((world) => world.snapshots > 0)).toBeGreaterThan(5);
    expect(having((world) => world.noOps > 0)).toBeGreaterThan(10);
    expect(having((world) => world.votersChanged > 0)).toBeGreaterThan(10);
  });
});

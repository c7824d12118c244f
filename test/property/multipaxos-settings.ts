/** Clusters and schedules for multipaxos-world.ts. */
import * as fc from 'fast-check';
import type { Setting } from './multipaxos-world.ts';

/** Numbers, each of which picks what happens next. */
export const schedules = (maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(1_000_000_000), { minLength: maxLength / 2, maxLength, size: 'max' });

/** Every way to decide, to read, to lag and to change; windows from one slot on. */
export const settings: fc.Arbitrary<Setting> = fc
  .record({
    servers: fc.integer({ min: 1, max: 5 }),
    clients: fc.integer({ min: 1, max: 2 }),
    sessions: fc.integer({ min: 1, max: 3 }),
    window: fc.constantFrom(1, 2, 3, 8, 16),
    reads: fc.constantFrom('log', 'quorum'),
    followers: fc.constantFrom('forward', 'refuse'),
    tellAtOnce: fc.boolean(),
    snapshotEvery: fc.constantFrom(0, 1, 3, 10),
    snapshotKeep: fc.constantFrom(0, 2, 20),
    quorum: fc.nat(3),
    lostDisks: fc.boolean(),
    changes: fc.boolean(),
  })
  .map(({ servers, clients, sessions, quorum, lostDisks, changes, ...rest }) => {
    const load = { sessions, pause: 0, keys: 2, hot: 60 };
    return { servers, clients, lostDisks, changes, config: { ...rest, load, quorum: quorumOf(quorum, servers) } };
  });

/** Legal ones, of which the phases must not be flagged. */
function quorumOf(which: number, servers: number): object {
  const phase1 = Math.max(1, servers - 1);
  switch (which) {
    case 0:
      return { type: 'counted', phase1, phase2: servers + 1 - phase1 };
    case 1:
      return servers === 4 ? { type: 'grid', rows: 2, columns: 2 } : { type: 'grid', rows: 1, columns: servers };
    case 2:
      return { type: 'weighted', weights: { 1: 2 }, phase1: Math.ceil((servers + 2) / 2), phase2: Math.ceil((servers + 2) / 2) };
    default:
      return { type: 'majority' };
  }
}

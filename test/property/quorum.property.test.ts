/** Every function of quorum.ts against the words of *Flexible Paxos*, over sets written out one by one. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkQuorum,
  disjointPair,
  failuresSurvived,
  holdsFor,
  isQuorum,
  isSafe,
  isSatisfiable,
  minimalQuorums,
  missingFor,
  smallestQuorum,
} from '../../src/protocol/quorum.ts';
import type { Phase, QuorumSystem } from '../../src/protocol/quorum.ts';
import { World } from './paxos-world.ts';

type Nodes = readonly number[];

interface Case {
  readonly acceptors: Nodes;
  readonly system: QuorumSystem;
}

/** One to seven acceptors of any names, and any system that `checkQuorum` lets through for them. */
const cases: fc.Arbitrary<Case> = fc
  .uniqueArray(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 7 })
  .map((nodes) => [...nodes].sort((a, b) => a - b))
  .chain((acceptors) => systemsOf(acceptors).map((system) => ({ acceptors, system })));

function systemsOf(acceptors: Nodes): fc.Arbitrary<QuorumSystem> {
  const count = acceptors.length;
  const size = fc.integer({ min: 1, max: count });
  const divisors = [1, 2, 3, 4, 5, 6, 7].filter((rows) => count % rows === 0);
  const sets = fc.array(fc.subarray([...acceptors], { minLength: 1 }), { minLength: 1, maxLength: 4 });
  const weights = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: count, maxLength: count });
  const weighted = fc
    .tuple(weights.filter((of) => of.some((weight) => weight > 0)), fc.nat(), fc.nat())
    .map(([of, a, b]): QuorumSystem => {
      const total = of.reduce((sum, weight) => sum + weight, 0);
      const named = Object.fromEntries(acceptors.map((node, i) => [node, of[i]!]));
      return { type: 'weighted', weights: named, phase1: 1 + (a % total), phase2: 1 + (b % total) };
    });
  return fc.oneof(
    fc.constant<QuorumSystem>({ type: 'majority' }),
    fc.tuple(size, size).map(([phase1, phase2]): QuorumSystem => ({ type: 'counted', phase1, phase2 })),
    fc.constantFrom(...divisors).map((rows): QuorumSystem => ({ type: 'grid', rows, columns: count / rows })),
    weighted,
    fc.tuple(sets, sets).map(([phase1, phase2]): QuorumSystem => ({ type: 'sets', phase1, phase2 })),
  );
}

/** Whether the set is a quorum, in the words of the definition. */
function decides({ acceptors, system }: Case, phase: Phase, set: Nodes): boolean {
  const members = acceptors.filter((node) => set.includes(node));
  const threshold = 'phase1' in system ? system[`phase${phase}`] : 0;
  switch (system.type) {
    case 'majority':
      return members.length * 2 > acceptors.length;
    case 'counted':
      return members.length >= Number(threshold);
    case 'grid': {
      const rows = Array.from({ length: system.rows }, (_, row) => acceptors.slice(row * system.columns, (row + 1) * system.columns));
      const columns = Array.from({ length: system.columns }, (_, column) => rows.map((row) => row[column]!));
      return (phase === 1 ? rows : columns).some((line) => line.every((node) => set.includes(node)));
    }
    case 'weighted':
      return members.reduce((sum, node) => sum + system.weights[node]!, 0) >= Number(threshold);
    case 'sets':
      return (threshold as readonly Nodes[]).some((quorum) => quorum.every((node) => set.includes(node)));
  }
}

function subsetsOf(nodes: Nodes): Nodes[] {
  return nodes.reduce<Nodes[]>((sets, node) => [...sets, ...sets.map((set) => [...set, node])], [[]]);
}

const without = (nodes: Nodes, gone: Nodes) => nodes.filter((node) => !gone.includes(node));
const quorumsOf = (c: Case, phase: Phase) => subsetsOf(c.acceptors).filter((set) => decides(c, phase, set));
const meet = (a: Nodes, b: Nodes) => a.some((node) => b.includes(node));
const phases: readonly Phase[] = [1, 2];
const settings = { numRuns: 300 };

describe('quorums of any system', () => {
  it('are what their definition says, and contain one if they are larger', () => {
    fc.assert(
      fc.property(cases, (c) => {
        for (const phase of phases) {
          for (const set of subsetsOf(c.acceptors)) {
            expect(isQuorum(c.system, phase, c.acceptors, [...set, 23])).toBe(decides(c, phase, set));
          }
        }
      }),
      settings,
    );
  });

  it('are safe exactly if each of phase 1 meets each of phase 2; else two that do not are shown', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const [ones, twos] = [quorumsOf(c, 1), quorumsOf(c, 2)];
        const safe = ones.every((one) => twos.every((two) => meet(one, two)));
        expect(isSafe(c.system, c.acceptors)).toBe(safe);
        const pair = disjointPair(c.system, c.acceptors);
        expect(pair === null).toBe(safe);
        if (pair === null) return;
        expect(decides(c, 1, pair.phase1) && decides(c, 2, pair.phase2)).toBe(true);
        expect(meet(pair.phase1, pair.phase2)).toBe(false);
      }),
      settings,
    );
  });

  it('are listed, the minimal ones: all of them, once, and no other', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 40 }), (c, max) => {
        for (const phase of phases) {
          const all = quorumsOf(c, phase);
          const minimal = all.filter((set) => !all.some((other) => other.length < set.length && other.every((n) => set.includes(n))));
          const listed = minimalQuorums(c.system, phase, c.acceptors, 999);
          expect(listed.map(String).sort()).toEqual(minimal.map(String).sort());
          expect(minimalQuorums(c.system, phase, c.acceptors, max)).toEqual(listed.slice(0, max));
        }
      }),
      settings,
    );
  });

  it('are found among those who can be reached, whenever there is one, and none is smaller', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (c, seed) => {
        const reachable = c.acceptors.filter((_, i) => ((seed >> i) & 1) === 1);
        for (const phase of phases) {
          const found = smallestQuorum(c.system, phase, c.acceptors, reachable);
          const there = subsetsOf(reachable).filter((set) => decides(c, phase, set));
          expect(found?.length ?? null).toBe(there.length > 0 ? Math.min(...there.map((set) => set.length)) : null);
          if (found !== null) expect(without(found, reachable)).toEqual([]);
          if (found !== null) expect(decides(c, phase, found)).toBe(true);
          expect(minimalQuorums(c.system, phase, c.acceptors, 999, reachable)).toEqual(
            minimalQuorums(c.system, phase, c.acceptors, 999).filter((set) => without(set, reachable).length === 0),
          );
        }
      }),
      settings,
    );
  });

  it('miss so few acceptors, and would be there with them', () => {
    fc.assert(
      fc.property(cases, fc.nat(), (c, seed) => {
        const reachable = c.acceptors.filter((_, i) => ((seed >> i) & 1) === 1);
        for (const phase of phases) {
          const missing = missingFor(c.system, phase, c.acceptors, reachable)!;
          expect(decides(c, phase, [...reachable, ...missing])).toBe(true);
          for (const fewer of subsetsOf(without(c.acceptors, reachable))) {
            if (fewer.length < missing.length) expect(decides(c, phase, [...reachable, ...fewer])).toBe(false);
          }
        }
      }),
      settings,
    );
  });

  it('survive so many failures, whichever they are, and not one more', () => {
    fc.assert(
      fc.property(cases, (c) => {
        for (const phase of phases) {
          const survived = failuresSurvived(c.system, phase, c.acceptors);
          const fatal = subsetsOf(c.acceptors).filter((failed) => !decides(c, phase, without(c.acceptors, failed)));
          const fewest = Math.min(...fatal.map((failed) => failed.length));
          expect(survived).toBe(fewest - 1);
        }
      }),
      settings,
    );
  });

  it('hold for other members if there are any, and they are safe or were not', () => {
    fc.assert(
      fc.property(cases, fc.subarray([1, 2, 3, 4, 5, 6], { minLength: 1 }), ({ system, acceptors }, next) => {
        const there = isSatisfiable(system, 1, next) && isSatisfiable(system, 2, next);
        expect(holdsFor(system, next)).toBe(there && isSafe(system, next));
        expect(holdsFor(system, next, acceptors)).toBe(there && (isSafe(system, next) || !isSafe(system, acceptors)));
      }),
      settings,
    );
  });

  it('survive JSON and being checked', () => {
    fc.assert(
      fc.property(cases, ({ system, acceptors }) => {
        expect(checkQuorum('quorum', JSON.parse(JSON.stringify(system)), acceptors)).toEqual(system);
      }),
      settings,
    );
  });
});

const schedules = fc.array(fc.nat(1_000_000), { minLength: 150, maxLength: 300, size: 'max' });

describe('Paxos with any quorums', () => {
  it('keeps every invariant if they are safe', () => {
    const safe = fc
      .integer({ min: 1, max: 6 })
      .map((count) => Array.from({ length: count }, (_, i) => i + 1))
      .chain((acceptors) => systemsOf(acceptors).map((system) => ({ acceptors, system })))
      .filter(({ acceptors, system }) => isSafe(system, acceptors));
    fc.assert(
      fc.property(safe, schedules, ({ acceptors, system }, schedule) => {
        expect(new World(acceptors.length, { quorum: system }).play(schedule).violations).toEqual([]);
      }),
      settings,
    );
  });

  it.each<[string, number, QuorumSystem]>([
    ['counts', 4, { type: 'counted', phase1: 2, phase2: 2 }],
    ['weights', 5, { type: 'weighted', weights: { 1: 2, 2: 2, 3: 1, 4: 1, 5: 1 }, phase1: 3, phase2: 3 }],
    ['sets', 4, { type: 'sets', phase1: [[1, 2], [3, 4]], phase2: [[1, 2], [3, 4]] }],
  ])('is caught by the invariants if they are not: %s', (_, nodes, quorum) => {
    const property = fc.property(schedules, (schedule) => {
      const { violations } = new World(nodes, { quorum }).play(schedule);
      return !violations.some(({ check }) => check === 'Agreement');
    });
    expect(fc.check(property, { numRuns: 500, seed: 1, endOnFailure: true }).failed).toBe(true);
  });
});

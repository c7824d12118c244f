import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/protocol/protocol.ts';
import {
  SETS_MAX,
  WEIGHT_MAX,
  checkQuorum,
  describePhase,
  describeQuorums,
  disjointPair,
  failuresSurvived,
  holdsFor,
  isQuorum,
  isSafe,
  majorityOf,
  minimalQuorums,
  smallestQuorum,
} from '../../../src/protocol/quorum.ts';
import type { QuorumSystem } from '../../../src/protocol/quorum.ts';

const first = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const majority: QuorumSystem = { type: 'majority' };
const counted = (phase1: number, phase2: number): QuorumSystem => ({ type: 'counted', phase1, phase2 });
const grid = (rows: number, columns: number): QuorumSystem => ({ type: 'grid', rows, columns });
const heavy: QuorumSystem = { type: 'weighted', weights: { 1: 3, 4: 0 }, phase1: 4, phase2: 3 };
const listed: QuorumSystem = { type: 'sets', phase1: [[1, 2], [3, 4]], phase2: [[1, 3], [2, 4]] };

describe('what is a quorum', () => {
  it.each([[1, 1], [2, 2], [3, 2], [4, 3], [5, 3], [15, 8]])('a majority of %i is %i', (acceptors, size) => {
    expect(majorityOf(acceptors)).toBe(size);
    expect(isQuorum(majority, 1, first(acceptors), first(size))).toBe(true);
    expect(isQuorum(majority, 2, first(acceptors), first(size - 1))).toBe(false);
  });

  it('only acceptors count, and each once', () => {
    expect(isQuorum(majority, 2, [1, 2, 3], [1, 4, 5])).toBe(false);
    expect(isQuorum(majority, 2, [1, 2, 3], [1, 1, 1])).toBe(false);
    expect(isQuorum(majority, 2, [1, 2, 3], [1, 4, 3])).toBe(true);
    expect(isQuorum({ type: 'sets', phase1: [[1, 9]], phase2: [[1]] }, 1, [1, 2], [1, 9])).toBe(false);
  });

  it('counted quorums differ by phase', () => {
    expect(isQuorum(counted(3, 2), 1, first(4), [1, 2])).toBe(false);
    expect(isQuorum(counted(3, 2), 2, first(4), [1, 2])).toBe(true);
  });

  it('a grid is filled row by row: a row is for phase 1, a column for phase 2', () => {
    const acceptors = [2, 3, 5, 7, 11, 13];
    expect(minimalQuorums(grid(2, 3), 1, acceptors, 9)).toEqual([[2, 3, 5], [7, 11, 13]]);
    expect(minimalQuorums(grid(2, 3), 2, acceptors, 9)).toEqual([[2, 7], [3, 11], [5, 13]]);
  });

  it('a grid for another number of acceptors has no quorums', () => {
    expect(isQuorum(grid(2, 3), 1, first(5), first(5))).toBe(false);
    expect(minimalQuorums(grid(2, 3), 2, first(7), 9)).toEqual([]);
  });

  it('weights add up; an acceptor without one weighs 1', () => {
    expect(isQuorum(heavy, 2, first(5), [1])).toBe(true);
    expect(isQuorum(heavy, 2, first(5), [2, 3, 4])).toBe(false);
    expect(isQuorum(heavy, 1, first(5), [2, 3, 5])).toBe(false);
    expect(minimalQuorums(heavy, 2, first(5), 9)).toEqual([[1], [2, 3, 5]]);
    expect(minimalQuorums(heavy, 1, first(5), 9)).toEqual([[1, 2], [1, 3], [1, 5]]);
  });

  it('of listed sets, those and what contains one', () => {
    expect(isQuorum(listed, 1, first(4), [1, 2])).toBe(true);
    expect(isQuorum(listed, 1, first(4), [2, 3, 4])).toBe(true);
    expect(isQuorum(listed, 1, first(4), [2, 4])).toBe(false);
    expect(isQuorum(listed, 2, first(4), [2, 4])).toBe(true);
  });
});

describe('safety', () => {
  it.each<[string, QuorumSystem, number, boolean]>([
    ['majorities', majority, 4, true],
    ['(4, 2) of 5', counted(4, 2), 5, true],
    ['(3, 2) of 5', counted(3, 2), 5, false],
    ['(2, 2) of 4', counted(2, 2), 4, false],
    ['a grid', grid(3, 4), 12, true],
    ['weights that must overlap', heavy, 5, true],
    ['weights that need not', { type: 'weighted', weights: { 1: 3 }, phase1: 3, phase2: 3 }, 5, false],
    ['sets that meet', listed, 4, true],
    ['sets that do not', { type: 'sets', phase1: [[1, 2], [2, 3]], phase2: [[1, 3], [3, 4]] }, 4, false],
  ])('of %s', (_, system, acceptors, safe) => {
    expect(isSafe(system, first(acceptors))).toBe(safe);
    expect(disjointPair(system, first(acceptors)) === null).toBe(safe);
  });

  it('is disproved by two quorums that do not meet, as small as can be', () => {
    expect(disjointPair(counted(2, 2), first(4))).toEqual({ phase1: [1, 2], phase2: [3, 4] });
    expect(disjointPair({ type: 'weighted', weights: { 1: 3 }, phase1: 3, phase2: 3 }, first(5))).toEqual({
      phase1: [1],
      phase2: [2, 3, 4],
    });
  });

  it('of 15 acceptors with weights is decided by trying every set of them', () => {
    const system = (phase1: number): QuorumSystem => ({ type: 'weighted', weights: { 1: 7 }, phase1, phase2: 11 });
    expect(isSafe(system(11), first(15))).toBe(true);
    expect(isSafe(system(10), first(15))).toBe(false);
  });
});

describe('failures', () => {
  it.each<[string, QuorumSystem, number, number, number]>([
    ['a majority of 5', majority, 5, 2, 2],
    ['(4, 2) of 5', counted(4, 2), 5, 1, 3],
    ['(2, 4) of 5', counted(2, 4), 5, 3, 1],
    ['everybody', counted(3, 1), 3, 0, 2],
    ['2 rows of 3', grid(2, 3), 6, 1, 2],
    ['one heavy acceptor', heavy, 5, 0, 1],
    ['a grid that does not fit', grid(2, 3), 5, -1, -1],
  ])('%s', (_, system, acceptors, phase1, phase2) => {
    expect(failuresSurvived(system, 1, first(acceptors))).toBe(phase1);
    expect(failuresSurvived(system, 2, first(acceptors))).toBe(phase2);
  });

  it('leave a quorum of who can be reached, as small as can be, or none', () => {
    expect(smallestQuorum(grid(2, 3), 2, first(6), [1, 2, 3, 5])).toEqual([2, 5]);
    expect(smallestQuorum(grid(2, 3), 1, first(6), [1, 2, 4, 5])).toBeNull();
    expect(smallestQuorum(majority, 1, first(5), [5, 9, 3, 1, 2])).toEqual([1, 2, 3]);
  });
});

describe('a change of members', () => {
  it('keeps quorums that still exist and meet', () => {
    expect(holdsFor(majority, first(6))).toBe(true);
    expect(holdsFor(counted(4, 2), first(5))).toBe(true);
    expect(holdsFor(counted(4, 2), first(4))).toBe(true);
  });

  it('breaks those that exist no more, or meet no more', () => {
    expect(holdsFor(counted(4, 2), first(3))).toBe(false);
    expect(holdsFor(counted(4, 2), first(6))).toBe(false);
    expect(holdsFor(grid(2, 3), first(7))).toBe(false);
    expect(holdsFor(listed, [1, 2, 3])).toBe(true);
    expect(holdsFor(listed, [1, 4])).toBe(false);
  });

  it('asks no safety of what was unsafe before, on purpose', () => {
    expect(holdsFor(counted(2, 2), first(5), first(4))).toBe(true);
    expect(holdsFor(counted(2, 2), first(4), first(3))).toBe(false);
    expect(holdsFor(counted(2, 2), [1], first(4))).toBe(false);
  });
});

describe('sentences', () => {
  it.each<[QuorumSystem, number, string]>([
    [majority, 5, 'any 3 of 5 in both phases'],
    [counted(4, 2), 5, 'phase 1: any 4 of 5, phase 2: any 2 of 5'],
    [grid(2, 3), 6, 'phase 1: a full row, 3 of 6, phase 2: a full column, 2 of 6'],
    [heavy, 5, 'phase 1: a weight of 4 of 6, phase 2: a weight of 3 of 6'],
    [listed, 4, 'phase 1: {n1, n2} or {n3, n4}, phase 2: {n1, n3} or {n2, n4}'],
  ])('%j of %i', (system, acceptors, text) => {
    expect(describeQuorums(system, first(acceptors))).toBe(text);
  });

  it('do not name many sets', () => {
    const system: QuorumSystem = { type: 'sets', phase1: first(4).map((node) => [node]), phase2: [[1]] };
    expect(describePhase(system, 1, first(4))).toBe('one of 4 sets');
  });
});

describe('checking', () => {
  it('is majority unless given', () => {
    expect(checkQuorum('quorum', undefined, first(3))).toEqual(majority);
  });

  it('completes weights, and orders the nodes of sets, so that equal systems are equal data', () => {
    const weighted = { type: 'weighted', weights: { 2: 4 }, phase1: 5, phase2: 2 };
    expect(checkQuorum('quorum', weighted, first(3))).toEqual({ ...weighted, weights: { 1: 1, 2: 4, 3: 1 } });
    const sets = { type: 'sets', phase1: [[3, 1, 3]], phase2: [[2]] };
    expect(checkQuorum('quorum', sets, first(3))).toEqual({ ...sets, phase1: [[1, 3]] });
  });

  it('lets unsafe quorums through', () => {
    expect(checkQuorum('quorum', counted(1, 1), first(5))).toEqual(counted(1, 1));
  });

  it('does not judge by the acceptors where they are not known', () => {
    for (const system of [counted(9, 2), grid(2, 3), heavy, listed]) {
      expect(checkQuorum('quorum', system, null)).toEqual(system);
    }
    expect(() => checkQuorum('quorum', grid(4, 4), null)).toThrow('4 rows of 4 make 16 places for acceptors; there are at most 15');
    expect(() => checkQuorum('quorum', counted(16, 1), null)).toThrow(ProtocolError);
  });

  it.each<[unknown, string]>([
    [null, 'quorum'],
    [{ type: 'all' }, 'quorum.type'],
    [counted(0, 2), 'quorum.phase1'],
    [counted(2, 5), 'quorum.phase2'],
    [grid(1, 3), 'quorum'],
    [{ ...grid(2, 2), phase1: 2 }, 'quorum.phase1'],
    [{ type: 'weighted', weights: { 5: 1 }, phase1: 1, phase2: 1 }, 'quorum.weights.5'],
    [{ type: 'weighted', weights: { 1: WEIGHT_MAX + 1 }, phase1: 1, phase2: 1 }, 'quorum.weights.1'],
    [{ type: 'weighted', weights: { 1: 2 }, phase1: 6, phase2: 1 }, 'quorum.phase1'],
    [{ type: 'weighted', weights: { 1: 0, 2: 0, 3: 0, 4: 0 }, phase1: 1, phase2: 1 }, 'quorum.weights'],
    [{ type: 'sets', phase1: [], phase2: [[1]] }, 'quorum.phase1'],
    [{ type: 'sets', phase1: [[1]], phase2: [[1], []] }, 'quorum.phase2.1'],
    [{ type: 'sets', phase1: [[1]], phase2: [[1, 5]] }, 'quorum.phase2.0.1'],
    [{ type: 'sets', phase1: Array(SETS_MAX + 1).fill([1]), phase2: [[1]] }, 'quorum.phase1'],
  ])('refuses %j, naming %s', (given, field) => {
    expect(() => checkQuorum('quorum', given, first(4))).toThrow(ProtocolError);
    expect(() => checkQuorum('quorum', given, first(4))).toThrow(new RegExp(`^${field}: `));
  });
});

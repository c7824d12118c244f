import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  TopologyError,
  checkGroups,
  connected,
  cutLinks,
  groupOf,
  healedLinks,
  isolate,
  join,
  normalise,
  sameGroups,
  whole,
  type Groups,
} from '../../../src/network/topology.ts';

/** Up to 15 nodes parted at random. */
const parted = fc.integer({ min: 1, max: 15 }).chain((count) =>
  fc.array(fc.integer({ min: 0, max: 4 }), { minLength: count, maxLength: count }).map((islands) => {
    const groups: number[][] = [[], [], [], [], []];
    islands.forEach((island, i) => groups[island]!.push(i + 1));
    return { nodes: islands.map((_, i) => i + 1), groups: normalise(groups) };
  }),
);
const moving = parted.chain((one) => fc.record({ one: fc.constant(one), moved: fc.subarray(one.nodes), host: fc.constantFrom(...one.nodes) }));
const pairs = (nodes: readonly number[]) => nodes.flatMap((a) => nodes.filter((b) => b > a).map((b): [number, number] => [a, b]));

describe('groups', () => {
  it('have one standard order', () => {
    expect(normalise([[5, 3], [], [2], [4, 1]])).toEqual([[1, 4], [2], [3, 5]]);
    expect(whole([3, 1, 2])).toEqual([[1, 2, 3]]);
    fc.assert(fc.property(parted, ({ groups }) => {
      const shuffled = groups.map((group) => group.toReversed()).toReversed();
      expect(sameGroups(normalise(shuffled), groups)).toBe(true);
    }));
  });

  it('hold every node once, or are refused with the node', () => {
    const nodes = [1, 2, 3];
    expect(checkGroups([[3], [2, 1], []], nodes)).toEqual([[1, 2], [3]]);
    const wrong: [Groups, string][] = [
      [[[1, 2, 3, 4]], 'n4 is not a node of this cluster'],
      [[[1, 2], [2, 3]], 'n2 stands in two groups'],
      [[[1, 1, 2, 3]], 'n1 stands in two groups'],
      [[[1], [3]], 'n2 stands in no group'],
      [[], 'n1 stands in no group'],
    ];
    for (const [groups, message] of wrong) {
      expect(() => checkGroups(groups, nodes)).toThrow(TopologyError);
      expect(() => checkGroups(groups, nodes)).toThrow(message);
    }
    fc.assert(fc.property(parted, ({ groups, nodes }) => {
      expect(checkGroups(groups, nodes)).toEqual(groups);
    }));
  });

  it('connect the nodes of a group', () => {
    const groups = [[1, 3], [2]];
    expect([groupOf(groups, 3), groupOf(groups, 2), groupOf(groups, 9)]).toEqual([0, 1, -1]);
    expect([connected(groups, 1, 3), connected(groups, 1, 2)]).toEqual([true, false]);
  });

  it('are the same only if they are', () => {
    expect(sameGroups([[1], [2]], [[1], [2]])).toBe(true);
    for (const other of [[[1, 2]], [[1], [3]], [[1], [2, 3]], [[1], [2], [3]]]) {
      expect(sameGroups([[1], [2]], other)).toBe(false);
    }
  });
});

describe('moving nodes', () => {
  it('onto an island of their own parts them from all others and leaves the others as they were', () => {
    fc.assert(fc.property(moving, ({ one: { groups, nodes }, moved }) => {
      const after = isolate(groups, moved);
      expect(checkGroups(after, nodes)).toEqual(after);
      for (const [a, b] of pairs(nodes)) {
        const [in1, in2] = [moved.includes(a), moved.includes(b)];
        expect(connected(after, a, b)).toBe(in1 !== in2 ? false : in1 || connected(groups, a, b));
      }
    }));
  });

  it('onto the island of another joins them to it and leaves the others as they were', () => {
    fc.assert(fc.property(moving, ({ one: { groups, nodes }, moved, host }) => {
      const after = join(groups, moved, host);
      expect(checkGroups(after, nodes)).toEqual(after);
      for (const node of moved) expect(connected(after, node, host)).toBe(true);
      for (const [a, b] of pairs(nodes.filter((node) => !moved.includes(node)))) {
        expect(connected(after, a, b)).toBe(connected(groups, a, b));
      }
    }));
  });

  it('cuts and heals the links whose ends it parts and joins, and tells them before', () => {
    fc.assert(fc.property(moving, ({ one: { groups, nodes }, moved, host }) => {
      const after = join(groups, moved, host);
      const cut = pairs(nodes).filter(([a, b]) => connected(groups, a, b) && !connected(after, a, b));
      const healed = pairs(nodes).filter(([a, b]) => !connected(groups, a, b) && connected(after, a, b));
      expect(cutLinks(groups, after)).toEqual(cut);
      expect(healedLinks(groups, after)).toEqual(healed);
      expect(healedLinks(after, groups)).toEqual(cut);
      expect(cutLinks(groups, groups)).toEqual([]);
    }));
  });
});

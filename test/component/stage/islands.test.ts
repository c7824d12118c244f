import { describe, expect, it } from 'vitest';
import { createWorld, directionKey, isolate, protocolNamed, whole, type NodeId, type View, type World } from '../../../src/contract/index.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { dropText, islandStatus, islandText } from '../../../renderer/stage/islands.ts';
import { neighbour } from '../../../renderer/stage/neighbour.ts';

/** A world with these nodes up. */
function worldOf(nodes: number, config: unknown = {}, down: readonly NodeId[] = []): World {
  const world = createWorld(createHeader(protocolNamed('paxos'), { nodes, seed: 1, config }));
  for (const node of world.nodes.values()) node.up = !down.includes(node.node);
  return world;
}

const verdict = (world: World, nodes: readonly NodeId[]) => {
  const { count, verdict: said } = islandStatus(world, nodes);
  return `${count} · ${said}`;
};

describe('what an island can do', () => {
  it('is to choose with a majority of the acceptors', () => {
    const world = worldOf(5);
    expect(verdict(world, [1, 2, 3])).toBe('3 of 5 acceptors · majority, can choose');
    expect(verdict(world, [4, 5])).toBe('2 of 5 acceptors · cannot choose');
    expect(verdict(worldOf(1), [1])).toBe('1 of 1 acceptor · majority, can choose');
  });

  it('counts only nodes that are up', () => {
    expect(verdict(worldOf(5, {}, [2]), [1, 2, 3])).toBe('2 of 5 acceptors · cannot choose');
  });

  it('counts only acceptors, and misses a proposer', () => {
    const roles = [['proposer'], ['acceptor'], ['acceptor'], ['acceptor'], ['learner']];
    const world = worldOf(5, { roles });
    expect(verdict(world, [1, 2, 3])).toBe('2 of 3 acceptors · majority, can choose');
    expect(verdict(world, [2, 3, 4, 5])).toBe('3 of 3 acceptors · majority, but no proposer');
    expect(verdict(world, [1, 5])).toBe('0 of 3 acceptors · cannot choose');
  });

  it('needs a proposer that reaches a quorum over links that are not cut', () => {
    const world = worldOf(5);
    const cut = (...pairs: [number, number][]) => pairs.forEach(([from, to]) => world.cuts.add(directionKey(from, to)));
    cut([1, 2], [1, 3], [2, 3], [2, 4]);
    expect(verdict(world, [1, 2, 3, 4, 5])).toBe('5 of 5 acceptors · majority, can choose');
    // Nobody hears any promise but its own.
    for (const from of [1, 2, 3, 4, 5]) for (const to of [1, 2, 3, 4, 5]) if (from !== to) cut([from, to]);
    expect(verdict(world, [1, 2, 3, 4, 5])).toBe('5 of 5 acceptors · cuts leave no quorum');
    expect(islandStatus(world, [1, 2, 3, 4, 5]).canChoose).toBe(false);
    world.cuts.clear();
    // Node 1 alone can ask, and two answer: with itself a majority.
    for (const from of [2, 3, 4, 5]) for (const to of [2, 3, 4, 5]) if (from !== to) cut([from, to]);
    cut([4, 1], [5, 1]);
    expect(islandStatus(world, [1, 2, 3, 4, 5]).canChoose).toBe(true);
    cut([3, 1]);
    expect(islandStatus(world, [1, 2, 3, 4, 5]).canChoose).toBe(false);
  });

  it('says which phases it can do, where majorities do not decide', () => {
    const world = worldOf(5, { quorum: { type: 'counted', phase1: 4, phase2: 2 } });
    expect(verdict(world, [1, 2, 3, 4])).toBe('4 of 5 acceptors · both phases, can choose');
    expect(verdict(world, [1, 2, 3])).toBe('3 of 5 acceptors · phase 2 only');
    expect(verdict(world, [5])).toBe('1 of 5 acceptors · cannot choose');
    expect(verdict(worldOf(5, { quorum: { type: 'counted', phase1: 2, phase2: 4 } }), [1, 2])).toBe('2 of 5 acceptors · phase 1 only');
    expect(verdict(worldOf(5, { quorum: { type: 'counted', phase1: 2, phase2: 2 } }), [1, 2])).toBe(
      '2 of 5 acceptors · both phases, can choose',
    );
  });

  it('goes by who is there, not by how many', () => {
    const grid = worldOf(6, { quorum: { type: 'grid', rows: 2, columns: 3 } });
    expect(verdict(grid, [1, 2, 3])).toBe('3 of 6 acceptors · phase 1 only');
    expect(verdict(grid, [1, 4, 2])).toBe('3 of 6 acceptors · phase 2 only');
    expect(verdict(grid, [1, 2, 3, 6])).toBe('4 of 6 acceptors · both phases, can choose');
    expect(verdict(grid, [1, 5, 6])).toBe('3 of 6 acceptors · cannot choose');
  });
});

describe('an island of a replicated log', () => {
  const roles = ['proposer', 'acceptor', 'learner'] as const;
  const shown = (leader: boolean, round: number, standing: 'member' | 'joining' = 'member'): View => ({
    roles,
    leading: leader,
    status: '',
    slots: [],
    replica: {
      standing,
      promised: { round, node: 1 },
      leader: 1,
      members: [1, 2, 3, 4, 5],
      snapshot: 0,
      applied: 0,
      highest: 0,
      skipped: 0,
      database: { next: 1, open: [], openCount: 0, committed: 0, entries: [], entryCount: 0 },
    },
  });

  it('needs only phase 2 where somebody leads whom it follows', () => {
    const world = worldOf(5, { quorum: { type: 'counted', phase1: 4, phase2: 2 } });
    for (const node of [1, 2, 3]) world.nodes.get(node)!.view = shown(node === 1, 3);
    expect(verdict(world, [1, 2])).toBe('2 of 5 acceptors · phase 2, n1 leads');
    expect(islandStatus(world, [1, 2]).canChoose).toBe(true);
    expect(verdict(world, [2, 3])).toBe('2 of 5 acceptors · phase 2 only');
    world.nodes.get(2)!.view = shown(false, 4);
    expect(verdict(world, [1, 2])).toBe('2 of 5 acceptors · phase 2 only');
    expect(islandStatus(world, [1, 2]).canChoose).toBe(false);
  });

  it('counts its members that vote, and nobody else', () => {
    const world = worldOf(5);
    world.members = { slot: 1, members: [1, 2, 3], before: world.founders };
    expect(verdict(world, [1, 2, 4, 5])).toBe('2 of 3 acceptors · majority, can choose');
    world.nodes.get(2)!.view = shown(false, 1, 'joining');
    expect(verdict(world, [1, 2, 4, 5])).toBe('1 of 3 acceptors · cannot choose');
  });
});

describe('what a drop would do', () => {
  const groups = whole([1, 2, 3, 4, 5]);

  it('says which links it cuts, and how many acceptors stay together', () => {
    expect(dropText(worldOf(5), groups, isolate(groups, [5]))).toBe('cuts 4 links · leaves 4 of 5 acceptors together');
    expect(dropText(worldOf(2), whole([1, 2]), [[1], [2]])).toBe('cuts 1 link · no island can choose');
  });

  it('says when nothing can be chosen any more', () => {
    const before = [[1, 2, 3], [4, 5]];
    expect(dropText(worldOf(5), before, [[1, 2], [3], [4, 5]])).toBe('cuts 2 links · no island can choose');
  });

  it('says what heals, and what a move from island to island does', () => {
    const before = [[1, 2, 3], [4, 5]];
    expect(dropText(worldOf(5), before, groups)).toBe('heals 6 links · brings 5 of 5 acceptors together');
    expect(dropText(worldOf(5), before, [[1, 2, 3, 4], [5]])).toBe(
      'cuts 1 link · heals 3 links · leaves 4 of 5 acceptors together',
    );
    expect(dropText(worldOf(5), before, before)).toBe('changes no link');
  });
});

describe('names and neighbours', () => {
  it('names the island of a node', () => {
    expect(islandText([[1, 3], [2]], 1)).toBe('island of n1 and n3');
    expect(islandText([[1, 3], [2]], 2)).toBe('alone on its island');
  });

  it('leads from node to node with the arrow keys', () => {
    const places = new Map([
      [1, { x: 100, y: 0 }],
      [2, { x: 200, y: 80 }],
      [3, { x: 100, y: 200 }],
      [4, { x: 0, y: 80 }],
    ]);
    expect(neighbour(places, 1, 'ArrowRight')).toBe(2);
    expect(neighbour(places, 1, 'ArrowDown')).toBe(3);
    expect(neighbour(places, 2, 'ArrowLeft')).toBe(4);
    expect(neighbour(places, 1, 'ArrowUp')).toBeNull();
    expect(neighbour(places, 1, 'Enter')).toBeNull();
  });
});

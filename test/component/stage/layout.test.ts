import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLIENT_FIRST, isClient, isolate, normalise, whole, type Groups, type NodeId } from '../../../src/contract/index.ts';
import { overlaps, type Rect } from '../../../renderer/stage/geometry.ts';
import { layOut, remember, roomOf, type Layout } from '../../../renderer/stage/layout.ts';
import { discRect, plateRect } from '../../../renderer/stage/plate.ts';

const nodesUpTo = (count: number): NodeId[] => Array.from({ length: count }, (_, i) => i + 1);

const partition = fc
  .integer({ min: 1, max: 15 })
  .chain((count) => fc.array(fc.integer({ min: 0, max: count - 1 }), { minLength: count, maxLength: count }))
  .map((islands): Groups => {
    const groups: number[][] = islands.map(() => []);
    islands.forEach((island, i) => groups[island]!.push(i + 1));
    return normalise(groups);
  });

/** The same with clients, each on any of the islands. */
const withClients = fc
  .tuple(partition, fc.array(fc.integer({ min: 0, max: 14 }), { minLength: 1, maxLength: 8 }))
  .map(([groups, islands]): Groups =>
    normalise(groups.map((group, i) => [...group, ...islands.flatMap((at, c) => (at % groups.length === i ? [CLIENT_FIRST + c] : []))])),
  );

const stage = fc.record({ width: fc.integer({ min: 480, max: 1500 }), height: fc.integer({ min: 360, max: 1000 }) });

function expectNothingOverlaps(layout: Layout): void {
  const room = roomOf(layout.width, layout.height);
  const plots = layout.islands.flatMap((island) => [
    { island, rect: island.box },
    { island, rect: island.caption },
  ]);
  plots.forEach(({ island, rect }, i) => {
    expect(rect.left).toBeGreaterThanOrEqual(room.left - 0.5);
    expect(rect.top).toBeGreaterThanOrEqual(room.top - 0.5);
    expect(rect.right).toBeLessThanOrEqual(room.right + 0.5);
    expect(rect.bottom).toBeLessThanOrEqual(room.bottom + 0.5);
    for (const other of plots.slice(i + 1)) {
      if (other.island !== island) expect(overlaps(rect, other.rect)).toBe(false);
    }
  });
  const things: { node: NodeId; rect: Rect }[] = [];
  for (const [node, place] of layout.nodes) {
    things.push({ node, rect: discRect(layout.look, { node, ...place }) });
    const plate = plateRect(layout.look, { node, ...place });
    if (plate !== null) things.push({ node, rect: plate });
  }
  const places = [...layout.nodes].filter(([node]) => !isClient(node));
  places.forEach(([, a], i) => {
    for (const [, b] of places.slice(i + 1)) {
      expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(2 * layout.look.radius);
    }
  });
  for (const [node, place] of layout.nodes) {
    const plate = plateRect(layout.look, { node, ...place });
    const own = isClient(node) ? discRect(layout.look, { node, ...place }) : plate;
    for (const thing of things) {
      if (thing.node === node) continue;
      if (plate !== null) expect(overlaps(plate, thing.rect)).toBe(false);
      if (own !== null) expect(overlaps(own, thing.rect)).toBe(false);
    }
  }
}

describe('layout', () => {
  it('never overlaps, whatever the partition and the size of the stage', () => {
    fc.assert(
      fc.property(partition, stage, (groups, size) => {
        const layout = layOut({ groups, ...size, memory: null, drop: null });
        expect([...layout.nodes.keys()].sort((a, b) => a - b)).toEqual(groups.flat().sort((a, b) => a - b));
        expectNothingOverlaps(layout);
      }),
      { numRuns: 150 },
    );
  });

  it('never overlaps with clients on any of the islands either', () => {
    const large = fc.record({ width: fc.integer({ min: 600, max: 1500 }), height: fc.integer({ min: 420, max: 1000 }) });
    fc.assert(
      fc.property(withClients, large, (groups, size) => {
        expectNothingOverlaps(layOut({ groups, ...size, memory: null, drop: null, dock: 64 }));
      }),
      { numRuns: 150 },
    );
  });

  it('never overlaps along a history of drops anywhere', () => {
    const steps = fc.array(
      fc.record({
        moved: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        x: fc.double({ min: 0, max: 1, noNaN: true }),
        y: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(steps, stage, (history, size) => {
        let groups = whole(nodesUpTo(9));
        let layout = layOut({ groups, ...size, memory: null, drop: null });
        for (const { moved, x, y } of history) {
          groups = isolate(groups, moved);
          const drop = { nodes: moved, at: { x: x * size.width, y: y * size.height } };
          layout = layOut({ groups, ...size, memory: remember(layout), drop });
          expectNothingOverlaps(layout);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('sets a new island down where it was dropped', () => {
    const first = layOut({ groups: whole(nodesUpTo(5)), width: 1100, height: 640, memory: null, drop: null });
    const at = { x: 950, y: 300 };
    const groups = isolate(whole(nodesUpTo(5)), [2]);
    const layout = layOut({ groups, width: 1100, height: 640, memory: remember(first), drop: { nodes: [2], at } });
    const place = layout.nodes.get(2)!;
    expect(Math.hypot(place.x - at.x, place.y - at.y)).toBeLessThan(60);
  });

  it('leaves an island where it is when another one changes far away', () => {
    const size = { width: 1400, height: 900 };
    const two: Groups = [[1, 2, 3, 4], [5]];
    const drop = { nodes: [5], at: { x: 1250, y: 200 } };
    const before = layOut({ groups: two, ...size, memory: null, drop });
    const three: Groups = [[1, 2, 3], [4], [5]];
    const dropped = { nodes: [4], at: { x: 150, y: 780 } };
    const after = layOut({ groups: three, ...size, memory: remember(before), drop: dropped });
    const was = before.nodes.get(5)!;
    const is = after.nodes.get(5)!;
    expect(Math.hypot(was.x - is.x, was.y - is.y)).toBeLessThan(12);
  });

  it('stands clients ashore, outside the ring of servers, in the lower corners first', () => {
    const layout = layOut({ groups: whole([...nodesUpTo(5), 16, 17]), width: 1000, height: 600, memory: null, drop: null });
    const [c1, c2] = [layout.nodes.get(16)!, layout.nodes.get(17)!];
    const { centre } = layout.islands[0]!;
    const ring = Math.max(...nodesUpTo(5).map((node) => layout.nodes.get(node)!.y - centre.y));
    expect(c1.x).toBeLessThan(centre.x);
    expect(c2.x).toBeGreaterThan(centre.x);
    for (const { x, y } of [c1, c2]) expect(Math.hypot(x - centre.x, y - centre.y)).toBeGreaterThan(ring);
    expect(layout.look.form).toBe('full');
  });

  it('leaves the dock its room', () => {
    const layout = layOut({ groups: whole(nodesUpTo(9)), width: 900, height: 500, memory: null, drop: null, dock: 70 });
    for (const { box } of layout.islands) expect(box.right).toBeLessThanOrEqual(900 - 70 - 11.5);
  });

  it('stands a whole cluster in one ring in the middle, n1 at the top', () => {
    const layout = layOut({ groups: whole(nodesUpTo(5)), width: 1000, height: 600, memory: null, drop: null });
    const top = [...layout.nodes].sort((a, b) => a[1].y - b[1].y)[0]!;
    expect(top[0]).toBe(1);
    expect(layout.nodes.get(1)!.x).toBeCloseTo(500, 0);
    expect(layout.look.form).toBe('full');
  });
});

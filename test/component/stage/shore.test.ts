import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looks } from '../../../renderer/stage/look.ts';
import { discRect, plateRect } from '../../../renderer/stage/plate.ts';
import { blend, boxOf, contains, DIRECTIONS, footOf, outline, shorePath } from '../../../renderer/stage/shore.ts';
import { advance, springAt } from '../../../renderer/stage/spring.ts';

const coordinate = fc.double({ min: 0, max: 1000, noNaN: true });
const residents = fc.array(
  fc.record({
    node: fc.integer({ min: 1, max: 23 }),
    x: coordinate,
    y: coordinate,
    side: fc.constantFrom('above' as const, 'below' as const, 'left' as const, 'right' as const),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('shore', () => {
  it('goes around everything that stands on the island', () => {
    fc.assert(
      fc.property(residents, fc.constantFrom(...looks), (nodes, look) => {
        const shore = new Float64Array(DIRECTIONS);
        outline(nodes, look, look.radius, shore);
        for (const node of nodes) {
          expect(contains(shore, node)).toBe(true);
          for (const rect of [discRect(look, node), plateRect(look, node)]) {
            if (rect === null) continue;
            expect(contains(shore, { x: rect.left, y: (rect.top + rect.bottom) / 2 })).toBe(true);
            expect(contains(shore, { x: rect.right, y: (rect.top + rect.bottom) / 2 })).toBe(true);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has a box, a foot and a path, and does not reach beyond its margin', () => {
    const look = looks[0]!;
    const shore = new Float64Array(DIRECTIONS);
    outline([{ node: 1, x: 200, y: 100, side: 'below' }], look, look.radius, shore);
    const box = boxOf(shore);
    expect(box.left).toBeLessThan(200 - look.radius);
    expect(footOf(shore)).toEqual({ x: expect.closeTo(200, 3) as number, y: box.bottom });
    expect(contains(shore, { x: box.left - 5, y: 100 })).toBe(false);
    expect(contains(shore, { x: box.left - 5, y: 120 }, 200)).toBe(true);
    expect(shorePath(shore)).toMatch(/^M[\d. -]+(Q[\d. -]+)+Z$/);
  });

  it('flows into another shore', () => {
    const shore = new Float64Array(DIRECTIONS).fill(100);
    const target = new Float64Array(DIRECTIONS).fill(200);
    expect(blend(shore, target, 0.5)).toBe(50);
    expect(shore[7]).toBe(150);
    expect(blend(shore, target, 1)).toBe(0);
  });
});

describe('spring', () => {
  it('comes to rest at its target without overshoot, however long a frame is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.05, noNaN: true }), (seconds) => {
        const spring = springAt(0);
        spring.target = 100;
        let before = 0;
        for (let time = 0; time < 2; time += seconds) {
          advance(spring, seconds);
          expect(spring.position).toBeGreaterThanOrEqual(before - 1e-9);
          expect(spring.position).toBeLessThanOrEqual(100 + 1e-9);
          before = spring.position;
        }
        expect(spring.position).toBe(100);
        expect(advance(spring, seconds)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crossings, directionsCut, extend, STROKE_MAX } from '../../../renderer/stage/knife.ts';
import type { Point } from '../../../renderer/stage/geometry.ts';

/** Four nodes at the corners of a square, clockwise from the upper left. */
const places = { x: [0, 100, 300, 300, 100], y: [0, 100, 100, 300, 300] };
const whole = [[1, 2, 3, 4]];

describe('a stroke of the knife', () => {
  it('cuts the links it crosses, and no others', () => {
    const down: Point[] = [{ x: 200, y: 50 }, { x: 200, y: 150 }];
    expect(crossings(down, whole, places).map(({ link }) => link)).toEqual([[1, 2]]);
    const through = [{ x: 190, y: 50 }, { x: 190, y: 350 }];
    expect(crossings(through, whole, places).map(({ link }) => link)).toEqual([[1, 2], [1, 3], [2, 4], [3, 4]]);
    expect(crossings([{ x: 0, y: 0 }, { x: 50, y: 400 }], whole, places)).toEqual([]);
  });

  it('leaves links between islands alone: they are cut already', () => {
    const through = [{ x: 200, y: 50 }, { x: 200, y: 350 }];
    expect(crossings(through, [[1, 4], [2, 3]], places)).toEqual([]);
  });

  it('knows which node lay on its left, whichever way it goes', () => {
    const down = [{ x: 200, y: 50 }, { x: 200, y: 150 }];
    expect(crossings(down, whole, places)[0]!.left).toBe(2);
    expect(crossings([...down].reverse(), whole, places)[0]!.left).toBe(1);
  });

  it('knows where on a link it crossed it', () => {
    const at = (x: number) => crossings([{ x, y: 50 }, { x, y: 150 }], whole, places)[0]!.share;
    expect(at(120)).toBeCloseTo(0.1);
    expect(at(200)).toBeCloseTo(0.5);
    expect(at(290)).toBeCloseTo(0.95);
  });

  it('counts a link once, however often it is crossed', () => {
    const zigzag = [{ x: 150, y: 50 }, { x: 170, y: 150 }, { x: 190, y: 50 }, { x: 210, y: 150 }];
    expect(crossings(zigzag, whole, places)).toHaveLength(1);
  });

  it('cuts both directions, or the one from left to right', () => {
    const crossed = [{ link: [1, 2], left: 2, share: 0.5 }] as const;
    expect(directionsCut(crossed, false)).toEqual([{ from: 2, to: 1 }, { from: 1, to: 2 }]);
    expect(directionsCut(crossed, true)).toEqual([{ from: 2, to: 1 }]);
  });

  it('is the same stroke whether it is drawn forth or back, but for the side', () => {
    const point = fc.record({ x: fc.integer({ min: 0, max: 400 }), y: fc.integer({ min: 0, max: 400 }) });
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 12 }), (stroke) => {
        const links = (drawn: Point[]) => crossings(drawn, whole, places).map(({ link }) => link.join());
        expect(links([...stroke].reverse())).toEqual(links(stroke));
      }),
    );
  });

  it('has no more points than it needs', () => {
    const stroke: Point[] = [];
    expect(extend(stroke, { x: 0, y: 0 })).toBe(true);
    expect(extend(stroke, { x: 1, y: 1 })).toBe(false);
    for (let x = 10; x < 10_000; x += 10) extend(stroke, { x, y: 0 });
    expect(stroke).toHaveLength(STROKE_MAX);
    expect(stroke.at(-1)).toEqual({ x: 9990, y: 0 });
  });
});

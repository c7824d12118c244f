import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageOf, brokeAt, Lanes } from '../../../renderer/stage/flight.ts';
import type { Loss } from '../../../renderer/feed.ts';

describe('a lost packet', () => {
  const place = { goneAt: 0, gone: 0, held: false };
  const packet = { packet: 1, from: 1, to: 2, kind: 0, sentAt: 0, due: 100, body: new Uint8Array(), duplicateOf: null, ...place };
  const lost = (cause: Loss['cause'], progress: number): Loss => ({ packet, cause, progress, at: 0 });

  it('breaks where it was lost, or at the node that was down', () => {
    expect(brokeAt(lost('loss', 0.3))).toBe(0.3);
    expect(brokeAt(lost('cut', 0.8))).toBe(0.8);
    expect(brokeAt(lost('dead', 0.4))).toBe(1);
  });

  it('fades from fresh to gone', () => {
    expect(ageOf(1000, 1000, 500)).toBe(0);
    expect(ageOf(1000, 1250, 500)).toBe(0.5);
    expect(ageOf(1000, 9000, 500)).toBe(1);
    expect(ageOf(1000, 990, 500)).toBe(0);
  });
});

describe('lanes', () => {
  const x = [0, 100, 400, 250];
  const y = [0, 100, 100, 300];

  function lanes(): Lanes {
    const made = new Lanes(3);
    for (const [a, b] of [[1, 2], [2, 1], [1, 3]] as const) made.set(a, b, x, y, 30, 30);
    return made;
  }

  it('go from the edge of one disc to the edge of the other', () => {
    const at = { x: 0, y: 0 };
    lanes().point(1, 2, 0, at);
    expect(at).toEqual({ x: 130, y: 100 });
    lanes().point(1, 2, 1, at);
    expect(at).toEqual({ x: 370, y: 100 });
  });

  it('know how long they are', () => {
    expect(lanes().lengthOf(1, 2)).toBe(240);
  });

  it('keep the two directions apart', () => {
    const there = { x: 0, y: 0 };
    const back = { x: 0, y: 0 };
    lanes().point(1, 2, 0.5, there);
    lanes().point(2, 1, 0.5, back);
    expect(there.y - back.y).toBeGreaterThan(12);
    expect(there.x).toBeCloseTo(back.x);
  });

  it('bring a packet steadily nearer', () => {
    const progress = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(progress, progress, (p, q) => {
        const near = { x: 0, y: 0 };
        const far = { x: 0, y: 0 };
        lanes().point(1, 3, Math.max(p, q), near);
        lanes().point(1, 3, Math.min(p, q), far);
        const left = (at: typeof near) => Math.hypot(at.x - x[3]!, at.y - y[3]!);
        expect(left(near)).toBeLessThanOrEqual(left(far) + 1e-9);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import {
  followEnd,
  isAtEnd,
  lookAt,
  scaleMin,
  scaleWithin,
  SCALE_FIRST,
  SCALE_MAX,
  slotAt,
  slotsIn,
  tickEvery,
  xOf,
  zoomed,
} from '../../renderer/panels/slots/viewport.ts';

const extent = { latest: 5000, ahead: 5008 };

describe('what is in sight of a log', () => {
  it('begins at the left, and moves only once the room is full', () => {
    const short = followEnd({ latest: 10, ahead: 0 }, 10, 600);
    expect(short.from).toBe(1);
    expect(followEnd({ latest: 60, ahead: 0 }, 10, 600).from).toBe(1);
    expect(followEnd({ latest: 61, ahead: 0 }, 10, 600).from).toBe(2);
  });

  it('leaves room for the window of the leader, but never much', () => {
    expect(xOf(followEnd(extent, 10, 600), 5009)).toBe(600);
    const wide = followEnd({ latest: 5000, ahead: 6000 }, 10, 600);
    expect(xOf(wide, 5001)).toBeCloseTo(420);
  });

  it('never shows what is before the first slot or after the last', () => {
    expect(lookAt(-50, extent, 10, 600).from).toBe(1);
    expect(lookAt(9999, extent, 10, 600)).toEqual(followEnd(extent, 10, 600));
    expect(isAtEnd(lookAt(9999, extent, 10, 600), extent)).toBe(true);
    expect(isAtEnd(lookAt(4000, extent, 10, 600), extent)).toBe(false);
  });

  it('tells slots from places and back', () => {
    const view = lookAt(100, extent, 10, 600);
    expect(slotAt(view, xOf(view, 130) + 5)).toBe(130);
    expect(slotsIn(view)).toEqual({ first: 100, last: 159 });
  });

  it('zooms around the place under the pointer, from one slot to all of them', () => {
    const view = lookAt(1000, extent, 10, 600);
    const nearer = zoomed(view, extent, 20, 300);
    expect(slotAt(nearer, 300)).toBe(slotAt(view, 300));
    expect(zoomed(view, extent, 1e9, 300).scale).toBe(SCALE_MAX);
    const all = zoomed(view, extent, 0, 300);
    expect(all.scale).toBe(scaleMin(extent, 600));
    expect(slotsIn(all)).toEqual({ first: 1, last: 5008 });
    expect(scaleWithin(0, { latest: 3, ahead: 0 }, 600)).toBe(SCALE_FIRST);
  });

  it.each([
    [14, 5],
    [40, 2],
    [1, 100],
    [0.1, 1000],
  ])('has numbers at %d pixels a slot every %d slots', (scale, every) => expect(tickEvery(scale, 56)).toBe(every));
});

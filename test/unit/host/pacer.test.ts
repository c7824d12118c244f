import { describe, expect, it } from 'vitest';
import { Pacer } from '../../../src/host/thread/pacer.ts';
import type { Speed } from '../../../src/cluster/frames.ts';

function paced(speed: Speed, virtual = 0) {
  const wall = { ms: 1000 };
  return { wall, pacer: new Pacer(() => wall.ms, speed, virtual) };
}

describe('the pacer', () => {
  it.each<[Speed, number]>([[1, 10_000], [2, 20_000], [1 / 64, 156], [64, 640_000]])('at speed %d lets 10 ms be %d µs', (speed, gone) => {
    const { wall, pacer } = paced(speed, 500);
    expect(pacer.limit(500)).toBe(500);
    wall.ms += 10;
    expect(pacer.limit(500)).toBe(500 + gone);
  });

  it('lets slow time add up, in whole µs', () => {
    const { wall, pacer } = paced(1 / 64);
    for (let i = 0; i < 64; i++) {
      wall.ms += 0.001;
      expect(Number.isInteger(pacer.limit(0))).toBe(true);
    }
    expect(pacer.limit(0)).toBeLessThanOrEqual(1);
    wall.ms += 64;
    expect([1000, 1001]).toContain(pacer.limit(0));
  });

  it('at most speed has no limit', () => {
    expect(paced('max').pacer.limit(0)).toBe(Infinity);
  });

  it('makes up for a tenth of a second at most after it was held up', () => {
    const { wall, pacer } = paced(2);
    wall.ms += 60_000;
    expect(pacer.limit(0)).toBe(200_000);
  });

  it('does not run ahead of a run that cannot keep up', () => {
    const { wall, pacer } = paced(10);
    for (let i = 0; i < 1000; i++) {
      wall.ms += 10;
      pacer.limit(i);
    }
    // Whatever time it lost is lost: no sprint when the run could go faster again.
    expect(pacer.limit(1000)).toBeLessThanOrEqual(1000 + 100 * 1000 * 10);
  });

  it('begins anew with another speed, or after a pause', () => {
    const { wall, pacer } = paced(1);
    wall.ms += 50;
    pacer.restart(4, 7000);
    expect(pacer.limit(7000)).toBe(7000);
    wall.ms += 1;
    expect(pacer.limit(7000)).toBe(11_000);
  });
});

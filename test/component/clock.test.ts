import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../renderer/clock.ts';
import type { Speed } from '../../src/contract/index.ts';

const playing = (speed: Speed) => ({ playing: true, speed });
const paused = { playing: false, speed: 1 };

describe('virtual clock', () => {
  it('runs on between frames at the speed of the run', () => {
    const clock = new VirtualClock();
    clock.sample(1_000_000, playing(2), 5000);
    expect(clock.read(5000)).toBeCloseTo(1_000_000);
    expect(clock.read(5010)).toBeCloseTo(1_020_000);
  });

  it('runs no more than 100 ms ahead of the last frame', () => {
    const clock = new VirtualClock();
    clock.sample(1_000_000, playing(1), 5000);
    expect(clock.read(9000)).toBeCloseTo(1_100_000);
  });

  it('never goes back while it plays, though frames come unevenly', () => {
    const clock = new VirtualClock();
    let last = 0;
    for (let frame = 0; frame < 200; frame++) {
      const late = frame % 7 === 0 ? 9 : (frame * 5) % 4;
      clock.sample(frame * 16_000, playing(1), 1000 + frame * 16 + late);
      for (let ms = 0; ms < 16; ms += 4) {
        const now = clock.read(1000 + frame * 16 + late + ms);
        expect(now).toBeGreaterThanOrEqual(last);
        expect(Math.abs(now - (frame * 16_000 + ms * 1000))).toBeLessThan(20_000);
        last = now;
      }
    }
  });

  it('stands still, exactly where the frame says, when paused', () => {
    const clock = new VirtualClock();
    clock.sample(1_000_000, playing(16), 5000);
    clock.read(5050);
    clock.sample(1_200_000, paused, 5060);
    expect(clock.read(5060)).toBe(1_200_000);
    expect(clock.read(7000)).toBe(1_200_000);
    clock.sample(1_234_567, paused, 7001);
    expect(clock.read(7500)).toBe(1_234_567);
  });

  it('plays on from where it was paused', () => {
    const clock = new VirtualClock();
    clock.sample(1_200_000, paused, 5000);
    clock.read(8000);
    clock.sample(1_200_000, playing(1), 8000);
    expect(clock.read(8010)).toBeCloseTo(1_210_000);
  });

  it('takes each frame as it comes at full speed', () => {
    const clock = new VirtualClock();
    clock.sample(9_000_000, playing('max'), 5000);
    expect(clock.read(5050)).toBe(9_000_000);
  });

  it('follows at once when the run jumps', () => {
    const clock = new VirtualClock();
    clock.sample(1_000_000, playing(1), 5000);
    clock.read(5000);
    clock.sample(60_000_000, playing(1), 5016);
    expect(clock.read(5016)).toBeCloseTo(60_000_000);
  });

  it('begins again at zero with another run', () => {
    const clock = new VirtualClock();
    clock.sample(60_000_000, playing(1), 5000);
    clock.read(5010);
    clock.reset();
    clock.sample(0, playing(1), 6000);
    expect(clock.read(6010)).toBeCloseTo(10_000);
  });
});

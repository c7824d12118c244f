import { describe, expect, it } from 'vitest';
import { LATENCY_MAX_US, drawLatency } from '../../../src/network/faults/latency.ts';
import { linkFaults } from '../../../src/network/faults/registry.ts';
import { Link, type Verdict } from '../../../src/network/link.ts';
import { completeNetwork, judge, latencyMin, type NetworkSettings } from '../../../src/network/settings.ts';
import { createRandom, nextUint32 } from '../../../src/protocol/random.ts';
import { randomNetwork } from '../../support/random-run.ts';

const DRAWS = 4000;

function verdicts(settings: NetworkSettings, count = DRAWS, seed = 1): Verdict[] {
  const link = new Link(seed, 1, 2);
  return Array.from({ length: count }, () => ({ ...link.judge(settings, false) }));
}

const share = (list: readonly unknown[], of: readonly unknown[]) => list.length / of.length;
const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;

describe('loss and duplication', () => {
  it.each([0, 0.05, 0.3, 0.7, 1])('strike a share of %d of the packets', (probability) => {
    const all = verdicts(completeNetwork({ loss: { probability }, duplication: { probability } }));
    const lost = share(all.filter(({ lostAfter }) => lostAfter !== null), all);
    const doubled = share(all.filter(({ duplicated }) => duplicated), all);
    const both = share(all.filter(({ lostAfter, duplicated }) => lostAfter !== null && duplicated), all);
    // Three standard deviations are less than 0.025 with so many draws.
    expect(Math.abs(lost - probability)).toBeLessThan(probability % 1 === 0 ? 1e-9 : 0.025);
    expect(Math.abs(doubled - probability)).toBeLessThan(probability % 1 === 0 ? 1e-9 : 0.025);
    // Independent of each other.
    expect(Math.abs(both - probability ** 2)).toBeLessThan(0.025);
  });

  it('lose a packet on its way, neither at its sender nor at its receiver', () => {
    for (const { lostAfter } of verdicts(completeNetwork({ loss: { probability: 1 } }))) {
      expect(lostAfter).toBeGreaterThan(0.1);
      expect(lostAfter).toBeLessThan(0.9);
    }
  });

  it('never double a copy', () => {
    const link = new Link(1, 1, 2);
    const settings = completeNetwork({ duplication: { probability: 1 } });
    for (let i = 0; i < 100; i++) expect(link.judge(settings, true).duplicated).toBe(false);
  });
});

describe('latency', () => {
  const latencies = (latency: object) => verdicts(completeNetwork({ latency })).map((verdict) => verdict.latency);

  it('constant is always the shortest', () => {
    expect(new Set(latencies({ distribution: 'constant', min: 123, max: 9999, mean: 9999 }))).toEqual(new Set([123]));
  });

  it('uniform reaches both bounds, passes neither and is even between them', () => {
    const all = latencies({ distribution: 'uniform', min: 100, max: 109 });
    const counts = Array.from({ length: 10 }, (_, i) => share(all.filter((one) => one === 100 + i), all));
    expect(counts.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1);
    for (const count of counts) expect(Math.abs(count - 0.1)).toBeLessThan(0.02);
  });

  it('uniform with its bounds the wrong way round is the shortest', () => {
    expect(new Set(latencies({ distribution: 'uniform', min: 50, max: 20 }))).toEqual(new Set([50]));
  });

  it('exponential begins at the shortest and has the mean and the quantiles of its distribution', () => {
    const all = latencies({ distribution: 'exponential', min: 1000, mean: 10_000 });
    expect(Math.min(...all)).toBeGreaterThanOrEqual(1000);
    expect(Math.abs(mean(all) - 11_000)).toBeLessThan(600);
    const median = [...all].sort((a, b) => a - b)[DRAWS / 2]!;
    expect(Math.abs(median - (1000 + 10_000 * Math.LN2))).toBeLessThan(500);
  });

  it('has no tail longer than a minute', () => {
    const settings = { distribution: 'exponential', min: 0, max: 0, mean: LATENCY_MAX_US };
    expect(drawLatency(settings, 1 - 2 ** -32)).toBe(LATENCY_MAX_US);
    expect(drawLatency(settings, 0)).toBe(0);
  });

  it('is a whole number of µs, and never below the least that is promised', () => {
    const random = createRandom(9);
    for (let i = 0; i < 200; i++) {
      const settings = randomNetwork(random);
      for (const { latency } of verdicts(settings, 20, i)) {
        expect(Number.isInteger(latency)).toBe(true);
        expect(latency).toBeGreaterThanOrEqual(latencyMin(settings));
      }
    }
  });
});

describe('draws', () => {
  it('are as many whatever the settings, so that one fault leaves the luck of the others', () => {
    const random = createRandom(3);
    const used = new Set<number>();
    for (let i = 0; i < 50; i++) {
      const own = createRandom(7);
      judge(randomNetwork(random), own, { latency: 0, lost: false, duplicated: false });
      used.add(nextUint32(own));
    }
    expect(used.size).toBe(1);

    const base = { latency: { distribution: 'exponential', min: 10, mean: 5000 } } as const;
    const calm = verdicts(completeNetwork(base));
    const lossy = verdicts(completeNetwork({ ...base, loss: { probability: 0.6 } }));
    const doubling = verdicts(completeNetwork({ ...base, duplication: { probability: 0.6 } }));
    const times = (list: readonly Verdict[]) => list.map(({ latency }) => latency);
    expect(times(lossy)).toEqual(times(calm));
    expect(times(doubling)).toEqual(times(calm));
    const heavier = verdicts(completeNetwork({ ...base, loss: { probability: 0.8 } }));
    // More loss takes the same packets, and others.
    lossy.forEach(({ lostAfter }, i) => lostAfter !== null && expect(heavier[i]!.lostAfter).toBe(lostAfter));
  });

  it('for copies leave those for the originals as they were', () => {
    const settings = completeNetwork({ latency: { distribution: 'uniform', min: 0, max: 1_000_000 } });
    const [one, other] = [new Link(4, 1, 2), new Link(4, 1, 2)];
    for (let i = 0; i < 50; i++) {
      if (i % 3 === 0) other.judge(settings, true);
      expect(other.judge(settings, false)).toEqual(one.judge(settings, false));
    }
  });

  it('differ between links, directions and seeds, and are the same for the same', () => {
    const settings = completeNetwork({ latency: { distribution: 'uniform', min: 0, max: 10_000_000 } });
    const first = (seed: number, from: number, to: number) => new Link(seed, from, to).judge(settings, false).latency;
    const all = [first(1, 1, 2), first(1, 2, 1), first(1, 1, 3), first(2, 1, 2)];
    expect(new Set(all).size).toBe(all.length);
    expect(first(1, 1, 2)).toBe(all[0]);
  });
});

describe('faults', () => {
  it('describe themselves, and draw settings for the fuzzer that they accept', () => {
    const random = createRandom(2);
    for (const fault of linkFaults) {
      for (const field of Object.values(fault.fields)) expect(field.meaning).toMatch(/^[A-Z].*\.$/);
      for (let i = 0; i < 100; i++) completeNetwork({ [fault.name]: fault.swarm(random) });
    }
    expect(new Set(linkFaults.map(({ name }) => name)).size).toBe(linkFaults.length);
  });
});

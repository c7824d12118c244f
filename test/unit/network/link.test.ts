import { describe, expect, it } from 'vitest';
import { defaultsOf, type FaultSettings } from '../../../src/network/faults/fault.ts';
import { LATENCY_MAX_US, drawLatency } from '../../../src/network/faults/latency.ts';
import { normalQuantile } from '../../../src/network/faults/normal.ts';
import { linkFaults } from '../../../src/network/faults/registry.ts';
import { Link, type LinkState } from '../../../src/network/link.ts';
import { completeNetwork, latencyMin, type NetworkSettings } from '../../../src/network/settings.ts';
import { createRandom, nextInteger } from '../../../src/protocol/random.ts';
import { randomNetwork } from '../../../src/explore/fuzz/draw-network.ts';

const DRAWS = 4000;
const SIZE = 20;

interface Seen {
  readonly latency: number;
  readonly lostAfter: number | null;
  readonly overflow: boolean;
  readonly duplicated: boolean;
  readonly flip: number | null;
  readonly cutAt: number | null;
}

function judged(link: Link, at: number, copy = false, bytes = SIZE): Seen {
  const { latency, lost, lostAfter, overflow, duplicated, flip, cutAt } = link.judge(at, bytes, copy);
  return { latency, lostAfter: lost ? lostAfter : null, overflow, duplicated, flip, cutAt };
}

function linkOf(settings: NetworkSettings, seed = 1): Link {
  return new Link(seed, 1, 2, settings);
}

/** Packets sent one after the other, `gap` µs apart. */
function verdicts(settings: NetworkSettings, count = DRAWS, seed = 1, gap = 0): Seen[] {
  const link = linkOf(settings, seed);
  return Array.from({ length: count }, (_, i) => judged(link, i * gap));
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
    const link = linkOf(completeNetwork({ duplication: { probability: 1 } }));
    for (let i = 0; i < 100; i++) expect(judged(link, 0, true).duplicated).toBe(false);
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

  it('log-normal begins at the shortest and has the median and the quantiles of its distribution', () => {
    const all = latencies({ distribution: 'log-normal', min: 1000, median: 10_000, sigma: 0.8 }).sort((a, b) => a - b);
    expect(all[0]).toBeGreaterThanOrEqual(1000);
    expect(Math.abs(all[DRAWS / 2]! - 11_000)).toBeLessThan(500);
    // One standard deviation up: the median times e to the sigma.
    expect(Math.abs(all[Math.floor(DRAWS * 0.8413)]! - 1000 - 10_000 * Math.exp(0.8))).toBeLessThan(1500);
    expect(new Set(latencies({ distribution: 'log-normal', min: 5, median: 70, sigma: 0 }))).toEqual(new Set([75]));
  });

  it('a trace is taken in turn, and copies take their own turns', () => {
    const link = linkOf(completeNetwork({ latency: { distribution: 'trace', trace: [30, 10, 20] } }));
    const taken = (copy: boolean, count: number) => Array.from({ length: count }, () => judged(link, 0, copy).latency);
    expect(taken(false, 4)).toEqual([30, 10, 20, 30]);
    expect(taken(true, 2)).toEqual([30, 10]);
    expect(taken(false, 3)).toEqual([10, 20, 30]);
    expect(taken(true, 2)).toEqual([20, 30]);
    expect(latencyMin(completeNetwork({ latency: { distribution: 'trace', trace: [30, 10, 20], min: 25 } }))).toBe(10);
    const curve = { distribution: 'trace', trace: [30, 10, 20] };
    expect([0, 0.34, 0.67, 0.99].map((u) => drawLatency(curve, u))).toEqual([10, 20, 30, 30]);
  });

  it('has no tail longer than a minute', () => {
    const longest = 1 - 2 ** -32;
    expect(drawLatency({ distribution: 'exponential', min: 0, max: 0, mean: LATENCY_MAX_US }, longest)).toBe(LATENCY_MAX_US);
    expect(drawLatency({ distribution: 'exponential', min: 0, max: 0, mean: LATENCY_MAX_US }, 0)).toBe(0);
    const heavy = { distribution: 'log-normal', min: 7, median: LATENCY_MAX_US, sigma: 3 };
    expect(drawLatency(heavy, longest)).toBe(LATENCY_MAX_US);
    // The least draw is a finite one.
    expect(drawLatency({ ...heavy, median: 1000 }, 0)).toBe(7);
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
  it('of one fault are the same whatever the others do', () => {
    const base = { latency: { distribution: 'exponential', min: 10, mean: 5000 }, loss: { probability: 0.3 } } as const;
    const parts = (settings: object) => verdicts(completeNetwork({ ...base, ...settings }), 500, 5, 100);
    const calm = parts({});
    const random = createRandom(17);
    // Those that add to the latency or refuse a packet change the outcome, never what is drawn.
    for (const fault of linkFaults) {
      if (['loss', 'latency', 'jitter', 'order', 'bandwidth'].includes(fault.name)) continue;
      let settings: FaultSettings;
      do settings = fault.swarm(random);
      while (!fault.active(settings));
      const other = parts({ [fault.name]: settings });
      expect(other.map(({ latency, lostAfter }) => [latency, lostAfter])).toEqual(calm.map(({ latency, lostAfter }) => [latency, lostAfter]));
    }
    const late = parts({ jitter: { max: 999 }, bandwidth: { rate: 1000, queue: 10_000 }, order: { ordering: 'fifo' } });
    expect(late.map(({ lostAfter }) => lostAfter)).toEqual(calm.map(({ lostAfter }) => lostAfter));
    late.forEach(({ latency }, i) => expect(latency).toBeGreaterThanOrEqual(calm[i]!.latency));
    const full = parts({ bandwidth: { rate: 1, queue: 1 } });
    expect(full.filter(({ overflow }) => !overflow)).toHaveLength(1);
    expect(full.map(({ lostAfter }) => lostAfter)).toEqual(calm.map(({ lostAfter }) => lostAfter));
  });

  it('of a heavier loss take the same packets at the same place, and others', () => {
    const lossy = verdicts(completeNetwork({ loss: { probability: 0.6 } }));
    const heavier = verdicts(completeNetwork({ loss: { probability: 0.8 } }));
    lossy.forEach(({ lostAfter }, i) => lostAfter !== null && expect(heavier[i]!.lostAfter).toBe(lostAfter));
  });

  it('for copies leave those for the originals as they were', () => {
    const settings = completeNetwork({ latency: { distribution: 'uniform', min: 0, max: 1_000_000 } });
    const [one, other] = [linkOf(settings, 4), linkOf(settings, 4)];
    for (let i = 0; i < 50; i++) {
      if (i % 3 === 0) judged(other, i, true);
      expect(judged(other, i)).toEqual(judged(one, i));
    }
  });

  it('differ between links, directions and seeds, and are the same for the same', () => {
    const settings = completeNetwork({ latency: { distribution: 'uniform', min: 0, max: 10_000_000 } });
    const first = (seed: number, from: number, to: number) => new Link(seed, from, to, settings).judge(0, SIZE, false).latency;
    const all = [first(1, 1, 2), first(1, 2, 1), first(1, 1, 3), first(2, 1, 2)];
    expect(new Set(all).size).toBe(all.length);
    expect(first(1, 1, 2)).toBe(all[0]);
  });
});

describe('jitter', () => {
  it('adds evenly from nothing to its most', () => {
    const all = verdicts(completeNetwork({ latency: { distribution: 'constant', min: 100 }, jitter: { max: 9 } }));
    const added = all.map(({ latency }) => latency - 100);
    expect([Math.min(...added), Math.max(...added)]).toEqual([0, 9]);
    for (let i = 0; i < 10; i++) expect(Math.abs(share(added.filter((one) => one === i), added) - 0.1)).toBeLessThan(0.02);
  });
});

describe('order', () => {
  const spread = { distribution: 'uniform', min: 0, max: 100_000 };

  it('kept lets no packet arrive before one sent earlier, nor a copy; free lets many', () => {
    const early = (ordering: string, settings: object = {}) => {
      const link = linkOf(completeNetwork({ latency: spread, order: { ordering }, ...settings }));
      let [last, overtakes] = [0, 0];
      for (let i = 0; i < 1000; i++) {
        const { latency, overflow } = judged(link, i * 1000, i % 7 === 3, 1 + (i % 50));
        if (overflow) continue;
        if (i * 1000 + latency < last) overtakes++;
        last = Math.max(last, i * 1000 + latency);
      }
      return overtakes;
    };
    expect(early('free')).toBeGreaterThan(300);
    expect(early('fifo')).toBe(0);
    expect(early('fifo', { jitter: { max: 50_000 }, bandwidth: { rate: 20_000, queue: 20 }, loss: { probability: 0.5 } })).toBe(0);
  });

  it('kept makes a packet wait no longer than for the one before it', () => {
    const trace = { distribution: 'trace', trace: [900, 100, 500] };
    const link = linkOf(completeNetwork({ latency: trace, order: { ordering: 'fifo' } }));
    expect([0, 10, 20].map((at) => at + judged(link, at).latency)).toEqual([900, 900, 900]);
    expect(judged(link, 2000).latency).toBe(900);
  });
});

describe('bandwidth', () => {
  const settings = (queue: number) =>
    completeNetwork({ latency: { distribution: 'constant', min: 500 }, bandwidth: { rate: 1000, queue } });

  it('lets packets leave one after the other, each taking time for its bytes', () => {
    const link = linkOf(settings(100));
    // A thousand bytes a second: a byte takes 1000 µs.
    expect(judged(link, 0, false, 10).latency).toBe(10_000 + 500);
    expect(judged(link, 4000, false, 1).latency).toBe(6000 + 1000 + 500);
    expect(judged(link, 100_000, false, 3).latency).toBe(3000 + 500);
  });

  it('loses a packet for which the queue has no room, and has room again when one has left', () => {
    const link = linkOf(settings(2));
    expect([0, 0, 0, 9999].map((at) => judged(link, at, false, 10).overflow)).toEqual([false, false, true, true]);
    expect(judged(link, 10_000, false, 10)).toMatchObject({ overflow: false, latency: 20_000 + 500 });
    expect(judged(link, 10_000, false, 10).overflow).toBe(true);
  });

  it('has nothing doubled that did not leave', () => {
    const both = completeNetwork({ bandwidth: { rate: 1, queue: 1 }, duplication: { probability: 1 } });
    expect(verdicts(both, 3).map(({ overflow, duplicated }) => [overflow, duplicated])).toEqual([[false, true], [true, false], [true, false]]);
  });

  it('rounds the time of a packet up, so that a fast link is not one of no time', () => {
    expect(judged(linkOf(completeNetwork({ latency: { distribution: 'constant', min: 0 }, bandwidth: { rate: 1e9 } })), 0).latency).toBe(1);
  });
});

describe('corruption', () => {
  it('turns over one bit of body or checksum in a share of the packets, every one of them at times', () => {
    const all = verdicts(completeNetwork({ corruption: { share: 0.5 } })).map(({ flip }) => flip);
    const bits = all.filter((flip) => flip !== null);
    expect(Math.abs(share(bits, all) - 0.5)).toBeLessThan(0.025);
    expect(new Set(bits).size).toBe(SIZE * 8 + 32);
    expect([Math.min(...bits), Math.max(...bits)]).toEqual([0, SIZE * 8 + 31]);
  });
});

describe('flapping', () => {
  const latency = { distribution: 'constant', min: 100 };
  const flapping = { period: 10_000, down: 0.3 };

  it('takes the link down by the clock: in every period it is up first, then down', () => {
    const link = linkOf(completeNetwork({ latency, flapping }));
    const times = [0, 6899, 6900, 6901, 7000, 9999, 10_000, 16_950];
    expect(times.map((at) => judged(link, at).cutAt)).toEqual([null, null, null, 7000, 7000, 9999, null, 17_000]);
    expect(link.cutIn(7000, 7000)).toBe(7000);
    expect(link.cutIn(6999, 6999)).toBeNull();
  });

  it('has a phase, and is down as large a share of the time as it says', () => {
    const { down } = linkFaults.find(({ name }) => name === 'flapping')!;
    const settings = completeNetwork({ flapping: { ...flapping, phase: 0.7 } }).flapping!;
    expect([0, 2999, 3000, 9999, 10_000].map((at) => down!(settings, at))).toEqual([true, true, false, false, true]);
    const random = createRandom(8);
    const times = Array.from({ length: DRAWS }, () => nextInteger(random, 0, 1e9));
    expect(Math.abs(share(times.filter((at) => down!(settings, at)), times) - 0.3)).toBeLessThan(0.025);
  });

  it('of the whole time is a link that is never up, and of no time one that always is', () => {
    expect(verdicts(completeNetwork({ flapping: { down: 1 } }), 20, 1, 777_777).every(({ cutAt }, i) => cutAt === i * 777_777)).toBe(true);
    expect(verdicts(completeNetwork({ flapping: { down: 0 } }), 20, 1, 777_777).every(({ cutAt }) => cutAt === null)).toBe(true);
  });
});

describe('the inverse of the normal distribution', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.1, and common tables.
  it.each([[0.5, 0], [0.8413447461, 1], [0.975, 1.959963985], [0.99, 2.326347874], [0.999, 3.090232306], [0.999999, 4.753424309]])(
    'of %d is %d',
    (u, z) => {
      expect(normalQuantile(u)).toBeCloseTo(z, 6);
      expect(normalQuantile(1 - u)).toBeCloseTo(-z, 6);
    },
  );

  it('rises, and is finite everywhere', () => {
    const values = Array.from({ length: 1000 }, (_, i) => normalQuantile(i / 1000));
    values.forEach((z, i) => i > 0 && expect(z).toBeGreaterThan(values[i - 1]!));
    expect(Number.isFinite(normalQuantile(0))).toBe(true);
    expect(Number.isFinite(normalQuantile(1 - 2 ** -32))).toBe(true);
  });
});

describe('a saved link', () => {
  it('goes on as the one it was saved from, and neither changes the other', () => {
    const random = createRandom(31);
    for (let i = 0; i < 50; i++) {
      const settings = randomNetwork(random);
      const link = linkOf(settings, i);
      const send = (on: Link, n: number) => judged(on, n * 3000, n % 5 === 0, n % 40);
      for (let n = 0; n < 40; n++) send(link, n);
      const state = structuredClone(link.save());
      const kept = JSON.stringify(state);
      const rest = Array.from({ length: 40 }, (_, n) => send(link, 40 + n));
      for (const from of [state, structuredClone(state)] satisfies LinkState[]) {
        const again = Link.restore(i, from, settings);
        expect(Array.from({ length: 40 }, (_, n) => send(again, 40 + n))).toEqual(rest);
      }
      expect(JSON.stringify(state)).toBe(kept);
    }
  });

  it('remembers the draws of a fault that is switched off meanwhile', () => {
    const [on, off] = [completeNetwork({ loss: { probability: 0.5 } }), completeNetwork({})];
    const [link, other] = [linkOf(on), linkOf(on)];
    for (let n = 0; n < 9; n++) expect(judged(link, n)).toEqual(judged(other, n));
    link.change(off);
    const again = Link.restore(1, link.save(), off);
    again.change(on);
    expect(Array.from({ length: 50 }, (_, n) => judged(again, n))).toEqual(Array.from({ length: 50 }, (_, n) => judged(other, n)));
  });
});

describe('link faults', () => {
  it('that are not active change nothing, and are inactive by default, but for the latency', () => {
    for (const fault of linkFaults) expect(fault.active(defaultsOf(fault))).toBe(fault.name === 'latency');
  });
});

import { describe, expect, it } from 'vitest';
import { linkFaults } from '../../../src/network/faults/registry.ts';
import {
  SettingsError,
  completeNetwork,
  completeOverride,
  defaultNetwork,
  latencyMin,
  presets,
} from '../../../src/network/settings.ts';

function refusal(given: unknown): SettingsError {
  try {
    completeNetwork(given);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return error as SettingsError;
  }
  return expect.unreachable(`${JSON.stringify(given)} was taken`);
}

describe('network settings', () => {
  it('are complete, with the defaults of every field', () => {
    expect(completeNetwork({})).toEqual(defaultNetwork());
    for (const fault of linkFaults) {
      for (const [name, field] of Object.entries(fault.fields)) {
        expect(defaultNetwork()[fault.name]![name]).toBe(field.default);
      }
    }
  });

  it('given lie over those before, which stay as they were', () => {
    const before = completeNetwork({ loss: { probability: 0.5 } });
    const after = completeNetwork({ latency: { min: 7 } }, before);
    expect(after).toEqual({ ...before, latency: { ...before.latency, min: 7 } });
    expect(before.latency!.min).toBe(400_000);
    expect(completeNetwork(after)).toEqual(after);
  });

  it.each([
    [null, 'network', /object/],
    [[], 'network', /object/],
    ['loss', 'network', /object/],
    [{ lost: {} }, 'network.lost', /there are loss, latency, jitter, duplication/],
    [{ loss: 0.3 }, 'network.loss', /object/],
    [{ loss: [] }, 'network.loss', /object/],
    [{ loss: { share: 1 } }, 'network.loss.share', /there are probability/],
    [{ loss: { probability: 1.01 } }, 'network.loss.probability', /from 0 to 1 \(share\)/],
    [{ loss: { probability: -0.1 } }, 'network.loss.probability', /from 0 to 1/],
    [{ loss: { probability: Number.NaN } }, 'network.loss.probability', /from 0 to 1/],
    [{ loss: { probability: '0.1' } }, 'network.loss.probability', /number/],
    [{ loss: { probability: null } }, 'network.loss.probability', /number/],
    [{ duplication: { probability: Infinity } }, 'network.duplication.probability', /number/],
    [{ latency: { distribution: 'normal' } }, 'network.latency.distribution', /one of constant, uniform, exponential/],
    [{ latency: { distribution: 1 } }, 'network.latency.distribution', /one of/],
    [{ latency: { min: 0.5 } }, 'network.latency.min', /whole number \(µs\)/],
    [{ latency: { sigma: 3.1 } }, 'network.latency.sigma', /from 0 to 3$/],
    [{ latency: { trace: 5 } }, 'network.latency.trace', /list of 1 to 1000 numbers/],
    [{ latency: { trace: [] } }, 'network.latency.trace', /list of 1 to 1000 numbers/],
    [{ latency: { trace: new Array(1001).fill(1) } }, 'network.latency.trace', /list of 1 to 1000 numbers/],
    [{ latency: { trace: [1, 2.5] } }, 'network.latency.trace.1', /whole number \(µs\)/],
    [{ latency: { trace: [1, 2, '3'] } }, 'network.latency.trace.2', /number from 0/],
    [{ latency: { trace: [[1]] } }, 'network.latency.trace.0', /number from 0/],
    [{ bandwidth: { rate: 1.5 } }, 'network.bandwidth.rate', /whole number \(bytes\/s\)/],
    [{ bandwidth: { queue: 0 } }, 'network.bandwidth.queue', /from 1 to 10000 \(packets\)/],
    [{ bandwidth: { queue: 1e308 } }, 'network.bandwidth.queue', /from 1/],
    [{ order: { ordering: 'lifo' } }, 'network.order.ordering', /one of free, fifo/],
    [{ flapping: { period: 1 } }, 'network.flapping.period', /from 1000/],
    [{ latency: { max: 60_000_001 } }, 'network.latency.max', /from 0 to 60000000 \(µs\)/],
    [{ latency: { mean: -1 } }, 'network.latency.mean', /from 0/],
  ])('%j are refused, and the field is named', (given, field, reason) => {
    const error = refusal(given);
    expect(error.field).toBe(field);
    expect(error.message).toMatch(reason);
    expect(error.message.startsWith(`${field}: `)).toBe(true);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('named %s are none', (key) => {
    const own = JSON.parse(`{"${key}": {"probability": 1}}`) as object;
    expect(refusal(own).field).toBe(`network.${key}`);
    const field = JSON.parse(`{"loss": {"${key}": 1}}`) as object;
    expect(refusal(field).field).toBe(`network.loss.${key}`);
    expect(({} as { probability?: number }).probability).toBeUndefined();
  });

  it('given as a list are kept as a list of their own', () => {
    const trace = [3, 1, 2];
    const settings = completeNetwork({ latency: { trace } });
    trace[0] = -1;
    expect(settings.latency!.trace).toEqual([3, 1, 2]);
  });

  it('of one direction are those that were named, one over the other', () => {
    const first = completeOverride({ latency: { min: 5 } }, null);
    expect(first).toEqual({ latency: { min: 5 } });
    const second = completeOverride({ latency: { max: 9 }, loss: { probability: 1 } }, first);
    expect(second).toEqual({ latency: { min: 5, max: 9 }, loss: { probability: 1 } });
    expect(first).toEqual({ latency: { min: 5 } });
    expect(() => completeOverride({ latency: { min: -5 } }, second)).toThrow('network.latency.min');
    expect(completeOverride({}, null)).toEqual({});
  });

  it('say the least latency', () => {
    expect(latencyMin(completeNetwork({ latency: { distribution: 'exponential', min: 250, mean: 9 } }))).toBe(250);
  });
});

describe('presets', () => {
  it('are valid, have names of their own, and are what their names say', () => {
    expect(presets.map(({ name }) => name)).toEqual(['classroom', 'lan', 'wan', 'terrible']);
    for (const { network, meaning } of presets) {
      expect(completeNetwork(network)).toEqual(network);
      expect(meaning).toMatch(/^[A-Z].*\.$/);
    }
    const losses = presets.map(({ network }) => network.loss!.probability);
    expect([...losses].sort()).toEqual(losses);
    expect(presets[0]!.network).toEqual(defaultNetwork());
  });
});

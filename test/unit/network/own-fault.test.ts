/** What adding a fault takes: one object in the registry. Everything else is found here to follow from it. */
import { describe, expect, it, vi } from 'vitest';
import { commandSchema } from '../../../src/cluster/commands.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { linkFaults } from '../../../src/network/faults/registry.ts';
import { Link } from '../../../src/network/link.ts';
import { completeNetwork, defaultNetwork, presets } from '../../../src/network/settings.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { createRandom } from '../../../src/protocol/random.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { eventsOf } from '../../support/events.ts';
import { naps } from '../../support/naps.ts';
import { randomNetwork } from '../../../src/explore/fuzz/draw-network.ts';

const head = 'synod: 1\ntitle: Test\nprotocol: paxos\n';

vi.mock(import('../../../src/network/faults/registry.ts'), async (original) => {
  const registry = await original();
  const { naps } = await import('../../support/naps.ts');
  return { ...registry, faults: [...registry.faults, naps], linkFaults: [...registry.linkFaults, naps] };
});

describe('a fault that was added to the registry', () => {
  it('has settings, checked like all others, in networks, presets and commands', () => {
    expect(linkFaults.at(-1)).toBe(naps);
    expect(defaultNetwork().naps).toEqual({ every: 0, nap: 1_000_000 });
    expect(completeNetwork({ naps: { every: 2 } }).naps).toEqual({ every: 2, nap: 1_000_000 });
    expect(() => completeNetwork({ naps: { every: 2.5 } })).toThrow('network.naps.every: must be a whole number (packets)');
    for (const { network } of presets) expect(network.naps).toEqual({ every: 0, nap: 1_000_000 });
    expect(commandSchema.safeParse({ type: 'link', from: 1, to: 2, settings: { naps: { every: 1 } } }).success).toBe(true);
    expect(commandSchema.safeParse({ type: 'network', settings: { naps: { every: 101 } } }).success).toBe(false);
  });

  it('judges packets and remembers, over a checkpoint too', () => {
    const settings = completeNetwork({ latency: { distribution: 'constant', min: 0 }, naps: { every: 3, nap: 900 } });
    const link = new Link(1, 1, 2, settings);
    const naptimes = (on: Link) => [0, 1, 2, 3].map((at) => on.judge(at, 1, false).latency >= 900);
    expect(naptimes(link)).toEqual([false, false, true, false]);
    const again = Link.restore(1, structuredClone(link.save()), settings);
    expect(naptimes(again)).toEqual([false, true, false, false]);
  });

  it('leaves the draws of all others as they were', () => {
    const drawn = (every: number) => {
      const link = new Link(5, 1, 2, completeNetwork({ loss: { probability: 0.5 }, naps: { every, nap: 0 } }));
      return Array.from({ length: 100 }, (_, i) => {
        const { lost, latency } = link.judge(i, 9, false);
        return [lost, latency];
      });
    };
    expect(drawn(2)).toEqual(drawn(0));
  });

  it('is in the hands of the fuzzer, of scenarios and of a run', () => {
    expect(randomNetwork(createRandom(1)).naps).toMatchObject({ nap: 500_000 });
    const { network } = parseScenario(`${head}network: { naps: { every: 1, nap: 5 s } }\n`, 'test.yaml');
    expect(network.naps).toEqual({ every: 1, nap: 5_000_000 });
    const cluster = new InlineCluster(createHeader(protocolNamed('paxos'), { nodes: 3, seed: 1, network }));
    cluster.runUntil(20_000_000);
    const sent = eventsOf(cluster.scheduler.log).filter((event) => event.type === 'send' && event.to !== event.node);
    expect(sent.length).toBeGreaterThan(0);
    for (const send of sent) expect(send.type === 'send' && send.due - send.at).toBeGreaterThan(5_000_000);
  });
});

import { describe, expect, it } from 'vitest';
import { clientDefaults, clientSchema, commandSchema, subjectOf } from '../../../src/cluster/commands.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { ENGINE_VERSION, createHeader, nodeCountSchema, seedSchema } from '../../../src/cluster/run.ts';
import { speedSchema } from '../../../src/contract/contract.ts';
import { defaultNetwork } from '../../../src/network/settings.ts';
import { ProtocolError } from '../../../src/protocol/protocol.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { randomCommand, randomRun } from '../../support/random-run.ts';
import { createRandom } from '../../../src/protocol/random.ts';

describe('commands', () => {
  it.each([
    [{ type: 'propose', node: 1 }, { type: 'propose', node: 1 }],
    [{ type: 'propose', node: 15, value: '  red ', slot: 3 }, { type: 'propose', node: 15, value: 'red', slot: 3 }],
    [{ type: 'crash', node: 2 }, { type: 'crash', node: 2, point: 'now' }],
    [{ type: 'crash', node: 2, point: 'after-save' }, { type: 'crash', node: 2, point: 'after-save' }],
    [{ type: 'restart', node: 2 }, { type: 'restart', node: 2, disk: 'kept' }],
    [{ type: 'partition', groups: [[1], []] }, { type: 'partition', groups: [[1], []] }],
    [{ type: 'network', settings: {} }, { type: 'network', settings: {} }],
    [{ type: 'client', settings: {} }, { type: 'client', settings: {} }],
    [{ type: 'configure', config: {} }, { type: 'configure', config: {} }],
    [{ type: 'died', node: 1, error: '' }, { type: 'died', node: 1, error: '' }],
  ])('%j are taken', (given, read) => {
    expect(commandSchema.parse(given)).toEqual(read);
  });

  it.each([
    ['no object', 'propose', ''],
    ['no type', {}, 'type'],
    ['an unknown type', { type: 'explode', node: 1 }, 'type'],
    ['no node', { type: 'propose' }, 'node'],
    ['node 0', { type: 'crash', node: 0 }, 'node'],
    ['node 24', { type: 'crash', node: 24 }, 'node'],
    ['a client to propose', { type: 'propose', node: 16 }, 'node'],
    ['a client to be added', { type: 'add', node: 16 }, 'node'],
    ['a client to be taken away', { type: 'remove', node: 16 }, 'node'],
    ['nobody to be taken away', { type: 'remove' }, 'node'],
    ['a request that is none', { type: 'request', node: 1, request: 'get x' }, 'request'],
    ['half a node', { type: 'crash', node: 1.5 }, 'node'],
    ['a node as text', { type: 'crash', node: '1' }, 'node'],
    ['an empty value', { type: 'propose', node: 1, value: '   ' }, 'value'],
    ['a long value', { type: 'propose', node: 1, value: 'x'.repeat(257) }, 'value'],
    ['slot 0', { type: 'propose', node: 1, slot: 0 }, 'slot'],
    ['a slot too high', { type: 'propose', node: 1, slot: 1_000_000_001 }, 'slot'],
    ['an unknown point', { type: 'crash', node: 1, point: 'later' }, 'point'],
    ['an unknown disk', { type: 'restart', node: 1, disk: 'new' }, 'disk'],
    ['no groups', { type: 'partition', groups: [] }, 'groups'],
    ['too many groups', { type: 'partition', groups: Array.from({ length: 24 }, () => [1]) }, 'groups'],
    ['a node 24 in a group', { type: 'partition', groups: [[24]] }, 'groups.0.0'],
    ['an unknown fault', { type: 'network', settings: { gravity: {} } }, 'settings'],
    ['a loss above 1', { type: 'network', settings: { loss: { probability: 2 } } }, 'settings'],
    ['settings that are none', { type: 'network', settings: { loss: 1 } }, 'settings.loss'],
    ['an interval of nothing', { type: 'client', settings: { interval: 0 } }, 'settings.interval'],
    ['an interval of an hour', { type: 'client', settings: { interval: 3_600_000_000 } }, 'settings.interval'],
    ['an unknown setting', { type: 'client', settings: { speed: 1 } }, 'settings'],
    ['a configuration that is none', { type: 'configure', config: null }, 'config'],
    ['a long error', { type: 'died', node: 1, error: 'x'.repeat(2001) }, 'error'],
    ['a field too many', { type: 'crash', node: 1, when: 3 }, ''],
  ])('with %s are refused', (_, given, path) => {
    const result = commandSchema.safeParse(given);
    expect(result.success).toBe(false);
    expect(result.error!.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });

  it('say what is wrong with a fault', () => {
    const result = commandSchema.safeParse({ type: 'network', settings: { loss: { probability: 2 } } });
    expect(result.error!.issues[0]!.message).toMatch(/^network\.loss\.probability: must be a number from 0 to 1/);
  });

  it('drawn at random are commands', () => {
    const random = createRandom(1);
    const { header } = randomRun(1);
    for (let i = 0; i < 300; i++) {
      const command = randomCommand(random, header);
      expect(commandSchema.parse(JSON.parse(JSON.stringify(command)))).toEqual(command);
    }
  });

  it('are about a node, or about all', () => {
    expect(subjectOf({ type: 'crash', node: 3, point: 'now' })).toBe(3);
    expect(subjectOf({ type: 'partition', groups: [[1]] })).toBeNull();
  });
});

describe('speeds', () => {
  it('go from 1/64 to 64, or as fast as possible', () => {
    for (const speed of [1 / 64, 1, 64, 'max']) expect(speedSchema.safeParse(speed).success).toBe(true);
    for (const speed of [0, -1, 65, Number.NaN, Infinity, 'fast', null]) expect(speedSchema.safeParse(speed).success).toBe(false);
  });
});

describe('the header of a run', () => {
  const paxos = protocolNamed('paxos');

  it('is complete', () => {
    expect(createHeader(paxos, { nodes: 3, seed: 0xffffffff })).toEqual({
      engine: ENGINE_VERSION,
      protocol: 'paxos',
      config: paxos.config({}, [1, 2, 3]),
      seed: 0xffffffff,
      nodes: [1, 2, 3],
      clients: 0,
      network: defaultNetwork(),
      client: clientDefaults,
    });
    expect(clientSchema.parse(clientDefaults)).toEqual(clientDefaults);
    const header = createHeader(paxos, { nodes: 1, seed: 0, client: { enabled: false }, config: { nacks: false } });
    expect(header).toMatchObject({ client: { ...clientDefaults, enabled: false }, config: { nacks: false } });
    expect(JSON.parse(JSON.stringify(header))).toEqual(header);
  });

  it('has 1 to 15 nodes, a seed of 32 bits and a configuration of its protocol', () => {
    for (const nodes of [0, 16, 2.5, Number.NaN, -1]) {
      expect(() => createHeader(paxos, { nodes, seed: 1 })).toThrow();
      expect(nodeCountSchema.safeParse(nodes).success).toBe(false);
    }
    for (const seed of [-1, 2 ** 32, 0.5, Infinity]) {
      expect(() => createHeader(paxos, { nodes: 3, seed })).toThrow();
      expect(seedSchema.safeParse(seed).success).toBe(false);
    }
    expect(() => createHeader(paxos, { nodes: 3, seed: 1, config: { speed: 1 } })).toThrow(ProtocolError);
    expect(() => createHeader(paxos, { nodes: 3, seed: 1, config: { roles: [[]] } })).toThrow(/config\.roles/);
    expect(() => protocolNamed('raft')).toThrow(/there is none called "raft"; there are: paxos/);
  });
});

describe('what a protocol has fixed for a run', () => {
  it('is not changed while it goes on, not even for nodes that come up later', () => {
    const cluster = new InlineCluster(createHeader(protocolNamed('multipaxos'), { nodes: 3, seed: 1, config: { window: 4 } }));
    cluster.runUntil(1_000_000);
    expect(() => cluster.command({ type: 'configure', config: { window: 8 } })).toThrow(
      'the window stays at 4: it says when a change of members holds; begin a new run for another',
    );
    expect(cluster.scheduler.config).toMatchObject({ window: 4 });
    cluster.command({ type: 'configure', config: { window: 4, heartbeat: 500_000 } });
    expect(cluster.scheduler.config).toMatchObject({ window: 4, heartbeat: 500_000 });
  });
});

/** Servers that come and go, and clients beside them. */
import { describe, expect, it } from 'vitest';
import { CommandError, type Command } from '../../../src/cluster/commands.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { Scheduler } from '../../../src/cluster/scheduler.ts';
import { applyEvent, createWorld } from '../../../src/cluster/world.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { replay } from '../../../src/host/replay.ts';
import { nameOf } from '../../../src/protocol/protocol.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { eventsOf } from '../../support/events.ts';
import { puppet, puppetHeader, told, type Action } from '../../support/puppet.ts';

const MS = 1000;
const [C1, C2] = [16, 17];

function puppets(nodes = 3, choices: Parameters<typeof puppetHeader>[1] = {}): InlineCluster {
  const cluster = new InlineCluster(puppetHeader(nodes, choices), { protocol: puppet });
  cluster.runUntil(1);
  return cluster;
}

const act = (node: number, ...actions: Action[]): Command => ({ type: 'request', node, request: { slot: 0, value: told(...actions) } });

/** What has happened since `seq`, briefly. */
function since(cluster: InlineCluster, seq: number): string[] {
  return eventsOf(cluster.scheduler.log)
    .slice(seq)
    .map((event) => {
      const node = 'node' in event ? ` ${nameOf(event.node)}` : '';
      const more = event.type === 'note' ? event.text : event.type === 'lost' ? event.cause : 'groups' in event ? JSON.stringify(event.groups) : '';
      return `${event.type}${node}${more === '' ? '' : ` ${more}`}`;
    });
}

/** Gives commands and goes on to `until` (µs); what has happened then. */
function happens(cluster: InlineCluster, until: number, ...commands: Command[]): string[] {
  const { seq } = cluster.scheduler.log;
  for (const command of commands) cluster.command(command);
  cluster.runUntil(until);
  return since(cluster, seq);
}

function refusal(cluster: InlineCluster, command: Command): string {
  const before = JSON.stringify([cluster.digest, cluster.run(), cluster.scheduler.save()]);
  try {
    cluster.command(command);
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect(JSON.stringify([cluster.digest, cluster.run(), cluster.scheduler.save()])).toBe(before);
    return (error as Error).message;
  }
  return 'it was carried out';
}

describe('a server that is added', () => {
  it('comes up with an empty disk under the lowest number that was never used, and then the lowest that is free', () => {
    const cluster = puppets(3);
    expect(happens(cluster, 2, { type: 'add' })).toEqual(['added n4 [[1,2,3,4]]', 'start n4', 'note n4 up with []']);
    happens(cluster, 3, { type: 'add', node: 6 }, { type: 'remove', node: 2 });
    const { servers } = cluster.scheduler;
    expect(servers).toEqual([1, 3, 4, 6]);
    for (let left = 15 - 5; left > 0; left--) cluster.command({ type: 'add' });
    expect(cluster.scheduler.servers).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(happens(cluster, 4, { type: 'add' })).toContain('added n2 [[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]]');
    expect(refusal(cluster, { type: 'add' })).toBe('there are 15 servers already; take one away first');
  });

  it('is refused where there is one, beside nobody, and in a protocol that cannot have it', () => {
    const cluster = puppets(2);
    expect(refusal(cluster, { type: 'add', node: 2 })).toBe('there is a n2 already');
    expect(refusal(cluster, { type: 'add', beside: 3 })).toBe('there is no n3; there are n1, n2');
    expect(refusal(cluster, { type: 'add', beside: C1 })).toBe('there is no c1; there are n1, n2');
    happens(cluster, 2, { type: 'remove', node: 1 });
    expect(refusal(cluster, { type: 'add', beside: 1 })).toBe('there is no n1; there are n2');
    const paxos = new InlineCluster(createHeader(protocolNamed('paxos'), { nodes: 3, seed: 1 }));
    for (const type of ['add', 'remove'] as const) {
      expect(refusal(paxos, { type, node: 3 })).toBe('Single-decree Paxos has no way to change who belongs to it while it runs');
    }
  });

  it('comes to the island of whom it is put beside, or to the largest, the first of equals', () => {
    const cluster = puppets(5, { clients: 1 });
    cluster.command({ type: 'partition', groups: [[1], [2, 3], [4, 5], [C1]] });
    expect(happens(cluster, 2, { type: 'add' })[0]).toBe('added n6 [[1],[2,3,6],[4,5],[16]]');
    expect(happens(cluster, 3, { type: 'add', beside: 5 })[0]).toBe('added n7 [[1],[2,3,6],[4,5,7],[16]]');
    expect(happens(cluster, 4, { type: 'add', beside: C1 })[0]).toBe('added n8 [[1],[2,3,6],[4,5,7],[8,16]]');
    expect(happens(cluster, 5, act(8, ['send', 1, []]))).toContain('send n8');
    expect(happens(cluster, 2000)).toEqual(['lost cut']);
  });

  it('knows of those who are there, and everybody of whom the run began with', () => {
    const scheduler = new Scheduler(puppetHeader(3, { clients: 2 }), puppet);
    const setups = () => {
      const found = scheduler.operations.flatMap((one) => (one.type === 'spawn' ? [one.setup] : []));
      scheduler.operations = [];
      return found.map(({ node, nodes, peers, clients, incarnation }) => ({ node, nodes, peers, clients, incarnation }));
    };
    const founders = { nodes: [1, 2, 3], clients: [C1, C2] };
    const first = setups();
    expect(first.map(({ node }) => node)).toEqual([1, 2, 3, C1, C2]);
    for (const setup of first) expect(setup).toMatchObject({ ...founders, peers: [1, 2, 3], incarnation: 1 });
    scheduler.command({ type: 'remove', node: 1 });
    scheduler.command({ type: 'add' });
    scheduler.command({ type: 'add', node: 1 });
    scheduler.command({ type: 'crash', node: C2, point: 'now' });
    scheduler.command({ type: 'remove', node: 3 });
    scheduler.command({ type: 'restart', node: C2, disk: 'kept' });
    expect(setups()).toEqual([
      { node: 4, ...founders, peers: [2, 3, 4], incarnation: 1 },
      { node: 1, ...founders, peers: [1, 2, 3, 4], incarnation: 2 },
      { node: C2, ...founders, peers: [1, 2, 4], incarnation: 2 },
    ]);
  });
});

describe('a server that is taken away', () => {
  it('ends like one that crashes, and is no more', () => {
    const cluster = puppets(3);
    expect(happens(cluster, 2, { type: 'remove', node: 2 })).toEqual(['crash n2', 'removed n2 [[1,3]]']);
    cluster.command({ type: 'crash', node: 3, point: 'now' });
    expect(happens(cluster, 3, { type: 'remove', node: 3 })).toEqual(['removed n3 [[1]]']);
    expect(refusal(cluster, { type: 'remove', node: 1 })).toBe('n1 is the last server; a run has at least one');
    for (const command of [
      { type: 'remove', node: 2 },
      { type: 'crash', node: 2, point: 'now' },
      { type: 'restart', node: 3, disk: 'kept' },
      act(3),
      { type: 'propose', node: 3 },
      { type: 'fault', node: 2, fault: 'clock', settings: {} },
      { type: 'fire', node: 2, timer: 'x' },
      { type: 'cut', links: [{ from: 1, to: 2 }] },
      { type: 'died', node: 2, error: '' },
    ] satisfies Command[]) {
      expect(refusal(cluster, command)).toMatch(/^there is no n[23]; there are n1$/);
    }
    expect(refusal(cluster, { type: 'partition', groups: [[1], [2]] })).toBe('n2 is not a node of this cluster');
    expect(() => cluster.inspect(2)).toThrow('there is no n2; there are n1');
  });

  it('is the last of the servers even beside clients', () => {
    const cluster = puppets(1, { clients: 2 });
    expect(refusal(cluster, { type: 'remove', node: 1 })).toContain('n1 is the last server');
  });

  it('gets nothing that was on its way or is sent later; what it sent arrives', () => {
    const cluster = puppets(3);
    happens(cluster, 2, act(1, ['send', 2, [['note', 'too late']]]), act(2, ['send', 3, [['note', 'from n2']]]));
    const gone = happens(cluster, 500, { type: 'remove', node: 2 });
    expect(gone).toEqual(['crash n2', 'removed n2 [[1,3]]']);
    happens(cluster, 501, act(3, ['send', 2, [['note', 'to nobody']]]));
    expect(happens(cluster, 5 * MS)).toEqual(['lost dead', 'deliver n3', 'note n3 from n2', 'lost dead']);
    // By hand, too; parting the others does not catch it.
    happens(cluster, 5 * MS + 1, act(3, ['send', 2, []]), { type: 'hold', on: true });
    expect(happens(cluster, 5 * MS + 2, { type: 'partition', groups: [[1], [3]] })).toEqual(['partition [[1],[3]]']);
    const packet = eventsOf(cluster.scheduler.log).findLast(({ type }) => type === 'send') as { readonly packet: number };
    expect(happens(cluster, 6 * MS, { type: 'packet', packet: packet.packet, action: 'deliver', by: 1 })).toEqual(['retimed', 'lost dead']);
  });

  it('leaves nothing of its own to the network: cuts, settings of links, and the least latency', () => {
    const slow = { latency: { distribution: 'constant', min: 5000, max: 5000 } };
    const cluster = puppets(3);
    const { router } = cluster.scheduler;
    for (const [from, to] of [[1, 3], [3, 1]] as const) cluster.command({ type: 'link', from, to, settings: slow });
    cluster.command({ type: 'cut', links: [{ from: 2, to: 3 }, { from: 1, to: 2 }] });
    const world = createWorld(puppetHeader(3));
    happens(cluster, 2, { type: 'remove', node: 3 });
    for (const event of eventsOf(cluster.scheduler.log)) applyEvent(world, event);
    expect(router.ownLinks()).toEqual([]);
    expect(router.latencyMin).toBe(1000);
    expect(router.save().reach.cuts).toEqual([{ from: 1, to: 2 }]);
    expect([world.links.size, world.cuts.size]).toEqual([0, 1]);
    expect([...world.nodes.keys()]).toEqual([1, 2]);
  });
});

describe('a number that comes back', () => {
  it('goes on counting, and has neither the disk, nor the faults, nor the crash, nor the timers of the one before', () => {
    const cluster = puppets(2);
    happens(cluster, 2, act(2, ['save', 'a', 1], ['timer', 't', 500, [['note', 'fired']]]));
    cluster.command({ type: 'fault', node: 2, fault: 'full-disk', settings: { full: 'yes' } });
    cluster.command({ type: 'crash', node: 2, point: 'after-step' });
    expect(happens(cluster, 3, { type: 'remove', node: 2 }, { type: 'add', node: 2 })).toEqual([
      'crash n2', 'removed n2 [[1]]', 'added n2 [[1,2]]', 'start n2', 'note n2 up with []',
    ]);
    const last = eventsOf(cluster.scheduler.log).findLast(({ type }) => type === 'start');
    expect(last).toMatchObject({ node: 2, incarnation: 2, disk: 'new' });
    expect(happens(cluster, MS, act(2, ['save', 'b', 2]))).toEqual(['request n2', 'save n2']);
    expect(cluster.inspect(2)).toMatchObject({ up: true, disk: { b: 2 } });
  });

  it('gets what was on its way to the number, but for what the sea lies between now', () => {
    const cluster = puppets(3);
    const hello: Action[] = [['note', 'hello']];
    happens(cluster, 2, act(1, ['send', 3, hello]), act(2, ['send', 3, hello]), act(3, ['send', 1, hello], ['send', 2, hello]));
    cluster.command({ type: 'remove', node: 3 });
    cluster.command({ type: 'partition', groups: [[1], [2]] });
    expect(happens(cluster, 5 * MS, { type: 'add', node: 3, beside: 2 })).toEqual([
      'added n3 [[1],[2,3]]', 'lost cut', 'lost cut', 'start n3', 'note n3 up with []',
      'deliver n2', 'note n2 hello', 'deliver n3', 'note n3 hello',
    ]);
  });

  it('shows nothing of the one before', () => {
    const cluster = new InlineCluster(puppetHeader(2), { protocol: puppet, observe: true });
    cluster.runUntil(10);
    expect(cluster.views.has(2)).toBe(true);
    cluster.command({ type: 'remove', node: 2 });
    cluster.command({ type: 'add', node: 2 });
    cluster.show();
    expect(cluster.views.has(2)).toBe(false);
    cluster.runUntil(20);
    expect(cluster.views.get(2)).toMatchObject({ status: '1 steps' });
  });
});

describe('a run in which servers come and go', () => {
  const again: Action[] = [['timer', 'tick', 300, [['send', 1, []], ['send', 2, []], ['send', 4, []], ['save', 'n', 1]]]];
  const script = [
    { at: 100, command: act(1, ...again) },
    { at: 400, command: { type: 'add' } },
    { at: 400, command: act(4, ...again) },
    { at: 700, command: { type: 'remove', node: 2 } },
    { at: 900, command: act(3, ...again) },
    { at: 1400, command: { type: 'add', node: 2 } },
    { at: 1400, command: { type: 'remove', node: 4 } },
    { at: 1400, command: { type: 'add', node: 4 } },
    { at: 1900, command: { type: 'remove', node: 1 } },
  ] as const satisfies readonly { readonly at: number; readonly command: Command }[];

  it('is the same in whole windows, chopped, in single steps, replayed, and from any checkpoint', () => {
    const header = { ...puppetHeader(3, { clients: 1 }), script };
    const whole = new InlineCluster(header, { protocol: puppet });
    whole.runUntil(10 * MS);
    expect(whole.scheduler.refused).toEqual([]);
    const single = new InlineCluster(header, { protocol: puppet });
    while (single.step(10 * MS)) {
      const resumed = InlineCluster.resume(single.run(), structuredClone(single.checkpoint()), { protocol: puppet });
      resumed.runUntil(10 * MS);
      expect(resumed.digest, `from event ${single.scheduler.log.seq}`).toBe(whole.digest);
    }
    const chopped = new InlineCluster(header, { protocol: puppet });
    for (let at = 0; at <= 10 * MS; at += 7) chopped.runUntil(at);
    const replayed = replay(whole.run(), 10 * MS, { protocol: puppet });
    expect([single.digest, chopped.digest, replayed.digest]).toEqual([whole.digest, whole.digest, whole.digest]);
  });
});

describe('clients', () => {
  it('are actors: they start after the servers, send, are cut off, crash, and come back', () => {
    const cluster = puppets(2, { clients: 2 });
    expect(since(cluster, 0).filter((line) => line.startsWith('start'))).toEqual(['start n1', 'start n2', 'start c1', 'start c2']);
    const asked = happens(cluster, 3 * MS, act(C1, ['send', 2, [['note', 'asked'], ['send', C1, [['note', 'answered']]]]]));
    expect(asked.filter((line) => line.startsWith('note'))).toEqual(['note n2 asked', 'note c1 answered']);
    expect(refusal(cluster, { type: 'restart', node: C1, disk: 'kept' })).toBe('c1 is up; crash it first');
    expect(happens(cluster, 4 * MS, { type: 'crash', node: C1, point: 'now' })).toEqual(['crash c1']);
    expect(refusal(cluster, act(C1))).toBe('c1 is down; restart it, or ask another');
    expect(happens(cluster, 5 * MS, { type: 'restart', node: C1, disk: 'kept' })).toEqual(['start c1', 'note c1 up with []']);
    expect(refusal(cluster, act(18))).toBe('there is no c3; there are n1, n2, c1, c2');
  });

  it('go with the largest island when they are not named', () => {
    const cluster = puppets(5, { clients: 2 });
    const parted = (...groups: number[][]): string => happens(cluster, cluster.now, { type: 'partition', groups })[0]!;
    expect(parted([1, 2, 3], [4, 5])).toBe('partition [[1,2,3,16,17],[4,5]]');
    expect(parted([1, 2], [3, 4, 5])).toBe('partition [[1,2],[3,4,5,16,17]]');
    expect(parted([1, C2], [2, 3], [4, 5])).toBe('partition [[1,16,17],[2,3],[4,5]]');
    expect(parted([1, 2, 3, 4, 5], [C1])).toBe('partition [[1,2,3,4,5,17],[16]]');
    expect(parted([1, 2, 3, 4, 5])).toBe('partition [[1,2,3,4,5,16,17]]');
    expect(refusal(cluster, { type: 'partition', groups: [[1, 2, 3, 4], [C1]] })).toBe('n5 stands in no group');
    expect(refusal(cluster, { type: 'partition', groups: [[1, 2, 3, 4, 5, 18]] })).toBe('c3 is not a node of this cluster');
  });

  it('can be deaf, mute and cut off by the knife; the bridge and the ring are drawn between servers', () => {
    const cluster = puppets(4, { clients: 1 });
    const cut = (pattern: string, ...nodes: number[]): readonly string[] => {
      cluster.command({ type: 'cut-pattern', pattern, nodes });
      const event = eventsOf(cluster.scheduler.log).at(-1);
      cluster.command({ type: 'mend' });
      return event?.type === 'cut' ? event.links.map(({ from, to }) => `${nameOf(from)}→${nameOf(to)}`) : [];
    };
    expect(cut('knife', C1, 2)).toEqual(['n2→c1', 'c1→n2']);
    expect(cut('deaf', C1)).toEqual(['n1→c1', 'n2→c1', 'n3→c1', 'n4→c1']);
    expect(cut('one-way', 1)).toEqual(['n1→n2', 'n1→n3', 'n1→n4', 'n1→c1']);
    expect(cut('ring')).toEqual(['n1→n3', 'n2→n4', 'n3→n1', 'n4→n2']);
    expect(cut('bridge', 1)).not.toEqual([]);
    expect(refusal(cluster, { type: 'cut-pattern', pattern: 'bridge', nodes: [C1] })).toBe('bridge is drawn between servers; c1 is a client');
  });
});

describe('a request', () => {
  it('is checked by the protocol, and refused for one that is down', () => {
    const cluster = new InlineCluster(createHeader(protocolNamed('paxos'), { nodes: 2, seed: 1, client: { enabled: false } }));
    expect(refusal(cluster, { type: 'request', node: 1, request: { type: 'dance' } })).toMatch(/^request\.type: /);
    const propose: Command = { type: 'request', node: 1, request: { type: 'propose', instance: 1, value: 'red' } };
    cluster.command(propose);
    cluster.runUntil(1);
    expect(eventsOf(cluster.scheduler.log).find(({ type }) => type === 'request')).toMatchObject({ client: 'you', node: 1 });
    cluster.command({ type: 'crash', node: 1, point: 'now' });
    expect(refusal(cluster, propose)).toBe('n1 is down; restart it, or ask another');
  });
});

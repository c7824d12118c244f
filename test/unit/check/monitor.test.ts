/** The monitor: facts out of events, and what it remembers of them. */
import { describe, expect, it } from 'vitest';
import { ByteTable } from '../../../src/check/byte-table.ts';
import { EventDisks, type SavedRecords } from '../../../src/check/event-disks.ts';
import { createMonitor, VIOLATIONS_MAX } from '../../../src/check/monitor.ts';
import type { Layer } from '../../../src/cluster/disk/layers.ts';
import type { Monitor } from '../../../src/cluster/monitor.ts';
import { EventLog } from '../../../src/cluster/event-log.ts';
import { Writer } from '../../../src/protocol/codec.ts';
import { createHeader, type RunHeader } from '../../../src/cluster/run.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { createRandom, nextInteger } from '../../../src/protocol/random.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import type { Json } from '../../../src/protocol/protocol.ts';
import { eventsOf } from '../../support/events.ts';
import { puppet, puppetHeader } from '../../support/puppet.ts';
import { wildRun } from '../../support/wild-run.ts';

function save(key: string, value: Json): SavedRecords {
  return { records: [{ key, value }], writes: [[key, JSON.stringify(value)]], lies: false };
}

describe('the disks that events tell of', () => {
  it('hold what was saved, and over a restart what was durable', () => {
    const disks = new EventDisks();
    expect(disks.start(1, 'new')).toEqual([]);
    expect(disks.saved(1, save('a', 1))).toBe(true);
    expect(disks.saved(1, save('b', 2))).toBe(true);
    disks.crash(1);
    expect(disks.start(1, 'kept')).toEqual([{ key: 'a', value: 1 }, { key: 'b', value: 2 }]);
    disks.crash(1);
    expect(disks.start(1, 'last-lost')).toEqual([{ key: 'a', value: 1 }]);
    disks.crash(1);
    expect(disks.start(1, 'erased')).toEqual([]);
  });

  it('that are slow have it once they say so, unless the node crashes before', () => {
    const disks = new EventDisks();
    disks.start(1, 'new');
    disks.fault(1, 'slow-disk', { sync: 1000 });
    expect(disks.saved(1, save('a', 1))).toBe(false);
    expect(disks.synced(1)).toMatchObject({ records: [{ key: 'a', value: 1 }] });
    expect(disks.saved(1, save('b', 2))).toBe(false);
    disks.crash(1);
    expect(disks.start(1, 'kept')).toEqual([{ key: 'a', value: 1 }]);
  });

  it('that lie lose it with a crash, though the node believes it', () => {
    const disks = new EventDisks();
    disks.start(1, 'new');
    expect(disks.saved(1, save('a', 1))).toBe(true);
    disks.fault(1, 'lying-disk', { lies: 'yes' });
    expect(disks.saved(1, save('b', 2))).toBe(true);
    disks.crash(1);
    expect(disks.start(1, 'kept')).toEqual([{ key: 'a', value: 1 }]);
  });

  it('go on from what they saved of themselves, and of a server taken away nothing is left', () => {
    const disks = new EventDisks();
    disks.start(1, 'new');
    disks.fault(1, 'slow-disk', { sync: 1000 });
    disks.saved(1, save('a', 1));
    const copy = new EventDisks(structuredClone(disks.save()));
    disks.crash(1);
    expect(copy.synced(1)).toMatchObject({ records: [{ key: 'a', value: 1 }] });
    expect(disks.synced(1)).toBeNull();
    copy.removed(1);
    expect(copy.start(1, 'kept')).toEqual([]);
  });
});

describe('what was read from bytes', () => {
  it('is known again by the bytes and what they were read as, and forgotten for others', () => {
    const table = new ByteTable<string>();
    const bytes = new Uint8Array([9, 1, 2, 3, 1, 2, 3, 4]);
    expect(table.get(1, bytes, 1, 4)).toBeUndefined();
    expect(table.put(1, bytes, 1, 4, 'one')).toBe('one');
    expect(table.get(1, bytes, 4, 7)).toBe('one');
    expect(table.get(2, bytes, 4, 7)).toBeUndefined();
    expect(table.get(1, bytes, 4, 8)).toBeUndefined();
    const random = createRandom(1);
    for (let i = 0; i < 5000; i++) {
      const other = Uint8Array.from({ length: nextInteger(random, 0, 300) }, () => nextInteger(random, 0, 1));
      const text = other.join();
      expect(table.get(3, other, 0, other.length) ?? table.put(3, other, 0, other.length, text)).toBe(text);
    }
  });
});

/** Runs `header`, unwatched, and shows its events to a monitor that it has made afresh at some places. */
function watched(header: RunHeader, until: number, at: (seq: number, monitor: Monitor) => Monitor): Monitor {
  const protocol = protocolNamed(header.protocol);
  const cluster = new InlineCluster(header, { checks: false });
  let monitor = createMonitor(header, protocol)!;
  let seq = 0;
  cluster.scheduler.log.reader = {
    take(bytes, from, to) {
      monitor = at(seq++, monitor);
      monitor.take(bytes, from, to);
    },
  };
  cluster.runUntil(until);
  return monitor;
}

describe('a monitor', () => {
  it.each([1, 2, 3, 4, 5, 6])('remembers the same when it goes on from what it saved, anywhere (seed %i)', (seed) => {
    const { header: bare, script, until } = wildRun(seed, 6);
    const header = { ...bare, script };
    const random = createRandom(seed, 40);
    const straight = watched(header, until, (_, monitor) => monitor);
    const kept: unknown[] = [];
    const again = watched(header, until, (_, monitor) => {
      if (nextInteger(random, 0, 200) > 0) return monitor;
      const saved = monitor.save();
      kept.push([saved, JSON.stringify(saved, plain)]);
      const found = monitor.found();
      const next = createMonitor(header, protocolNamed(header.protocol), nextInteger(random, 0, 1) ? saved : structuredClone(saved))!;
      return Object.assign(next, { news: found });
    });
    expect(JSON.stringify(again.save(), plain)).toBe(JSON.stringify(straight.save(), plain));
    for (const [saved, text] of kept as [unknown, string][]) expect(JSON.stringify(saved, plain)).toBe(text);
  });

  it('has nothing to check in a protocol that nobody knows', () => {
    expect(createMonitor(puppetHeader(2), puppet)).toBeNull();
  });

  it('tells of no more than a hundred, and of each check once in a slot', () => {
    const quorum = { type: 'counted', phase1: 1, phase2: 1 };
    const client = { interval: 200_000, spread: 3 };
    const header = createHeader(protocolNamed('paxos'), { nodes: 5, seed: 3, config: { quorum }, client });
    const script = Array.from({ length: 800 }, (_, i) => ({
      at: i * 50_000,
      command: { type: 'propose', node: 1 + (i % 5), slot: 1 + Math.floor(i / 2), value: `v${i}` } as const,
    }));
    const cluster = new InlineCluster({ ...header, script });
    cluster.runUntil(60_000_000);
    const { violations } = cluster.scheduler;
    expect(violations).toHaveLength(VIOLATIONS_MAX);
    expect(new Set(violations.map(({ check, slot }) => `${check} ${slot}`)).size).toBe(VIOLATIONS_MAX);
    const told = eventsOf(cluster.scheduler.log).filter((event) => event.type === 'violation');
    expect(told).toEqual(violations.map((violation) => ({ ...violation, type: 'violation' })));
  });

  it('tells of what cannot be read, once, and goes on', () => {
    const protocol = protocolNamed('paxos');
    const log = new EventLog();
    const monitor = createMonitor(createHeader(protocol, { nodes: 3, seed: 1 }), protocol)!;
    log.reader = monitor;
    const fields = new Writer();
    fields.uint(1);
    fields.text('acceptor/1');
    fields.text('"nonsense"');
    log.start(0, 1, 1, 'new');
    log.effect('save', 1, 1, fields.bytes, 0, fields.length);
    log.send(2, { from: 1, to: 2, packet: 1, due: 3, kind: 0, bytes: new Uint8Array(0), start: 0, end: 0 });
    const text = 'what event 1 tells of cannot be read: stored.acceptor/1: is no record of this protocol; the disk is damaged or belongs to another';
    expect(monitor.found()).toEqual([{ check: 'WellFormed', slot: 0, text, events: [1] }]);
    log.deliver(3, 2, 1);
    expect(monitor.found()).toEqual([]);
  });

  it('tells of a message that cannot be read', () => {
    const protocol = protocolNamed('paxos');
    const log = new EventLog();
    const monitor = createMonitor(createHeader(protocol, { nodes: 3, seed: 1 }), protocol)!;
    log.reader = monitor;
    log.send(0, { from: 1, to: 2, packet: 1, due: 3, kind: 0, bytes: new Uint8Array(0), start: 0, end: 0 });
    expect(monitor.found()).toMatchObject([{ check: 'WellFormed', events: [0] }]);
  });

  it('is not there in a run that goes on from where nobody watched', () => {
    const header = createHeader(protocolNamed('paxos'), { nodes: 3, seed: 1 });
    const bare = new InlineCluster(header, { checks: false });
    bare.runUntil(3_000_000);
    const resumed = InlineCluster.resume(bare.run(), bare.checkpoint());
    resumed.runUntil(6_000_000);
    expect(resumed.scheduler.violations).toEqual([]);
    expect(resumed.checkpoint().scheduler.monitor).toBeUndefined();
  });
});

/** Maps as lists; a disk without its layers, which tell when it was saved; of a page's owner, whose identity counts, nothing. */
function plain(key: string, value: unknown): unknown {
  if (key === 'owner') return null;
  if (key === 'layers') return Object.entries(Object.assign({}, ...(value as readonly Layer[]).map(Object.fromEntries))).sort();
  return value instanceof Map ? [...(value as Map<unknown, unknown>)] : value;
}

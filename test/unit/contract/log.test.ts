/** What the log says of the events of a replicated log, of its clients, and of servers that come and go. */
import { describe, expect, it, test } from 'vitest';
import type { RunEvent } from '../../../src/cluster/events.ts';
import { createHeader } from '../../../src/cluster/run.ts';
import { applyEvent, createWorld } from '../../../src/cluster/world.ts';
import { logRow, nodeList, sentence } from '../../../src/contract/log.ts';
import { InlineCluster } from '../../../src/host/inline.ts';
import { markOf, markOfCommand } from '../../../src/host/history/marks.ts';
import { protocolNamed } from '../../../src/protocol/registry.ts';
import { eventsOf, type Told } from '../../support/events.ts';
import { randomRun } from '../../support/random-run.ts';

const protocol = protocolNamed('multipaxos');
const header = createHeader(protocol, { nodes: 3, clients: 2, seed: 1 });
const C1 = 16;

const ballot = { round: 3, node: 2 };
const learned = (slot: number, sort: 'command' | 'no-op' | 'members' = 'command'): Told => ({
  at: 1, type: 'chosen', node: 1, slot, value: `value ${slot}`, ballot, quorum: [1, 3], sort,
});

describe('the sentence of', () => {
  test.each<[Told, string, string]>([
    [{ at: 1, type: 'apply', node: 2, from: 4, to: 4, by: 'log' }, 'n2 applied slot 4', 'decisions'],
    [{ at: 1, type: 'apply', node: 2, from: 4, to: 9, by: 'log' }, 'n2 applied slots 4 to 9', 'decisions'],
    [{ at: 1, type: 'apply', node: 2, from: 1, to: 200, by: 'snapshot' }, 'n2 took in a snapshot up to slot 200', 'decisions'],
    [{ at: 1, type: 'lead', node: 2, ballot, on: true }, 'n2 leads with 3.2', 'decisions'],
    [{ at: 1, type: 'lead', node: 2, ballot, on: false }, 'n2 no longer leads with 3.2', 'decisions'],
    [{ at: 1, type: 'members', node: 1, slot: 12, members: [1, 2, 4] }, 'n1 learned that from slot 12 on the acceptors are n1, n2 and n4', 'decisions'],
    [{ at: 1, type: 'invoke', node: C1, session: 1001, sequence: 4, operation: '{"type":"put","key":"x","value":"3"}' }, 'c1 asks (1001#4): put x = 3', 'requests'],
    [{ at: 1, type: 'return', node: C1, session: 1001, sequence: 4, result: '{"type":"begun","transaction":7}' }, 'c1 is answered (1001#4): #7', 'requests'],
    [{ at: 1, type: 'added', node: 4, groups: [[1, 2, 3, 4]] }, 'n4 was added', 'faults'],
    [{ at: 1, type: 'removed', node: 3, groups: [[1, 2]] }, 'n3 was taken away', 'faults'],
    [{ at: 1, type: 'start', node: C1, incarnation: 1, disk: 'new' }, 'c1 started', 'faults'],
    [{ at: 1, type: 'crash', node: C1 + 1, point: 'now', error: '' }, 'c2 crashed', 'faults'],
    [{ at: 1, type: 'cut', links: [{ from: 1, to: C1 }, { from: C1, to: 1 }, { from: C1, to: 2 }] }, 'cut: n1 ↔ c1, c1 → n2', 'faults'],
    [{ at: 1, type: 'partition', groups: [[1, 2, C1], [3]] }, 'the network is parted: n1, n2 and c1 | n3', 'faults'],
    [{ at: 1, type: 'request', node: C1, request: 1, client: 'you', body: '{"type":"operate","operation":{"type":"get","key":"x"}}' }, 'you asked c1: ', 'requests'],
  ])('%j', (told, text, group) => {
    const row = logRow(createWorld(header), { ...told, seq: 0 } as RunEvent);
    expect(sentence(protocol, row)).toMatch(text.endsWith(' ') ? new RegExp(`^${text}.`) : new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`));
    expect(row.group).toBe(group);
  });

  it('every event of a run names actors as they are called', () => {
    const { header: bare, script, until } = randomRun(6, 8, { protocol: 'multipaxos' });
    expect(bare.clients).toBeGreaterThan(0);
    const cluster = new InlineCluster({ ...bare, script });
    cluster.runUntil(until);
    const world = createWorld(bare);
    for (const event of eventsOf(cluster.scheduler.log)) {
      expect(sentence(protocolNamed(bare.protocol), logRow(world, event))).not.toMatch(/\bn(1[6-9]|2\d)\b|\bundefined\b|\bnull\b/);
      applyEvent(world, event);
    }
  });

  it('lists names', () => {
    expect([nodeList([]), nodeList([C1]), nodeList([1, 15, 23])]).toEqual(['', 'c1', 'n1, n15 and c8']);
  });
});

/** The marks of events one after another. */
function marksOf(events: readonly Told[], of = protocol): (string | null)[] {
  const world = createWorld(header);
  return events.map((told, seq) => {
    const event = { ...told, seq } as RunEvent;
    const mark = markOf(of, world, event);
    applyEvent(world, event);
    return mark === null ? null : `${mark.kind}: ${mark.text}`;
  });
}

describe('marks', () => {
  it('are made of new leaders, and of members when the first learns of them', () => {
    const told = (node: number, slot: number): Told => ({ at: 1, type: 'members', node, slot, members: [1, 2] });
    expect(
      marksOf([
        { at: 1, type: 'lead', node: 2, ballot, on: true }, { at: 1, type: 'lead', node: 2, ballot, on: false },
        told(1, 9), told(2, 9), told(2, 5), told(3, 12),
      ]),
    ).toEqual([
      'leader: n2 leads with 3.2', null,
      'members: from slot 9 on the acceptors are n1 n2', null, null, 'members: from slot 12 on the acceptors are n1 n2',
    ]);
  });

  it('are made of the first command of a term only, and of every slot that holds none', () => {
    const events = [learned(1), { at: 1, type: 'lead', node: 2, ballot, on: true } as const, learned(2), learned(3), learned(4, 'no-op'), learned(5), learned(6, 'members')];
    expect(marksOf(events).map((mark) => mark?.split(' ', 2).join(' ') ?? null)).toEqual([
      null, 'leader: n2', 'chosen: "value', null, 'chosen: "value', null, 'chosen: "value',
    ]);
    // A protocol whose nodes do not say that they lead has all of them.
    expect(marksOf([learned(1), learned(2)], protocolNamed('paxos'))).not.toContain(null);
  });

  it('are made of servers that come and go, and of requests; with the names of clients', () => {
    expect(
      marksOf([
        { at: 1, type: 'added', node: 4, groups: [[1, 2, 3, 4, 16, 17]] }, { at: 1, type: 'start', node: 4, incarnation: 1, disk: 'new' },
        { at: 1, type: 'removed', node: 1, groups: [[2, 3, 4, 16, 17]] }, { at: 1, type: 'crash', node: C1, point: 'now', error: '' },
        { at: 1, type: 'start', node: C1, incarnation: 2, disk: 'kept' }, { at: 1, type: 'apply', node: 2, from: 1, to: 1, by: 'log' },
        { at: 1, type: 'invoke', node: C1, session: 1, sequence: 1, operation: '{"type":"begin"}' },
      ]),
    ).toEqual(['command: n4 was added', null, 'command: n1 was taken away', 'crash: c1 crashed', 'restart: c1 restarted', null, null]);
    const entry = { at: 1, seq: 2, command: { type: 'request', node: C1, request: {} } } as const;
    expect(markOfCommand(entry)).toEqual({ at: 1, seq: 2, kind: 'command', node: C1, text: 'c1 was asked for something' });
    expect(markOfCommand({ at: 1, seq: 2, command: { type: 'add' } })).toBeNull();
    expect(markOfCommand({ ...entry, refused: true, scripted: 0 })).toBeNull();
  });
});

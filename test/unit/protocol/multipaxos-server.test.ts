import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/protocol/machine/operation.ts';
import { multipaxos } from '../../../src/protocol/multipaxos/multipaxos.ts';
import { QUEUE_MAX } from '../../../src/protocol/multipaxos/queue.ts';
import type { Json } from '../../../src/protocol/protocol.ts';
import { NO_OP, Server, accept, accepted, b, learned, promise, put, sent } from '../../support/multipaxos-server.ts';

const begin: Operation = { type: 'begin' };
const request = (session: number, operation: Operation = begin, hops = 0) =>
  ({ type: 'request', client: 16, session, sequence: 1, operation, reads: null, hops }) as const;
const heartbeat = (round: number, node: number, upTo = 0) =>
  ({ type: 'heartbeat', ballot: b(round, node), upTo, round: 1, lease: 0 }) as const;

/** A leader with something in every part of its state. */
function busy(): Server {
  const n1 = new Server(1, 3, { window: 3, snapshotEvery: 2, snapshotKeep: 0, reads: 'quorum' });
  n1.receives(3, { type: 'prepare', ballot: b(2, 3), from: 1 });
  n1.leads([2], [{ slot: 1, ballot: b(1, 2), command: put('x', '1') }]);
  n1.receives(2, accepted(b(3, 1), 1));
  for (let session = 2; session < 8; session++) n1.receives(16, request(session));
  n1.receives(2, accepted(b(3, 1), 2));
  n1.receives(2, accepted(b(3, 1), 4));
  n1.receives(16, request(20, { type: 'get', key: 'x' }));
  n1.asked({ type: 'change-members', add: [4], remove: [] });
  return n1;
}

describe('state', () => {
  it('is plain data: a copy goes on exactly as the original', () => {
    const { state } = busy();
    const copy = structuredClone(state);
    expect(copy).toEqual(state);
    const input = { type: 'message', from: 3, message: accepted(b(3, 1), 3) } as const;
    expect(multipaxos.step(copy, input)).toEqual(multipaxos.step(state, input));
    expect(copy).toEqual(state);
  });

  it('forked, goes its own way', () => {
    const n1 = busy();
    const before = structuredClone(multipaxos.fork(n1.state));
    const fork = multipaxos.fork(n1.state);
    for (const slot of [3, 5]) n1.receives(3, accepted(b(3, 1), slot));
    n1.fires('retry');
    n1.receives(3, heartbeat(9, 3));
    expect(multipaxos.memory(fork)).toEqual(multipaxos.memory(before));
    expect(multipaxos.view(fork)).toEqual(multipaxos.view(before));
  });

  it('shows what is on the disk where it stands in memory', () => {
    const n1 = busy();
    const disk = multipaxos.disk([...n1.disk.values()]) as { readonly [key: string]: Json };
    expect(Object.keys(disk)).toEqual(['born', 'round', 'promised', 'votes', 'snapshot']);
    expect(multipaxos.memory(n1.state)).toMatchObject(disk);
  });

  it('names a record that it did not write', () => {
    const alien = [{ key: 'proposer/round', value: 1 }];
    expect(() => multipaxos.disk(alien)).toThrow('stored.proposer/round');
    expect(() => multipaxos.describeSaved({ key: 'log.1', value: { ballot: [1], command: null } })).toThrow('stored.log.1');
  });

  it('is the same again after a restart, as far as the disk goes', () => {
    const n2 = new Server(2, 3, { snapshotEvery: 2, snapshotKeep: 1 });
    for (const slot of [1, 2, 3]) n2.receives(1, accept(b(1, 1), slot, put('x', `${slot}`, slot), slot - 1));
    const before = multipaxos.disk([...n2.disk.values()]);
    n2.restarts();
    expect(n2.replica()).toMatchObject({ applied: 2, highest: 3, promised: b(1, 1) });
    // What the snapshot covers is let go of.
    expect(before).toMatchObject({ votes: { 2: '1.1 = c1.1#2 put x = 2' } });
    expect(Object.keys((multipaxos.memory(n2.state) as { votes: object }).votes)).toEqual(['3']);
  });
});

describe('requests', () => {
  it('are answered from the session table when they have taken effect', () => {
    const n1 = new Server(1, 1);
    n1.asked({ type: 'campaign' });
    n1.clientAsks(begin);
    const effects = n1.clientAsks(begin);
    expect(sent(effects, 'response')).toMatchObject([{ to: 16, message: { result: { type: 'begun', transaction: 1 } } }]);
    expect(learned(effects)).toEqual([]);
  });

  it('at a candidate wait until it leads', () => {
    const n1 = new Server(1, 3);
    n1.asked({ type: 'campaign' });
    expect(n1.clientAsks(begin)).toEqual([]);
    expect(sent(n1.receives(2, promise(b(1, 1), 1)), 'accept')).toHaveLength(2);
  });

  it('at one that gives up go on to whoever leads then', () => {
    const n1 = new Server(1, 3);
    n1.asked({ type: 'campaign' });
    n1.clientAsks(begin);
    n1.receives(2, { type: 'refuse', ballot: b(1, 1), promised: b(2, 3) });
    const effects = n1.receives(3, heartbeat(2, 3));
    expect(sent(effects, 'request')).toMatchObject([{ to: 3, message: { client: 16, hops: 1 } }]);
  });

  it('are not passed on for ever', () => {
    const n1 = new Server(1, 3);
    n1.receives(3, heartbeat(2, 3));
    expect(sent(n1.receives(2, request(1, begin, 2)), 'request')).toHaveLength(1);
    expect(sent(n1.receives(2, request(1, begin, 3)), 'redirect')).toMatchObject([{ to: 16, message: { leader: 3 } }]);
  });

  it('are refused when too many wait', () => {
    const n1 = new Server(1, 3, { window: 1 });
    n1.leads([2]);
    // One is in flight, the others wait.
    for (let session = 0; session <= QUEUE_MAX; session++) n1.receives(16, request(session));
    expect(sent(n1.receives(16, request(QUEUE_MAX + 1)), 'redirect')).toHaveLength(1);
    n1.receives(2, accepted(b(1, 1), 1));
    expect(n1.receives(16, request(QUEUE_MAX + 2))).toEqual([]);
  });

  it('of a client reach a member through a server that is none any more', () => {
    const n3 = new Server(3, 3, { window: 1 });
    const members = [1, 2].map((node) => ({ node, epoch: 1 }));
    const items = [{ slot: 1, ballot: b(1, 1), command: { type: 'members', members } as const }];
    n3.receives(1, { type: 'learned', items, more: false });
    expect(sent(n3.clientAsks(begin), 'redirect')).toMatchObject([{ message: { leader: 1 } }]);
  });
});

describe('a leader', () => {
  it('asks again only those who have not voted, after a whole period', () => {
    const n1 = new Server(1, 3);
    n1.leads([2]);
    n1.clientAsks(begin);
    expect(sent(n1.fires('retry'), 'accept')).toEqual([]);
    expect(sent(n1.fires('retry'), 'accept').map(({ to }) => to)).toEqual([2, 3]);
  });

  it('saves all that it proposes in a step at once', () => {
    const n1 = new Server(1, 3);
    n1.asked({ type: 'campaign' });
    for (let session = 1; session <= 5; session++) n1.receives(16, request(session));
    const saves = n1.receives(2, promise(b(1, 1), 1)).filter(({ type }) => type === 'save');
    expect(saves).toHaveLength(1);
    expect(saves[0]).toMatchObject({ records: { length: 5 } });
  });

  it('tells at once that a slot is chosen when nothing else will, and not when more is in flight', () => {
    const n1 = new Server(1, 3);
    n1.leads([2]);
    for (const session of [1, 2]) n1.receives(16, request(session));
    expect(sent(n1.receives(2, accepted(b(1, 1), 1)), 'decide')).toEqual([]);
    expect(sent(n1.receives(2, accepted(b(1, 1), 2)), 'decide').map(({ message }) => message.upTo)).toEqual([2, 2]);
  });

  it('told otherwise leaves that to the next message there is', () => {
    const n1 = new Server(1, 3, { tellAtOnce: false });
    n1.leads([2]);
    n1.receives(16, request(1));
    expect(sent(n1.receives(2, accepted(b(1, 1), 1)), 'decide')).toEqual([]);
    expect(sent(n1.fires('heartbeat'), 'heartbeat').map(({ message }) => message.upTo)).toEqual([1, 1]);
  });

  it('that learns of something chosen at a higher ballot leads no more', () => {
    const n1 = new Server(1, 3);
    n1.leads([2]);
    const effects = n1.receives(3, { type: 'learned', items: [{ slot: 1, ballot: b(4, 3), command: NO_OP }], more: false });
    expect(effects).toContainEqual({ type: 'lead', ballot: b(1, 1), on: false });
  });

  it('says why it is not there to change the members', () => {
    const n2 = new Server(2, 3);
    const effects = n2.asked({ type: 'change-members', add: [], remove: [3] });
    expect(effects).toEqual([{ type: 'reply', id: 1, reply: { ok: false, text: 'nobody leads; ask again later' } }]);
  });

  it('answers a change that it was asked for by way of another server', () => {
    const n1 = new Server(1, 3);
    n1.leads([2]);
    n1.receives(2, { type: 'change', server: 2, id: 7, add: [], remove: [3], hops: 1 });
    const [told] = sent(n1.receives(2, accepted(b(1, 1), 1)), 'answer');
    expect(told).toEqual({ to: 2, message: { type: 'answer', id: 7, ok: true, text: 'members n1 n2, from slot 9 on' } });
  });
});
